package devicetest

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"brick/device"
	"brick/kernel"
)

func testKeep(t *testing.T, d device.Device) {
	if err := keeps(d); err != nil {
		t.Error(err)
	}
}

// keptTypes are the types that a device keeps matrices in.
var keptTypes = []device.Type{device.F32, device.F16, device.BF16, device.Q4_0, device.Q4_1, device.Q5_0, device.Q5_1, device.Q8_0,
	device.IQ4_NL, device.MXFP4, device.Q2_K, device.Q3_K, device.Q4_K, device.Q5_K, device.Q6_K}

// keeps errs for a device that does not compute with matrices in their own types as Device.Keep says: each number is read
// and looked up exactly, products are within the rounding of a, and the same bits however the matrix lies and whatever
// rows are multiplied with it.
func keeps(d device.Device) error {
	r := rand.New(rand.NewPCG(3, 4))
	for _, t := range keptTypes {
		for _, rows := range []int{1, 37, 64} {
			for _, blocks := range []int{1, 3} {
				k := newKept(r, t, rows, max(blocks*t.Block(), blocks*11))
				for _, turned := range []bool{false, true} {
					k.Turned = turned
					if err := k.check(d, r); err != nil {
						return fmt.Errorf("a matrix of %d × %d, turned %v, kept in %v: %w", k.Rows, k.Cols, turned, t, err)
					}
				}
			}
		}
	}
	return nil
}

// A kept is a matrix and its numbers.
type kept struct {
	device.Matrix
	w []kernel.Float
}

func newKept(r *rand.Rand, t device.Type, rows, cols int) *kept {
	k := &kept{device.Matrix{Type: t, Rows: rows, Cols: cols}, make([]kernel.Float, rows*cols)}
	for i := range k.w {
		k.w[i] = kernel.Float(r.NormFloat64())
	}
	k.Data = make([]byte, k.Bytes())
	q, blocks := t.Quant()
	switch {
	case blocks:
		kernel.PutQuant(q, k.Data, k.w)
		kernel.GetQuant(q, k.w, k.Data)
	case t == device.F16:
		kernel.PutF16(k.Data, k.w)
		kernel.GetF16(k.w, k.Data)
	case t == device.BF16:
		kernel.PutBF16(k.Data, k.w)
		kernel.GetBF16(k.w, k.Data)
	default:
		for i, v := range k.w {
			binary.LittleEndian.PutUint32(k.Data[4*i:], math.Float32bits(float32(v)))
			k.w[i] = kernel.Float(float32(v))
		}
	}
	return k
}

// at is number (i, j) of the rows as they were given.
func (k *kept) at(i, j int) float64 { return float64(k.w[i*k.Cols+j]) }

func (k *kept) check(d device.Device, r *rand.Rand) error {
	packed, lying := d.Keep(k.Matrix, true), d.Keep(k.Matrix, false)
	for _, b := range []device.Buf{packed, lying} {
		if b.N != len(k.w) || b.Type != k.Type || !b.Present() {
			return fmt.Errorf("keeping gives %d elements of type %v", b.N, b.Type)
		}
		got := make([]kernel.Float, b.N)
		d.Read(got, b)
		for i := range k.Rows {
			for j := range k.Cols {
				at := i*k.Cols + j
				if k.Turned {
					at = j*k.Rows + i
				}
				if bits(got[at]) != bits(k.w[i*k.Cols+j]) {
					return fmt.Errorf("reading gives %v as number (%d, %d), want %v", got[at], i, j, k.w[i*k.Cols+j])
				}
			}
		}
		if err := k.lookup(d, r, b); err != nil {
			return err
		}
	}
	for _, back := range []bool{false, true} {
		if err := k.products(d, r, packed, lying, back); err != nil {
			return err
		}
	}
	return nil
}

// lookup looks rows up.
func (k *kept) lookup(d device.Device, r *rand.Rand, b device.Buf) error {
	if k.Turned {
		return nil
	}
	const n = 20
	pick := make([]int32, n)
	for i := range pick {
		pick[i] = int32(r.IntN(k.Rows))
	}
	ids, y := d.Alloc(n, device.I32), d.Alloc(n*k.Cols, device.Float)
	d.WriteIDs(ids, pick)
	for _, mode := range []device.Mode{device.Set, device.Add} {
		d.Index(device.Dst{Buf: y, Mode: mode}, b, ids, 1, k.Rows, k.Cols, n)
	}
	got := make([]kernel.Float, y.N)
	d.Read(got, y)
	for i, v := range got {
		row := pick[i/k.Cols]
		if want := 2 * k.w[int(row)*k.Cols+i%k.Cols]; bits(v) != bits(want) {
			return fmt.Errorf("looking up set and added number %d of row %d as %v, want %v", i%k.Cols, row, v, want)
		}
	}
	return nil
}

// products multiplies 1, 2, 5 and 40 rows by the matrix as its transpose, or as it is on the way back, both ways it lies.
func (k *kept) products(d device.Device, r *rand.Rand, packed, lying device.Buf, back bool) error {
	p := device.Product{N: k.Rows, K: k.Cols, Batch: [4]int{1, 1, 1, 1}}
	if back {
		p.N, p.K = p.K, p.N
	}
	const most = 40
	x, bias := make([]kernel.Float, most*p.K), make([]kernel.Float, p.N)
	for i := range x {
		x[i] = kernel.Float(r.NormFloat64())
	}
	for i := range bias {
		bias[i] = kernel.Float(r.NormFloat64())
	}
	a, c := d.Alloc(len(x), device.Float), d.Alloc(len(bias), device.Float)
	d.Write(a, x)
	d.Write(c, bias)
	once := func(b device.Buf, from, m int, mode device.Mode) (y, pre []kernel.Float) {
		p := p
		p.M = m
		dst, z := d.Alloc(m*p.N, device.Float), d.Alloc(m*p.N, device.Float)
		d.Fill(dst, 1)
		e := device.Epilogue{Bias: c, Pre: z, Act: kernel.ReLU}
		turn := k.Turned == back
		ld := k.Cols
		if k.Turned {
			ld = k.Rows
		}
		d.MatMul(device.Dst{Buf: dst, Mode: mode}, device.Mat{LD: p.N}, device.Mat{Buf: a.Slice(from*p.K, m*p.K), LD: p.K}, device.Mat{Buf: b, LD: ld, T: turn}, p, e)
		y, pre = make([]kernel.Float, dst.N), make([]kernel.Float, dst.N)
		d.Read(y, dst)
		d.Read(pre, z)
		return y, pre
	}
	all, pre := once(packed, 0, most, device.Set)
	for i := range most {
		off := k.rounding(x[i*p.K:(i+1)*p.K], back)
		for j := range p.N {
			want, most := float64(bias[j]), 0.0
			for l := range p.K {
				w := 0.0
				if back {
					w = k.at(l, j)
				} else {
					w = k.at(j, l)
				}
				v := float64(x[i*p.K+l])
				want += w * v
				most += math.Abs(w) * (math.Abs(v)*1e-5 + off[l])
			}
			if at := i*p.N + j; !(math.Abs(float64(pre[at])-want) <= most+1e-6) || all[at] != max(pre[at], 0) {
				return fmt.Errorf("product %v, back %v: number (%d, %d) is %v and %v, want %v ± %.2g and no less than 0", p, back, i, j, pre[at], all[at], want, most)
			}
		}
	}
	for _, b := range []device.Buf{packed, lying} {
		for _, m := range []int{1, 2, 5} {
			y, _ := once(b, 3, m, device.Set)
			onto, _ := once(b, 3, m, device.Add)
			for i, v := range y {
				want := all[3*p.N+i]
				if bits(v) != bits(want) || onto[i] != 1+want {
					return fmt.Errorf("product %v, back %v: number %d of %d rows is %v, and 1 and it %v; among %d rows it is %v", p, back, i, m, v, onto[i], most, want)
				}
			}
		}
	}
	return nil
}

// rounding is how far each number of x may be off where it is rounded to codes of its block, d/2, see kernel.PackQuantX.
func (k *kept) rounding(x []kernel.Float, back bool) []float64 {
	off, block := make([]float64, len(x)), k.Type.Block()
	for l := 0; l < len(x) && block > 1 && !back; l += block {
		far := 0.0
		for _, v := range x[l:][:block] {
			far = max(far, math.Abs(float64(v)))
		}
		for i := range block {
			off[l+i] = far / 127 / 2
		}
	}
	return off
}
