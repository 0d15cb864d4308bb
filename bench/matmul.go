package bench

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"brick/device"
	"brick/device/dry"
	"brick/kernel"
)

// A Shape is a product y (M×N) = a (M×K) · b (K×N); TA and TB say which operands lie transposed in memory.
type Shape struct {
	M, N, K int
	TA, TB  bool
}

// String is "m,n,k", with " at", " bt" or " at bt" where operands lie transposed.
func (s Shape) String() string {
	name := fmt.Sprintf("%d,%d,%d", s.M, s.N, s.K)
	if s.TA {
		name += " at"
	}
	if s.TB {
		name += " bt"
	}
	return name
}

// Shapes are the usual ones: squares, the layers of GPT-2 (124M) for batches of 256 and 1024 tokens, and of a few tokens.
func Shapes() (list []Shape) {
	for _, n := range []int{64, 128, 256, 512, 1024, 2048} {
		list = append(list, Shape{M: n, N: n, K: n})
	}
	for _, m := range []int{256, 1024, 1, 4, 16} {
		for _, kn := range [][2]int{{768, 2304}, {768, 768}, {768, 3072}, {3072, 768}, {768, 50257}} {
			list = append(list, Shape{M: m, N: kn[1], K: kn[0]})
		}
	}
	return list
}

// ParseShape reads "m,n,k".
func ParseShape(text string) (Shape, error) {
	f := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == 'x' || r == '×' })
	var n [3]int
	for i := range n {
		if len(f) == 3 {
			n[i], _ = strconv.Atoi(strings.TrimSpace(f[i]))
		}
		if n[i] < 1 {
			return Shape{}, fmt.Errorf("shape %q: want m,n,k, three numbers above 0 such as 256,2304,768", text)
		}
	}
	return Shape{M: n[0], N: n[1], K: n[2]}, nil
}

// Transposed is each shape in four ways: both operands as they are, and either or both transposed in memory.
func Transposed(shapes []Shape) (all []Shape) {
	for _, s := range shapes {
		for i := range 4 {
			s.TA, s.TB = i&1 != 0, i&2 != 0
			all = append(all, s)
		}
	}
	return all
}

// MatMul times products of the given shapes on a CPU device, after the machine's roof.
func MatMul(ctx context.Context, o Options, shapes []Shape) iter.Seq2[Row, error] {
	return overThreads(ctx, o, func(dev device.Device, yield func(Row, func(device.Device)) bool) {
		memory := make(map[string][]kernel.Float) // shapes share it: the last layer of GPT-2 alone takes 350 MB with its result
		for _, s := range shapes {
			y, a, b := share(memory, "y", s.M*s.N), share(memory, "a", s.M*s.K), share(memory, "b", s.K*s.N)
			r := Row{Bench: "matmul", Case: s.String(), Elements: float64(s.M * s.N)}
			if !yield(r, func(d device.Device) { s.multiply(d, y, a, b) }) {
				return
			}
		}
	})
}

func (s Shape) multiply(d device.Device, y, a, b device.Buf) {
	at := func(x device.Buf, rows, columns int, t bool) device.Mat {
		if t {
			return device.Mat{Buf: x, LD: rows, T: true}
		}
		return device.Mat{Buf: x, LD: columns}
	}
	p := device.Product{M: s.M, N: s.N, K: s.K, Batch: [4]int{1, 1, 1, 1}}
	d.MatMul(device.Into(y), at(y, s.M, s.N, false), at(a, s.M, s.K, s.TA), at(b, s.K, s.N, s.TB), p, device.Epilogue{})
}

// share is a buffer of n numbers from −½ to ½ in memory that all of one name share.
func share(memory map[string][]kernel.Float, name string, n int) device.Buf {
	x := memory[name]
	for i := len(x); i < n; i++ {
		x = append(x, kernel.Uniform(uint64(name[0]), i)-0.5)
	}
	memory[name] = x
	return device.Host(x[:n])
}

// overThreads measures the roof and then what calls gives, on a device of each number of threads. A call
// runs first on a device that counts.
func overThreads(ctx context.Context, o Options, calls func(dev device.Device, yield func(Row, func(device.Device)) bool)) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		o := o.filled()
		for _, threads := range o.Threads {
			dev, err := o.device(threads)
			if err != nil {
				yield(Row{}, err)
				return
			}
			defer dev.Close()
			rows, roof := measureRoof(ctx, o, threads, true)
			for _, r := range rows {
				if !yield(r, ctx.Err()) || ctx.Err() != nil {
					return
				}
			}
			stopped := false
			calls(dev, func(r Row, f func(device.Device)) bool {
				var counter dry.Device
				f(&counter)
				c := counter.Total()
				r.Threads, r.Precision, r.FLOPs, r.Bytes = threads, o.Precision, float64(c.FLOPs), float64(c.Read+c.Wrote)
				r.Time = measure(ctx, o.MinTime, func() { f(dev) })
				stopped = ctx.Err() != nil || !yield(r.against(roof), nil)
				return !stopped
			})
			if err := ctx.Err(); err != nil {
				yield(Row{}, err)
			}
			if stopped || ctx.Err() != nil {
				return
			}
		}
	}
}
