package optim_test

import (
	"fmt"

	"brick/device"
	"brick/grad"
	"brick/optim"
)

// Fit y = 2x + 1 from three points.
func Example() {
	w, b := grad.Param([]grad.Float{0}, 1, 1), grad.Param([]grad.Float{0}, 1)
	opt := optim.NewAdamW()
	if err := opt.Init(nil, []optim.Named{{Name: "w", P: w, Decay: false}, {Name: "b", P: b}}); err != nil {
		fmt.Println(err)
		return
	}
	schedule := optim.Schedule{Kind: "cosine", LR: 0.1, Warmup: 10, Total: 300}
	clip := optim.Clip{Norm: 1}
	tape := new(grad.Tape)
	for step := range 300 {
		tape.Reset()
		x := tape.Const([]grad.Float{0, 1, 2}, 3, 1)
		y := tape.Const([]grad.Float{1, 3, 5}, 3, 1)
		x.Linear(w, b).MSE(y, device.Mean).Backward()
		clip.Apply(opt)
		opt.Step(schedule.At(step))
	}
	fmt.Printf("y = %.2f·x + %.2f\n", w.Item(), b.Item())
	// Output: y = 2.00·x + 1.00
}

// A line through data has one exact answer; L-BFGS finds it in a few evaluations.
func ExampleLBFGS() {
	w := grad.Param([]grad.Float{0, 0}, 2)
	opt := optim.NewLBFGS()
	if err := opt.Init(nil, []optim.Named{{Name: "w", P: w}}); err != nil {
		fmt.Println(err)
		return
	}
	tape := new(grad.Tape)
	m, err := opt.Minimise(func() float64 {
		tape.Reset()
		at := tape.Use(w).Sub(tape.Const([]grad.Float{3, -1}, 2)) // (w₀−3)² + 10·(w₁+1)²
		loss := at.Square().Mul(tape.Const([]grad.Float{1, 10}, 2)).Sum()
		loss.Backward()
		return loss.Item()
	})
	fmt.Printf("w = %.3f, fewer than 30 evaluations: %v, %v\n", w.Data(), m.Evaluations < 30, err)
	// Output: w = [3.000 -1.000], fewer than 30 evaluations: true, <nil>
}

func ExampleByName() {
	k, _ := optim.ByName("lion")
	fmt.Println(k.About, k.LR)
	_, err := optim.ByName("addam")
	fmt.Println(err)
	// Output:
	// the sign of an interpolated momentum 0.0001
	// there is no optimizer "addam"; there are sgd, momentum, nesterov, adagrad, rmsprop, adadelta, adam, adamw, amsgrad, adamax, nadam, radam, lion, muon
}
