package gradtest

import "brick/grad"

// An array is a value as the oracles see it: element idx, by its indices.
type array struct {
	shape []int
	val   []float64
}

func arr(v *grad.Var) array { return array{v.Shape(), floats(v.Data())} }

// at is element idx, aligned at the last axis; axes of size 1 repeat.
func (a array) at(idx ...int) float64 {
	o := 0
	for i, n := range a.shape {
		k := idx[len(idx)-len(a.shape)+i]
		if n == 1 {
			k = 0
		}
		o = o*n + k
	}
	return a.val[o]
}

// build is the elements of an array of the given shape, f's value at each index.
func build(shape []int, f func(idx []int) float64) []float64 {
	n := 1
	for _, s := range shape {
		n *= s
	}
	out, idx := make([]float64, n), make([]int, len(shape))
	for o := range out {
		r := o
		for i := len(shape) - 1; i >= 0; i-- {
			idx[i] = r % shape[i]
			r /= shape[i]
		}
		out[o] = f(idx)
	}
	return out
}
