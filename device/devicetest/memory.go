package devicetest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"brick/device"
	"brick/kernel"
)

// A memory is where the arguments of one call after the other lie on a device:
// one run of numbers and one of ids, with a guard zone before and after each.
type memory struct {
	dev       device.Device
	floats    device.Buf
	ids       device.Buf
	f, after  []kernel.Float // before and after the call
	i, afterI []int32
}

// The guard zones. Their sizes are odd so that arguments begin anywhere: a device
// that wants to read several numbers at once must look where it begins.
const guardLen = 13

// What lies in a guard zone: a NaN of its own, which spoils what is computed
// from it, and an id that is none.
var guard = kernel.Float(math.Float32frombits(0x7fc0beef))

const guardID = -1 << 30

// run writes the arguments of c to the device, calls it and reads them back.
func (m *memory) run(t *testing.T, c *call) {
	t.Helper()
	m.f, m.i = m.f[:0], m.i[:0]
	for _, a := range c.args {
		if a.ids != nil {
			m.i = append(m.i, slices.Repeat([]int32{guardID}, guardLen)...)
			a.off = len(m.i)
			m.i = append(m.i, a.ids...)
		} else {
			m.f = append(m.f, slices.Repeat([]kernel.Float{guard}, guardLen)...)
			a.off = len(m.f)
			m.f = append(m.f, a.f...)
		}
	}
	m.i = append(m.i, slices.Repeat([]int32{guardID}, guardLen)...)
	m.f = append(m.f, slices.Repeat([]kernel.Float{guard}, guardLen)...)
	if m.floats.N < len(m.f) {
		m.floats = m.dev.Alloc(2*len(m.f), device.Float)
	}
	if m.ids.N < len(m.i) {
		m.ids = m.dev.Alloc(2*len(m.i), device.I32)
	}
	floats, ids := m.floats.Slice(0, len(m.f)), m.ids.Slice(0, len(m.i))
	m.dev.Write(floats, m.f)
	m.dev.WriteIDs(ids, m.i)
	for _, a := range c.args {
		if a.ids != nil {
			a.buf = ids.Slice(a.off, len(a.ids))
		} else {
			a.buf = floats.Slice(a.off, len(a.f))
		}
	}

	returned := false
	defer func() {
		if !returned {
			t.Logf("%s: panics", c.name)
		}
	}()
	c.do(m.dev)
	returned = true

	m.after = slices.Grow(m.after[:0], len(m.f))[:len(m.f)]
	m.afterI = slices.Grow(m.afterI[:0], len(m.i))[:len(m.i)]
	m.dev.Read(m.after, floats)
	m.dev.ReadIDs(m.afterI, ids)
	if err := m.dev.Wait(); err != nil {
		t.Fatalf("%s: Wait: %v", c.name, err)
	}
}

// compare runs c and compares what it did with its oracle.
func (m *memory) compare(t *testing.T, c *call, ulps float64) error {
	t.Helper()
	m.run(t, c)
	c.want()
	return m.check(c.args, ulps)
}

// check is nil if all is as the oracle says.
func (m *memory) check(args []*array, ulps float64) error {
	endF, endI := 0, 0
	for _, a := range args {
		if a.ids != nil {
			if err := m.checkIDs(a, endI); err != nil {
				return err
			}
			endI = a.off + len(a.ids)
			continue
		}
		if err := m.checkGuard(endF, a.off, "before "+a.name); err != nil {
			return err
		}
		endF = a.off + len(a.f)
		for i, old := range a.f {
			got, s := m.after[a.off+i], untouched
			if a.state != nil {
				s = a.state[i]
			}
			switch {
			case s == known && !near(float64(got), a.y[i], tolerance(ulps, a.size[i])):
				return fmt.Errorf("%s[%d] of %d is %v, want %v ± %.2g", a.name, i, len(a.f), got, a.y[i], tolerance(ulps, a.size[i]))
			case s == untouched && bits(got) != bits(old):
				return fmt.Errorf("%s[%d] of %d was %v and became %v, and is not to be touched", a.name, i, len(a.f), old, got)
			}
		}
	}
	return m.checkGuard(endF, len(m.f), "at the end")
}

func (m *memory) checkIDs(a *array, end int) error {
	for i, id := range m.afterI[end:a.off] {
		if id != guardID {
			return fmt.Errorf("the zone before %s was changed, %d ids from its end", a.name, a.off-end-i)
		}
	}
	for i, old := range a.ids {
		got, s := m.afterI[a.off+i], untouched
		if a.state != nil {
			s = a.state[i]
		}
		switch {
		case s == known && got != a.wantIDs[i]:
			return fmt.Errorf("%s[%d] of %d is %d, want %d", a.name, i, len(a.ids), got, a.wantIDs[i])
		case s == untouched && got != old:
			return fmt.Errorf("%s[%d] of %d was %d and became %d, and is not to be touched", a.name, i, len(a.ids), old, got)
		}
	}
	for i, id := range m.afterI[a.off+len(a.ids):][:guardLen] {
		if id != guardID {
			return fmt.Errorf("the zone after %s was changed, %d ids from its start", a.name, i)
		}
	}
	return nil
}

// checkGuard checks a guard zone.
func (m *memory) checkGuard(lo, hi int, where string) error {
	for i := lo; i < hi; i++ {
		if bits(m.after[i]) != bits(guard) {
			return fmt.Errorf("the zone %s was changed: number %d of %d is %v", where, i-lo, hi-lo, m.after[i])
		}
	}
	return nil
}

// same is nil if m and o hold the same bits.
func (m *memory) same(o *memory, args []*array) error {
	for _, a := range args {
		for i := range a.f {
			x, y := m.after[a.off+i], o.after[a.off+i]
			if bits(x) != bits(y) && (x == x || y == y) {
				return fmt.Errorf("%s[%d] of %d is %v (%x), not %v (%x)", a.name, i, len(a.f), x, bits(x), y, bits(y))
			}
		}
		for i := range a.ids {
			if x, y := m.afterI[a.off+i], o.afterI[a.off+i]; x != y {
				return fmt.Errorf("%s[%d] of %d is %d, not %d", a.name, i, len(a.ids), x, y)
			}
		}
	}
	return nil
}

func bits(x kernel.Float) uint64 { return math.Float64bits(float64(x)) }

// tolerance is how far a result may be off that was made of numbers of the given
// size: ulps units of float32, 2⁻²³ each, or 1e-12 in the f64 build; and in any
// case the smallest normal number, as devices may flush smaller ones to 0.
func tolerance(ulps, size float64) float64 {
	if kernel.FloatBits == 64 {
		return 1e-12*size + 0x1p-1022
	}
	return ulps*0x1p-23*size + 0x1p-126
}

// near reports whether got is want, give or take tol. A NaN is near NaNs
// only, and an infinity, such as a want too large for a Float, to itself.
func near(got, want, tol float64) bool {
	want = float64(kernel.Float(want))
	if want != want || got != got {
		return want != want && got != got
	}
	return got == want || math.Abs(got-want) <= tol && !math.IsInf(got, 0) && !math.IsInf(want, 0)
}

func testName(t *testing.T, d device.Device) {
	if first := d.Name(); first == "" || first != d.Name() {
		t.Errorf("Name is %q, then %q: it must not be empty and never change", first, d.Name())
	}
}

func testWait(t *testing.T, d device.Device) {
	d.Fill(d.Alloc(100_000, device.Float), 1)
	for range 2 {
		if err := d.Wait(); err != nil {
			t.Errorf("Wait: %v", err)
		}
	}
}

func testAlloc(t *testing.T, d device.Device) {
	for _, n := range []int{0, 1, 7, 1024, 100_003} {
		for range 3 { // the second time the memory may be a used piece
			b := d.Alloc(n, device.Float)
			if b.N != n || b.Type != device.Float {
				t.Fatalf("Alloc(%d, Float) has %d elements of type %v", n, b.N, b.Type)
			}
			got := poison(n)
			d.Read(got, b)
			if i := slices.IndexFunc(got, func(v kernel.Float) bool { return bits(v) != 0 }); i >= 0 {
				t.Fatalf("Alloc(%d, Float): element %d is %v, want 0", n, i, got[i])
			}
			d.Write(b, poison(n))

			ids := d.Alloc(n, device.I32)
			if ids.N != n || ids.Type != device.I32 {
				t.Fatalf("Alloc(%d, I32) has %d elements of type %v", n, ids.N, ids.Type)
			}
			back := slices.Repeat([]int32{guardID}, n)
			d.ReadIDs(back, ids)
			if i := slices.IndexFunc(back, func(v int32) bool { return v != 0 }); i >= 0 {
				t.Fatalf("Alloc(%d, I32): element %d is %d, want 0", n, i, back[i])
			}
			d.WriteIDs(ids, slices.Repeat([]int32{guardID}, n))
		}
	}
}

// testWrite writes pieces of a buffer and reads others.
func testWrite(t *testing.T, d device.Device) {
	const n = 1000
	b, host := d.Alloc(n, device.Float), make([]kernel.Float, n)
	for k := range 50 {
		off := k * 37 % n
		src := make([]kernel.Float, min(k*k, n-off))
		for i := range src {
			src[i] = kernel.Float(k*n + i)
		}
		if len(src) > 2 {
			src[0], src[1], src[2] = guard, kernel.Float(math.Inf(-1)), kernel.Float(math.Copysign(0, -1))
		}
		d.Write(b.Slice(off, len(src)), src)
		copy(host[off:], src)
		clear(src) // the device may not look at it later
		lo := k * 53 % n
		got := make([]kernel.Float, n-lo)
		d.Read(got, b.Slice(lo/2, n-lo/2).Slice(lo-lo/2, n-lo))
		for i, v := range got {
			if bits(v) != bits(host[lo+i]) {
				t.Fatalf("after writing %d elements at %d, element %d is %v, want %v", len(src), off, lo+i, v, host[lo+i])
			}
		}
	}
}

// testWriteIDs is testWrite for ids.
func testWriteIDs(t *testing.T, d device.Device) {
	const n = 1000
	b, host := d.Alloc(n, device.I32), make([]int32, n)
	for k := range 50 {
		off := k * 37 % n
		src := make([]int32, min(k*k, n-off))
		for i := range src {
			src[i] = int32(k*n+i) * (-1 << (k % 20))
		}
		d.WriteIDs(b.Slice(off, len(src)), src)
		copy(host[off:], src)
		clear(src)
		lo := k * 53 % n
		got := make([]int32, n-lo)
		d.ReadIDs(got, b.Slice(lo/2, n-lo/2).Slice(lo-lo/2, n-lo))
		if !slices.Equal(got, host[lo:]) {
			t.Fatalf("after writing %d ids at %d, those from %d on are not what was written", len(src), off, lo)
		}
	}
}
