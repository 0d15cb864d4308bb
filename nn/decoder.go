package nn

import (
	"brick/device"
	"brick/grad"
)

// DecoderBlock is the transformer layer that writes one sequence while it looks at another (Vaswani et al. 2017),
// with the names of torch.nn.TransformerDecoderLayer. m is what an encoder made of the other.
//
//	x₁ = LN₁(x + attention(x), causal)    x₂ = LN₂(x₁ + attention(x₁ → m))    y = LN₃(x₂ + W₂·relu(W₁·x₂ + b₁) + b₂)
//	x, y (B, T, E)   m (B, S, E)
//
// With NormFirst the norms stand before the branches, as in EncoderBlock.
type DecoderBlock struct {
	Attn  *MultiheadAttention `brick:"self_attn"`
	Cross *MultiheadAttention `brick:"multihead_attn"`
	FC1   *Linear             `brick:"linear1"` // (E → F)
	FC2   *Linear             `brick:"linear2"` // (F → E)
	Norm1 *LayerNorm          `brick:"norm1"`
	Norm2 *LayerNorm          `brick:"norm2"`
	Norm3 *LayerNorm          `brick:"norm3"`

	Drop      float64 // share of each branch's result that is dropped in training
	NormFirst bool
}

// NewDecoderBlock declares a layer of width e with a feed-forward width of ff.
func NewDecoderBlock(e, heads, ff int) *DecoderBlock {
	b := &DecoderBlock{
		Attn: NewMultiheadAttention(e, heads), Cross: NewMultiheadAttention(e, heads),
		FC1: NewLinear(e, ff), FC2: NewLinear(ff, e),
		Norm1: NewLayerNorm(e), Norm2: NewLayerNorm(e), Norm3: NewLayerNorm(e),
	}
	b.Attn.Causal = true
	return b
}

// Attend is the layer. Positions of m whose mask is 0 are not seen; mask nil shows all. A tape with a memory
// reads m and mask once: then x is what follows, and m and mask may be nil.    mask ids (B, S)
func (b *DecoderBlock) Attend(x, m, mask *Var) *Var {
	if b.NormFirst {
		x = x.Add(Drop(Scope(b.Attn, Scope(b.Norm1, x)), b.Drop))
		x = x.Add(Drop(b.Cross.Watch(Scope(b.Norm2, x), m, mask), b.Drop))
		return x.Add(feed(b.FC1, b.FC2, Scope(b.Norm3, x), b.Drop))
	}
	x = Scope(b.Norm1, x.Add(Drop(Scope(b.Attn, x), b.Drop)))
	x = Scope(b.Norm2, x.Add(Drop(b.Cross.Watch(x, m, mask), b.Drop)))
	return Scope(b.Norm3, x.Add(feed(b.FC1, b.FC2, x, b.Drop)))
}

// A view is what attention remembers of the sequence it watches: its keys and values, made once, and which of them are seen.
type view struct {
	k, v device.Buf // (B, S, H, D)
	mask []int32    // (B, S), nil where all are seen
	b, s int
}

// Watch is Cross on a tape with a memory: the keys and values of kv are made in the first pass and remembered. After that
// kv and mask are not read.
func (a *MultiheadAttention) Watch(x, kv, mask *Var) *Var {
	past := Recall[view](x.Tape(), a)
	if past == nil {
		return a.Cross(x, kv, mask)
	}
	t, E, H := x.Tape(), a.Out.W.Shape[1], a.Heads
	w, bias := t.Use(a.InW.Value()), t.Use(a.InB.Value())
	if past.b == 0 {
		if kv == nil || kv.Rank() != 3 || kv.Dim(2) != E {
			Refuse("attention", "the first pass of a memory needs the sequence to look at, (B, S, E)", x.Shape())
		}
		past.keep(t, kv.Linear(w.Slice(0, E, 2*E, 1), bias.Slice(0, E, 2*E, 1)), kv.Linear(w.Slice(0, 2*E, 3*E, 1), bias.Slice(0, 2*E, 3*E, 1)), mask)
	}
	B, T := x.Dim(0), x.Dim(1)
	if x.Rank() != 3 || x.Dim(2) != E || B != past.b {
		Refuse("attention", "want x (B, T, E) with as many sequences as the memory has", x.Shape(), []int{past.b, past.s, E})
	}
	var seen *Var
	if past.mask != nil {
		seen = t.IDs(past.mask, B, past.s)
	}
	q := x.Linear(w.Slice(0, 0, E, 1), bias.Slice(0, 0, E, 1)).Reshape(B, T, H, E/H)
	k, v := t.Over(past.k, B, past.s, H, E/H), t.Over(past.v, B, past.s, H, E/H)
	y := grad.Attention(q, k, v, grad.AttentionOptions{Mask: seen})
	return a.Out.Forward(y.Reshape(B, T, E))
}

// keep copies keys and values, which the tape's Reset would take.
func (m *view) keep(t *grad.Tape, k, v, mask *Var) {
	n := k.Len()
	m.b, m.s = k.Dim(0), k.Dim(1)
	m.k, m.v = t.Device.Alloc(n, device.Float), t.Device.Alloc(n, device.Float)
	move(t.Device, m.k, 0, k.Buf(), 0, n)
	move(t.Device, m.v, 0, v.Buf(), 0, n)
	if mask != nil {
		m.mask = append([]int32{}, mask.IDs()...)
	}
}

// Pick goes on with the sequences that order names.
func (m *view) Pick(dev device.Device, order []int) {
	if m.b == 0 {
		return
	}
	n := m.k.N / m.b
	m.k, m.v = picked(dev, m.k, m.b, n, order), picked(dev, m.v, m.b, n, order)
	if m.mask != nil {
		mask := make([]int32, 0, len(order)*m.s)
		for _, from := range order {
			mask = append(mask, m.mask[from*m.s:(from+1)*m.s]...)
		}
		m.mask = mask
	}
	m.b = len(order)
}

// CanRewind is nil: what is watched stays.
func (m *view) CanRewind(int) error { return nil }

// Rewind does nothing.
func (m *view) Rewind(int) {}
