package nn

import (
	"fmt"

	"brick/grad"
)

// MultiheadAttention is attention in H heads side by side (Vaswani et al. 2017), with
// the parameters of torch.nn.MultiheadAttention: queries, keys and values come from
// one matrix.
//
//	q, k, v = x·W_inᵀ + b_in     y = concat(attention of each head)·W_outᵀ + b_out
//	x, y (B, T, E)   head h has E/H numbers, contiguous
type MultiheadAttention struct {
	InW *Param  `brick:"in_proj_weight"` // (3E, E): rows of q, k, v
	InB *Param  `brick:"in_proj_bias"`   // (3E)
	Out *Linear `brick:"out_proj"`       // (E → E)

	Heads   int
	Causal  bool // position t sees positions ≤ t only
	Context int  // positions a memory makes room for; 0 means no bound
}

// NewMultiheadAttention declares attention over e numbers in heads heads. It panics unless heads divides e.
func NewMultiheadAttention(e, heads int) *MultiheadAttention {
	if heads <= 0 || e%heads != 0 {
		panic(fmt.Sprintf("nn: %d heads do not divide the width %d", heads, e))
	}
	return &MultiheadAttention{
		InW: NewParam(XavierUniform, 3*e, e), InB: NewParam(Zeros, 3*e),
		Out: NewLinear(e, e).Start(Torch), Heads: heads,
	}
}

// Forward is self-attention, which does not see what fills sequences up. If it is causal, a tape with a memory continues
// where it stopped.
func (a *MultiheadAttention) Forward(x *Var) *Var { return a.Masked(x, filled(x, a.Causal)) }

// Masked is Forward that sees only the positions whose mask is not 0; mask nil shows all.
// It is for sequences of several lengths that are filled up, not for one that is continued.    x, y (B, T, E)  mask ids (B, T)
func (a *MultiheadAttention) Masked(x, mask *Var) *Var {
	if x.Rank() != 3 || x.Dim(2) != a.Out.W.Shape[1] {
		Refuse("attention", fmt.Sprintf("want x (B, T, %d)", a.Out.W.Shape[1]), x.Shape())
	}
	B, T, E := x.Dim(0), x.Dim(1), x.Dim(2)
	qkv := x.Linear(a.InW.Value(), a.InB.Value())                    // (B, T, 3E)
	q := qkv.Slice(2, 0, E, 1).Reshape(B, T, a.Heads, E/a.Heads)     // (B, T, H, D)
	k := qkv.Slice(2, E, 2*E, 1).Reshape(B, T, a.Heads, E/a.Heads)   // (B, T, H, D)
	v := qkv.Slice(2, 2*E, 3*E, 1).Reshape(B, T, a.Heads, E/a.Heads) // (B, T, H, D)
	var past *Cache
	if a.Causal {
		past = Recall[Cache](x.Tape(), a)
	} else {
		alone("attention", x)
	}
	y := past.Attend(q, k, v, a.Context, grad.AttentionOptions{Causal: a.Causal, Mask: mask}) // (B, T, H, D)
	return a.Out.Forward(y.Reshape(B, T, E))
}

// Cross lets each position of x look at those of kv whose mask is not 0; mask nil shows
// all.    x (B, T, E)  kv (B, S, E)  mask ids (B, S) → y (B, T, E)
func (a *MultiheadAttention) Cross(x, kv, mask *Var) *Var {
	E := a.Out.W.Shape[1]
	if x.Rank() != 3 || kv.Rank() != 3 || x.Dim(2) != E || kv.Dim(2) != E || x.Dim(0) != kv.Dim(0) {
		Refuse("attention", fmt.Sprintf("want x (B, T, %d) and kv (B, S, %d)", E, E), x.Shape(), kv.Shape())
	}
	B, T, S, H := x.Dim(0), x.Dim(1), kv.Dim(1), a.Heads
	t := x.Tape()
	w, b := t.Use(a.InW.Value()), t.Use(a.InB.Value())
	part := func(x *Var, i, T int) *Var {
		return x.Linear(w.Slice(0, i*E, (i+1)*E, 1), b.Slice(0, i*E, (i+1)*E, 1)).Reshape(B, T, H, E/H)
	}
	y := grad.Attention(part(x, 0, T), part(kv, 1, S), part(kv, 2, S), grad.AttentionOptions{Causal: a.Causal, Mask: mask})
	return a.Out.Forward(y.Reshape(B, T, E))
}

// Notation is attention(heads=h,causal=…).
func (a *MultiheadAttention) Notation() string {
	return fmt.Sprintf("attention(heads=%d,causal=%v)", a.Heads, a.Causal)
}
