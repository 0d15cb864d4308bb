//go:build !f64

package kernel

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// fusedBits is what levels that fuse compute from the same numbers on every kind of processor, as hashes of its bits.
var fusedBits = []struct {
	name string
	do   func(r *rand.Rand, show func(bits any))
	hash uint64
}{
	{"products", func(r *rand.Rand, show func(bits any)) {
		for _, s := range [][3]int{{1, 1, 1}, {5, 7, 3}, {8, 12, 16}, {14, 32, 9}, {23, 45, 67}, {64, 50, 129}} {
			m, n, k := s[0], s[1], s[2]
			a, b, y := exact(r, m*k), exact(r, n*k), exact(r, m*n)
			pa, pb := make([]Float, PackedA(m, k)), make([]Float, PackedB(n, k))
			for _, across := range []bool{false, true} {
				lda, ldb := k, n
				if across {
					lda, ldb = m, k
				}
				PackA(pa, a, lda, m, k, across)
				PackB(pb, b, ldb, n, k, across)
				Tiles(y, n, pa, pb, m, n, k, across)
				show(y)
			}
			RowDots(y[:n], a[:k], b, k, true)
			show(y[:n])
			RowSums(y[:n], a[:k], b, n, true)
			show(y[:n])
			Axpy(y[:n], a[0], b[:n])
			show(y[:n])
		}
	}, 0xc386e0620ba0b692},
	{"exponentials", func(r *rand.Rand, show func(bits any)) {
		for scale := Float(1); scale < 512; scale *= 2 {
			x := exact(r, 1000)
			for i := range x {
				x[i] *= scale
			}
			Map(Exp, x, x, &noArgs)
			show(x)
		}
	}, 0x183fc6bcd59bbc7d},
	{"rows", func(r *rand.Rand, show func(bits any)) {
		for _, n := range []int{1, 15, 16, 100, 1000} {
			x, y, z := exact(r, n), exact(r, n), exact(r, n)
			show([]float64{float64(maxRow(x)), expRow(z, x, 0.5), sumExpRow(x, -0.25), sumRow(x), dotRow(x, y)})
			show(z)
			for _, add := range []bool{false, true} {
				SoftmaxBack(z, x, y, add)
				show(z)
				LogSoftmaxBack(z, x, y, add)
				show(z)
				CrossEntropyBack(z, x, n/2, nil, 0.125, 0.5, 0.75, false, add)
				show(z)
			}
			Softmax(z, x)
			show(z)
			SoftmaxLines(z, x, 1, n, n, false)
			show(z)
		}
	}, 0x8012d0d2db7ccde},
	{"pairs", func(r *rand.Rand, show func(bits any)) {
		for f := range numFn2s {
			for _, n := range []int{1, 15, 16, 100} {
				a, b, y := exact(r, n), exact(r, n), exact(r, n)
				for strides := 0; strides < 8 && f != PowOf2; strides++ { // that one is of package math
					Zip(f, y, a, b, strides&1, strides>>1&1, strides > 3)
					show(y)
					ZipBackA(f, y, a, b, b, strides&1, strides>>1&1, strides > 3)
					show(y)
					ZipBackB(f, y, a, b, a, strides&1, strides>>1&1, strides > 3)
					show(y)
				}
			}
		}
	}, 0xe2a839c1c61a9466},
	{"functions", func(r *rand.Rand, show func(bits any)) {
		for f := range Fn(numFns) {
			if f == Pow || f == Sin || f == Cos { // of package math
				continue
			}
			for scale := Float(1); scale < 512; scale *= 2 {
				x, y, dy := exact(r, 300), exact(r, 300), exact(r, 300)
				for i := range x {
					x[i] *= scale
				}
				MapBack(f, y, x, x, dy, &testConstants, false)
				show(y)
				MapBack(f, y, x, x, dy, &testConstants, true)
				show(y)
				MapAdd(f, y, x, &testConstants)
				for i, v := range y { // NaN has many patterns
					if v != v {
						y[i] = 0
					}
				}
				show(y)
			}
		}
	}, 0x98adc78954a67d0b},
	{"gates", func(r *rand.Rand, show func(bits any)) {
		for scale := Float(1); scale < 512; scale *= 2 {
			gate, up, dy, dgate, dup := exact(r, 300), exact(r, 300), exact(r, 300), exact(r, 300), exact(r, 300)
			for i := range gate {
				gate[i] *= scale
			}
			for _, add := range []bool{false, true} {
				SwiGLUBack(dgate, dup, gate, up, dy, add, add)
				show(dgate)
				show(dup)
			}
			SwiGLU(dup, gate, up)
			show(dup)
		}
	}, 0x3b166a5cf41bb59},
	{"attention", func(r *rand.Rand, show func(bits any)) {
		for range 5 {
			own := rand.New(rand.NewPCG(r.Uint64(), 3)) // scratch has other lengths at other levels
			h := newHeads(own, 1+r.IntN(100), r.IntN(300), 1+r.IntN(70))
			for _, x := range [][]Float{h.q, h.k, h.v, h.y, h.dy, h.startQ, h.startK, h.startV} {
				copy(x, exact(r, len(x)))
			}
			h.scale, h.cap, h.seen.Window = 0.5, 0, 0
			h.tiles(own)
			h.back(own)
			for _, x := range [][]Float{h.y, h.stat, h.dq, h.dk, h.dv} {
				show(x)
			}
		}
	}, 0x7b7cb538d9ac247b},
}

func TestFusedBits(t *testing.T) {
	everyLevel(t, func(t *testing.T) {
		if !level.Fused() {
			t.Skip("rounds products and sums apart")
		}
		for _, c := range fusedBits {
			h := fnv.New64a()
			c.do(rand.New(rand.NewPCG(3, 1)), func(bits any) { binary.Write(h, binary.LittleEndian, bits) })
			if got := h.Sum64(); got != c.hash {
				t.Errorf("%s: bits hash to %#x, want %#x", c.name, got, c.hash)
			}
		}
	})
}

// exact is n numbers of 24 random bits from −½ to ½, made without rounding, so that they are the same everywhere.
func exact(r *rand.Rand, n int) []Float {
	x := make([]Float, n)
	for i := range x {
		x[i] = Float(math.Ldexp(float64(int32(r.Uint32())>>8), -24))
	}
	return x
}
