package data

import (
	"errors"
	"math"
	"sync"
)

// Splits are the parts of a data set: Train to learn from, Valid to choose by, Test to report. Valid or Test is nil
// where the options asked for none.
type Splits struct {
	Train, Valid, Test Set

	closers []func() error
}

// Info describes the examples.
func (s *Splits) Info() *Info { return s.Train.Info() }

// Each yields the splits that exist, with their names.
func (s *Splits) Each(yield func(name string, set Set) bool) {
	for _, part := range []struct {
		name string
		set  Set
	}{{"train", s.Train}, {"valid", s.Valid}, {"test", s.Test}} {
		if part.set != nil && !yield(part.name, part.set) {
			return
		}
	}
}

// Close releases files mapped into memory; the sets must not be read after it. Forgetting it leaks nothing: what is
// unreachable is released too.
func (s *Splits) Close() error {
	var errs []error
	for _, c := range s.closers {
		errs = append(errs, c())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// part is the examples lo ≤ p < hi of a set, in the order of a permutation: example j is order(lo + j).
type part struct {
	Set
	order  Permutation
	lo, hi int
}

func (p *part) Len() int { return p.hi - p.lo }

func (p *part) Read(b *Batch, index []int, seed uint64) error {
	checkIndex(p.Info().Name, index, p.Len())
	inner := indices.Get().(*[]int)
	defer indices.Put(inner)
	*inner = (*inner)[:0]
	for _, j := range index {
		*inner = append(*inner, p.order.At(p.lo+j))
	}
	return p.Set.Read(b, *inner, seed)
}

// indices lends memory for the indices of a batch, so that reading a part allocates nothing.
var indices = sync.Pool{New: func() any { return new([]int) }}

// divide splits n examples in the order of a permutation keyed by the split seed: the first ⌊test·n⌉ positions are the
// test split, the next ⌊valid·n⌉ the validation split, the rest the training split.
func divide(n int, valid, test float64, seed uint64) (order Permutation, nTest, nValid int) {
	nTest = int(math.Round(test * float64(n)))
	nValid = int(math.Round(valid * float64(n)))
	if nTest+nValid > n {
		nValid = n - nTest
	}
	return NewPermutation(n, mix(keyOf("split"), seed)), nTest, nValid
}

// cut makes the splits of one set by divide; a split that would be empty is nil.
func cut(s Set, valid, test float64, seed uint64) Splits {
	order, nTest, nValid := divide(s.Len(), valid, test, seed)
	out := Splits{Train: &part{s, order, nTest + nValid, s.Len()}}
	if nValid > 0 {
		out.Valid = &part{s, order, nTest, nTest + nValid}
	}
	if nTest > 0 {
		out.Test = &part{s, order, 0, nTest}
	}
	return out
}
