package nn

import "brick/grad"

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
