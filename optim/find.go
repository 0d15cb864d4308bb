package optim

import (
	"errors"
	"fmt"
	"maps"
	"math"

	"brick/device"
)

// A Range is the rates that FindLR tries. Its zero value is 10⁻⁷ to 10 in 100 steps.
type Range struct {
	Min, Max float64 // first and last rate; 0 is 10⁻⁷ and 10
	Steps    int     // 0 is 100
	Blowup   float64 // stop once the smoothed loss is this many times the least; 0 is 4
}

// A Trial is one step of FindLR.
type Trial struct {
	LR     float64
	Loss   float64 // at the weights before the step
	Smooth float64 // moving average of losses, β = 0.9, corrected for its start
}

// FindLR is the learning-rate range test (Smith 2015): it trains with a rate that grows
// from step to step by one factor and suggests the rate at which the smoothed
// loss fell fastest. loss(i) computes the loss of step i and leaves its gradients in the
// parameters; FindLR takes the steps with o. Weights and o's state are put back
// afterwards, gradients cleared.
//
// The error says that no rate can be suggested: the loss never fell, or was never finite.
// The curve up to there comes with it.
func FindLR(o Optimizer, r Range, loss func(step int) float64) (curve []Trial, suggestion float64, err error) {
	if r.Min == 0 {
		r.Min = 1e-7
	}
	if r.Max == 0 {
		r.Max = 10
	}
	if r.Steps == 0 {
		r.Steps = 100
	}
	if r.Blowup == 0 {
		r.Blowup = 4
	}
	if !(r.Min > 0 && r.Max > r.Min && !math.IsInf(r.Max, 1)) || r.Steps < 3 || !(r.Blowup > 1) {
		return nil, 0, fmt.Errorf("learning-rate finder: want 0 < min < max, at least 3 steps and a blow-up above 1; found %+v", r)
	}
	defer restore(o)()

	const β = 0.9
	mean, least := 0.0, math.Inf(1)
	for i := range r.Steps {
		lr := r.Min * math.Pow(r.Max/r.Min, float64(i)/float64(r.Steps-1))
		l := loss(i)
		if math.IsNaN(l) || math.IsInf(l, 0) {
			break
		}
		mean = β*mean + (1-β)*l
		smooth := mean / (1 - math.Pow(β, float64(i+1)))
		curve = append(curve, Trial{lr, l, smooth})
		least = min(least, smooth)
		if i > 0 && smooth > least+(r.Blowup-1)*math.Abs(least) {
			break
		}
		o.Step(lr)
	}
	suggestion, err = steepest(curve)
	return curve, suggestion, err
}

// steepest is the rate at which the smoothed loss falls fastest over ln rate, before its least value.
func steepest(curve []Trial) (float64, error) {
	if len(curve) < 3 {
		return 0, errors.New("learning-rate finder: the loss was not finite or exploded at once; check the data or start from a smaller rate")
	}
	least := 0
	for i, c := range curve {
		if c.Smooth < curve[least].Smooth {
			least = i
		}
	}
	best, at := 0.0, -1
	for i := 1; i <= min(least, len(curve)-2); i++ {
		if slope := curve[i+1].Smooth - curve[i-1].Smooth; slope < best {
			best, at = slope, i
		}
	}
	if at < 0 {
		return 0, errors.New("learning-rate finder: the loss never fell; try a larger range or more steps")
	}
	return curve[at].LR, nil
}

// restore remembers o's parameters and state, and returns what puts them back.
func restore(o Optimizer) func() {
	dev, params := o.Device(), o.Groups()
	state := maps.Collect(o.State())
	weights := make([]device.Buf, len(params))
	for i, p := range params {
		weights[i] = dev.Alloc(p.P.Len(), device.Float)
		copyBuf(dev, weights[i], p.P.Buf())
	}
	return func() {
		for i, p := range params {
			copyBuf(dev, p.P.Buf(), weights[i])
			p.P.Clear()
		}
		if err := o.Load(state); err != nil {
			panic("optim: an optimizer refuses the state it gave: " + err.Error())
		}
	}
}

// copyBuf is  dst = src.
func copyBuf(dev device.Device, dst, src device.Buf) {
	v := device.Contiguous(row(src.N))
	dev.Copy(device.Into(dst), v, src, v, row(src.N), 1)
}
