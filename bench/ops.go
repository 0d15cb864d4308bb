package bench

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"brick/device"
	"brick/kernel"
)

// An Op is a kernel of a device at one size.
type Op struct {
	Name     string // "softmax 256×50257"
	Elements int    // of the result
	prepare  func(m *operands) func(device.Device)
}

// Sizes of element-wise work: within a core's own cache, and far beyond all caches.
const (
	small = 1 << 16
	large = 1 << 23
)

// AllOps lists the kernels that are not products.
func AllOps() (list []Op) {
	list = append(list, elementOps()...)
	list = append(list, rowOps()...)
	list = append(list, imageOps()...)
	list = append(list, recurrentOps()...)
	return append(list, attentionOps()...)
}

// Find gives the ops whose names contain one of the words; all if there are none.
func Find(ops []Op, words []string) (found []Op) {
	for _, op := range ops {
		ok := len(words) == 0
		for _, w := range words {
			ok = ok || strings.Contains(op.Name, w)
		}
		if ok {
			found = append(found, op)
		}
	}
	return found
}

// Ops times kernels on a CPU device, after the machine's roof.
func Ops(ctx context.Context, o Options, ops []Op) iter.Seq2[Row, error] {
	return overThreads(ctx, o, func(_ device.Device, yield func(Row, func(device.Device)) bool) {
		m := &operands{memory: map[string][]kernel.Float{}}
		for _, op := range ops {
			f := op.prepare(m)
			if !yield(Row{Bench: "ops", Case: op.Name, Elements: float64(op.Elements)}, f) {
				return
			}
		}
	})
}

// operands is memory that the ops share, so that all of them together need no more than the largest.
type operands struct{ memory map[string][]kernel.Float }

// get is a buffer of n numbers from −½ to ½; buffers of one name are one.
func (m *operands) get(name string, n int) device.Buf { return share(m.memory, name, n) }

// positive is a buffer of n numbers from ½ to 3/2.
func (m *operands) positive(n int) device.Buf {
	x := m.get("positive", n)
	for i := range x.F {
		x.F[i] = kernel.Uniform(1, i) + 0.5
	}
	return x
}

// ids is n ids below c.
func (m *operands) ids(n, c int) device.Buf {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(kernel.Random(1, i) % uint64(c))
	}
	return device.HostIDs(ids)
}

// labels are n ids from 1 to c−1.
func (m *operands) labels(n, c int) device.Buf {
	b := m.ids(n, c-1)
	for i := range b.I {
		b.I[i]++
	}
	return b
}

// flat is the shape of n numbers in a row.
func flat(n int) device.Dims { return device.Dims{1, 1, 1, 1, 1, n} }

func elementOps() (list []Op) {
	for _, n := range []int{small, large} {
		add := func(name string, prepare func(m *operands) func(device.Device)) {
			list = append(list, Op{fmt.Sprintf("%s %d", name, n), n, prepare})
		}
		for _, f := range []kernel.Fn{kernel.ReLU, kernel.Exp, kernel.Log, kernel.Sigmoid, kernel.Tanh, kernel.SiLU, kernel.GELU, kernel.GELUTanh, kernel.Erf} {
			add(f.String(), func(m *operands) func(device.Device) {
				y, x := m.get("y", n), m.get("x", n)
				if f == kernel.Log {
					x = m.positive(n)
				}
				return func(d device.Device) { d.Map(f, device.Into(y), x, kernel.Args{}) }
			})
		}
		for _, f := range []kernel.Fn{kernel.ReLU, kernel.SiLU, kernel.GELU, kernel.GELUTanh} {
			add(f.String()+"_back", func(m *operands) func(device.Device) {
				dx, x, y, dy := m.get("dx", n), m.get("x", n), m.get("y", n), m.get("e", n)
				return func(d device.Device) { d.MapBack(f, device.Into(dx), x, y, dy, kernel.Args{}) }
			})
		}
		for _, f := range []kernel.Fn2{kernel.AddOf, kernel.MulOf} {
			add(f.String(), func(m *operands) func(device.Device) {
				y, a, b, v := m.get("y", n), m.get("x", n), m.get("e", n), device.Contiguous(flat(n))
				return func(d device.Device) { d.Zip(f, device.Into(y), a, v, b, v, flat(n)) }
			})
		}
		add("swiglu", func(m *operands) func(device.Device) {
			y, a, b := m.get("y", n), m.get("x", n), m.get("e", n)
			return func(d device.Device) { d.SwiGLU(y, a, b) }
		})
		add("swiglu_back", func(m *operands) func(device.Device) {
			da, db, a, b, dy := m.get("dx", n), m.get("f", n), m.get("x", n), m.get("e", n), m.get("y", n)
			return func(d device.Device) { d.SwiGLUBack(device.Into(da), device.Into(db), a, b, dy) }
		})
		add("dropout", func(m *operands) func(device.Device) {
			y, x := m.get("y", n), m.get("x", n)
			return func(d device.Device) { d.Dropout(device.Into(y), x, 0.1, 1) }
		})
		for _, r := range []struct {
			rule  kernel.Rule
			state int
			args  kernel.RuleArgs
		}{
			{kernel.StepSGD, 0, kernel.RuleArgs{1e-6}},
			{kernel.StepMomentum, 1, kernel.RuleArgs{1e-6, 0, 0.9, 1, 0, 1}},
			{kernel.StepAdam, 2, kernel.RuleArgs{1e-6, 0, 1e-8, 0.9, 0.1, 0.99, 0.01, 1, 1}},
			{kernel.StepLion, 1, kernel.RuleArgs{1e-6, 1, 0.9, 0.1, 0.99, 0.01}},
		} {
			add(r.rule.String()+"_step", func(m *operands) func(device.Device) {
				w, g, state := m.get("w", n), m.get("e", n), [3]device.Buf{}
				for i := range r.state {
					// zeros: Adam's second moment is never negative
					state[i] = device.Host(make([]kernel.Float, n))
				}
				return func(d device.Device) { d.Update(r.rule, w, g, state, &r.args) }
			})
		}
		add("axpy", func(m *operands) func(device.Device) {
			y, x := m.get("y", n), m.get("x", n)
			return func(d device.Device) { d.Axpy(y, 1e-6, x) }
		})
		add("fill", func(m *operands) func(device.Device) {
			y := m.get("y", n)
			return func(d device.Device) { d.Fill(y, 1) }
		})
		add("copy", func(m *operands) func(device.Device) {
			y, x, v := m.get("y", n), m.get("x", n), device.Contiguous(flat(n))
			return func(d device.Device) { d.Copy(device.Into(y), v, x, v, flat(n), 1) }
		})
		add("transpose", func(m *operands) func(device.Device) { // of a matrix with 256 columns
			y, x := m.get("y", n), m.get("x", n)
			shape := device.Dims{1, 1, 1, 1, 256, n / 256}
			return func(d device.Device) {
				d.Copy(device.Into(y), device.Contiguous(shape), x, device.View{Stride: device.Dims{0, 0, 0, 0, 1, 256}}, shape, 1)
			}
		})
		for _, r := range []struct {
			name string
			axes uint
		}{{"sum_all", 63}, {"sum_rows", 1 << 4}, {"sum_columns", 1 << 5}} { // of a matrix with 256 columns
			add(r.name, func(m *operands) func(device.Device) {
				y, x := m.get("y", n), m.get("x", n)
				return func(d device.Device) {
					d.Reduce(kernel.SumAll, device.Into(y), device.Buf{}, x, device.Dims{1, 1, 1, 1, n / 256, 256}, r.axes)
				}
			})
		}
	}
	return list
}
