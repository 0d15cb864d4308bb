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
// conversations share one model. b is a pointer. In a pass over conversations that are read Together
// a memory that is not made for it is refused.
func Recall[M any](t *grad.Tape, b Block) *M {
	if t == nil || t.Memory == nil {
		return nil
	}
	m := recalled[M](t.Memory, b)
	if c := together(t); c != nil {
		j, ok := any(m).(joiner)
		if !ok {
			Refuse(nameOf(b), "what it remembers is of one conversation, and this pass reads several: give each a pass of its own")
		}
		j.join(c, b)
	}
	return m
}

// recalled is what b remembers in a memory, made on first use.
func recalled[M any](memory map[any]any, b Block) *M {
	m, ok := memory[b].(*M)
	if !ok {
		m = new(M)
		memory[b] = m
	}
	return m
}

// Remember says how a memory keeps what it is given. Its zero value keeps all as it is.
type Remember struct {
	KV device.Type // of attention's keys and values: Float; F16, half of its size; Q8_0, a quarter and a sixteenth, for heads whose width is a multiple of 32
}

// settings is where a memory holds its Remember.
type settings struct{}

// Memory is a new memory for Tape.Memory, or for Together. It panics unless KV.KeepsAs.
func (r Remember) Memory() map[any]any {
	if !r.KV.KeepsAs() {
		panic(fmt.Sprintf("nn: keys and values are not kept as %v: want float, F16 or Q8_0", r.KV))
	}
	return map[any]any{settings{}: r}
}

// remember is how a memory keeps what it is given.
func remember(memory map[any]any) Remember {
	r, _ := memory[settings{}].(Remember)
	return r
}

// memories calls f with each block of t's memory and what it remembers, until one errs; what says what is to be done with it.
func memories(t *grad.Tape, what string, f func(b, m any) error) error {
	if together(t) != nil {
		return fmt.Errorf("nn: a pass over several conversations cannot %s: do it with a tape that has the memory of one", what)
	}
	for b, m := range t.Memory {
		if b == (settings{}) {
			continue
		}
		if err := f(b, m); err != nil {
			return err
		}
	}
	return nil
}

// nameOf is what a block is called in errors.
func nameOf(b any) string {
	if n, ok := b.(interface{ name() string }); ok {
		return n.name()
	}
	return fmt.Sprintf("%T", b)
}

// A Picker is a memory of a batch of sequences that can go on with some of them: sequence i becomes what order[i] was.
type Picker interface {
	Pick(dev device.Device, order []int)
}

// Pick lets a tape's memory go on with the sequences order names, as a beam search does when it drops one
// continuation and follows two of another. It errs for a memory that is no Picker.
func Pick(t *grad.Tape, order []int) error {
	return memories(t, "follow other sequences", func(b, m any) error {
		p, ok := m.(Picker)
		if !ok {
			return fmt.Errorf("nn: what a %s remembers cannot follow other sequences", nameOf(b))
		}
		p.Pick(t.Device, order)
		return nil
	})
}

// picked is a copy of the rows that order names of mem, which has b rows; each row's first used numbers count.
func picked(dev device.Device, mem device.Buf, b, used int, order []int) device.Buf {
	row := mem.N / max(b, 1)
	out := dev.Alloc(len(order)*row, mem.Type)
	for i, from := range order {
		move(dev, out, i*row, mem, from*row, used)
	}
	return out
}
