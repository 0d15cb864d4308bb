package model

import (
	"encoding/binary"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
)

// fromFile is the value of a parameter of some shape, of the tensor that a file has at p. Where it lies there as it is here,
// nothing is copied.
func (p place) fromFile(t *tensor.Tensor, shape []int) *tensor.Tensor {
	x := &tensor.Tensor{Shape: shape, Type: t.Type, Data: t.Data}
	if p.parts > 0 {
		n := len(t.Data) / p.parts
		x.Data = t.Data[p.part*n:][:n]
	}
	if p.turn {
		x.Shape = p.shapeIn(shape)
		x = transposed(x)
	}
	if p.heads > 0 {
		x = swapped(x, p.heads, false)
	}
	if p.plus {
		x = shifted(x, -1)
	}
	return x
}

// toFile is what a file has at p of the value of a parameter; of stacked ones, its part.
func (p place) toFile(x *tensor.Tensor) *tensor.Tensor {
	if p.turn {
		x = transposed(x)
	}
	if p.heads > 0 {
		x = swapped(x, p.heads, true)
	}
	if p.plus {
		x = shifted(x, 1)
	}
	return x
}

// swapped moves the rows of each head between two orders of the pairs that rotate: (i, i + D/2), which Hugging Face has, and
// (2i, 2i+1), which LLaMA's makers and llama.cpp have. Rows keep their bytes.
//
//	pairs: y[h, 2i + j] = x[h, i + j·D/2]     else: y[h, i + j·D/2] = x[h, 2i + j]     i < D/2, j < 2
func swapped(x *tensor.Tensor, heads int, pairs bool) *tensor.Tensor {
	rows := x.Shape[0]
	size, d := len(x.Data)/rows, rows/heads
	y := make([]byte, 0, len(x.Data))
	for r := range rows {
		h, k := r/d, r%d
		from := k%(d/2)*2 + k/(d/2)
		if pairs {
			from = k/2 + k%2*(d/2)
		}
		y = append(y, x.Data[(h*d+from)*size:][:size]...)
	}
	return &tensor.Tensor{Shape: x.Shape, Type: x.Type, Data: y}
}

// turnedAtOnce is the side of the squares that a matrix is turned by: one lies in the first cache.
const turnedAtOnce = 64

// transposed turns a matrix, some columns on each core; one of blocks, whose rows cannot be cut, becomes numbers.
func transposed(x *tensor.Tensor) *tensor.Tensor {
	if x.Type.Block() > 1 {
		x = tensor.FromFloats(x.Floats(nil), device.F32, x.Shape...)
	}
	rows, cols, size := x.Shape[0], x.Shape[1], x.Type.Size()
	y := make([]byte, len(x.Data))
	turn := turnOf(size)
	var wait sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for {
				from := int(next.Add(turnedAtOnce)) - turnedAtOnce
				if from >= cols {
					return
				}
				to := min(from+turnedAtOnce, cols)
				for at := 0; at < rows; at += turnedAtOnce {
					n := min(turnedAtOnce, rows-at)
					for c := from; c < to; c++ {
						turn(y[(c*rows+at)*size:][:n*size], x.Data[(at*cols+c)*size:], cols*size)
					}
				}
			}
		})
	}
	wait.Wait()
	shape := slices.Clone(x.Shape)
	slices.Reverse(shape)
	return &tensor.Tensor{Shape: shape, Type: x.Type, Data: y}
}

// turnOf gives the copy of a part of a column, whose numbers of size bytes lie step bytes apart, into a row.
func turnOf(size int) func(row, column []byte, step int) {
	switch size {
	case 2:
		return func(row, column []byte, step int) {
			for i, at := 0, 0; i < len(row); i, at = i+2, at+step {
				binary.LittleEndian.PutUint16(row[i:], binary.LittleEndian.Uint16(column[at:]))
			}
		}
	case 4:
		return func(row, column []byte, step int) {
			for i, at := 0, 0; i < len(row); i, at = i+4, at+step {
				binary.LittleEndian.PutUint32(row[i:], binary.LittleEndian.Uint32(column[at:]))
			}
		}
	}
	return func(row, column []byte, step int) {
		for i, at := 0, 0; i < len(row); i, at = i+size, at+step {
			copy(row[i:i+size], column[at:])
		}
	}
}

// shifted adds a number to every element.
func shifted(x *tensor.Tensor, by kernel.Float) *tensor.Tensor {
	v := slices.Clone(x.Floats(nil))
	for i := range v {
		v[i] += by
	}
	return tensor.FromFloats(v, device.F32, x.Shape...)
}
