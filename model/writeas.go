package model

import (
	"io"
	"runtime"
	"sync"

	"brick/device"
	"brick/kernel"
	"brick/nn"
	"brick/tensor"
)

// convertAtOnce is how many numbers a core converts between two writes.
const convertAtOnce = 1 << 18

// writeAs writes the numbers of x as those of another type, some rows at a time on each core. Of the same type its bytes are
// written.
func writeAs(w io.Writer, x *tensor.Tensor, t device.Type) error {
	if x.Type == t || x.Type == device.Float && kernel.FloatBits == 32 && t == device.F32 {
		_, err := w.Write(x.Data)
		return err
	}
	n := x.Len()
	if n == 0 {
		return nil
	}
	step := convertAtOnce // a multiple of every block; rows are multiples of the blocks of both types
	in := func(from, k int) []byte {
		return x.Data[from/x.Type.Block()*x.Type.BlockSize():][:k/x.Type.Block()*x.Type.BlockSize()]
	}
	out := make([][]byte, runtime.GOMAXPROCS(0))
	numbers := make([][]nn.Float, len(out))
	for at := 0; at < n; at += step * len(out) {
		var wait sync.WaitGroup
		for i := range out {
			out[i] = nil
			from := at + i*step
			if k := min(step, n-from); k > 0 {
				wait.Go(func() {
					numbers[i] = (&tensor.Tensor{Shape: []int{k}, Type: x.Type, Data: in(from, k)}).Floats(numbers[i])
					out[i] = tensor.FromFloats(numbers[i], t, k).Data
				})
			}
		}
		wait.Wait()
		for _, b := range out {
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
	}
	return nil
}
