package gguf_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
	"brick/tensor/gguf"
)

// values has a value of every type.
func values() *gguf.Metadata {
	m := new(gguf.Metadata)
	for i, v := range []any{uint8(200), int8(-3), uint16(60000), int16(-300), uint32(4e9), int32(-70000), uint64(1 << 63), int64(-1 << 40),
		float32(1e-5), 0.1, true, "砖", []uint8{1, 2}, []int8{-1}, []uint16{7, 8, 9}, []int16{-9}, []uint32{1 << 31}, []int32{-5, 5},
		[]uint64{1}, []int64{-2}, []float32{0.5, -1}, []float64{1e300}, []bool{true, false}, []string{"a", "", "\xff"}} {
		m.Set(fmt.Sprintf("key.%d", i), v)
	}
	return m
}

// small is a valid file of a few hundred bytes with every type of value.
func small(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	err := gguf.Encode(&b, values(), []gguf.Source{
		gguf.From(tensor.Named{Name: "w", Tensor: tensor.FromInts([]int32{1, -2, 3, -4, 5, -6}, device.F32, 2, 3)}),
		gguf.From(tensor.Named{Name: "砖", Tensor: tensor.FromFloats(make([]kernel.Float, 64), device.Q4_0, 2, 32)}),
		gguf.From(tensor.Named{Name: "empty", Tensor: tensor.New(device.BF16, 0, 4)}),
		gguf.From(tensor.Named{Name: "last", Tensor: tensor.FromInts([]int32{1}, device.I8, 1)}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// same fails unless two files hold the same.
func same(t interface{ Fatalf(string, ...any) }, a, b *gguf.File) {
	if !slices.Equal(a.Names(), b.Names()) || a.Metadata().Len() != b.Metadata().Len() {
		t.Fatalf("tensors %q and %d keys, want %q and %d", b.Names(), b.Metadata().Len(), a.Names(), a.Metadata().Len())
	}
	for k, v := range a.Metadata().All() {
		if w, ok := b.Metadata().Get(k); !ok || gguf.TypeName(v) != gguf.TypeName(w) || fmt.Sprint(v) != fmt.Sprint(w) {
			t.Fatalf("metadata %q: %v, want %v", k, w, v)
		}
	}
	for _, name := range a.Names() {
		x, err1 := a.Tensor(name)
		y, err2 := b.Tensor(name)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatalf("%v", err)
		}
		if !slices.Equal(x.Shape, y.Shape) || x.Type != y.Type || !bytes.Equal(x.Data, y.Data) {
			t.Fatalf("tensor %q: %v, want %v, or other data", name, y, x)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	types := []device.Type{device.F32, device.F16, device.BF16, device.F64, device.I8, device.I16, device.I32, device.I64}
	for q := range kernel.NumQuants {
		typ, _ := device.TypeByName(q.String())
		types = append(types, typ)
	}
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		var all []gguf.Source
		var want []tensor.Named
		names := rapid.SliceOfNDistinct(rapid.StringN(1, 12, 63), 0, 6, rapid.ID).Draw(t, "names")
		for _, name := range names {
			typ := rapid.SampledFrom(types).Draw(t, "type")
			shape := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 4).Draw(t, "shape")
			shape[len(shape)-1] *= typ.Block()
			x := tensor.New(typ, shape...)
			copy(x.Data, rapid.SliceOfN(rapid.Byte(), min(len(x.Data), 50), min(len(x.Data), 50)).Draw(t, "data"))
			want = append(want, tensor.Named{Name: name, Tensor: x})
			all = append(all, gguf.From(want[len(want)-1]))
		}
		m := values()
		if rapid.Bool().Draw(t, "aligned") {
			m.Set("general.alignment", uint32(1)<<rapid.IntRange(0, 12).Draw(t, "alignment"))
		}
		path := filepath.Join(dir, "f.gguf")
		if err := gguf.Write(path, m, all); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if err := gguf.Encode(&again, m, all); err != nil || !bytes.Equal(again.Bytes(), b) {
			t.Fatalf("the same arguments gave other bytes (%v)", err)
		}
		f, err := gguf.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		decoded, err := gguf.Decode("f", bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		same(t, f, decoded)
		for k, v := range m.All() {
			if got, ok := f.Metadata().Get(k); !ok || !reflect.DeepEqual(got, v) {
				t.Fatalf("metadata %q: %v (%T), want %v (%T)", k, got, got, v, v)
			}
		}
		if len(f.Names()) != len(want) || f.Version() != 3 {
			t.Fatalf("tensors %q of version %d", f.Names(), f.Version())
		}
		for _, n := range want {
			x, err := f.Tensor(n.Name)
			if err != nil || !f.Has(n.Name) || !slices.Equal(x.Shape, n.Tensor.Shape) || x.Type != n.Tensor.Type || !bytes.Equal(x.Data, n.Tensor.Data) {
				t.Fatalf("tensor %q came back as %v, %v, want %v", n.Name, x, err, n.Tensor)
			}
		}
	})
}
