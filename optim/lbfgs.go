package optim

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"

	"brick/device"
	"brick/kernel"
)

// LBFGS minimises a loss over all data at once with curvature learnt from the
// last steps (Nocedal & Wright 2006, algorithm 7.5; gonum's, with the line search of
// Moré & Thuente 1994). It takes tens of evaluations where gradient descent takes
// thousands, but the loss must be one deterministic function: no sampling, no dropout.
type LBFGS struct {
	Memory     int     `json:"memory" yaml:"memory"`             // steps remembered; 0 is 10
	Iterations int     `json:"iterations" yaml:"iterations"`     // at most; 0 is 1,000
	Tolerance  float64 `json:"tolerance" yaml:"tolerance"`       // stop where no partial derivative is larger; 0 is 10⁻⁸ in float64, 10⁻⁵ in float32
	Decay      float64 `json:"weight_decay" yaml:"weight_decay"` // λ: adds λ/2·Σw² over parameters that decay

	dev    device.Device
	params []Named
	host   []kernel.Float // one parameter's numbers
}

// A Minimum is where LBFGS stopped.
type Minimum struct {
	Loss        float64
	Gradient    float64 // largest partial derivative
	Iterations  int
	Evaluations int
	Why         string // why it stopped
}

// NewLBFGS is L-BFGS with its defaults.
func NewLBFGS() *LBFGS { return &LBFGS{} }

// Init takes over the parameters, on dev (nil: this machine's cores).
func (o *LBFGS) Init(dev device.Device, params []Named) error {
	err := inRange("lbfgs", nonNegative("memory", float64(o.Memory)), nonNegative("iterations", float64(o.Iterations)),
		nonNegative("tolerance", o.Tolerance), nonNegative("weight_decay", o.Decay))
	if err != nil {
		return err
	}
	if err := validate(params); err != nil {
		return err
	}
	o.dev, o.params = home(dev), slices.Clone(params)
	longest := 0
	for _, p := range params {
		longest = max(longest, p.P.Len())
	}
	o.host = make([]kernel.Float, longest)
	return nil
}

// Groups are the parameters as Init took them over.
func (o *LBFGS) Groups() []Named { return o.params }

// Minimise moves the parameters to a local minimum of f, which computes the loss at
// their present values and leaves its gradients in them. Parameters end at the best point found,
// gradients clear. In float32 it usually ends when rounding hides further descent, which is
// no error. The error says that f is not finite at the start, or that Init was not called.
func (o *LBFGS) Minimise(f func() float64) (Minimum, error) {
	n := 0
	for _, p := range o.params {
		n += p.P.Len()
	}
	if n == 0 {
		return Minimum{}, errors.New("lbfgs: there are no parameters: call Init with some first")
	}
	e := &evaluation{o: o, f: f, x: make([]float64, n), g: make([]float64, n), best: math.Inf(1), bestX: make([]float64, n)}
	start := make([]float64, n)
	o.get(start)
	if e.at(start); math.IsNaN(e.loss) || math.IsInf(e.loss, 0) {
		return Minimum{Loss: e.loss}, fmt.Errorf("lbfgs: the loss at the start is %v, want a finite number", e.loss)
	}

	or := func(v, or int) int {
		if v == 0 {
			return or
		}
		return v
	}
	tolerance := o.Tolerance
	if tolerance == 0 {
		tolerance = map[int]float64{32: 1e-5, 64: 1e-8}[kernel.FloatBits]
	}
	result, err := optimize.Minimize(
		optimize.Problem{
			Func:   func(x []float64) float64 { e.at(x); return e.loss },
			Grad:   func(g, x []float64) { e.at(x); copy(g, e.g) },
			Status: e.status,
		}, start,
		&optimize.Settings{
			GradientThreshold: tolerance, MajorIterations: or(o.Iterations, 1000),
			Converger: &optimize.FunctionConverge{Absolute: 0, Relative: 0, Iterations: 20},
		},
		&optimize.LBFGS{Store: or(o.Memory, 10), Linesearcher: &optimize.MoreThuente{}, GradStopThreshold: math.NaN()})
	if e.panicked != nil { // f runs on a goroutine of the optimizer; its panic belongs to the caller
		panic(e.panicked)
	}

	o.set(e.bestX)
	for _, p := range o.params {
		p.P.Clear()
	}
	m := Minimum{Loss: e.best, Gradient: e.bestGradient, Evaluations: e.n}
	if result != nil {
		m.Iterations, m.Why = result.Stats.MajorIterations, result.Status.String()
	}
	if err != nil {
		m.Why = "no further descent at this precision (" + err.Error() + ")"
	}
	return m, nil
}

// evaluation is the loss and its gradient at the last point asked for.
type evaluation struct {
	o    *LBFGS
	f    func() float64
	x, g []float64
	loss float64
	n    int

	best, bestGradient float64
	bestX              []float64
	panicked           any
}

func (e *evaluation) at(x []float64) {
	if e.panicked != nil || e.n > 0 && slices.Equal(x, e.x) {
		return
	}
	defer func() {
		if e.panicked = recover(); e.panicked != nil {
			e.loss = math.NaN()
		}
	}()
	e.n++
	copy(e.x, x)
	e.o.set(x)
	for _, p := range e.o.params {
		p.P.Clear()
	}
	e.loss = e.f()
	e.o.gradient(e.g)
	for i, p := 0, 0; p < len(e.o.params); p++ {
		n := e.o.params[p].P.Len()
		if e.o.params[p].Decay && e.o.Decay > 0 {
			for k := i; k < i+n; k++ {
				e.loss += e.o.Decay / 2 * x[k] * x[k]
				e.g[k] += e.o.Decay * x[k]
			}
		}
		i += n
	}
	if e.loss < e.best {
		e.best, e.bestGradient = e.loss, 0
		for _, g := range e.g {
			e.bestGradient = max(e.bestGradient, math.Abs(g))
		}
		copy(e.bestX, x)
	}
}

func (e *evaluation) status() (optimize.Status, error) {
	if e.panicked != nil {
		return optimize.Failure, errors.New("the loss function panicked")
	}
	return optimize.NotTerminated, nil
}

// get, set and gradient move all parameters' numbers between the device and one slice.
func (o *LBFGS) get(x []float64) {
	for _, p := range o.params {
		h := o.host[:p.P.Len()]
		o.dev.Read(h, p.P.Buf())
		for i, v := range h {
			x[i] = float64(v)
		}
		x = x[len(h):]
	}
}

func (o *LBFGS) set(x []float64) {
	for _, p := range o.params {
		h := o.host[:p.P.Len()]
		for i := range h {
			h[i] = kernel.Float(x[i])
		}
		o.dev.Write(p.P.Buf(), h)
		x = x[len(h):]
	}
}

func (o *LBFGS) gradient(g []float64) {
	for _, p := range o.params {
		h := o.host[:p.P.Len()]
		clear(h)
		if p.P.Reached() {
			o.dev.Read(h, p.P.GradBuf())
		}
		for i, v := range h {
			g[i] = float64(v)
		}
		g = g[len(h):]
	}
}
