package noclosedform

import (
	"context"
	"fmt"
	"strings"

	"brick/course/lesson"
	"brick/solve"
)

// RatesIn asks how many steps ascent takes with each of many rates.
type RatesIn struct {
	Start float64 `json:"start"`
	Lo    float64 `json:"lo"` // rates are spread evenly over [Lo, Hi]
	Hi    float64 `json:"hi"`
	Count int     `json:"count"`
}

// Check bounds the work: 200 walks of at most 2,000 steps.
func (in RatesIn) Check() error {
	return lesson.First(lesson.Within("start", in.Start, 1e-3, 1), lesson.Within("lo", in.Lo, 1e-3, in.Hi),
		lesson.Within("hi", in.Hi, in.Lo, 1), lesson.Within("count", float64(in.Count), 2, 200))
}

// Rates is what they come to.
type Rates struct {
	X0     float64 `json:"x0"`     // the maximum
	F0     float64 `json:"f0"`     // f there
	Second float64 `json:"second"` // f″ there
	Limit  float64 `json:"limit"`  // 2/|f″(x₀)|: above it no walk settles
	Best   float64 `json:"best"`   // 1/|f″(x₀)|: the error's first order vanishes
	Rates  []Rate  `json:"rates"`
}

// Rate is one walk: Steps is how many it took, or where it was given up.
type Rate struct {
	Eta     float64 `json:"eta"`
	Steps   int     `json:"steps"`
	Settled bool    `json:"settled"`
}

// rates measures the stability limit, and looks whether walks keep to it.
var rates = lesson.Shows(lesson.Ask("rates", RatesIn{Start: 0.5, Lo: 0.02, Hi: 0.8, Count: 79}, measureRates), func(in RatesIn) lesson.Shown {
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"

	"brick/solve"
)

func main() {
	f := solve.Exam.Objective()
	x0, _ := solve.Bisect(solve.Exam.D, 0, 0.5, solve.RootOptions{})
	bounds, _ := solve.StepLimit(solve.Negate(f), []float64{x0.X}, solve.PowerOptions{})
	fmt.Println("stable below", bounds.Limit, "best", bounds.Best)
	for i := range %d {
		eta := %v + (%v)*float64(i)/%d
		end, err := solve.Last(solve.Ascend(f, []float64{%v}, solve.Descent{Rate: eta, MaxSteps: 2000}))
		fmt.Println(eta, end.Step, err == nil)
	}
}
`, in.Count, in.Lo, in.Hi-in.Lo, in.Count-1, in.Start)}
})

func measureRates(ctx context.Context, _ *lesson.Session, in RatesIn) (r Rates, err error) {
	f := solve.Exam.Objective()
	root, err := solve.Bisect(solve.Exam.D, 0, 0.5, solve.RootOptions{})
	if err != nil {
		return r, err
	}
	r.X0, r.F0, r.Second = root.X, solve.Exam.F(root.X), solve.Exam.D2(root.X)
	bounds, err := solve.StepLimit(solve.Negate(f), []float64{root.X}, solve.PowerOptions{})
	if err != nil {
		return r, err
	}
	r.Limit, r.Best = bounds.Limit, bounds.Best
	for i := range in.Count {
		eta := in.Lo + (in.Hi-in.Lo)*float64(i)/float64(in.Count-1)
		end, err := solve.Last(solve.Ascend(f, []float64{in.Start}, solve.Descent{Rate: eta, MaxSteps: 2000}))
		r.Rates = append(r.Rates, Rate{eta, end.Step, err == nil})
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
	}
	return r, nil
}

// Proof is the exam's inequality, proved by interval arithmetic.
type Proof struct {
	Proved bool     `json:"proved"`
	X0     Bounds   `json:"x0"` // encloses the maximum
	F0     Bounds   `json:"f0"` // encloses f there
	Lines  []string `json:"lines"`
}

// Bounds is an interval that holds a number for certain; so does its text, whose decimals are rounded outwards.
type Bounds struct {
	Lo   float64 `json:"lo"`
	Hi   float64 `json:"hi"`
	Text string  `json:"text"`
}

// proof certifies e⁻² < f(x₀) < 2⁻².
var proof = lesson.Shows(lesson.Ask("proof", struct{}{}, func(context.Context, *lesson.Session, struct{}) (p Proof, err error) {
	c, err := solve.Certify(solve.ExamClaim())
	if err != nil {
		return p, err
	}
	lines := strings.Split(strings.TrimSpace(c.String()), "\n")
	return Proof{c.Proved(), Bounds{c.Root.Lo, c.Root.Hi, c.Root.Text(14)}, Bounds{c.Value.Lo, c.Value.Hi, c.Value.Text(16)}, lines}, nil
}), func(struct{}) lesson.Shown {
	return lesson.Shown{Go: `package main

import (
	"fmt"

	"brick/solve"
)

func main() {
	proof, err := solve.Certify(solve.ExamClaim())
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(proof)
}
`}
})
