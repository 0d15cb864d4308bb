package brick_test

import (
	"fmt"

	"brick/grad"
	"brick/solve"
)

// A loss written with the tape's ops is a function like any other: its value and
// gradient go to [solve.Descend], which walks to the line that least squares gives.
func Example_descendOnATape() {
	x, y := []grad.Float{0, 1, 2, 3}, []grad.Float{1, 3, 4, 6}
	w, b := grad.Param([]grad.Float{0}, 1), grad.Param([]grad.Float{0}, 1)
	var tape grad.Tape
	loss := func(at, slope []float64) float64 { // mean (w·x + b − y)²
		tape.Reset()
		params := []*grad.Var{w, b}
		for i, p := range params {
			p.Data()[0] = grad.Float(at[i])
			p.Clear()
		}
		l := tape.Const(x, 4).Mul(w).Add(b).Sub(tape.Const(y, 4)).Square().Mean()
		l.Backward()
		for i, p := range params {
			slope[i] = float64(p.Grad()[0])
		}
		return l.Item()
	}
	for p, err := range solve.Descend(loss, []float64{0, 0}, solve.Descent{Rate: 0.2}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if p.Step%20 == 0 {
			fmt.Printf("step %2d: y = %.3f·x + %.3f, loss %.4f\n", p.Step, p.X[0], p.X[1], p.F)
		}
		if p.Step == 60 {
			break
		}
	}
	// Output:
	// step  0: y = 0.000·x + 0.000, loss 15.5000
	// step 20: y = 1.610·x + 1.077, loss 0.0502
	// step 40: y = 1.601·x + 1.098, loss 0.0500
	// step 60: y = 1.600·x + 1.100, loss 0.0500
}
