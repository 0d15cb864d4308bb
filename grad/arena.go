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
	for i := n; i < s.n; i++ {
		*s.at(i) = Var{}
	}
	s.n = n
}

// arena owns the buffers of a pass, by size class. A training loop repeats its
// shapes, so after the first pass every get is a pop; and since rewind restores
// the free lists to one order, the same pass gets the same buffers every time.
// A device may therefore capture a pass once and replay it.
type arena struct {
	classes map[int]*class
	last    *class // the class of the last get: most passes ask for runs of one size
	elems   int    // numbers in all buffers
}

type class struct {
	size      int
	all, free []device.Buf
}

// get returns a buffer of n numbers whose content is arbitrary.
func (a *arena) get(dev device.Device, n int) device.Buf {
	c := a.class(n)
	if k := len(c.free); k > 0 {
		b := c.free[k-1]
		c.free = c.free[:k-1]
		return b.Slice(0, n)
	}
	b := dev.Alloc(c.size, device.Float)
	a.elems += c.size
	c.all = append(c.all, b)
	return b.Slice(0, n)
}

// put frees b, which get returned, before the pass ends; rewind frees the rest.
func (a *arena) put(b device.Buf) {
	c := a.class(b.N)
	if b.F != nil {
		b.F = b.F[:c.size:c.size]
	}
	b.N = c.size
	c.free = append(c.free, b)
}

func (a *arena) class(n int) *class {
	size := classSize(n)
	if a.last != nil && a.last.size == size {
		return a.last
	}
	c := a.classes[size]
	if c == nil {
		if a.classes == nil {
			a.classes = map[int]*class{}
		}
		c = &class{size: size}
		a.classes[size] = c
	}
	a.last = c
	return c
}

// classSize rounds n up to 5 significant bits, wasting 6 % at most, so that
// lengths which grow token by token share buffers.
func classSize(n int) int {
	drop := max(bits.Len(uint(n))-5, 0)
	return (n + 1<<drop - 1) >> drop << drop
}

func (a *arena) rewind() {
	for _, c := range a.classes {
		c.free = append(c.free[:0], c.all...)
	}
}
