package grad_test

import (
	"slices"
	"testing"

	"brick/grad"
	"brick/tensor"
	"brick/tensor/goldentest"
)

func TestGoldenMatMul(t *testing.T) {
	for _, c := range goldentest.Load(t, "ops") {
		if c.Op != "matmul" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			r := newGoldenRun(c)
			var flags []grad.Trans
			if c.Bool("transpose_a", false) {
				flags = append(flags, grad.TransA)
			}
			if c.Bool("transpose_b", false) {
				flags = append(flags, grad.TransB)
			}
			r.compare(t, r.t.Use(r.param("a")).MatMul(r.param("b"), flags...), 1e-5)
		})
	}
}

func TestGoldenProductNN(t *testing.T) {
	for _, c := range goldentest.Load(t, "nn") {
		r := newGoldenRun(c)
		var y func() *grad.Var
		switch c.Op {
		case "linear":
			y = func() *grad.Var { return r.t.Use(r.param("x")).Linear(r.param("weight"), r.param("bias")) }
		case "swiglu":
			y = func() *grad.Var { return r.t.Use(r.param("a")).SwiGLU(r.param("b")) }
		case "swiglu_mlp":
			y = func() *grad.Var {
				x := r.t.Use(r.param("x"))
				gate := x.Linear(r.param("gate_proj.weight"), nil)
				return gate.SwiGLU(x.Linear(r.param("up_proj.weight"), nil)).Linear(r.param("down_proj.weight"), nil)
			}
		default:
			continue
		}
		t.Run(c.Name, func(t *testing.T) { r.compare(t, y(), 1e-5) })
	}
}

func TestGoldenAttention(t *testing.T) {
	for _, c := range goldentest.Load(t, "attention") {
		t.Run(c.Name, func(t *testing.T) {
			h := &headRun{goldenRun: newGoldenRun(c), heads: map[string]*grad.Var{}}
			switch c.Op {
			case "rope":
				r := ropeOf(c, h.head("x").Dim(3))
				h.compareHeads(t, h.t.Use(h.head("x")).RoPE(r, c.Int("offset", 0)))
			case "attention":
				o := grad.AttentionOptions{Causal: c.Bool("causal", false)}
				if c.In["mask"] != nil {
					o.Mask = h.ids(t, "mask")
				}
				q, k, v := h.t.Use(h.head("q")), h.t.Use(h.head("k")), h.head("v")
				if c.Has("rope") {
					sub := c.Sub("rope")
					r, pos := ropeOf(sub, q.Dim(3)), sub.Int("offset", 0)
					q, k = q.RoPE(r, pos), k.RoPE(r, pos)
				}
				h.compareHeads(t, grad.Attention(q, k, v, o))
			case "attention_cached":
				h.cached(t)
			case "multihead_attention":
				h.multihead(t)
			default:
				t.Fatalf("no test of op %q", c.Op)
			}
		})
	}
}

func ropeOf(c goldentest.Case, dim int) grad.RoPE {
	return grad.RoPE{Base: c.Float("base", 0), Dim: dim, Interleaved: c.Text("style", "") == "interleaved"}
}

// headRun is a case whose tensors are (B, H, T, D); ours are (B, T, H, D).
type headRun struct {
	*goldenRun
	heads map[string]*grad.Var
}

// swapped is x (a, n, m, d) as (a, m, n, d).
func swapped(x []grad.Float, a, n, m, d int) []grad.Float {
	y := make([]grad.Float, len(x))
	for i := range a * n * m {
		copy(y[((i/(n*m)*m+i%m)*n+i/m%n)*d:][:d], x[i*d:])
	}
	return y
}

// bthd is x (B, H, T, D) in our order.
func bthd(x *tensor.Tensor) []grad.Float {
	return swapped(x.Floats(nil), x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3])
}

// head is input name as a parameter (B, T, H, D).
func (h *headRun) head(name string) *grad.Var {
	if h.heads[name] == nil {
		x := h.c.In[name]
		h.heads[name] = grad.Param(bthd(x), x.Shape[0], x.Shape[2], x.Shape[1], x.Shape[3])
	}
	return h.heads[name]
}

// judge compares got (B, T, H, D) with the case's tensor of that name.
func (h *headRun) judge(t *testing.T, name string, got []grad.Float, want *tensor.Tensor) {
	t.Helper()
	s := want.Shape
	h.c.Compare(t, name, swapped(got, s[0], s[2], s[1], s[3]), goldentest.Tol(1e-5))
}

func (h *headRun) compareHeads(t *testing.T, y *grad.Var) {
	t.Helper()
	h.judge(t, "out.y", y.Data(), h.c.Out["y"])
	y.BackwardFrom(bthd(h.c.Gout["y"]))
	for name, want := range h.c.Grad {
		h.judge(t, "grad."+name, h.head(name).Grad(), want)
	}
}

// cached puts the keys and values of the past before the new ones, by hand.
func (h *headRun) cached(t *testing.T) {
	q, k := h.t.Use(h.head("q")), h.t.Use(h.head("k"))
	past := h.c.In["k_past"].Shape[2]
	if h.c.Has("rope") {
		r := ropeOf(h.c.Sub("rope"), q.Dim(3))
		q, k = q.RoPE(r, past), k.RoPE(r, past)
	}
	B, T, K, D := k.Dim(0), k.Dim(1), k.Dim(2), k.Dim(3)
	join := func(old, recent []grad.Float) []grad.Float {
		var y []grad.Float
		for b := range B {
			y = append(append(y, old[b*past*K*D:][:past*K*D]...), recent[b*T*K*D:][:T*K*D]...)
		}
		return y
	}
	split := func(y []grad.Float) (old, recent []grad.Float) {
		for b := range B {
			row := y[b*(past+T)*K*D:][:(past+T)*K*D]
			old, recent = append(old, row[:past*K*D]...), append(recent, row[past*K*D:]...)
		}
		return old, recent
	}
	keys := grad.Param(join(h.head("k_past").Data(), k.Data()), B, past+T, K, D)
	values := grad.Param(join(h.head("v_past").Data(), h.head("v").Data()), B, past+T, K, D)
	h.judge(t, "out.k_cache", keys.Data(), h.c.Out["k_cache"])
	h.judge(t, "out.v_cache", values.Data(), h.c.Out["v_cache"])
	y := grad.Attention(q, keys, values, grad.AttentionOptions{Causal: true})
	h.judge(t, "out.y", y.Data(), h.c.Out["y"])
	y.BackwardFrom(bthd(h.c.Gout["y"]))
	h.judge(t, "grad.q", h.head("q").Grad(), h.c.Grad["q"])
	old, recent := split(keys.Grad())
	h.judge(t, "grad.k_past", old, h.c.Grad["k_past"])
	k.BackwardFrom(recent)
	h.judge(t, "grad.k", h.head("k").Grad(), h.c.Grad["k"])
	old, recent = split(values.Grad())
	h.judge(t, "grad.v_past", old, h.c.Grad["v_past"])
	h.judge(t, "grad.v", recent, h.c.Grad["v"])
}

// multihead is PyTorch's MultiheadAttention of linear and attention.
func (h *headRun) multihead(t *testing.T) {
	c := h.c
	E, heads := c.In["x"].Shape[2], c.Int("heads", 0)
	x := h.t.Use(h.param("x"))
	kv := x
	if c.In["kv"] != nil {
		kv = h.t.Use(h.param("kv"))
	}
	weights, biases := c.In["in_proj_weight"].Floats(nil), c.In["in_proj_bias"].Floats(nil)
	var w, b [3]*grad.Var
	var parts [3]*grad.Var
	for i, from := range []*grad.Var{x, kv, kv} {
		w[i] = grad.Param(weights[i*E*E:][:E*E], E, E)
		b[i] = grad.Param(biases[i*E:][:E], E)
		parts[i] = from.Linear(w[i], b[i]).Reshape(from.Dim(0), from.Dim(1), heads, E/heads)
	}
	o := grad.AttentionOptions{Causal: c.Bool("causal", false)}
	if c.In["mask"] != nil {
		o.Mask = h.ids(t, "mask")
	}
	y := grad.Attention(parts[0], parts[1], parts[2], o).Reshape(x.Shape()...).Linear(h.param("out_proj.weight"), h.param("out_proj.bias"))
	tol := goldentest.Tol(1e-5)
	c.Compare(t, "out.y", y.Data(), tol)
	y.BackwardFrom(c.Gout["y"].Floats(nil))
	for name := range c.Grad {
		got := []grad.Float(nil)
		switch name {
		case "in_proj_weight":
			got = slices.Concat(w[0].Grad(), w[1].Grad(), w[2].Grad())
		case "in_proj_bias":
			got = slices.Concat(b[0].Grad(), b[1].Grad(), b[2].Grad())
		default:
			got = h.param(name).Grad()
		}
		c.Compare(t, "grad."+name, got, tol)
	}
}
