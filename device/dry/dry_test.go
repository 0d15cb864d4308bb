package dry_test

import (
	"fmt"
	"testing"

	"brick/device"
	"brick/device/dry"
	"brick/grad"
)

func ExampleDevice() {
	dev := &dry.Device{}
	tape := &grad.Tape{Device: dev}
	x, w := tape.Shaped(32, 1000), grad.ParamOf(dev, dev.Alloc(10*1000, device.Float), dev.Alloc(10*1000, device.Float), 10, 1000)
	x.Linear(w, nil)
	fmt.Println(dev.Total().FLOPs, "= 2·32·1000·10")
	// Output: 640000 = 2·32·1000·10
}

// Each kernel against its formula, through the ops that use it.
func TestFormulas(t *testing.T) {
	elem := device.Float.Size()
	for _, c := range []struct {
		kernel string
		run    func(t *grad.Tape) *grad.Var
		flops  int
		read   int // elements
		wrote  int
	}{
		{"matmul", func(t *grad.Tape) *grad.Var { return t.Shaped(5, 3, 4).MatMul(t.Shaped(4, 6)) }, 2 * 5 * 3 * 4 * 6, 5*3*4 + 4*6, 5 * 3 * 6},
		{"softmax", func(t *grad.Tape) *grad.Var { return t.Shaped(3, 4).Softmax(-1) }, 5 * 12, 12, 12},
		{"layernorm", func(t *grad.Tape) *grad.Var { return t.Shaped(3, 4).LayerNorm(t.Shaped(4), t.Shaped(4), 1e-5) }, 8 * 12, 12 + 8, 12 + 6},
		{"rmsnorm", func(t *grad.Tape) *grad.Var { return t.Shaped(3, 4).RMSNorm(t.Shaped(4), 1e-5) }, 4 * 12, 12 + 4, 12 + 3},
		{"swiglu", func(t *grad.Tape) *grad.Var { return t.Shaped(3, 4).SwiGLU(t.Shaped(3, 4)) }, 5 * 12, 24, 12},
		{"map", func(t *grad.Tape) *grad.Var { return t.Shaped(3, 4).Tanh() }, 12, 12, 12},
		{"zip", func(t *grad.Tape) *grad.Var { return t.Shaped(3, 4).Mul(t.Shaped(4)) }, 12, 16, 12},
		{"index", func(t *grad.Tape) *grad.Var { return t.IDs(make([]int32, 6), 2, 3).Embed(t.Shaped(10, 4)) }, 0, 24 + 6, 24},
		// 2 sequences, 3 heads of 8; queries 0…3 of 4 see 3, 4, 5, 6 of 6 keys: 18 pairs
		{"attention", func(t *grad.Tape) *grad.Var {
			return grad.Attention(t.Shaped(2, 4, 3, 8), t.Shaped(2, 6, 1, 8), t.Shaped(2, 6, 1, 8), grad.AttentionOptions{Causal: true})
		}, 2 * 3 * 18 * (4*8 + 5), 2*4*3*8 + 2*2*6*8, 2*4*3*8 + 2*4*3},
		// more queries than keys: the last 3 of 5 see 1, 2, 3 keys
		{"attention", func(t *grad.Tape) *grad.Var {
			return grad.Attention(t.Shaped(1, 5, 1, 2), t.Shaped(1, 3, 1, 2), t.Shaped(1, 3, 1, 2), grad.AttentionOptions{Causal: true})
		}, 6 * (4*2 + 5), 10 + 12, 10 + 5},
		// queries 0…3 see 2, 3, 3, 3 of 5 keys
		{"attention", func(t *grad.Tape) *grad.Var {
			return grad.Attention(t.Shaped(1, 4, 1, 2), t.Shaped(1, 5, 1, 2), t.Shaped(1, 5, 1, 2), grad.AttentionOptions{Causal: true, Window: 3})
		}, 11 * (4*2 + 5), 8 + 20, 8 + 4},
		{"attention", func(t *grad.Tape) *grad.Var {
			return grad.Attention(t.Shaped(1, 5, 1, 2), t.Shaped(1, 3, 1, 2), t.Shaped(1, 3, 1, 2), grad.AttentionOptions{})
		}, 15 * (4*2 + 5), 10 + 12, 10 + 5},
	} {
		dev := &dry.Device{}
		c.run(&grad.Tape{Device: dev})
		got := dev.Kernels()[c.kernel]
		if want := (dry.Count{Calls: 1, FLOPs: c.flops, Read: c.read * elem, Wrote: c.wrote * elem}); got != want {
			t.Errorf("%s: %+v, want %+v", c.kernel, got, want)
		}
	}
}

// The way back of a product is two products of its size; of attention 2.5 times the way there.
func TestBackward(t *testing.T) {
	dev := &dry.Device{}
	tape := &grad.Tape{Device: dev}
	param := func(shape ...int) *grad.Var {
		n := 1
		for _, d := range shape {
			n *= d
		}
		return grad.ParamOf(dev, dev.Alloc(n, device.Float), dev.Alloc(n, device.Float), shape...)
	}
	w := param(7, 5)
	tape.Use(param(3, 5)).Linear(w, nil).Sum().Backward()
	if got, want := dev.Kernels()["matmul"], 3*2*3*5*7; got.FLOPs != want || got.Calls != 3 {
		t.Errorf("matmul %+v, want %d operations", got, want)
	}
	dev.Reset()
	if dev.Total() != (dry.Count{}) || len(dev.Names()) != 0 {
		t.Error("Reset leaves counts")
	}
	q := tape.Use(param(1, 4, 2, 8))
	grad.Attention(q, q, q, grad.AttentionOptions{}).Sum().Backward()
	if got, want := dev.Kernels()["attention_back"].FLOPs, 2*16*(10*8+8); got != want {
		t.Errorf("attention_back %d, want %d", got, want)
	}
	if dev.Bytes() == 0 || dev.Alloc(0, device.Float).Present() == false {
		t.Error("memory is not counted")
	}
}
