package data

import (
	"fmt"
	"iter"
)

// A Loader serves a set in batches. What it serves is a pure function of (Seed, step, micro-batch), never of what was
// served before, so resuming a run is starting to count from where it stopped.
//
// Unless Sequential is set, training never ends: position p = (step·Accumulate + micro)·Batch + i of the endless
// sequence is example π(p mod n) of epoch p div n, where π is a permutation keyed by (Seed, epoch). No epoch's
// permutation is ever stored, a batch may lie across the border of two epochs, and no example is dropped.
//
// A set with Info.Carry is served as streams: row i of all R = Accumulate·Batch rows of a step begins at example i·n/R of n, and
// goes on with the next one in each step, from the last to the first. Where Sequential is set, the rows
// share the examples out as evenly as can be, and the last batch may have the first rows only.
type Loader struct {
	Set        Set
	Batch      int    // examples in a micro-batch; 0 means 32
	Accumulate int    // micro-batches in a step; 0 means 1
	Seed       uint64 // of the order of the examples and of their variation
	Sequential bool   // the examples once, in order, for evaluation; the last batch may be short
	Prefetch   int    // batches read ahead by From; 0 means 2

	err error
}

// Sequential returns a loader that serves the examples of s once, in order: the one for evaluation.
func Sequential(s Set, batch int) *Loader {
	return &Loader{Set: s, Batch: batch, Sequential: true}
}

func (l *Loader) batch() int      { return positive(l.Batch, 32) }
func (l *Loader) accumulate() int { return positive(l.Accumulate, 1) }

func positive(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// Steps returns how many steps see every example once, rounded up.
func (l *Loader) Steps() int {
	perStep := l.batch() * l.accumulate()
	if l.Sequential {
		perStep = max(min(perStep, l.Set.Len()), 1)
	}
	return (l.Set.Len() + perStep - 1) / perStep
}

// Epoch returns the epoch, counted from 0, that the first example of a step belongs to.
func (l *Loader) Epoch(step int) int {
	if l.Set.Len() == 0 {
		return 0
	}
	return step * l.accumulate() * l.batch() / l.Set.Len()
}

// At fills b with micro-batch micro of a step. A sequential loader past its end gives a batch of no examples.
// It errs when the set's storage does or when the set is empty, and panics unless 0 ≤ step and 0 ≤ micro < Accumulate.
func (l *Loader) At(b *Batch, step, micro int) error {
	var index []int
	return l.read(b, step, micro, &index)
}

// read is At with memory for the indices.
func (l *Loader) read(b *Batch, step, micro int, index *[]int) error {
	if step < 0 || micro < 0 || micro >= l.accumulate() {
		panic(fmt.Sprintf("data: micro-batch %d of step %d asked for; a step has %d", micro, step, l.accumulate()))
	}
	n, k := l.Set.Len(), step*l.accumulate()+micro
	first := k * l.batch()
	*index = (*index)[:0]
	switch {
	case l.Set.Info().Carry && n > 0:
		*index = l.streams(*index, n, step, micro)
	case l.Sequential:
		for p := first; p < min(first+l.batch(), n); p++ {
			*index = append(*index, p)
		}
	case n == 0:
		return fmt.Errorf("data: %s has no examples to train on", l.Set.Info().Name)
	default:
		epoch := first / n
		order := NewPermutation(n, mix(l.Seed, uint64(epoch)))
		for p := first; p < first+l.batch(); p++ {
			if e := p / n; e != epoch {
				epoch, order = e, NewPermutation(n, mix(l.Seed, uint64(e)))
			}
			*index = append(*index, order.At(p%n))
		}
	}
	return l.Set.Read(b, *index, mix(mix(l.Seed, uint64(step)), uint64(micro)))
}

// streams are the examples of a batch of a set with Info.Carry, of n examples.
func (l *Loader) streams(index []int, n, step, micro int) []int {
	if !l.Sequential {
		rows := l.accumulate() * l.batch()
		for i := micro * l.batch(); i < (micro+1)*l.batch(); i++ {
			index = append(index, (int(int64(i)*int64(n)/int64(rows))+step)%n)
		}
		return index
	}
	rows := min(l.batch(), n)
	for i := range rows { // the first n%rows have one example more
		if step < n/rows || step == n/rows && i < n%rows {
			index = append(index, i*(n/rows)+min(i, n%rows)+step)
		}
	}
	return index
}

// From yields every micro-batch in order, beginning with the first of a step, each with the number of its step:
// Accumulate batches for each number. Batches are read ahead in the background; each is valid until the next is asked
// for, and after the first few nothing is allocated. A sequential loader ends after its last batch, a training one never.
// The iteration stops early if the set's storage errs; Err then says why.
func (l *Loader) From(step int) iter.Seq2[int, *Batch] {
	return func(yield func(int, *Batch) bool) {
		depth := positive(l.Prefetch, 2)
		l.err = nil
		type item struct {
			b    *Batch
			step int
			err  error
		}
		full := make(chan item, depth)
		free := make(chan *Batch, depth+1) // every batch there is, so that giving one back never blocks
		for range depth + 1 {
			free <- new(Batch)
		}
		stop, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			defer close(full)
			var index []int
			for s := step; ; s++ {
				for m := range l.accumulate() {
					var b *Batch
					select {
					case b = <-free:
					case <-stop:
						return
					}
					err := l.read(b, s, m, &index)
					if err == nil && len(index) == 0 {
						return
					}
					select {
					case full <- item{b, s, err}:
					case <-stop:
						return
					}
					if err != nil {
						return
					}
				}
			}
		}()
		defer func() { close(stop); <-done }()
		for it := range full {
			if it.err != nil {
				l.err = it.err
				return
			}
			if !yield(it.step, it.b) {
				return
			}
			free <- it.b
		}
	}
}

// Err returns why the last iteration of From stopped early, or nil.
func (l *Loader) Err() error { return l.err }
