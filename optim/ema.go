package optim

import (
	"iter"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
)

// An EMA is an exponential moving average of the weights over steps, which
// often evaluates better than the last ones (Polyak & Juditsky 1992; Tarvainen & Valpola 2017).
//
//	a = d·a + (1−d)·w,   d = min(Decay, (1+t)/(10+t)) at update t, so that the start is soon forgotten
type EMA struct {
	Decay float64

	dev     device.Device
	params  []Named
	average []device.Buf
	spare   device.Buf // as long as the longest parameter
	updates int
	swapped bool
	args    kernel.RuleArgs
}

// NewEMA starts the average at the present weights of o's parameters. Decay lies in [0, 1), usually 0.99 to 0.9999.
func NewEMA(o Optimizer, decay float64) (*EMA, error) { return NewEMAOf(o.Device(), o.Groups(), decay) }

// NewEMAOf is NewEMA for parameters on a device (nil: this machine's cores).
func NewEMAOf(dev device.Device, params []Named, decay float64) (*EMA, error) {
	if err := inRange("ema", rate("decay", decay)); err != nil {
		return nil, err
	}
	e := &EMA{Decay: decay, dev: home(dev), params: params}
	longest := 0
	for _, p := range params {
		a := e.dev.Alloc(p.P.Len(), device.Float)
		copyBuf(e.dev, a, p.P.Buf())
		e.average = append(e.average, a)
		longest = max(longest, p.P.Len())
	}
	e.spare = e.dev.Alloc(longest, device.Float)
	return e, nil
}

// Update takes in the weights after a step. It panics while the average is swapped in.
func (e *EMA) Update() {
	if e.swapped {
		panic("optim: EMA.Update while the average stands in for the weights: call Swap first")
	}
	e.updates++
	t := float64(e.updates)
	e.args[0] = kernel.Float(1 - min(e.Decay, (1+t)/(10+t)))
	for i, p := range e.params {
		e.dev.Update(kernel.StepAverage, e.average[i], p.P.Buf(), [3]device.Buf{}, &e.args)
	}
}

// Swap exchanges weights and average: once to evaluate the average, once more to go on training.
func (e *EMA) Swap() {
	for i, p := range e.params {
		spare := e.spare.Slice(0, p.P.Len())
		copyBuf(e.dev, spare, p.P.Buf())
		copyBuf(e.dev, p.P.Buf(), e.average[i])
		copyBuf(e.dev, e.average[i], spare)
	}
	e.swapped = !e.swapped
}

// State yields copies of the average, named as the parameters with ".ema" after it, and "ema.updates".
// It panics while the average is swapped in.
func (e *EMA) State() iter.Seq2[string, *tensor.Tensor] { return e.each(copyOf) }

// Live is State without copies: what it yields changes as the average does.
func (e *EMA) Live() iter.Seq2[string, *tensor.Tensor] { return e.each(liveOf) }

func (e *EMA) each(of ofBuf) iter.Seq2[string, *tensor.Tensor] {
	if e.swapped {
		panic("optim: EMA.State while the average stands in for the weights: call Swap first")
	}
	return func(yield func(string, *tensor.Tensor) bool) {
		if !yield("ema.updates", tensor.FromInts([]int32{int32(e.updates)}, device.I64)) {
			return
		}
		for i, p := range e.params {
			if !yield(p.Name+".ema", of(e.dev, e.average[i], p.P.Shape())) {
				return
			}
		}
	}
}

// Load puts back what State gave; after an error the average is as it was.
func (e *EMA) Load(state map[string]*tensor.Tensor) error {
	want := map[string][]int{"ema.updates": nil}
	for _, p := range e.params {
		want[p.Name+".ema"] = p.P.Shape()
	}
	if err := fits("average of weights", state, want); err != nil {
		return err
	}
	n, err := count("average of weights", state, "ema.updates")
	if err != nil {
		return err
	}
	e.updates = n
	for i, p := range e.params {
		fillFrom(e.dev, e.average[i], state[p.Name+".ema"])
	}
	return nil
}
