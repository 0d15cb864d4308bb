package tensor_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
)

var floatTypes = []device.Type{device.Float, device.F64, device.F32, device.F16, device.BF16}

var intTypes = []device.Type{device.I64, device.I32, device.I16, device.I8, device.U64, device.U32, device.U16, device.U8, device.Bool}

// Small whole numbers are exact in every type, so they survive any storage.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
		n, err := tensor.Elements(shape)
		if err != nil {
			t.Fatal(err)
		}
		ints := rapid.SliceOfN(rapid.Int32Range(0, 1), n, n).Draw(t, "values")
		floats := make([]kernel.Float, n)
		for i, v := range ints {
			floats[i] = kernel.Float(v)
		}
		for _, typ := range append(floatTypes, intTypes...) {
			x := tensor.FromInts(ints, typ, shape...)
			if err := x.Check(); err != nil || x.Len() != n || x.Bytes() != len(x.Data) {
				t.Fatalf("%v: Check %v, Len %d, Bytes %d", x, err, x.Len(), x.Bytes())
			}
			if got := x.Floats(nil); !slices.Equal(got, floats) {
				t.Fatalf("%v: Floats gave %v, want %v", x, got, floats)
			}
			if !tensor.IsFloat(typ) {
				if got, err := x.Ints(nil); err != nil || !slices.Equal(got, ints) {
					t.Fatalf("%v: Ints gave %v, %v, want %v", x, got, err, ints)
				}
			}
		}
	})
}

func TestFloatsRoundTripExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.SliceOf(rapid.Uint32()).Draw(t, "bits")
		values := make([]kernel.Float, len(bits))
		for i, b := range bits {
			values[i] = kernel.Float(math.Float32frombits(b))
		}
		for _, typ := range []device.Type{device.Float, device.F64, device.F32} {
			got := tensor.FromFloats(values, typ, len(values)).Floats(nil)
			for i, v := range values {
				if got[i] != v && (got[i] == got[i] || v == v) {
					t.Fatalf("%v: %v came back as %v", typ, v, got[i])
				}
			}
		}
	})
}

func TestIntegerLimits(t *testing.T) {
	for _, c := range []struct {
		typ    device.Type
		lo, hi int32
	}{
		{device.I8, -128, 127}, {device.I16, -32768, 32767}, {device.I32, math.MinInt32, math.MaxInt32}, {device.I64, math.MinInt32, math.MaxInt32},
		{device.U8, 0, 255}, {device.U16, 0, 65535}, {device.U32, 0, math.MaxInt32}, {device.U64, 0, math.MaxInt32}, {device.Bool, 0, 1},
	} {
		want := []int32{c.lo, c.hi}
		if got, err := tensor.FromInts(want, c.typ, 2).Ints(nil); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v: got %v, %v, want %v", c.typ, got, err, want)
		}
		for _, v := range []int64{int64(c.lo) - 1, int64(c.hi) + 1} {
			if v != int64(int32(v)) {
				continue
			}
			if !panics(func() { tensor.FromInts([]int32{int32(v)}, c.typ, 1) }) {
				t.Errorf("%v took %d", c.typ, v)
			}
		}
	}
	for _, x := range []*tensor.Tensor{
		{Shape: []int{1}, Type: device.I64, Data: []byte{0, 0, 0, 0, 1, 0, 0, 0}},
		{Shape: []int{1}, Type: device.U64, Data: []byte{255, 255, 255, 255, 255, 255, 255, 255}},
		{Shape: []int{1}, Type: device.U32, Data: []byte{0, 0, 0, 128}},
		tensor.FromFloats([]kernel.Float{1}, device.F32, 1),
	} {
		if got, err := x.Ints(nil); err == nil {
			t.Errorf("%v: Ints gave %v, want an error", x, got)
		}
	}
	max := &tensor.Tensor{Shape: []int{1}, Type: device.U64, Data: []byte{255, 255, 255, 255, 255, 255, 255, 255}}
	if got := max.Floats(nil)[0]; got != 1<<64 {
		t.Errorf("2⁶⁴−1 as a float: got %v", got)
	}
}

func TestSizesOverflow(t *testing.T) {
	for _, c := range []struct {
		shape []int
		typ   device.Type
		want  int // -1: an error
	}{
		{[]int{}, device.F32, 4},
		{[]int{0}, device.F32, 0},
		{[]int{2, 3}, device.BF16, 12},
		{[]int{-1}, device.F32, -1},
		{[]int{math.MaxInt}, device.U8, math.MaxInt},
		{[]int{math.MaxInt}, device.F16, -1},
		{[]int{math.MaxInt, 2}, device.U8, -1},
		{[]int{math.MaxInt, math.MaxInt, 0}, device.U8, -1},
		{[]int{0, math.MaxInt, math.MaxInt}, device.U8, -1},
		{[]int{1}, device.Type(200), -1},
		{[]int{3, 64}, device.Q8_0, 3 * 2 * 34},
		{[]int{3, 512}, device.Q6_K, 3 * 2 * 210},
		{[]int{2, 0}, device.Q4_0, 0},
		{[]int{32, 33}, device.Q4_0, -1},
		{[]int{}, device.Q4_0, -1},
		{[]int{math.MaxInt - 31}, device.Q8_0, -1},
	} {
		got, err := tensor.Bytes(c.typ, c.shape)
		if (err != nil) != (c.want < 0) || err == nil && got != c.want {
			t.Errorf("Bytes(%v, %v) = %d, %v, want %d", c.typ, c.shape, got, err, c.want)
		}
	}
}

// Types of blocks go to the kernels that know them, row by row of whole blocks, and come back by every way out.
func TestBlocks(t *testing.T) {
	values := make([]kernel.Float, 3*256)
	for i := range values {
		values[i] = kernel.Float(i%15-7) / 8
	}
	for q := range kernel.NumQuants {
		typ, ok := device.TypeByName(q.String())
		if got, known := typ.Quant(); !ok || !known || got != q || typ.Block() != q.Block() || typ.BlockSize() != q.Bytes() || !tensor.IsFloat(typ) {
			t.Fatalf("%v is not the type of its name", q)
		}
		x := tensor.FromFloats(values, typ, 3, 256)
		want, back := make([]byte, len(values)/q.Block()*q.Bytes()), make([]kernel.Float, len(values))
		kernel.PutQuant(q, want, values)
		kernel.GetQuant(q, back, want)
		if err := x.Check(); err != nil || x.Bytes() != len(want) || !slices.Equal(x.Data, want) {
			t.Errorf("%v: Check %v, %d bytes, want %d with others in them", x, err, x.Bytes(), len(want))
		}
		if !slices.Equal(x.Floats(nil), back) {
			t.Errorf("%v: Floats gives other numbers than the kernel", x)
		}
		for i, v := range x.Values() {
			if v != float64(back[i]) {
				t.Fatalf("%v: Values gives %v at %d, want %v", x, v, i, back[i])
			}
		}
		if got, err := x.Ints(nil); err == nil {
			t.Errorf("%v: Ints gave %v", x, got[:3])
		}
	}
}

func TestMisusePanics(t *testing.T) {
	for name, f := range map[string]func(){
		"too few values":                func() { tensor.FromFloats(make([]kernel.Float, 5), device.F32, 2, 3) },
		"floats as integer":             func() { tensor.FromFloats(make([]kernel.Float, 6), device.I32, 2, 3) },
		"negative shape":                func() { tensor.New(device.F32, -1) },
		"part of a block":               func() { tensor.FromFloats(make([]kernel.Float, 33), device.Q8_0, 33) },
		"size of an element in a block": func() { _ = device.Q4_K.Size() },
		"too few integers":              func() { tensor.FromInts(nil, device.I32) },
	} {
		if !panics(f) {
			t.Errorf("%s: no panic", name)
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return
}

func TestFloatsReusesMemory(t *testing.T) {
	x := tensor.FromFloats(make([]kernel.Float, 100), device.BF16, 100)
	dst := make([]kernel.Float, 0, 100)
	if n := testing.AllocsPerRun(10, func() { dst = x.Floats(dst) }); n != 0 {
		t.Errorf("Floats into a large enough slice allocates %v times", n)
	}
}

func BenchmarkFloats(b *testing.B) {
	for _, typ := range floatTypes[1:] {
		b.Run("type="+typ.String(), func(b *testing.B) {
			x := tensor.New(typ, 1<<20)
			dst := make([]kernel.Float, 1<<20)
			b.SetBytes(int64(len(x.Data)))
			for b.Loop() {
				dst = x.Floats(dst)
			}
		})
	}
}
