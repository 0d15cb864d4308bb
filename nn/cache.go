package nn

import (
	"fmt"

	"brick/device"
	"brick/grad"
)

// Cache is what attention remembers: every key and value it has seen, in memory set
// aside once for the whole context, unless that is long, and filled in place, in the type that the memory's Remember names. A nil *Cache remembers
// nothing, which is training. A block gets its own by Recall[Cache].
type Cache struct {
	k, v    device.Buf // (B, K, room, D): those of a head together, as a query reads them
	b, room int
	heads   int // K
	d       int
	n       int // positions seen

	rope   grad.RoPE // of the keys; Dim 0 if they have none
	turned int       // the first number of a key that it rotates

	several[Cache]
}

// atOnce is for how many positions room is made on first use: texts of whole contexts of published models, of 131,072
// positions and more, are rare.
const atOnce = 4096

// RoPE rotates queries or keys by their positions, which go on from those seen before. x becomes numbers from and on of
// each head's key: 0, unless only a part of them is rotated.    x, y (B, T, H, R)
func (m *Cache) RoPE(x *Var, r grad.RoPE, from int) *Var {
	switch {
	case m == nil:
		return x.RoPE(r, 0)
	case m.all != nil:
		return m.each("rope", x, 1, func(_ int, past *Cache, x *Var) *Var { return past.RoPE(x, r, from) })
	}
	m.rope, m.turned = r, from
	return x.RoPE(r, m.n)
}

// Attend lets q see the keys and values of this pass and, from the memory, of those
// before it; k and v are added to the memory.    q (B, T, H, D)  k, v (B, T, K, D) → y (B, T, H, D)
//
// limit is the number of positions of the model's context, for which room is made on
// first use; where it is large, or 0 for no bound, room is doubled as it fills.
func (m *Cache) Attend(q, k, v *Var, limit int, o grad.AttentionOptions) *Var {
	switch {
	case m == nil:
		return grad.Attention(q, k, v, o)
	case m.all == nil:
		return m.attend(q, k, v, limit, o, remember(q.Tape().Memory))
	case o.Mask != nil:
		Refuse("attention", "conversations that are read together are not filled up: want no mask", q.Shape(), o.Mask.Shape())
	}
	m.check("attention", k)
	at := 0
	return m.each("attention", q, 1, func(i int, past *Cache, q *Var) *Var {
		T := q.Dim(1)
		at += T
		return past.attend(q, k.Slice(1, at-T, at, 1), v.Slice(1, at-T, at, 1), limit, o, remember(m.all.memories[i]))
	})
}

// attend is Attend of one conversation.
func (m *Cache) attend(q, k, v *Var, limit int, o grad.AttentionOptions, r Remember) *Var {
	t := q.Tape()
	m.add(t.Device, k, v, limit, r.KV)
	over := func(mem device.Buf) *Var { return t.Over(mem, m.b, m.heads, m.room, m.d) }
	return grad.AttentionOver(q, over(m.k), over(m.v), m.n, o)
}

// add copies k and v behind what is there.
func (m *Cache) add(dev device.Device, k, v *Var, limit int, as device.Type) {
	B, T, K, D := k.Dim(0), k.Dim(1), k.Dim(2), k.Dim(3)
	if m.n > 0 && (B != m.b || K != m.heads || D != m.d) {
		Refuse("attention", fmt.Sprintf("the tape's memory is of %d sequences with %d heads of keys of %d numbers: give each conversation its own memory", m.b, m.heads, m.d), k.Shape())
	}
	if limit > 0 && m.n+T > limit {
		Refuse("attention", fmt.Sprintf("the context holds %d positions, %d are asked for: shorten the text, or build the model with a longer context", limit, m.n+T), k.Shape())
	}
	if D%as.Block() != 0 {
		Refuse("attention", fmt.Sprintf("keys and values of heads of %d numbers are no blocks of %d: keep them as F16 or as floats, not as %v", D, as.Block(), as), k.Shape())
	}
	if need := m.n + T; need > m.room || m.b != B || m.heads != K || m.d != D {
		room := limit
		if limit == 0 {
			room = max(2*m.room, need, 64)
		} else if limit > atOnce {
			room = min(max(2*m.room, need, atOnce), limit)
		}
		m.k = m.grown(dev, m.k, as, B*K, room, D) // what it was can go before the values' memory is made
		m.v = m.grown(dev, m.v, as, B*K, room, D)
		m.b, m.heads, m.room, m.d = B, K, room, D
	}
	k, v = k.Transpose(1, 2), v.Transpose(1, 2) // (B, K, T, D)
	for i := range B * K {
		move(dev, m.k, (i*m.room+m.n)*D, k.Buf(), i*T*D, T*D)
		move(dev, m.v, (i*m.room+m.n)*D, v.Buf(), i*T*D, T*D)
	}
	m.n += T
}

// grown is a memory with room for more positions of some heads, which holds what mem does.
func (m *Cache) grown(dev device.Device, mem device.Buf, as device.Type, heads, room, d int) device.Buf {
	to := dev.Alloc(heads*room*d, as)
	if m.n > 0 {
		for i := range heads {
			move(dev, to, i*room*d, mem, i*m.room*d, m.n*d)
		}
	}
	return to
}

// Pick goes on with the sequences that order names.
func (m *Cache) Pick(dev device.Device, order []int) {
	if m.n == 0 {
		return
	}
	heads := make([]int, 0, len(order)*m.heads)
	for _, b := range order {
		for i := range m.heads {
			heads = append(heads, b*m.heads+i)
		}
	}
	m.k, m.v = picked(dev, m.k, m.b*m.heads, m.n*m.d, heads), picked(dev, m.v, m.b*m.heads, m.n*m.d, heads)
	m.b = len(order)
}

// CanRewind is nil if n positions were seen.
func (m *Cache) CanRewind(n int) error { return canRewind(n, m.n) }

// Rewind forgets all but the first n positions.
func (m *Cache) Rewind(n int) { m.n = n }

// CanShift is nil if positions keep to keep+n−1 were seen.
func (m *Cache) CanShift(keep, n int) error { return canShift(keep, n, m.n) }

// shiftAtOnce is how many positions are rotated together.
const shiftAtOnce = 256

// Shift forgets positions keep to keep+n−1 and moves those after them up.
func (m *Cache) Shift(scratch *grad.Tape, keep, n int) {
	dev, d := scratch.Device, m.d
	for i := range m.b * m.heads {
		for at := keep; at+n < m.n; { // a piece and where it goes have no position in common
			c := min(n, shiftAtOnce, m.n-n-at)
			to, from := (i*m.room+at)*d, (i*m.room+at+n)*d
			move(dev, m.v, to, m.v, from, c*d)
			move(dev, m.k, to, m.turnedBack(scratch, from, c, n), 0, c*d)
			at += c
		}
	}
	m.n -= n
}

// turnedBack is the keys of c positions of a head, the first one's numbers from from on, as they would be n positions before.
func (m *Cache) turnedBack(t *grad.Tape, from, c, n int) device.Buf {
	keys := m.k.Slice(from, c*m.d)
	if m.rope.Dim == 0 {
		return keys
	}
	t.Reset()
	x := t.Shaped(1, c, 1, m.d)
	t.Device.Convert(x.Buf(), keys)
	y, end := x.Slice(3, m.turned, m.turned+m.rope.Dim, 1).Turn(m.rope, -n), m.turned+m.rope.Dim
	return grad.Concat(3, x.Slice(3, 0, m.turned, 1), y, x.Slice(3, end, m.d, 1)).Buf()
}

// move copies n numbers, in the type of where they go.
func move(dev device.Device, dst device.Buf, at int, src device.Buf, from, n int) {
	if n > 0 {
		dev.Convert(dst.Slice(at, n), src.Slice(from, n))
	}
}
