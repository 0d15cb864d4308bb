package cpu

import (
	"sync"
	"sync/atomic"
)

// A task is work that can be done in blocks. do computes elements lo to hi on
// behalf of worker w, which owns scratch memory of its own.
type task interface{ do(w, lo, hi int) }

// pool is a set of parked goroutines that help with one task at a time.
type pool struct {
	wake []chan struct{} // one a helper; the caller is worker 0
	done sync.WaitGroup

	// the task in hand
	t        task
	n, block int
	next     atomic.Int64
}

func newPool(workers int) *pool {
	p := &pool{}
	for w := 1; w < workers; w++ {
		c := make(chan struct{}, 1)
		p.wake = append(p.wake, c)
		go func() {
			for range c {
				p.help(w)
				p.done.Done()
			}
		}()
	}
	return p
}

// run does elements 0 to n of t in blocks, with as many helpers as there are
// further blocks. It returns when all is done.
func (p *pool) run(n, block int, t task) {
	blocks := (n + block - 1) / block
	helpers := min(len(p.wake), blocks-1)
	if helpers <= 0 {
		for lo := 0; lo < n; lo += block {
			t.do(0, lo, min(lo+block, n))
		}
		return
	}
	p.t, p.n, p.block = t, n, block
	p.next.Store(0)
	p.done.Add(helpers)
	for _, c := range p.wake[:helpers] {
		c <- struct{}{}
	}
	p.help(0)
	p.done.Wait()
	p.t = nil
}

// help does blocks of the task in hand until none is left.
func (p *pool) help(w int) {
	for {
		lo := int(p.next.Add(1)-1) * p.block
		if lo >= p.n {
			return
		}
		p.t.do(w, lo, min(lo+p.block, p.n))
	}
}

func (p *pool) close() {
	for _, c := range p.wake {
		close(c)
	}
}
