package gguf_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"brick/device"
	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/durable/powerloss"
	"brick/tensor/gguf"
)

// What the format cannot hold is refused before anything is written, and so is data of another length.
func TestWriteErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.gguf")
	data := func(n int) func(io.Writer) error {
		return func(w io.Writer) error { _, err := w.Write(make([]byte, n)); return err }
	}
	broken := errors.New("no more weights")
	for _, c := range []struct {
		name string
		key  string
		val  any
		src  []gguf.Source
		want string
	}{
		{"no name", "k", "v", []gguf.Source{{Name: "", Type: device.F32, Shape: []int{1}, Data: data(4)}}, `tensor "": not a name`},
		{"long name", "k", "v", []gguf.Source{{Name: strings.Repeat("n", 64), Type: device.F32, Shape: []int{1}, Data: data(4)}}, "want 1 to 63 bytes"},
		{"twice", "k", "v", []gguf.Source{{Name: "a", Type: device.F32, Shape: []int{1}, Data: data(4)}, {Name: "a", Type: device.F32, Shape: []int{1}, Data: data(4)}}, `tensor "a" is there twice`},
		{"scalar", "k", "v", []gguf.Source{{Name: "a", Type: device.F32, Shape: nil, Data: data(4)}}, "found 0 dimensions, want 1 to 4"},
		{"5 dimensions", "k", "v", []gguf.Source{{Name: "a", Type: device.F32, Shape: []int{1, 1, 1, 1, 1}, Data: data(4)}}, "found 5 dimensions"},
		{"no type", "k", "v", []gguf.Source{{Name: "a", Type: device.U8, Shape: []int{1}, Data: data(1)}}, "the format has no type for U8; want one of BF16 F16"},
		{"part of a block", "k", "v", []gguf.Source{{Name: "a", Type: device.Q4_K, Shape: []int{2, 128}, Data: data(144)}}, "not whole blocks of Q4_K"},
		{"negative", "k", "v", []gguf.Source{{Name: "a", Type: device.F32, Shape: []int{-1}, Data: data(0)}}, "negative"},
		{"overflow", "k", "v", []gguf.Source{{Name: "a", Type: device.I8, Shape: []int{1 << 62}, Data: data(0)}, {Name: "b", Type: device.I8, Shape: []int{1 << 62}, Data: data(0)}}, "overflow"},
		{"no data", "k", "v", []gguf.Source{{Name: "a", Type: device.F32, Shape: []int{1}, Data: nil}}, "no data given"},
		{"too little data", "k", "v", []gguf.Source{{Name: "a", Type: device.F32, Shape: []int{2}, Data: data(7)}}, `tensor "a": its data are 7 bytes, want 8 as F32[2] has`},
		{"too much data", "k", "v", []gguf.Source{{Name: "a", Type: device.F32, Shape: []int{2}, Data: data(9)}}, "1 bytes of data more"},
		{"failing data", "k", "v", []gguf.Source{{Name: "a", Type: device.F32, Shape: []int{2}, Data: func(io.Writer) error { return broken }}}, "no more weights"},
		{"empty key", "", "v", nil, `metadata key "": want 1 to`},
		{"key not UTF-8", "\xff", "v", nil, "bytes of UTF-8"},
		{"long string", "k", strings.Repeat("n", 17<<20), nil, "want at most 16777216"},
		{"long string in an array", "k", []string{strings.Repeat("n", 17<<20)}, nil, "want at most 16777216"},
		{"alignment", "general.alignment", uint32(48), nil, "found 48 (u32), want a u32, a power of two"},
		{"alignment of another type", "general.alignment", 32.0, nil, "found 32 (f64)"},
	} {
		m := new(gguf.Metadata)
		m.Set(c.key, c.val)
		for _, err := range []error{gguf.Write(path, m, c.src), gguf.Encode(io.Discard, m, c.src)} {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
		}
		if list, _ := os.ReadDir(filepath.Dir(path)); len(list) > 0 {
			t.Fatalf("%s: left %v", c.name, list)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("metadata took an int")
		}
	}()
	new(gguf.Metadata).Set("k", 1)
}

// Whatever step of Write the power fails at, the file is the old or the new one.
func TestPowerLoss(t *testing.T) {
	const name = "m.gguf"
	version := func(v int32) []gguf.Source {
		values := make([]int32, 200_000) // more than one buffer of the writer
		for i := range values {
			values[i] = v
		}
		return []gguf.Source{gguf.From(tensor.Named{Name: "w", Tensor: tensor.FromInts(values, device.I32, 200_000)})}
	}
	var old bytes.Buffer
	if err := gguf.Encode(&old, nil, version(1)); err != nil {
		t.Fatal(err)
	}
	disk := powerloss.New(map[string][]byte{name: old.Bytes()})
	if err := gguf.Write(name, nil, version(2), gguf.On(durable.Disk{FS: disk})); err != nil {
		t.Fatal(err)
	}
	seen := map[int32]int{}
	for when, files := range disk.Crashes() {
		f, err := everything(files[name])
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		x, err := f.Tensor("w")
		if err != nil {
			t.Fatal(err)
		}
		v, _ := x.Ints(nil)
		seen[v[0]]++
	}
	if seen[1] == 0 || seen[2] == 0 || len(seen) != 2 {
		t.Errorf("versions seen: %v", seen)
	}
	disk.Space = 1000
	err := gguf.Write(name, nil, version(3), gguf.On(durable.Disk{FS: disk}))
	if !errors.Is(err, syscall.ENOSPC) || len(disk.Files()) != 1 {
		t.Errorf("on a full disk: %v, %d files", err, len(disk.Files()))
	}
}
