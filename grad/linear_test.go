package grad_test

import (
	"fmt"
	"slices"
	"testing"

	"brick/grad"
	"brick/kernel"
)

func ExampleVar_Linear() {
	w := grad.Param([]grad.Float{1, 2, 3, 4}, 2, 2) // (out, in)
	b := grad.Param([]grad.Float{10, 20}, 2)
	t := new(grad.Tape)
	y := t.Const([]grad.Float{1, 1}, 1, 2).Linear(w, b)
	y.BackwardFrom([]grad.Float{1, -1})
	fmt.Println(y.Data(), w.Grad(), b.Grad())
	// Output: [13 27] [1 1 -1 -1] [1 -1]
}

func ExampleAttention() {
	t := new(grad.Tape)
	q := t.Const([]grad.Float{0, 0}, 1, 2, 1, 1) // (B, T, H, D): two queries that like all keys alike
	v := t.Const([]grad.Float{2, 4}, 1, 2, 1, 1)
	fmt.Println(grad.Attention(q, q, v, grad.AttentionOptions{}).Data())
	fmt.Println(grad.Attention(q, q, v, grad.AttentionOptions{Causal: true}).Data())
	// Output:
	// [3 3]
	// [2 3]
}

func sevenths(shape ...int) *grad.Var {
	n := 1
	for _, d := range shape {
		n *= d
	}
	x := make([]grad.Float, n)
	for i := range x {
		x[i] = grad.Float(i*i%7) - 3
	}
	return grad.Param(x, shape...)
}

// A pass through the ops made of products allocates nothing once it is warm.
func TestProductOpsAllocateNothing(t *testing.T) {
	x, w, b, m := sevenths(2, 40, 32), sevenths(32, 32), sevenths(32), sevenths(2, 32, 8)
	mask := make([]int32, 2*40)
	for i := range mask {
		mask[i] = 1
	}
	tape, dy := new(grad.Tape), make([]grad.Float, 2*40*8)
	step := func() {
		tape.Reset()
		h := tape.Use(x).LinearAct(w, b, kernel.SiLU)
		q := h.LinearT(w, nil).Reshape(2, 40, 4, 8).RoPE(grad.RoPE{Base: 1e4, Dim: 8}, 3)
		k := h.Linear(w, b).Reshape(2, 40, 4, 8)
		y := grad.Attention(q, k, k, grad.AttentionOptions{Causal: true, Mask: tape.IDs(mask, 2, 40)})
		y.SwiGLU(q).Reshape(2, 40, 32).MatMul(m).BackwardFrom(dy)
	}
	for range 20 {
		step()
	}
	if n := testing.AllocsPerRun(20, step); n != 0 {
		t.Errorf("found %v allocations, want 0", n)
	}
}

// What a row gives does not depend on the rows beside it.
func TestLinearBatchedEqualsSingle(t *testing.T) {
	x, w, b := sevenths(33, 70), sevenths(50, 70), sevenths(50)
	tape := new(grad.Tape)
	all := tape.Use(x).LinearAct(w, b, kernel.GELU).Data()
	for i := range 33 {
		one := tape.Const(x.Data()[i*70:][:70], 1, 70).LinearAct(w, b, kernel.GELU).Data()
		if !slices.Equal(one, all[i*50:][:50]) {
			t.Fatalf("row %d differs alone", i)
		}
	}
}

func TestProductShapeErrors(t *testing.T) {
	tape := new(grad.Tape)
	c := func(shape ...int) *grad.Var { return tape.Use(sevenths(shape...)) }
	o := func(mask *grad.Var) grad.AttentionOptions { return grad.AttentionOptions{Mask: mask} }
	for name, f := range map[string]func(){
		"matmul of a scalar":             func() { c().MatMul(c(2, 2)) },
		"matmul of other batches":        func() { c(2, 3, 4).MatMul(c(3, 4, 5)) },
		"matmul transposed wrongly":      func() { c(3, 4).MatMul(c(4, 5), grad.TransA) },
		"matmul of parameters only":      func() { sevenths(2, 2).MatMul(sevenths(2, 2)) },
		"linear with a vector w":         func() { c(3, 4).Linear(c(4), nil) },
		"linear with w the other way":    func() { c(3, 4).Linear(c(4, 5), nil) },
		"linear with a wide b":           func() { c(3, 4).Linear(c(5, 4), c(4)) },
		"linear with a two-axis b":       func() { c(3, 4).Linear(c(5, 4), c(1, 5)) },
		"linear of a scalar":             func() { c().Linear(c(5, 1), nil) },
		"linear with constants to fuse":  func() { c(3, 4).LinearAct(c(5, 4), nil, kernel.LeakyReLU) },
		"rope of three axes":             func() { c(2, 3, 4).RoPE(grad.RoPE{Base: 10, Dim: 4}, 0) },
		"rope of another width":          func() { c(1, 2, 3, 4).RoPE(grad.RoPE{Base: 10, Dim: 2}, 0) },
		"rope before the first position": func() { c(1, 2, 3, 4).RoPE(grad.RoPE{Base: 10, Dim: 4}, -1) },
		"rope without a base":            func() { c(1, 2, 3, 4).RoPE(grad.RoPE{Dim: 4}, 0) },
		"attention of three axes":        func() { grad.Attention(c(2, 3, 4), c(2, 3, 4), c(2, 3, 4), o(nil)) },
		"attention with k unlike v":      func() { grad.Attention(c(1, 2, 2, 4), c(1, 3, 2, 4), c(1, 2, 2, 4), o(nil)) },
		"attention of other widths":      func() { grad.Attention(c(1, 2, 2, 4), c(1, 2, 2, 3), c(1, 2, 2, 3), o(nil)) },
		"attention without key heads":    func() { grad.Attention(c(1, 2, 2, 4), c(1, 2, 0, 4), c(1, 2, 0, 4), o(nil)) },
		"attention with a float mask":    func() { grad.Attention(c(1, 2, 2, 4), c(1, 2, 2, 4), c(1, 2, 2, 4), o(c(1, 2))) },
		"attention with a long mask": func() {
			grad.Attention(c(1, 2, 2, 4), c(1, 2, 2, 4), c(1, 2, 2, 4), o(tape.IDs(make([]int32, 3), 1, 3)))
		},
		"swiglu of other shapes": func() { c(2, 3).SwiGLU(c(6)) },
	} {
		if err := grad.Catch(f); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
