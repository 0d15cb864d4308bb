package model

import (
	"testing"

	"brick/device"
	"brick/tensor"
)

// Whatever its sides and the size of its numbers, a matrix that was turned has row i, column j where column j, row i was.
func TestTransposed(t *testing.T) {
	for _, shape := range [][]int{{1, 1}, {1, 200}, {130, 3}, {64, 128}, {65, 191}} {
		for _, typ := range []device.Type{device.U8, device.BF16, device.F32, device.F64} {
			rows, cols, size := shape[0], shape[1], typ.Size()
			x := &tensor.Tensor{Shape: shape, Type: typ, Data: make([]byte, rows*cols*size)}
			for i := range x.Data {
				x.Data[i] = byte(i * 31 >> 3)
			}
			y := transposed(x)
			if y.Shape[0] != cols || y.Shape[1] != rows || y.Type != typ {
				t.Fatalf("%v becomes %v", x, y)
			}
			for r := range rows {
				for c := range cols {
					if got, want := string(y.Data[(c*rows+r)*size:][:size]), string(x.Data[(r*cols+c)*size:][:size]); got != want {
						t.Fatalf("%v: number %d, %d is %x, want %x", x, c, r, got, want)
					}
				}
			}
		}
	}
}
