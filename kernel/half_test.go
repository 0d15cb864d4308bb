package kernel

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
)

// nearest is rounding to 16 bits by its definition: of the two neighbours of
// |x| on the grid of finite values the nearer one, the even one in a tie; past
// the last by half a step, infinity.
func nearest(x float64, value func(uint16) float32, infinity uint16) uint16 {
	sign := uint16(0)
	if math.Signbit(x) {
		sign, x = 0x8000, -x
	}
	lo, hi := uint16(0), infinity // value(lo) ≤ x < value(hi); codes are ordered like values
	for hi-lo > 1 {
		if mid := lo + (hi-lo)/2; float64(value(mid)) <= x {
			lo = mid
		} else {
			hi = mid
		}
	}
	below, above := float64(value(lo)), float64(value(hi))
	if hi == infinity { // the grid continued by one more step
		above = below + (below - float64(value(lo-1)))
	}
	d := (x - below) - (above - x)
	if d > 0 || d == 0 && lo&1 == 1 {
		return sign | hi
	}
	return sign | lo
}

func TestHalfIsNearestEven(t *testing.T) {
	for _, f := range []struct {
		name     string
		to       func(uint32) uint16
		from     func(uint16) float32
		infinity uint16
	}{
		{"F16", toF16, F16Value, 0x7c00},
		{"BF16", toBF16, BF16Value, 0x7f80},
	} {
		t.Run(f.name, func(t *testing.T) {
			check := func(x float64) {
				if got, want := f.to(narrow(x)), nearest(x, f.from, f.infinity); got != want {
					t.Fatalf("%v (%x): got %#04x = %v, want %#04x = %v", x, x, got, f.from(got), want, f.from(want))
				}
			}
			for h := range 0x10000 { // every code comes back, and so do the middles between codes and what lies beside them
				v := f.from(uint16(h))
				got := f.to(math.Float32bits(v))
				if v != v {
					if g := f.from(got); g == g {
						t.Fatalf("%#04x: NaN became %v", h, g)
					}
					continue
				}
				if got != uint16(h) {
					t.Fatalf("%#04x = %v came back as %#04x", h, v, got)
				}
				if math.IsInf(float64(v), 0) {
					continue
				}
				mid := float64(v)/2 + float64(f.from(uint16(h)+1))/2
				if math.IsInf(mid, 0) || math.IsNaN(mid) {
					continue
				}
				for _, x := range []float64{mid, math.Nextafter(mid, math.Inf(1)), math.Nextafter(mid, math.Inf(-1))} {
					check(x) // Nextafter in float64: a double rounding by way of float32 would show
				}
			}
			r := rand.New(rand.NewPCG(1, 2))
			for range 200000 {
				x := math.Float64frombits(r.Uint64())
				if !math.IsNaN(x) && !math.IsInf(x, 0) {
					check(x)
				}
				check(r.NormFloat64())
				check(r.NormFloat64() * 1e-6)
			}
			for _, x := range []float64{65504, 65519.99, 65520, 65520.01, 1e300, math.MaxFloat32, math.MaxFloat64, 5e-324, 0x1p-25, 0x1.0000001p-25} {
				check(x)
				check(-x)
			}
			if f.to(narrow(math.Inf(1))) != f.infinity || f.to(narrow(math.Inf(-1))) != f.infinity|0x8000 || f.to(1<<31) != 0x8000 {
				t.Error("infinities or minus zero are not kept")
			}
		})
	}
}

// Rows of halves are the single ones, for every code, any NaN counting as one, and at every length and level.
func TestHalfRows(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	codes := make([]byte, 2<<16)
	for h := range 1 << 16 {
		binary.LittleEndian.PutUint16(codes[2*h:], uint16(h))
	}
	x := make([]Float, 1<<17)
	for i := range x {
		x[i] = Float(math.Float32frombits(r.Uint32()))
		if i%2 == 0 {
			x[i] = Float(r.NormFloat64() * math.Exp2(float64(r.IntN(40)-30)))
		}
		if x[i] != x[i] {
			x[i] = Float(math.NaN())
		}
	}
	everyLevel(t, func(t *testing.T) {
		for _, f := range []struct {
			name string
			put  func(b []byte, x []Float)
			get  func(y []Float, b []byte)
			to   func(uint32) uint16
			from func(uint16) float32
		}{{"F16", PutF16, GetF16, toF16, F16Value}, {"BF16", PutBF16, GetBF16, toBF16, BF16Value}} {
			y, back := make([]Float, 1<<16), make([]byte, 2<<16)
			f.get(y, codes)
			f.put(back, y)
			for h, v := range y {
				if want := Float(f.from(uint16(h))); v != want && (v == v || want == want) {
					t.Fatalf("%s %#04x is %v, want %v", f.name, h, v, want)
				}
				if v == v && !bytes.Equal(back[2*h:2*h+2], codes[2*h:2*h+2]) {
					t.Fatalf("%s %#04x comes back as % x", f.name, h, back[2*h:2*h+2])
				}
			}
			b := make([]byte, 2*len(x))
			f.put(b, x)
			for i, v := range x {
				if got, want := binary.LittleEndian.Uint16(b[2*i:]), f.to(narrow(float64(v))); got != want {
					t.Fatalf("%v as %s is %#04x, want %#04x", v, f.name, got, want)
				}
			}
			for n := range 49 { // what lies beyond is left alone; odd places in memory too
				at := 1 + r.IntN(1000)
				b, y := bytes.Repeat([]byte{0xa5}, 2*n+7), make([]Float, n+3)
				f.put(b[3:], x[at:][:n])
				f.get(y[:n], b[3:])
				want := make([]byte, 2*n)
				for i, v := range x[at:][:n] {
					binary.LittleEndian.PutUint16(want[2*i:], f.to(narrow(float64(v))))
					if w := Float(f.from(binary.LittleEndian.Uint16(want[2*i:]))); y[i] != w && w == w {
						t.Fatalf("%s: number %d of %d is %v, want %v", f.name, i, n, y[i], w)
					}
				}
				if !bytes.Equal(b[3:3+2*n], want) || !bytes.Equal(b[3+2*n:], []byte{0xa5, 0xa5, 0xa5, 0xa5}) || y[n] != 0 {
					t.Fatalf("%s: %d numbers are written as % x", f.name, n, b)
				}
			}
		}
	})
}
