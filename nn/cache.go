package nn

import (
	"fmt"

	"brick/device"
	"brick/grad"
)

// Cache is what attention remembers: every key and value it has seen, in memory set
// aside once for the whole context, unless that is long, and filled in place. A nil *Cache remembers
// nothing, which is training. A block gets its own by Recall[Cache].
type Cache struct {
	k, v    device.Buf // (B, room, K, D)
	b, room int
	row     int // K·D
	n       int // positions seen
}

// atOnce is for how many positions room is made on first use: texts of whole contexts of published models, of 131,072
// positions and more, are rare.
const atOnce = 4096

// Len is how many positions were seen before, 0 for a nil Cache.
func (m *Cache) Len() int {
	if m == nil {
		return 0
	}
	return m.n
}

// Attend lets q see the keys and values of this pass and, from the memory, of those
// before it; k and v are added to the memory.    q (B, T, H, D)  k, v (B, T, K, D) → y (B, T, H, D)
//
// limit is the number of positions of the model's context, for which room is made on
// first use; where it is large, or 0 for no bound, room is doubled as it fills.
func (m *Cache) Attend(q, k, v *Var, limit int, o grad.AttentionOptions) *Var {
	if m == nil {
		return grad.Attention(q, k, v, o)
	}
	t := q.Tape()
	m.add(t.Device, k, v, limit)
	B, K, D := k.Dim(0), k.Dim(2), k.Dim(3)
	if B == 1 {
		return grad.Attention(q, m.seen(t, m.k, 0, K, D), m.seen(t, m.v, 0, K, D), o)
	}
	// Each sequence's keys lie together in the memory, but not those of the batch.
	y := make([]*Var, B)
	for b := range y {
		y[b] = grad.Attention(q.Slice(0, b, b+1, 1), m.seen(t, m.k, b, K, D), m.seen(t, m.v, b, K, D), o)
	}
	return grad.Concat(0, y...)
}

// seen is sequence b's part of the memory as a value on the tape: (1, n, K, D).
func (m *Cache) seen(t *grad.Tape, mem device.Buf, b, K, D int) *Var {
	return t.Over(mem.Slice(b*m.room*m.row, m.n*m.row), 1, m.n, K, D)
}

// add copies k and v behind what is there.
func (m *Cache) add(dev device.Device, k, v *Var, limit int) {
	B, T, row := k.Dim(0), k.Dim(1), k.Dim(2)*k.Dim(3)
	if m.n > 0 && (B != m.b || row != m.row) {
		Refuse("attention", fmt.Sprintf("the tape's memory is of %d sequences with keys of %d numbers: give each conversation its own memory", m.b, m.row), k.Shape())
	}
	if limit > 0 && m.n+T > limit {
		Refuse("attention", fmt.Sprintf("the context holds %d positions, %d are asked for: shorten the text, or build the model with a longer context", limit, m.n+T), k.Shape())
	}
	if need := m.n + T; need > m.room {
		room := limit
		if limit == 0 {
			room = max(2*m.room, need, 64)
		} else if limit > atOnce {
			room = min(max(2*m.room, need, atOnce), limit)
		}
		bigger := Cache{k: dev.Alloc(B*room*row, device.Float), v: dev.Alloc(B*room*row, device.Float), b: B, room: room, row: row, n: m.n}
		for b := range B {
			move(dev, bigger.k, b*room*row, m.k, b*m.room*row, m.n*row)
			move(dev, bigger.v, b*room*row, m.v, b*m.room*row, m.n*row)
		}
		*m = bigger
	}
	for b := range B {
		move(dev, m.k, (b*m.room+m.n)*row, k.Buf(), b*T*row, T*row)
		move(dev, m.v, (b*m.room+m.n)*row, v.Buf(), b*T*row, T*row)
	}
	m.n += T
}

// Pick goes on with the sequences that order names.
func (m *Cache) Pick(dev device.Device, order []int) {
	if m.n > 0 {
		m.k, m.v = picked(dev, m.k, m.b, m.n*m.row, order), picked(dev, m.v, m.b, m.n*m.row, order)
		m.b = len(order)
	}
}

// move copies n numbers.
func move(dev device.Device, dst device.Buf, at int, src device.Buf, from, n int) {
	if n == 0 {
		return
	}
	shape := device.Dims{1, 1, 1, 1, 1, n}
	flat := device.Contiguous(shape)
	dev.Copy(device.Into(dst.Slice(at, n)), flat, src.Slice(from, n), flat, shape, 1)
}
