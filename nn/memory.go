package nn

import (
	"fmt"

	"brick/device"
	"brick/grad"
)

// Recall is what block b remembers from earlier passes, made on first use; it is nil
// when the tape has no memory, as in training.
//
// A key–value cache and a recurrent state are both this: a block's own memory.
// Because it travels with the tape, Forward keeps one argument, and several
// conversations share one model. b is a pointer.
func Recall[M any](t *grad.Tape, b Block) *M {
	if t == nil || t.Memory == nil {
		return nil
	}
	m, ok := t.Memory[b].(*M)
	if !ok {
		m = new(M)
		t.Memory[b] = m
	}
	return m
}

// A Picker is a memory of a batch of sequences that can go on with some of them: sequence i becomes what order[i] was.
type Picker interface {
	Pick(dev device.Device, order []int)
}

// Pick lets a tape's memory go on with the sequences order names, as a beam search does when it drops one
// continuation and follows two of another. It errs for a memory that is no Picker.
func Pick(t *grad.Tape, order []int) error {
	for b, m := range t.Memory {
		p, ok := m.(Picker)
		if !ok {
			return fmt.Errorf("nn: what a %T remembers cannot follow other sequences", b)
		}
		p.Pick(t.Device, order)
	}
	return nil
}

// picked is a copy of the rows that order names of mem, which has b rows; each row's first used numbers count.
func picked(dev device.Device, mem device.Buf, b, used int, order []int) device.Buf {
	row := mem.N / max(b, 1)
	out := dev.Alloc(len(order)*row, device.Float)
	for i, from := range order {
		move(dev, out, i*row, mem, from*row, used)
	}
	return out
}
