package cpu

import (
	"runtime"
	"sync/atomic"
	"time"
)

// A task is work that can be done in blocks. do computes elements lo to hi, a
// block, on behalf of worker w, which owns scratch memory of its own.
//
// Blocks are claimed one at a time, and a fork–join costs about a quarter of a
// microsecond (BenchmarkForkJoin). So a kernel chooses the size of its blocks such that
//
//   - one takes 5 µs or more: then two workers are never slower than one, for work of a
//     single block stays on the caller's core, and of two each worker does one;
//   - one takes 100 µs or less, as far as the work allows: the last block is what the others wait for;
//   - it is a constant, or follows from the shapes. From the number of workers only where each output is a sum of its own,
//     whose order no block changes, as in convolutions and recurrent layers.
//
// BenchmarkGates reports what two workers gain at the sizes around the gates.
type task interface{ do(w, lo, hi int) }

// pool is a set of goroutines that help with one task at a time.
//
// Between tasks a helper looks for the next one for a while, and finds it within 100 ns,
// before it sleeps. To wake it costs the caller 5 µs, and help comes 50 µs later:
// so a sleeper is woken only when a burst of work has lasted worth without it. The
// caller never waits for a helper that has not begun: it does the blocks itself
// and takes the request back. A helper that sleeps, or that the operating system
// or other goroutines keep from running, costs nothing but its help.
type pool struct {
	workers []worker // 0 is the caller
	done    chan struct{}

	// the task in hand; written while no helper is busy
	t         task
	n, block  int
	blocks, k int // blocks in all, and workers that share them

	// of the caller
	sleepers    bool      // some of the workers sleep
	since, last time.Time // when a burst of tasks done without sleepers began, and when its last task ended
}

// worker is what the pool knows of a worker, on cache lines of its own.
type worker struct {
	state atomic.Uint32
	taken atomic.Int64 // blocks of its share that are claimed; 0 between tasks
	wake  chan struct{}
	_     [104]byte
}

// The states of a helper. The caller asks, the helper takes or the caller takes back.
const (
	idle    uint32 = iota // looks for work, or is about to
	asleep                // waits to be woken
	asked                 // has been asked to help
	busy                  // has begun
	awaited               // has begun, and the caller sleeps until it ends
	closed                // must go
)

const (
	alert  = 10 * time.Microsecond  // a wait this short yields to nobody
	lookup = 100 * time.Microsecond // a helper that long without work goes to sleep
	worth  = 20 * time.Microsecond  // see pool
	glance = 32                     // looks at a state between two at the clock
)

func newPool(workers int) *pool {
	p := &pool{workers: make([]worker, workers), done: make(chan struct{}, 1)}
	for w := 1; w < workers; w++ {
		p.workers[w].wake = make(chan struct{}, 1)
		go p.serve(w)
	}
	return p
}

// run does elements 0 to n of t in blocks, with as many helpers as there are
// further blocks. It returns when all is done.
func (p *pool) run(n, block int, t task) {
	blocks := (n + block - 1) / block
	k := min(len(p.workers), blocks)
	if k <= 1 {
		for lo := 0; lo < n; lo += block {
			t.do(0, lo, min(lo+block, n))
		}
		return
	}
	p.t, p.n, p.block, p.blocks, p.k = t, n, block, blocks, k
	p.sleepers = false
	for w := 1; w < k; w++ {
		if !p.workers[w].state.CompareAndSwap(idle, asked) {
			p.sleepers = true
		}
	}
	if p.sleepers {
		p.alone()
	} else {
		p.help(0)
	}
	for w := 1; w < k; w++ {
		p.join(&p.workers[w])
	}
	for w := range k {
		p.workers[w].taken.Store(0)
	}
	p.t = nil
}

// help does blocks of the task in hand on behalf of worker w until none is left.
func (p *pool) help(w int) {
	for v := w; ; {
		lo := p.claim(w, &v)
		if lo < 0 {
			return
		}
		p.t.do(w, lo, min(lo+p.block, p.n))
	}
}

// alone is help of the caller while some helpers sleep.
func (p *pool) alone() {
	start := time.Now()
	if start.Sub(p.last) > lookup {
		p.since = start
	}
	for v := 0; ; {
		lo := p.claim(0, &v)
		if lo < 0 {
			break
		}
		if p.sleepers && time.Since(p.since) > worth {
			p.rouse()
		}
		p.t.do(0, lo, min(lo+p.block, p.n))
	}
	p.last = time.Now()
}

// rouse wakes the helpers that sleep.
func (p *pool) rouse() {
	for w := 1; w < p.k; w++ {
		if h := &p.workers[w]; h.state.CompareAndSwap(asleep, asked) {
			h.wake <- struct{}{}
		}
	}
	p.sleepers = false
}

// claim is the first element of a block for worker w, or −1 if none is left: first those of
// its own share, which are the same for the same task every time and may be in its cache,
// then what is left of the shares after it. v is whose share is in hand.
func (p *pool) claim(w int, v *int) int {
	for {
		first, end := p.blocks**v/p.k, p.blocks*(*v+1)/p.k
		if b := first + int(p.workers[*v].taken.Add(1)) - 1; b < end {
			return b * p.block
		}
		if *v++; *v == p.k {
			*v = 0
		}
		if *v == w {
			return -1
		}
	}
}

// join waits until h is idle, or takes back the request that h has not seen.
func (p *pool) join(h *worker) {
	if h.state.CompareAndSwap(asked, idle) || h.state.Load() != busy {
		return
	}
	if h.settled(busy, lookup) || !h.state.CompareAndSwap(busy, awaited) {
		return
	}
	<-p.done
}

// serve is the life of helper w.
func (p *pool) serve(w int) {
	h := &p.workers[w]
	for {
		if h.settled(idle, lookup) || !h.state.CompareAndSwap(idle, asleep) {
			switch {
			case h.state.CompareAndSwap(asked, busy):
				p.help(w)
				if h.state.Swap(idle) == awaited {
					p.done <- struct{}{}
				}
			case h.state.Load() == closed:
				return
			}
			continue
		}
		<-h.wake
	}
}

// settled looks at the state for a while and reports whether it is no longer was.
// Now and then it lets other goroutines run.
func (h *worker) settled(was uint32, patience time.Duration) bool {
	var start, yielded time.Time
	for {
		for range glance {
			if h.state.Load() != was {
				return true
			}
			pause()
		}
		now := time.Now()
		switch {
		case start.IsZero():
			start, yielded = now, now
		case now.Sub(start) > patience:
			return false
		case now.Sub(yielded) > alert:
			runtime.Gosched()
			yielded = time.Now()
		}
	}
}

func (p *pool) close() {
	for i := range p.workers[1:] {
		h := &p.workers[i+1]
		if h.state.Swap(closed) == asleep {
			h.wake <- struct{}{}
		}
	}
}
