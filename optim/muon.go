package optim

import (
	"fmt"
	"iter"
	"math"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
)

// Muon moves hidden matrices along their momentum made orthogonal (Jordan et al.
// 2024, "Muon: An optimizer for hidden layers in neural networks"), and all other
// parameters by AdamW.
//
//	m = μ·m + (1−μ)·g    u = (1−μ)·g + μ·m if Nesterov, else m
//	X = orthogonal(u), see newtonSchulz    W = (1 − lr·λ)·W − lr·s·X       W (rows, cols)
//	s = √max(1, rows/cols)  ("jordan")    0.2·√max(rows, cols)  ("moonshot", Liu et al. 2025)
//
// The second scale gives X the size of AdamW's steps, so that one learning rate
// serves both; for the first, AdamRate makes up for the difference.
type Muon struct {
	Momentum float64 `json:"momentum" yaml:"momentum"`         // μ
	Nesterov bool    `json:"nesterov" yaml:"nesterov"`         // look ahead
	Steps    int     `json:"ns_steps" yaml:"ns_steps"`         // of the Newton–Schulz iteration
	Scale    string  `json:"scale" yaml:"scale"`               // "jordan" or "moonshot"
	Decay    float64 `json:"weight_decay" yaml:"weight_decay"` // λ
	AdamRate float64 `json:"adam_rate" yaml:"adam_rate"`       // AdamW's learning rate as a multiple of Muon's
	Adam     AdamW   `json:"adam" yaml:"adam"`                 // for all but hidden matrices

	core  `json:"-" yaml:"-"`
	all   []Named
	work  newtonSchulz
	empty [3]device.Buf
	move  kernel.RuleArgs // of the step along the direction
}

// NewMuon is Muon with μ = 0.95 (Nesterov), 5 iterations, the "moonshot" scale, λ = 0.1
// and AdamW with β = (0.9, 0.95) for the rest.
func NewMuon() *Muon {
	m := &Muon{Momentum: 0.95, Nesterov: true, Steps: 5, Scale: "moonshot", Decay: 0.1, AdamRate: 1, Adam: *NewAdamW()}
	m.Adam.Beta2, m.Adam.Decay = 0.95, 0.1
	return m
}

// Init is described at Optimizer. Parameters with Matrix set must have two axes.
func (o *Muon) Init(dev device.Device, params []Named) error {
	err := inRange("muon", rate("momentum", o.Momentum), nonNegative("ns_steps", float64(o.Steps)),
		nonNegative("weight_decay", o.Decay), nonNegative("adam_rate", o.AdamRate))
	if err != nil {
		return err
	}
	if o.Scale != "jordan" && o.Scale != "moonshot" {
		return fmt.Errorf(`muon: scale is %q, want "jordan" or "moonshot"`, o.Scale)
	}
	if err := validate(params); err != nil {
		return err
	}
	var matrices, rest []Named
	size, side := 0, 0
	for _, p := range params {
		if !p.Matrix {
			rest = append(rest, p)
			continue
		}
		if p.P.Rank() != 2 {
			return fmt.Errorf("muon: parameter %q has shape %v, want two axes for a matrix", p.Name, p.P.Shape())
		}
		matrices = append(matrices, p)
		size = max(size, p.P.Len())
		side = max(side, min(p.P.Dim(0), p.P.Dim(1)))
	}
	if err := o.Adam.Init(dev, rest); err != nil {
		return err
	}
	if err := o.init(dev, matrices, slot{name: "momentum_buffer"}); err != nil {
		return err
	}
	o.all = append([]Named(nil), params...)
	o.work = newWork(o.dev, size, side)
	return nil
}

// Groups are the parameters as Init took them over.
func (o *Muon) Groups() []Named { return o.all }

// Step is described at Optimizer.
func (o *Muon) Step(lr float64) {
	o.Adam.Step(lr * o.AdamRate)
	for i, p := range o.params {
		α, λ, _, ok := o.begin(i, lr, o.Decay)
		if !ok {
			continue
		}
		μ, ν, η := o.Momentum, 0.0, 1.0
		if o.Nesterov {
			ν, η = 1-μ, μ
		}
		o.set(μ, 1-μ, ν, η)
		rows, cols := p.P.Dim(0), p.P.Dim(1)
		u := o.work.x.Slice(0, rows*cols)
		o.dev.Update(kernel.StepMuon, u, p.P.GradBuf(), o.state[i], &o.args)
		x := o.work.orthogonal(o.dev, rows, cols, o.Steps)
		s := o.scaleOf(rows, cols)
		o.move = kernel.RuleArgs{kernel.Float(α * s), kernel.Float(λ / s)} // W −= α·s·(X + λ/s·W)
		o.dev.Update(kernel.StepSGD, p.P.Buf(), x, o.empty, &o.move)
		p.P.Clear()
	}
}

func (o *Muon) bound(s, β kernel.Float) {
	o.core.bound(s, β)
	o.Adam.bound(s, β)
}

func (o *Muon) scaleOf(rows, cols int) float64 {
	if o.Scale == "jordan" {
		return math.Sqrt(max(1, float64(rows)/float64(max(cols, 1))))
	}
	return 0.2 * math.Sqrt(float64(max(rows, cols, 1)))
}

// State yields the state of both parts.
func (o *Muon) State() iter.Seq2[string, *tensor.Tensor] { return o.both(copyOf) }

// Live yields the state of both parts, itself.
func (o *Muon) Live() iter.Seq2[string, *tensor.Tensor] { return o.both(liveOf) }

func (o *Muon) both(of ofBuf) iter.Seq2[string, *tensor.Tensor] {
	return func(yield func(string, *tensor.Tensor) bool) {
		for _, part := range []*core{&o.core, &o.Adam.core} {
			for name, x := range part.each(of) {
				if !yield(name, x) {
					return
				}
			}
		}
	}
}

// Load puts back what State gave.
func (o *Muon) Load(state map[string]*tensor.Tensor) error {
	own, rest := map[string]*tensor.Tensor{}, map[string]*tensor.Tensor{}
	for name, x := range state {
		rest[name] = x
	}
	for _, p := range o.params {
		for _, s := range []string{".step", ".momentum_buffer"} {
			if x := state[p.Name+s]; x != nil {
				own[p.Name+s] = x
				delete(rest, p.Name+s)
			}
		}
	}
	if err := o.check(own); err != nil {
		return err
	}
	if err := o.Adam.check(rest); err != nil {
		return err
	}
	o.put(own)
	o.Adam.put(rest)
	return nil
}

// newtonSchulz makes a matrix nearly orthogonal: its singular values approach 1,
// its singular vectors stay. With k = min(rows, cols)
//
//	X = u/(‖u‖ + 10⁻⁷)    repeated:  A = X·Xᵀ (k, k)    X = 3.4445·X + (−4.7750·A + 2.0315·A·A)·X
//
// or the same from the right with A = Xᵀ·X where there are more rows than columns.
type newtonSchulz struct {
	x, y       device.Buf // (rows, cols): where u comes in, and the next X
	gram, poly device.Buf // (k, k)
	norm       device.Buf // (1)
	host       [1]kernel.Float
}

func newWork(dev device.Device, size, side int) newtonSchulz {
	if size == 0 {
		return newtonSchulz{}
	}
	a := func(n int) device.Buf { return dev.Alloc(n, device.Float) }
	return newtonSchulz{x: a(size), y: a(size), gram: a(side * side), poly: a(side * side), norm: a(1)}
}

func (w *newtonSchulz) orthogonal(dev device.Device, rows, cols, steps int) device.Buf {
	n, k := rows*cols, min(rows, cols)
	x, y := w.x.Slice(0, n), w.y.Slice(0, n)
	gram, poly := w.gram.Slice(0, k*k), w.poly.Slice(0, k*k)

	dev.Reduce(kernel.SumSquare, device.Into(w.norm), device.Buf{}, x, row(n), allAxes)
	dev.Read(w.host[:], w.norm)
	scale(dev, x, 1/(math.Sqrt(float64(w.host[0]))+1e-7))

	square := device.Product{M: k, N: k, K: k, Batch: one}
	for range steps {
		xm, ym := device.Mat{Buf: x, LD: cols}, device.Mat{LD: cols}
		xt := xm
		xt.T = true
		g := device.Mat{Buf: gram, LD: k}
		outer := device.Product{M: k, N: k, K: n / max(k, 1), Batch: one}
		if rows <= cols {
			dev.MatMul(device.Into(gram), device.Mat{LD: k}, xm, xt, outer, device.Epilogue{})
		} else {
			dev.MatMul(device.Into(gram), device.Mat{LD: k}, xt, xm, outer, device.Epilogue{})
		}
		dev.MatMul(device.Into(poly), device.Mat{LD: k}, g, g, square, device.Epilogue{})
		scale(dev, poly, 2.0315)
		dev.Axpy(poly, -4.7750, gram)
		p := device.Mat{Buf: poly, LD: k}
		if rows <= cols {
			dev.MatMul(device.Into(y), ym, p, xm, device.Product{M: rows, N: cols, K: k, Batch: one}, device.Epilogue{})
		} else {
			dev.MatMul(device.Into(y), ym, xm, p, device.Product{M: rows, N: cols, K: k, Batch: one}, device.Epilogue{})
		}
		dev.Axpy(y, 3.4445, x)
		x, y = y, x
	}
	return x
}

// one is the batch of a single product.
var one = [4]int{1, 1, 1, 1}

// row is the shape of n numbers, and allAxes all its axes.
func row(n int) device.Dims { return device.Dims{1, 1, 1, 1, 1, n} }

const allAxes = 1<<device.MaxRank - 1

// scale is  x *= a.
func scale(dev device.Device, x device.Buf, a float64) {
	dev.Map(kernel.Affine, device.Into(x), x, kernel.Args{kernel.Float(a), 0})
}
