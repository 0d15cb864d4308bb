package cpu

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"brick/device"
	"brick/kernel"
)

// Rounded operands give the product of operands that were rounded before, however it is cut, whatever the workers.
func TestPrecisionBF16(t *testing.T) {
	if !kernel.HasBF16() {
		t.Skip("this processor, or this build, does not multiply bfloat16")
	}
	r := rand.New(rand.NewPCG(3, 16))
	for trial := range 40 {
		m, n, k := 1+r.IntN(150), 1+r.IntN(300), 1+r.IntN(1300)
		if trial%4 == 0 {
			m = 1 + r.IntN(3)
		}
		ta, tb := trial&1 == 1, trial&2 == 2
		ra, lda := rowsOf(m, k, ta)
		rb, ldb := rowsOf(k, n, tb)
		a, b := randoms(r, ra*lda), randoms(r, rb*ldb)
		var first []kernel.Float
		multiply := func(workers int, p Precision, a, b []kernel.Float) []kernel.Float {
			d := New(workers)
			defer d.Close()
			if err := d.SetPrecision(p); err != nil {
				t.Fatal(err)
			}
			y := make([]kernel.Float, m*n)
			d.MatMul(device.Into(device.Host(y)), device.Mat{LD: n}, device.Mat{Buf: device.Host(a), LD: lda, T: ta},
				device.Mat{Buf: device.Host(b), LD: ldb, T: tb}, device.Product{M: m, N: n, K: k, Batch: [4]int{1, 1, 1, 1}}, device.Epilogue{})
			return y
		}
		for _, workers := range []int{1, 2, 3} {
			y := multiply(workers, BF16, a, b)
			if first == nil {
				first = y
			}
			if !slices.Equal(y, first) {
				t.Fatalf("%d×%d×%d: %d workers give other bits", m, n, k, workers)
			}
		}
		round := func(x []kernel.Float) []kernel.Float {
			y := slices.Clone(x)
			for i, v := range y {
				y[i] = kernel.Float(kernel.RoundBF16(float32(v)))
			}
			return y
		}
		want := multiply(1, F32, round(a), round(b))
		for i, v := range first {
			if e := v - want[i]; e > 1e-3 || e < -1e-3 {
				t.Fatalf("%d×%d×%d ta %v tb %v: element %d is %v, want %v", m, n, k, ta, tb, i, v, want[i])
			}
		}
		alone := multiply(1, BF16, a, b) // a row alone has the bits it has among others
		if !ta {
			d := New(1)
			if err := d.SetPrecision(BF16); err != nil {
				t.Fatal(err)
			}
			y := make([]kernel.Float, n)
			d.MatMul(device.Into(device.Host(y)), device.Mat{LD: n}, device.Mat{Buf: device.Host(a[:k]), LD: lda},
				device.Mat{Buf: device.Host(b), LD: ldb, T: tb}, device.Product{M: 1, N: n, K: k, Batch: [4]int{1, 1, 1, 1}}, device.Epilogue{})
			d.Close()
			if !slices.Equal(y, alone[:n]) {
				t.Fatalf("%d×%d×%d: the first row alone has other bits", m, n, k)
			}
		}
	}
}

func TestPrecisionChoose(t *testing.T) {
	for _, c := range []struct {
		p    Precision
		want Precision
		err  string
	}{{"", F32, ""}, {F32, F32, ""}, {"fp8", "", "want f32, bf16 or auto"}} {
		got, err := c.p.Choose()
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%q: found %q, %v", c.p, got, err)
		}
	}
	defer kernel.SetLevel(kernel.Generic)()
	if p, err := Auto.Choose(); p != F32 || err != nil {
		t.Errorf("auto without bfloat16: found %q, %v; want f32", p, err)
	}
	if _, err := BF16.Choose(); err == nil || !strings.Contains(err.Error(), "does not multiply bfloat16") {
		t.Errorf("bf16 without bfloat16: found %v, want an error that says so", err)
	}
}
