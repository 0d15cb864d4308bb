package cpu_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"brick/device"
	"brick/device/cpu"
	"brick/kernel"
)

// A row times weights kept in blocks has the same bits alone, among 8 and among 300, for any number of workers and at every
// level of instructions; of numbers on their own at each level, which round a product and a sum together or not.
func TestKeptRowsAlone(t *testing.T) {
	const rows, most = 70, 300
	r := rand.New(rand.NewPCG(5, 6))
	for _, kind := range []device.Type{device.F32, device.F16, device.BF16, device.Q4_0, device.Q5_1, device.Q8_0, device.MXFP4, device.Q2_K, device.Q4_K, device.Q6_K} {
		m := device.Matrix{Type: kind, Rows: rows, Cols: 512}
		w, x := make([]kernel.Float, rows*m.Cols), make([]kernel.Float, most*m.Cols)
		for i := range w {
			w[i] = kernel.Float(r.NormFloat64())
		}
		for i := range x {
			x[i] = kernel.Float(r.NormFloat64())
		}
		m.Data = make([]byte, m.Bytes())
		switch q, blocks := kind.Quant(); {
		case blocks:
			kernel.PutQuant(q, m.Data, w)
		case kind == device.F16:
			kernel.PutF16(m.Data, w)
		case kind == device.BF16:
			kernel.PutBF16(m.Data, w)
		default:
			for i, v := range w {
				binary.LittleEndian.PutUint32(m.Data[4*i:], math.Float32bits(float32(v)))
			}
		}
		var first []kernel.Float
		for _, level := range kernel.Levels() {
			if kind.Block() == 1 {
				first = nil
			}
			restore := kernel.SetLevel(level)
			for _, workers := range []int{1, 2, 5} {
				d := cpu.New(workers)
				b := d.Keep(m, true)
				for _, n := range []int{1, 8, most} {
					y := make([]kernel.Float, n*rows)
					d.MatMul(device.Into(device.Host(y)), device.Mat{LD: rows}, device.Mat{Buf: device.Host(x), LD: m.Cols},
						device.Mat{Buf: b, LD: m.Cols, T: true}, device.Product{M: n, N: rows, K: m.Cols, Batch: [4]int{1, 1, 1, 1}}, device.Epilogue{})
					if first == nil {
						first = y[:rows]
					}
					if !slices.Equal(first, y[:rows]) {
						t.Errorf("%v, level %v, %d workers: the first of %d rows has other bits", kind, level, workers, n)
					}
				}
				d.Close()
			}
			restore()
		}
	}
}

// The way back through weights that are kept,  ∂x = ∂y·W,  has the bits of the same weights widened, whichever way they lie, for
// any number of workers.
func TestKeptBack(t *testing.T) {
	const out, in, most = 90, 512, 150
	r := rand.New(rand.NewPCG(7, 8))
	for _, kind := range []device.Type{device.F16, device.BF16, device.Q4_0, device.Q8_0, device.Q4_K, device.Q6_K} {
		m := device.Matrix{Type: kind, Rows: out, Cols: in}
		m.Data = make([]byte, m.Bytes())
		w, dy := make([]kernel.Float, out*in), make([]kernel.Float, most*max(in, out))
		for i := range w {
			w[i] = kernel.Float(r.NormFloat64())
		}
		for i := range dy {
			dy[i] = kernel.Float(r.NormFloat64())
		}
		switch q, blocks := kind.Quant(); {
		case blocks:
			kernel.PutQuant(q, m.Data, w)
		case kind == device.F16:
			kernel.PutF16(m.Data, w)
		default:
			kernel.PutBF16(m.Data, w)
		}
		for _, turned := range []bool{false, true} { // as a Linear's (out, in), as a Conv1D's (in, out) of the other sizes
			m.Turned = turned
			for _, workers := range []int{1, 3} {
				d := cpu.New(workers)
				kept := d.Keep(m, true)
				wide := make([]kernel.Float, out*in)
				d.Read(wide, kept)
				ld := in
				if turned {
					ld = out
				}
				for _, n := range []int{1, 8, most} {
					p := device.Product{M: n, N: in, K: out, Batch: [4]int{1, 1, 1, 1}}
					var dx [2][]kernel.Float
					for i, b := range []device.Buf{kept, device.Host(wide)} {
						dx[i] = make([]kernel.Float, n*in)
						d.MatMul(device.Into(device.Host(dx[i])), device.Mat{LD: in}, device.Mat{Buf: device.Host(dy), LD: out},
							device.Mat{Buf: b, LD: ld, T: turned}, p, device.Epilogue{})
					}
					if !slices.Equal(dx[0], dx[1]) {
						t.Errorf("%v, turned %v, %d workers, %d rows: the gradient has other bits than that of widened weights", kind, turned, workers, n)
					}
				}
				d.Close()
			}
		}
	}
}
