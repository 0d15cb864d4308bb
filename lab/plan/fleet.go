package plan

import (
	"fmt"

	"brick/optim"
)

// Fleet is what a plan takes on accelerators.
type Fleet struct {
	Hardware  Hardware  `json:"hardware"`
	Precision Precision `json:"precision"`
	MFU       float64   `json:"mfu"`
	Batch     int       `json:"batch"` // sequences in a step
	Count     int       `json:"count"`
	Chosen    string    `json:"chosen,omitempty"` // why so many, where nobody asked
	Rate      float64   `json:"rate,omitempty"`   // tokens or examples a second, of all together
	Seconds   float64   `json:"seconds,omitempty"`
	Joules    float64   `json:"joules,omitempty"` // at full power, without cooling; 0 where no power is published
	Split     *Split    `json:"split,omitempty"`
	Serving   []Serving `json:"serving,omitempty"`
	Verdict   string    `json:"verdict,omitempty"` // why it is impossible; then nothing above is filled in
}

// fleet finds how many accelerators, and the split.
func (p *Plan) fleet(h Hardware, kind optim.Kind, mfu float64, o Options) (*Fleet, error) {
	f := &Fleet{Hardware: h, Precision: o.Precision, MFU: mfu, Batch: o.Batch}
	if f.Precision == "" {
		f.Precision = BF16
	}
	peak := h.Peak(f.Precision)
	if peak == 0 {
		return nil, fmt.Errorf("%s: its maker publishes no peak in %s; want bf16", h.Name, f.Precision)
	}
	work := p.Model
	if work == 0 {
		work = p.Executed
	}
	if p.Shape == nil {
		p.alone(f, work, o)
		return f, nil
	}
	if f.Batch == 0 {
		f.Batch = largeBatch(float64(p.Total), p.Context)
	}
	s := *p.Shape
	fl := fleet{h: h, p: f.Precision, k: kind, sequences: f.Batch, context: p.Context, recompute: o.Recompute, mfu: mfu}
	f.serve(s, p.Context)
	days := o.Days
	if days == 0 {
		days = usualDays
	}
	peaks := work / (days * 86400 * peak)
	var sp Split
	ok, enough := false, false
	switch {
	case o.Accelerators > 0:
		if sp, ok = s.exactly(fl, o.Accelerators); !ok {
			f.Verdict = fmt.Sprintf("%d × %s: no split of data × tensor × pipeline divides a batch of %d, %d heads and %d layers and fits %.0f GB each", o.Accelerators, h.Name, f.Batch, s.Heads, s.Layers, h.Memory/1e9)
			if n := s.nearest(fl, o.Accelerators); n > 0 {
				f.Verdict += fmt.Sprintf("; %d would do", n)
			}
		}
	case peaks > 1e7:
		f.Verdict = fmt.Sprintf("to end within %s days it takes more than %s × %s: nobody has so many", trim3(days), short3(peaks), h.Name)
	default:
		sp, ok, enough = s.smallest(fl, peaks)
		switch {
		case !ok:
			f.Verdict = fmt.Sprintf("no split divides a batch of %d, %d heads and %d layers and fits %.0f GB each: take accelerators with more memory, a shorter context, or --recompute",
				f.Batch, s.Heads, s.Layers, h.Memory/1e9)
		case enough:
			f.Chosen = fmt.Sprintf("the fewest that hold it and end within %s days", trim3(days))
		default:
			f.Chosen = fmt.Sprintf("the fastest split of a batch of %d, which does not end within %s days", f.Batch, trim3(days))
		}
	}
	if f.Verdict != "" {
		return f, nil
	}
	f.Split = &sp
	f.MFU = sp.reached(mfu)
	f.run(sp.Devices(), work, s.ModelFLOPs(p.Context), peak)
	return f, nil
}

// run fills in rate, time and energy of n accelerators, for so many operations in all and for each token or example.
func (f *Fleet) run(n int, work, each, peak float64) {
	f.Count = n
	f.Rate = float64(n) * peak * f.MFU / each
	f.Seconds = work / (float64(n) * peak * f.MFU)
	f.Joules = f.Seconds * float64(n) * f.Hardware.Watts
}

// alone plans a network that is no transformer: copies of it, each on one accelerator.
func (p *Plan) alone(f *Fleet, work float64, o Options) {
	if p.Engine == nil {
		f.Verdict = "of this network only the parameters are known"
		return
	}
	if f.Batch == 0 {
		f.Batch = p.Batch
	}
	if need := p.Engine.Total(o.Recompute); need > full*f.Hardware.Memory {
		f.Verdict = fmt.Sprintf("a step of %d %s needs %s in f32, and one has %s: take a smaller batch", p.Batch, p.Unit, bytesText(need), bytesText(f.Hardware.Memory))
		return
	}
	f.run(max(o.Accelerators, 1), work, p.perUnit, f.Hardware.Peak(f.Precision))
}

// serve finds what it takes to run the model in each precision, for one sequence.
func (f *Fleet) serve(s Shape, context int) {
	for _, p := range []Precision{BF16, Int8, Int4} {
		if r, ok := s.serve(f.Hardware, p, 1, context); ok {
			f.Serving = append(f.Serving, r)
		}
	}
}
