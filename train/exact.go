package train

import (
	"fmt"
	"math"
	"strings"

	"brick/data"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/solve"
)

// maxExact bounds the numbers of a design matrix that the closed form is tried on.
const maxExact = 1 << 24

// linearIn returns the one linear layer that m is, if m is nothing else.
func linearIn(m model.Model) (*nn.Linear, bool) {
	var l *nn.Linear
	n := 0
	for _, p := range nn.Params(m) {
		n += p.Len()
	}
	for _, b := range nn.Blocks(m) {
		if found, ok := b.(*nn.Linear); ok {
			l = found
		}
	}
	return l, l != nil && l.LoRA == nil && nn.Count(l) == n && n > 0 && strings.HasPrefix(m.Notation(), "linear") && !strings.Contains(m.Notation(), " ")
}

// Exact compares what gradient descent learnt with what least squares says: the
// lecture's first rung, where training has a closed form.
type Exact struct {
	Inputs   []string  `json:"inputs"`
	Learnt   []float64 `json:"learnt"` // coefficients, then the intercept, in the table's units, target by target
	Closed   []float64 `json:"least_squares"`
	Relative float64   `json:"relative_difference"` // largest |learnt − closed| over the largest |closed|
	Method   string    `json:"method"`
	Note     string    `json:"conditioning"`
	fit      *solve.Fit
}

// linearProblem reports whether the job is linear regression by squared error on
// examples few enough for the closed form.
func (r *Run) linearProblem() (*nn.Linear, bool) {
	l, ok := linearIn(r.Model)
	return l, ok && r.Splits != nil && r.Info.Task == data.Regression && (r.Job.Loss == "" || r.Job.Loss == "mse") &&
		r.Splits.Train.Len()*(r.width()+1) <= maxExact && r.Splits.Train.Len() > 0
}

func (r *Run) width() int {
	n := 1
	for _, d := range r.Info.Input {
		n *= d
	}
	return n
}

// leastSquares solves the training set exactly, in the inputs the model sees.
func (r *Run) leastSquares(intercept bool) (*solve.Fit, error) {
	n, d, k := r.Splits.Train.Len(), r.width(), r.Info.Targets
	X := solve.Matrix{Rows: n, Cols: d, Data: make([]float64, 0, n*d)}
	y := solve.Matrix{Rows: n, Cols: k, Data: make([]float64, 0, n*k)}
	loader := data.Sequential(r.Splits.Train, 1024)
	for _, b := range loader.From(0) {
		for _, v := range b.X {
			X.Data = append(X.Data, float64(v))
		}
		for _, v := range b.Y {
			y.Data = append(y.Data, float64(v))
		}
	}
	if err := loader.Err(); err != nil {
		return nil, err
	}
	return solve.LeastSquares(X, y, solve.FitOptions{NoIntercept: !intercept})
}

// tuneLinear chooses full-batch gradient descent with Nesterov's momentum and the best
// constant rate for the problem, unless the job names an optimizer, a schedule or a batch. For the mean squared
// error the curvatures are λ = 2σ²/(n·K), with σ the singular values of the inputs and a column
// of ones; with κ = λmax/λmin (Nesterov 2004, section 2.2)
//
//	η = 1/λmax    momentum = (√κ−1)/(√κ+1)    error after t steps ≤ (1−1/√κ)^t
func (r *Run) tuneLinear() error {
	l, ok := r.linearProblem()
	j := &r.Job
	if !ok || j.Optimizer.Name != "" || len(j.Optimizer.Args) > 0 || j.Schedule.Name != "" || j.Batch != 0 || j.Accumulate > 1 {
		return nil // the user wants to see something else
	}
	fit, err := r.leastSquares(l.B != nil)
	if err != nil {
		return err
	}
	if r.ownRank(fit) && fit.Condition < 1e4 {
		n, k := float64(r.Splits.Train.Len()), float64(r.Info.Targets)
		λmax := 2 * fit.SigmaMax * fit.SigmaMax / (n * k)
		root := fit.Condition // √κ is the ratio of singular values
		lr := j.Optimizer.LR
		if lr == 0 {
			lr = round3(1 / λmax)
		}
		j.Optimizer = Optimizer{Name: "nesterov", LR: lr, Args: map[string]any{"momentum": round3((root - 1) / (root + 1)), "weight_decay": 0.0}}
		j.Schedule = Schedule{Name: "constant"}
		j.Batch = r.Splits.Train.Len()
		if j.Steps == 0 && j.Epochs == 0 {
			j.Steps = int(min(max(30*root, 200), 20000))
		}
	}
	return nil
}

// ownRank reports whether the closed form is unique.
func (r *Run) ownRank(f *solve.Fit) bool { return f.Rank == r.width() && !math.IsInf(f.Condition, 0) }

// round3 keeps three digits, rounding down, so that a run file reads well.
func round3(x float64) float64 {
	if x <= 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(x))-2)
	return math.Floor(x/unit) * unit
}

// exact compares the trained model with the closed form; nil if it does not apply.
func (r *Run) exact() (*Exact, error) {
	l, ok := r.linearProblem()
	if !ok {
		return nil, nil
	}
	fit, err := r.leastSquares(l.B != nil)
	if err != nil {
		return nil, err
	}
	e := &Exact{Method: fit.Method.String(), Note: fit.Note, Inputs: r.inputNames(), fit: fit}
	w := l.W.Data() // (K, D)
	var b []grad.Float
	if l.B != nil {
		b = l.B.Data()
	}
	for k := range r.Info.Targets {
		learnt, closed := make([]float64, r.width()), make([]float64, r.width())
		bl, bc := 0.0, fit.Intercept[k]
		if b != nil {
			bl = float64(b[k])
		}
		for j := range learnt {
			learnt[j], closed[j] = float64(w[k*r.width()+j]), fit.W.At(j, k)
		}
		e.Learnt = append(e.Learnt, r.inUnits(learnt, bl, k)...)
		e.Closed = append(e.Closed, r.inUnits(closed, bc, k)...)
	}
	largest := 0.0
	for i, c := range e.Closed {
		e.Relative = max(e.Relative, math.Abs(e.Learnt[i]-c))
		largest = max(largest, math.Abs(c))
	}
	if largest > 0 {
		e.Relative /= largest
	}
	return e, nil
}

// inUnits turns coefficients and intercept of scaled columns into those of the table's own units.
//
//	y = s·(Σ w_j·(x_j−μ_j)/σ_j + b) + m    ⇒    w_j·s/σ_j,   s·(b − Σ w_j·μ_j/σ_j) + m
func (r *Run) inUnits(w []float64, b float64, target int) []float64 {
	scale, shift := 1.0, 0.0
	out := append([]float64(nil), w...)
	if cs := r.Info.Columns; cs != nil {
		if c := cs.Columns[cs.Targets[target]]; c.Scaled {
			scale, shift = c.Std, c.Mean
		}
		j := 0
		for _, c := range cs.Columns {
			if c.Width() == 1 && c.Scaled {
				out[j] /= c.Std
				b -= out[j] * c.Mean
			}
			j += c.Width()
		}
	}
	for j := range out {
		out[j] *= scale
	}
	return append(out, b*scale+shift)
}

// inputNames are the names of the inputs: the table's columns, or x1, x2, ….
func (r *Run) inputNames() []string {
	if r.Info.Columns != nil {
		return r.Info.Columns.Inputs()
	}
	if r.width() == 1 {
		return []string{"x"}
	}
	var names []string
	for i := range r.width() {
		names = append(names, fmt.Sprintf("x%d", i+1))
	}
	return names
}

// String says both, as equations.
func (e *Exact) String() string {
	k := len(e.Inputs) + 1
	out := ""
	for t := 0; t < len(e.Learnt); t += k {
		out += "learnt        " + e.equation(e.Learnt[t:t+k]) + "\n"
		out += fmt.Sprintf("least squares %s   (%s)\n", e.equation(e.Closed[t:t+k]), e.Method)
	}
	return out + fmt.Sprintf("largest difference %.1e of the largest coefficient; %s\n", e.Relative, e.Note)
}

func (e *Exact) equation(c []float64) string {
	s := "y ="
	for i, name := range e.Inputs {
		if i == 8 && len(e.Inputs) > 10 {
			return s + fmt.Sprintf(" + … (%d more)", len(e.Inputs)-8)
		}
		sign := " + "
		if c[i] < 0 {
			sign = " − "
		} else if i == 0 {
			sign = " "
		}
		s += fmt.Sprintf("%s%.6g·%s", sign, math.Abs(c[i]), name)
	}
	b := c[len(c)-1]
	if b < 0 {
		return s + fmt.Sprintf(" − %.6g", -b)
	}
	return s + fmt.Sprintf(" + %.6g", b)
}
