package grad

import (
	"fmt"
	"math"
	"slices"

	"brick/device"
)

// AttentionOptions says what a query may see, and how sharply. The zero value
// shows every key to every query.
type AttentionOptions struct {
	Causal bool  // query t sees keys s ≤ t + S − T: itself and what came before it
	Mask   *Var  // ids (B, S): keys whose id is 0 are not seen; nil shows all
	Scale  Float // of the scores; 0 means 1/√D
	Window int   // a query sees the last Window of the keys that causality shows it; 0 means all (Beltagy et al. 2020). Only if Causal
	Cap    Float // scores s become Cap·tanh(s/Cap); 0 leaves them (Gemma Team 2024, "Gemma 2")
}

// Attention lets each query take a mixture of the values whose keys it resembles
// (Vaswani et al. 2017, "Attention is all you need"). Query head h reads key
// head h·K/H, so H = K is multi-head, K = 1 multi-query, and what lies between
// grouped-query attention (Ainslie et al. 2023).
//
//	p = softmax(scale·q·kᵀ over the keys that are seen)    y = p·v
//	q, y (B, T, H, D)   k, v (B, S, K, D)   H a multiple of K
//	∂v = pᵀ·∂y   ∂p = ∂y·vᵀ   ∂s = p ⊙ (∂p − Σ_D y⊙∂y)   ∂q = scale·∂s·k   ∂k = scale·∂sᵀ·q
//
// With a Cap,  p = softmax(Cap·tanh(scale·q·kᵀ/Cap))  and ∂s is multiplied by  1 − (s/Cap)²,  s what was capped.
//
// A query that sees no key gives 0. Scores are never stored: the way back
// computes them anew from ln Σ exp of each row (Dao et al. 2022, "FlashAttention").
func Attention(q, k, v *Var, o AttentionOptions) *Var {
	switch {
	case q.rank != 4 || k.rank != 4 || v.rank != 4:
		mismatch("attention", "want q (B, T, H, D), k and v (B, S, K, D)", q, k, v)
	case !slices.Equal(k.Shape(), v.Shape()) || q.dims[0] != k.dims[0] || q.dims[3] != k.dims[3]:
		mismatch("attention", "want q (B, T, H, D), k and v (B, S, K, D): k and v alike, B and D as q's", q, k, v)
	case k.dims[2] == 0 || q.dims[2]%k.dims[2] != 0:
		mismatch("attention", "want q's heads to be a multiple of k's", q, k, v)
	case (k.val.Type != device.Float || v.val.Type != device.Float) && !tapeOf("attention", q, k, v).NoGrad:
		mismatch("attention", "keys and values that are kept in another type are read only: want a tape without gradients", q, k, v)
	}
	checkSeen(q, k, v, k.dims[1], o)
	return attend(q, k, v, o, attr{})
}

// AttentionOver is Attention over a cache, whose keys and values lie head by head, n positions of each and room for more: so they
// are read from memory one after the other. It has no way back.
//
//	q, y (B, T, H, D)   k, v (B, K, room, D), the first n of room
func AttentionOver(q, k, v *Var, n int, o AttentionOptions) *Var {
	switch {
	case q.rank != 4 || k.rank != 4 || !slices.Equal(k.Shape(), v.Shape()) || q.dims[0] != k.dims[0] || q.dims[3] != k.dims[3]:
		mismatch("attention", "want q (B, T, H, D), k and v (B, K, room, D) of a cache", q, k, v)
	case n < 0 || n > k.dims[2]:
		mismatch("attention", fmt.Sprintf("want k and v (B, K, room, D) of a cache with room for %d positions or more", n), q, k, v)
	case k.dims[1] == 0 || q.dims[2]%k.dims[1] != 0:
		mismatch("attention", "want q's heads to be a multiple of the cache's", q, k, v)
	case !tapeOf("attention", q, k, v).NoGrad:
		mismatch("attention", "a cache is read only: want a tape without gradients", q, k, v)
	}
	checkSeen(q, k, v, n, o)
	return attend(q, k, v, o, attr{i: [8]int{2: n, 3: k.dims[2]}})
}

// checkSeen refuses options that attention over S keys of each of q's sequences does not have.
func checkSeen(q, k, v *Var, S int, o AttentionOptions) {
	switch m := o.Mask; {
	case o.Window < 0 || o.Window > 0 && !o.Causal || o.Cap < 0:
		mismatch("attention", "want a window and a cap of at least 0, and a window only if causal", q, k, v)
	case m != nil && (m.ids == nil && m.Len() > 0 || m.rank != 2 || m.dims[0] != q.dims[0] || m.dims[1] != S):
		mismatch("attention", "want a mask of ids (B, S)", q, k, v, m)
	}
}

// attend notes an attention over keys that lie as a says.
func attend(q, k, v *Var, o AttentionOptions, a attr) *Var {
	a.i[1], a.f = o.Window, [3]Float{o.Scale, o.Cap}
	if o.Scale == 0 {
		a.f[0] = Float(1 / math.Sqrt(float64(q.dims[3])))
	}
	if o.Causal {
		a.i[0] = 1
	}
	return tapeOf("attention", q, k, v, o.Mask).do(attention, q.Shape(), a, q, k, v, o.Mask)
}

var attention = newOp("attention",
	func(y *Var) {
		q, k, v := y.in[0], y.in[1], y.in[2]
		t := y.tape
		a, mask := attnOf(y)
		stat := t.arena.get(t.dev(), a.B*a.T*a.H)
		t.dev().Attention(y.val, stat, q.val, k.val, v.val, mask, a)
		if y.needs {
			y.aux[0] = stat
		} else {
			t.arena.put(stat)
		}
	},
	func(y *Var) {
		q, k, v := y.in[0], y.in[1], y.in[2]
		a, mask := attnOf(y)
		dq, dk, dv := q.grad(), k.grad(), v.grad()
		y.tape.dev().AttentionBack(dq, dk, dv, q.val, k.val, v.val, y.val, y.aux[0], y.grd, mask, a)
	}).reading(all)

// attnOf is the layout of y's attention, and its mask, absent if there is none.
func attnOf(y *Var) (a device.Attn, mask device.Buf) {
	q, k := y.in[0], y.in[1]
	if m := y.in[3]; m != nil {
		mask = m.val
	}
	a = device.Attn{B: q.dims[0], T: q.dims[1], S: k.dims[1], H: q.dims[2], K: k.dims[2], D: q.dims[3],
		Causal: y.attr.i[0] == 1, Scale: y.attr.f[0], Window: y.attr.i[1], Cap: y.attr.f[1]}
	if room := y.attr.i[3]; room > 0 {
		a.S, a.K, a.Room = y.attr.i[2], k.dims[1], room
	}
	return a, mask
}
