package grad

import (
	"math/bits"

	"brick/device"
)

// slab hands out Vars with stable addresses and reuses them after truncate.
type slab struct {
	chunks [][]Var
	n      int
}

const chunk = 256

func (s *slab) next() *Var {
	if s.n == len(s.chunks)*chunk {
		s.chunks = append(s.chunks, make([]Var, chunk))
	}
	v := s.at(s.n)
	s.n++
	return v
}

func (s *slab) at(i int) *Var { return &s.chunks[i/chunk][i%chunk] }

// truncate forgets the Vars from n on.
func (s *slab) truncate(n int) {
	for i := n; i < s.n; {
		end := min(s.n, i/chunk*chunk+chunk)
		clear(s.chunks[i/chunk][i%chunk : end-i/chunk*chunk])
		i = end
	}
	s.n = n
}

// arena owns the buffers of a pass, by size class. A training loop repeats its
// shapes, so after the first pass every get is a pop; and since rewind restores
// the free lists to one order, the same pass gets the same buffers every time.
// A device may therefore capture a pass once and replay it.
type arena struct {
	table   [2][]*class // of numbers and of ids, by classOf
	classes []*class    // all of them
}

// class is the buffers of one size and type.
type class struct {
	size      int
	typ       device.Type
	all, free []device.Buf
	most      int // the longest that was asked for: no more of a buffer is ever touched
}

// get returns a buffer of n numbers whose content is arbitrary.
func (a *arena) get(dev device.Device, n int) device.Buf { return a.take(dev, n, device.Float) }

// getIDs is get for ids.
func (a *arena) getIDs(dev device.Device, n int) device.Buf { return a.take(dev, n, device.I32) }

func (a *arena) take(dev device.Device, n int, t device.Type) device.Buf {
	c := a.class(n, t)
	if k := len(c.free); k > 0 {
		b := &c.free[k-1]
		c.free = c.free[:k-1]
		if n == c.size && n == c.most { // the usual case, quicker
			return *b
		}
		c.most = max(c.most, n)
		return first(*b, n)
	}
	c.most = max(c.most, n)
	b := dev.Alloc(c.size, t)
	c.all = append(c.all, b)
	return first(b, n)
}

// first is the first n numbers of b; unlike a Slice it can grow back.
func first(b device.Buf, n int) device.Buf {
	if b.F != nil {
		b.F = b.F[:n]
	}
	if b.I != nil {
		b.I = b.I[:n]
	}
	b.N = n
	return b
}

// put frees b, which get returned, before the pass ends; rewind frees the rest.
func (a *arena) put(b device.Buf) {
	c := a.class(b.N, b.Type)
	if b.N != c.size {
		b = first(b, c.size)
	}
	c.free = append(c.free, b)
}

func (a *arena) class(n int, t device.Type) *class {
	kind := 0
	if t == device.I32 {
		kind = 1
	}
	i := classOf(n)
	if i < len(a.table[kind]) {
		if c := a.table[kind][i]; c != nil {
			return c
		}
	}
	if missing := i + 1 - len(a.table[kind]); missing > 0 {
		a.table[kind] = append(a.table[kind], make([]*class, missing)...)
	}
	c := &class{size: classSize(n), typ: t}
	a.table[kind][i] = c
	a.classes = append(a.classes, c)
	return c
}

// classSize rounds n up to 5 significant bits, wasting 6 % at most, so that
// lengths which grow token by token share buffers.
func classSize(n int) int {
	drop := max(bits.Len(uint(n))-5, 0)
	return (n + 1<<drop - 1) >> drop << drop
}

// bytes is the memory of all buffers, as far as it was ever used, and held of those in use now.
func (a *arena) bytes() (total, held int) {
	for _, c := range a.classes {
		each := c.most * c.typ.Size()
		total += len(c.all) * each
		held += (len(c.all) - len(c.free)) * each
	}
	return total, held
}

// classOf counts the class sizes below n's:  0, 1, …, 31, 32, 34, …, 62, 64, 68, ….
func classOf(n int) int {
	drop := max(bits.Len(uint(n))-5, 0)
	return (n+1<<drop-1)>>drop + 16*drop
}

func (a *arena) rewind() {
	for _, c := range a.classes {
		c.free = append(c.free[:0], c.all...)
	}
}
