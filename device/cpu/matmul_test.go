package cpu

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"brick/device"
	"brick/kernel"
)

func randoms(r *rand.Rand, n int) []kernel.Float {
	x := make([]kernel.Float, n)
	for i := range x {
		x[i] = kernel.Float(r.NormFloat64())
	}
	return x
}

// rowsOf is the height and the row step of a matrix in memory.
func rowsOf(m, n int, t bool) (rows, ld int) {
	if t {
		return n, m
	}
	return m, n
}

// Blocks, packing and workers change no bit of the reference's result, at any level of instructions.
func TestMatMulEqualsReference(t *testing.T) { everyLevel(t, testMatMul) }

func everyLevel(t *testing.T, f func(t *testing.T)) {
	for _, l := range kernel.Levels() {
		t.Run(l.String(), func(t *testing.T) {
			defer kernel.SetLevel(l)()
			f(t)
		})
	}
}

func testMatMul(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	devices := []*Device{New(1), New(2), New(3), New(5)}
	for _, d := range devices {
		defer d.Close()
	}
	trials := 150
	if testing.Short() {
		trials = 30
	}
	for trial := range trials {
		m, n, k := r.IntN(71), r.IntN(71), r.IntN(71)
		if trial%10 == 0 { // several blocks along every axis
			m, n, k = 1+r.IntN(150), 100+r.IntN(200), 200+r.IntN(400)
		}
		if trial%5 == 1 {
			m = 1 + r.IntN(4)
		}
		switch trial { // a shared operand that is packed in parts, of rows and of terms
		case 20:
			m, n, k = 1100, 1101, 5
		case 21:
			m, n, k = 24, 23, 50_000
		case 22:
			m, n, k = 1030, 17, 1040
		}
		if trial%7 == 1 {
			n = 1
		}
		ta, tb := trial&1 == 1, trial&2 == 2
		mode := device.Set + device.Mode(r.IntN(2))
		ra, lda := rowsOf(m, k, ta)
		rb, ldb := rowsOf(k, n, tb)
		a, b, start := randoms(r, ra*lda), randoms(r, rb*ldb), randoms(r, m*n)
		want := slices.Clone(start)
		kernel.MatMul(want, a, b, m, n, k, n, lda, ldb, ta, tb, mode == device.Add)
		for _, d := range devices {
			y := slices.Clone(start)
			d.MatMul(device.Dst{Buf: device.Host(y), Mode: mode}, device.Mat{LD: n},
				device.Mat{Buf: device.Host(a), LD: lda, T: ta}, device.Mat{Buf: device.Host(b), LD: ldb, T: tb},
				device.Product{M: m, N: n, K: k, Batch: [4]int{1, 1, 1, 1}}, device.Epilogue{})
			if !slices.Equal(y, want) {
				t.Fatalf("%d×%d×%d ta %v tb %v mode %v, %d workers: not the reference's bits", m, n, k, ta, tb, mode, d.Workers())
			}
		}
	}
}

// A shared operand too large to be packed at once is taken in parts, of rows and of terms.
func TestMatMulInParts(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	const n, k = 2090, 1200
	for _, m := range []int{2080, 2100} { // a is shared, then b
		a, b := randoms(r, m*k), randoms(r, n*k)
		var first []kernel.Float
		for _, workers := range []int{1, 3} {
			d, y := New(workers), make([]kernel.Float, m*n)
			square(d, y, a, b, m, n, k)
			d.Close()
			if first == nil {
				first = y
			}
			if !slices.Equal(y, first) {
				t.Fatalf("%d rows: %d workers give other bits", m, workers)
			}
		}
		for range 6 {
			i, want := r.IntN(m), make([]kernel.Float, n)
			if i%2 == 0 {
				i = m - 1 - i%16
			}
			kernel.MatMul(want, a[i*k:], b, 1, n, k, n, k, k, false, true, false)
			if !slices.Equal(first[i*n:][:n], want) {
				t.Fatalf("row %d of %d: not the reference's bits", i, m)
			}
		}
	}
}

// Batches step by their strides; those that share y are summed in order.
func TestMatMulBatches(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	for trial := range 60 {
		m, n, k := 1+r.IntN(9), 1+r.IntN(9), r.IntN(9)
		batch := [4]int{1 + r.IntN(2), r.IntN(4), 1 + r.IntN(3), 1 + r.IntN(3)}
		mode := device.Set + device.Mode(trial%2)
		ym, am, bm := device.Mat{LD: n}, device.Mat{LD: k}, device.Mat{LD: n}
		ny, na, nb := m*n, m*k, k*n
		for i := 3; i >= 0; i-- { // each operand repeats along some axes
			for _, x := range []struct {
				mat  *device.Mat
				size *int
			}{{&ym, &ny}, {&am, &na}, {&bm, &nb}} {
				if batch[i] > 0 && r.IntN(3) > 0 {
					x.mat.Batch[i] = *x.size
					*x.size *= batch[i]
				}
			}
		}
		am.Buf, bm.Buf = device.Host(randoms(r, na)), device.Host(randoms(r, nb))
		start := randoms(r, ny)
		want, touched := slices.Clone(start), make([]bool, ny)
		if batch[1] == 0 && mode == device.Set {
			clear(want)
		}
		for i := range batch[0] * batch[1] * batch[2] * batch[3] {
			x := unravel(i, batch)
			oy := offset(x, ym.Batch)
			kernel.MatMul(want[oy:], am.F[offset(x, am.Batch):], bm.F[offset(x, bm.Batch):], m, n, k, n, k, n, false, false, mode == device.Add || touched[oy])
			touched[oy] = true
		}
		d := New(1 + trial%3)
		y := slices.Clone(start)
		d.MatMul(device.Dst{Buf: device.Host(y), Mode: mode}, ym, am, bm, device.Product{M: m, N: n, K: k, Batch: batch}, device.Epilogue{})
		d.Close()
		if !slices.Equal(y, want) {
			t.Fatalf("trial %d: %d×%d×%d batch %v y %v a %v b %v: found %v, want %v", trial, m, n, k, batch, ym.Batch, am.Batch, bm.Batch, y, want)
		}
	}
}

func TestMatMulEpilogue(t *testing.T) { everyLevel(t, testEpilogue) }

func testEpilogue(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	d := New(2)
	defer d.Close()
	var p kernel.Args
	for _, m := range []int{1, 3, 70} {
		for _, mode := range []device.Mode{device.Skip, device.Set, device.Add} {
			for _, act := range []kernel.Fn{kernel.Identity, kernel.GELU} {
				const n, k = 131, 17
				a, b, bias, start := randoms(r, m*k), randoms(r, k*n), randoms(r, n), randoms(r, m*n)
				z := make([]kernel.Float, m*n)
				kernel.MatMul(z, a, b, m, n, k, n, k, n, false, false, false)
				want := slices.Clone(start)
				for i := range z {
					z[i] += bias[i%n]
				}
				v := make([]kernel.Float, m*n)
				kernel.Map(act, v, z, &p)
				for i := range want {
					switch mode {
					case device.Set:
						want[i] = v[i]
					case device.Add:
						want[i] += v[i]
					}
				}
				y, pre := slices.Clone(start), make([]kernel.Float, m*n)
				d.MatMul(device.Dst{Buf: device.Host(y), Mode: mode}, device.Mat{LD: n},
					device.Mat{Buf: device.Host(a), LD: k}, device.Mat{Buf: device.Host(b), LD: n},
					device.Product{M: m, N: n, K: k, Batch: [4]int{1, 1, 1, 1}},
					device.Epilogue{Bias: device.Host(bias), Pre: device.Host(pre), Act: act})
				if !slices.Equal(y, want) {
					t.Errorf("m %d mode %v act %v: y differs", m, mode, act)
				}
				if mode != device.Skip && !slices.Equal(pre, z) {
					t.Errorf("m %d mode %v act %v: pre differs", m, mode, act)
				}
			}
		}
	}
}

// square is a product of contiguous matrices for tests that care for time or memory.
func square(d *Device, y, a, b []kernel.Float, m, n, k int) {
	d.MatMul(device.Into(device.Host(y)), device.Mat{LD: n},
		device.Mat{Buf: device.Host(a), LD: k}, device.Mat{Buf: device.Host(b), LD: k, T: true},
		device.Product{M: m, N: n, K: k, Batch: [4]int{1, 1, 1, 1}}, device.Epilogue{})
}

func TestMatMulAllocatesNothing(t *testing.T) {
	d := New(2)
	defer d.Close()
	const m, n, k = 100, 200, 300
	y, a, b := make([]kernel.Float, m*n), make([]kernel.Float, m*k), make([]kernel.Float, n*k)
	for range 20 { // until each worker has had a block
		square(d, y, a, b, m, n, k)
	}
	if n := testing.AllocsPerRun(20, func() { square(d, y, a, b, m, n, k) }); n != 0 {
		t.Errorf("found %v allocations, want 0", n)
	}
}

// BenchmarkMatMul is y = x·Wᵀ (the way there), ∂x = ∂y·W and ∂W = ∂yᵀ·x.
func BenchmarkMatMul(b *testing.B) {
	for _, s := range [][3]int{{64, 64, 64}, {512, 512, 512}, {1024, 1024, 1024}, {2048, 2048, 2048}, {64, 256, 784}, {1024, 256, 784},
		{768, 512, 128}, {256, 3072, 768}, {1024, 3072, 768}, {256, 50257, 768}, {1, 256, 784}, {1, 3072, 768}, {4, 3072, 768}, {16, 3072, 768}} {
		m, n, k := s[0], s[1], s[2]
		y, x, w := make([]kernel.Float, m*n), make([]kernel.Float, m*k), make([]kernel.Float, n*k)
		my, mx, mw := device.Mat{Buf: device.Host(y), LD: n}, device.Mat{Buf: device.Host(x), LD: k}, device.Mat{Buf: device.Host(w), LD: k}
		for _, workers := range []int{1, 2} {
			d := New(workers)
			for _, c := range []struct {
				name string
				do   func()
			}{
				{"y", func() {
					d.MatMul(device.Into(my.Buf), my, mx, flip(mw), device.Product{M: m, N: n, K: k, Batch: [4]int{1, 1, 1, 1}}, device.Epilogue{})
				}},
				{"dx", func() {
					d.MatMul(device.Into(mx.Buf), mx, my, mw, device.Product{M: m, N: k, K: n, Batch: [4]int{1, 1, 1, 1}}, device.Epilogue{})
				}},
				{"dw", func() {
					d.MatMul(device.Into(mw.Buf), mw, flip(my), mx, device.Product{M: n, N: k, K: m, Batch: [4]int{1, 1, 1, 1}}, device.Epilogue{})
				}},
			} {
				b.Run(fmt.Sprintf("workers=%d/m=%d/n=%d/k=%d/%s", workers, m, n, k, c.name), func(b *testing.B) {
					for b.Loop() {
						c.do()
					}
					b.ReportMetric(2*float64(m*n*k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
				})
			}
			d.Close()
		}
	}
}
