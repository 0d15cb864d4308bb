package solve

import (
	"errors"
	"iter"
)

// Errors that the iterative methods wrap; test for them with errors.Is.
var (
	ErrNoSignChange = errors.New("no sign change")
	ErrNotFinite    = errors.New("not a finite number")
	ErrFlat         = errors.New("derivative is zero")
	ErrPole         = errors.New("sign change at a pole, not a root")
	ErrIterations   = errors.New("iteration limit reached")
	ErrDiverged     = errors.New("diverged")
	ErrStalled      = errors.New("stalled")
)

// Last runs seq to its end, or to its first error, and gives the last value it yielded.
func Last[T any](seq iter.Seq2[T, error]) (T, error) {
	var last T
	for v, err := range seq {
		last = v
		if err != nil {
			return last, err
		}
	}
	return last, nil
}
