package cpu

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// tally counts how often each element was done. Some blocks take long, so that workers wait for each other.
type tally struct {
	n    []int32 // written without atomics: an element done by two workers is a race
	busy []atomic.Bool
	slow time.Duration
}

func (t *tally) do(w, lo, hi int) {
	if t.busy[w].Swap(true) {
		panic("one worker does two blocks at a time")
	}
	for i := lo; i < hi; i++ {
		t.n[i]++
	}
	if t.slow > 0 && lo%7 == 0 {
		time.Sleep(t.slow)
	}
	t.busy[w].Store(false)
}

// hammer runs tasks of random sizes on a pool, with pauses in which helpers fall asleep.
func hammer(t *testing.T, workers, rounds int, seed uint64) {
	p := newPool(workers)
	defer p.close()
	r := rand.New(rand.NewPCG(seed, uint64(workers)))
	task := &tally{n: make([]int32, 200), busy: make([]atomic.Bool, workers)}
	for range rounds {
		n := r.IntN(len(task.n))
		task.slow = 0
		switch r.IntN(200) {
		case 0:
			time.Sleep(time.Duration(r.IntN(400)) * time.Microsecond)
		case 1:
			task.slow = time.Duration(r.IntN(300)) * time.Microsecond
		case 2:
			runtime.Gosched()
		}
		clear(task.n)
		p.run(n, 1+r.IntN(20), task)
		for i, k := range task.n {
			if want := int32(min(max(n-i, 0), 1)); k != want {
				t.Errorf("%d workers, %d elements: element %d was done %d times", workers, n, i, k)
				return
			}
		}
	}
}

// Every element is done once, whatever the workers and the cores.
func TestPool(t *testing.T) {
	rounds := 20000
	if testing.Short() {
		rounds = 2000
	}
	for _, procs := range []int{1, 2, 4} {
		for _, workers := range []int{1, 2, 3, 5, 8} {
			t.Run(fmt.Sprintf("procs=%d/workers=%d", procs, workers), func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				hammer(t, workers, rounds/workers, 1)
			})
		}
	}
}

// Several pools at once, among goroutines that never rest, do not keep each other from ending.
func TestPoolsTogether(t *testing.T) {
	var stop atomic.Bool
	for range 2 {
		go func() {
			for !stop.Load() {
			}
		}()
	}
	defer stop.Store(true)
	var pools sync.WaitGroup
	for i := range 4 {
		pools.Go(func() { hammer(t, 3, 300, uint64(i)) })
	}
	pools.Wait()
}

// A helper without work sleeps after less than a millisecond, and wakes for work that lasts.
func TestPoolSleeps(t *testing.T) {
	p := newPool(2)
	defer p.close()
	h := &p.workers[1]
	var helped atomic.Int32
	task := taskFunc(func(w, _, _ int) {
		if w == 1 {
			helped.Add(1)
		}
		time.Sleep(100 * time.Microsecond)
	})
	for range 5 {
		for deadline := time.Now().Add(5 * time.Second); h.state.Load() != asleep; time.Sleep(100 * time.Microsecond) {
			if time.Now().After(deadline) {
				t.Fatal("a helper without work does not sleep")
			}
		}
		p.run(200, 1, task)
	}
	if helped.Load() == 0 {
		t.Error("the helper slept through 5 tasks of 20 ms")
	}
}

type taskFunc func(w, lo, hi int)

func (f taskFunc) do(w, lo, hi int) { f(w, lo, hi) }

// A closed pool leaves no goroutine, whether its helpers sleep or not.
func TestPoolCloses(t *testing.T) {
	before := runtime.NumGoroutine()
	for i := range 50 {
		p := newPool(4)
		p.run(8, 1, taskFunc(func(_, _, _ int) {}))
		if i%10 == 0 {
			time.Sleep(time.Millisecond)
		}
		p.close()
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
	}
}
