package grad

import (
	"slices"
	"testing"

	"brick/device/cpu"
)

// scores is a layer of neurons, seen in another shape, and its loss; it returns the scores and the tape's bytes.
func scores(t *Tape, x []Float, w, b *Var, ids []int32, prepare func(z *Var) *Var) (z, loss *Var) {
	z = prepare(t.Const(x, 2, 5, 4).Linear(w, b))
	return z, z.Reshape(10, 7).CrossEntropy(t.IDs(ids, 10), CrossEntropyOptions{Smoothing: 0.1})
}

// Scores that only the loss reads give their memory to their gradient: the same gradients, less memory. Where something
// else reads them, or has asked to, they keep it.
func TestScoresGiveTheirMemory(t *testing.T) {
	defer func(n int) { takeOverFrom = n }(takeOverFrom)
	dev := cpu.New(1)
	defer dev.Close()
	x, ids := make([]Float, 40), make([]int32, 10)
	for i := range x {
		x[i] = Float(i%11)/8 - 0.5
	}
	for i := range ids {
		ids[i] = int32(i*3) % 7
	}
	ids[4] = IgnoredTarget
	itself := func(z *Var) *Var { return z }
	run := func(from int, prepare func(z *Var) *Var) (tape *Tape, z, w, b *Var) {
		takeOverFrom = from
		tape = &Tape{Device: dev}
		w, b = Param(slices.Clone(x[:28]), 7, 4), Param(slices.Clone(x[:7]), 7)
		z, loss := scores(tape, x, w, b, ids, prepare)
		loss.Backward()
		return tape, z, w, b
	}
	kept, z, w, b := run(1<<20, itself)
	values := slices.Clone(z.Data())
	given, spent, w2, b2 := run(0, itself)
	if !slices.Equal(w.Grad(), w2.Grad()) || !slices.Equal(b.Grad(), b2.Grad()) {
		t.Errorf("gradients %v %v, want %v %v", w2.Grad(), b2.Grad(), w.Grad(), b.Grad())
	}
	if given.Bytes() >= kept.Bytes() {
		t.Errorf("%d bytes where the scores give theirs, %d where they do not", given.Bytes(), kept.Bytes())
	}
	for name, f := range map[string]func(){
		"data":     func() { spent.Data() },
		"of views": func() { spent.Reshape(70).Data() },
		"buf":      func() { spent.Buf() },
		"an op":    func() { spent.ReLU() },
	} {
		if Catch(f) == nil {
			t.Errorf("%s: scores that were overwritten can be read", name)
		}
	}
	_, held, _, _ := run(0, (*Var).Retain)
	_, shared, w3, _ := run(0, func(z *Var) *Var { z.Softmax(-1); return z })
	if !slices.Equal(held.Data(), values) || held.Grad() == nil || !slices.Equal(shared.Data(), values) || !slices.Equal(w3.Grad(), w.Grad()) {
		t.Errorf("scores that are retained, or read by another op, have changed")
	}
	_, active, _, _ := run(0, func(z *Var) *Var { return z.Tanh() })
	active.Data()

	takeOverFrom = 0
	loop := &Tape{Device: dev}
	w.Clear()
	step := func() {
		loop.Reset()
		_, loss := scores(loop, x, w, b, ids, itself)
		loss.Backward()
	}
	step()
	step()
	bytes := loop.Bytes()
	if n := testing.AllocsPerRun(20, step); n != 0 || loop.Bytes() != bytes {
		t.Errorf("%v allocations a step, %d bytes after %d", n, loop.Bytes(), bytes)
	}
	_, loss := scores(&Tape{Device: dev}, x, w, b, ids, itself)
	loss.Backward()
	if Catch(loss.Backward) == nil {
		t.Error("a second Backward reads scores that were overwritten")
	}
}
