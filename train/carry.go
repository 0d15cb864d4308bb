package train

import (
	"fmt"
	"iter"

	"brick/data"
	"brick/device"
	"brick/device/dry"
	"brick/grad"
	"brick/nn"
	"brick/tensor"
)

// carries makes room for the states that go on from step to step, if the job asks for it, and refuses data and models
// that have none.
func (r *Run) carries() error {
	if !r.Job.Data.Carry {
		return nil
	}
	if r.Info.Task != data.Language || !r.Info.Carry {
		return usagef("data.carry takes up the state where the last batch of a text stopped, but %s is %s: leave it out", r.Info.Name, r.Info.Task)
	}
	if err := onlyCarries(r.Model, r.Info.Input[0]); err != nil {
		return err
	}
	for range max(r.Job.Accumulate, 1) {
		r.carried = append(r.carried, map[any]any{})
	}
	return nil
}

// onlyCarries errs unless all that m remembers of a sequence is the states of recurrent layers.
func onlyCarries(m nn.Block, length int) (err error) {
	dev := new(dry.Device)
	tape := &grad.Tape{Device: dev, NoGrad: true, Memory: map[any]any{}}
	nn.Rehearse(dev, m, func() {
		err = grad.Catch(func() { m.Forward(tape.IDs(make([]int32, length), 1, length)) })
	})
	if err != nil {
		return err
	}
	for b, memory := range tape.Memory {
		if _, ok := memory.(*nn.Carry); !ok {
			return usagef("data.carry is for models whose memory is recurrent layers: a %T remembers all it has seen", b)
		}
	}
	if len(tape.Memory) == 0 {
		return usagef("data.carry carries the states of recurrent layers, and the model has none: try embed(256) lstm(256) linear")
	}
	return nil
}

// carriedStates are the states that the next step goes on with, by micro-batch, layer and number.
func (r *Run) carriedStates() iter.Seq2[string, device.Buf] {
	return func(yield func(string, device.Buf) bool) {
		for i, memory := range r.carried {
			for name, b := range nn.Blocks(r.Model) {
				m, ok := memory[b].(*nn.Carry)
				if !ok {
					continue
				}
				for k, s := range m.States() {
					if !yield(fmt.Sprintf("%d.%s.%d", i, name, k), s) {
						return
					}
				}
			}
		}
	}
}

// loadCarried puts back what carriedStates gave.
func (r *Run) loadCarried(found map[string]*tensor.Tensor) error {
	if len(found) == 0 { // states were zeros: no step was done, or the last was not finite
		return nil
	}
	for i, memory := range r.carried {
		for name, b := range nn.Blocks(r.Model) {
			layer, ok := b.(*nn.Recurrent)
			if !ok || found[fmt.Sprintf("%d.%s.0", i, name)] == nil {
				continue
			}
			memory[b] = nn.NewCarry(r.dev, layer, r.Job.Batch)
		}
	}
	used := 0
	for name, s := range r.carriedStates() {
		x := found[name]
		if x == nil {
			return fmt.Errorf("the carried state %q is missing", name)
		}
		if x.Len() != s.N {
			return fmt.Errorf("the carried state %q has %d numbers; the model wants %d", name, x.Len(), s.N)
		}
		r.dev.Write(s, x.Floats(nil))
		used++
	}
	if used != len(found) {
		return fmt.Errorf("%d carried states belong to no layer of the model", len(found)-used)
	}
	return nil
}
