package cpu

import "brick/device"

// folds is the axes of an array, which of them are folded, and how far apart
// their elements lie. Neighbours of one kind are one axis.
type folds struct {
	rank int
	size [device.MaxRank]int
	step [device.MaxRank]int
	fold [device.MaxRank]bool
}

func (f *folds) set(shape device.Dims, axes uint) {
	for i, s := range shape {
		if s == 1 {
			continue
		}
		folded := axes>>i&1 != 0
		if r := f.rank - 1; r >= 0 && f.fold[r] == folded {
			f.size[r] *= s
			continue
		}
		f.size[f.rank], f.fold[f.rank] = s, folded
		f.rank++
	}
	n := 1
	for r := f.rank - 1; r >= 0; r-- {
		f.step[r] = n
		n *= f.size[r]
	}
}

// last is the last folded axis, −1 if there is none.
func (f *folds) last() int {
	for r := f.rank - 1; r >= 0; r-- {
		if f.fold[r] {
			return r
		}
	}
	return -1
}

// count is how many numbers the folded axes have (or the kept ones).
func (f *folds) count(folded bool) int {
	n := 1
	for r := range f.rank {
		if f.fold[r] == folded {
			n *= f.size[r]
		}
	}
	return n
}

// offset is where number i of the folded axes before axis end (or the kept ones) lies.
func (f *folds) offset(i, end int, folded bool) int {
	at := 0
	for r := end - 1; r >= 0; r-- {
		if f.fold[r] == folded {
			at += i % f.size[r] * f.step[r]
			i /= f.size[r]
		}
	}
	return at
}
