package solve_test

import (
	"fmt"
	"math"

	"brick/solve"
)

// A line through four points, in closed form.
func ExampleLeastSquares() {
	x := []float64{0, 1, 2, 3}
	y := []float64{1, 3, 4, 6}
	fit, err := solve.LeastSquares(solve.Column(x), solve.Column(y), solve.FitOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("y = %.1f·x + %.1f\n", fit.W.At(0, 0), fit.Intercept[0])
	fmt.Printf("L = %.4f, R² = %.4f, by %v\n", fit.Loss, fit.R2[0], fit.Method)
	fmt.Println(fit.Note)
	// Output:
	// y = 1.6·x + 1.1
	// L = 0.0250, R² = 0.9846, by QR
	// condition number 3.76: well conditioned
}

// The maximum of the exam's function, by three routes.
func ExampleExam() {
	bisected, _ := solve.Bisect(solve.Exam.D, 0, 0.5, solve.RootOptions{})
	newton, _ := solve.Newton(solve.Exam.D, solve.Exam.D2, 0.1, solve.RootOptions{})
	ascended, _ := solve.Last(solve.Ascend(solve.Exam.Objective(), []float64{0.5}, solve.Descent{Rate: 0.342}))
	fmt.Printf("bisection %.12f\n", bisected.X)
	fmt.Printf("newton    %.12f in %d steps\n", newton.X, newton.Iteration)
	fmt.Printf("ascent    %.12f in %d steps\n", ascended.X[0], ascended.Step)
	fmt.Printf("f(x₀)     %.12f\n", ascended.F)
	// Output:
	// bisection 0.203187869980
	// newton    0.203187869980 in 6 steps
	// ascent    0.203187869980 in 9 steps
	// f(x₀)     0.161902559473
}

// Too small a rate crawls, too large a one never settles; the limit is 2/λmax.
func ExampleStepLimit() {
	f := solve.Exam.Objective()
	x0 := []float64{0.20318786997997995}
	rates, _ := solve.StepLimit(solve.Negate(f), x0, solve.PowerOptions{})
	fmt.Printf("stable below %.6f, best %.6f\n", rates.Limit, rates.Best)
	for _, eta := range []float64{0.342, 0.6, 0.7} {
		end, err := solve.Last(solve.Ascend(f, []float64{0.5}, solve.Descent{Rate: eta, MaxSteps: 10_000}))
		fmt.Printf("η = %.3f: %d steps, settled: %v\n", eta, end.Step, err == nil)
	}
	// Output:
	// stable below 0.684567, best 0.342284
	// η = 0.342: 9 steps, settled: true
	// η = 0.600: 89 steps, settled: true
	// η = 0.700: 10000 steps, settled: false
}

// A proof of the exam's inequality: every number printed is an enclosure,
// rounded outwards.
func ExampleCertify() {
	proof, err := solve.Certify(solve.ExamClaim())
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(proof)
	// Output:
	// f(x) = x² − x − x·ln x
	// [a, b] = [0.20318786997813, 0.20318787003635]
	// f′(a) ∈ [5.3e-12, 5.4e-12] > 0
	// f′(b) ∈ [-1.7e-10, -1.6e-10] < 0  ⇒  f′ has a root x₀ in [a, b]
	// f″ on [a, b] ∈ [-2.92156, -2.92155] < 0  ⇒  it has only one there
	// f′ on (0, a] ∈ [2.4e-12, +Inf] > 0
	// f′ on [b, 0.5] ∈ [-0.46, -2.6e-11] < 0  ⇒  it has only one in (0, 0.5]
	// f(x₀) ∈ [0.161902559472, 0.161902559473] by f(m) + f′(ξ)·(x₀ − m)
	// e⁻² ∈ [0.135335283236, 0.135335283237] < f(x₀)
	// 2⁻² ∈ [0.25, 0.25] > f(x₀)  ⇒  e⁻² < f(x₀) < 2⁻²
}

// The trajectory is a sequence: its body may look, draw or stop.
func ExampleDescend() {
	bowl := func(x, grad []float64) float64 {
		grad[0], grad[1] = 2*x[0], 20*x[1]
		return x[0]*x[0] + 10*x[1]*x[1]
	}
	for p, err := range solve.Descend(bowl, []float64{4, 1}, solve.Descent{Rate: 0.09}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%d: x = %.3f, f = %.3f\n", p.Step, p.X, p.F)
		if p.Step == 3 {
			break
		}
	}
	// Output:
	// 0: x = [4.000 1.000], f = 26.000
	// 1: x = [3.280 -0.800], f = 17.158
	// 2: x = [2.690 0.640], f = 11.330
	// 3: x = [2.205 -0.512], f = 7.486
}

// Rosenblatt's rule corrects itself on each mistake until there are none.
func ExamplePerceptron() {
	X, _ := solve.FromRows([][]float64{{2, 1}, {-1, 1}, {1, 3}, {-2, 2}})
	labels := []int{1, -1, 1, -1}
	var p solve.Perceptron
	for c, err := range p.Learn(X, labels, 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("mistake %d on row %d: w = %v, b = %v\n", c.Mistake, c.Row, c.W, c.B)
	}
	bound, _ := solve.Novikoff(X, labels, p.W, p.B, false)
	fmt.Printf("%d mistakes ≤ (R/γ)² = %.1f\n", p.Mistakes, bound.Mistakes)
	// Output:
	// mistake 1 on row 0: w = [2 1], b = 1
	// mistake 2 on row 1: w = [3 0], b = 0
	// 2 mistakes ≤ (R/γ)² = 11.0
}

func ExampleBisectSteps() {
	for r, err := range solve.BisectSteps(math.Cos, 1, 2, solve.RootOptions{Tolerance: 0.1}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%d: [%v, %v]\n", r.Iteration, r.Lo, r.Hi)
	}
	// Output:
	// 1: [1.5, 2]
	// 2: [1.5, 1.75]
	// 3: [1.5, 1.625]
	// 4: [1.5625, 1.625]
}
