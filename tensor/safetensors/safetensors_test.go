package safetensors_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"brick/device"
	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/durable/powerloss"
	"brick/tensor/goldentest"
	"brick/tensor/safetensors"
)

// reader is what File and Folder have in common.
type reader interface {
	Names() []string
	Has(string) bool
	Info(string) (*tensor.Tensor, error)
	Tensor(string) (*tensor.Tensor, error)
}

func same(t interface{ Fatalf(string, ...any) }, a, b reader) {
	an, bn := a.Names(), b.Names()
	slices.Sort(an)
	slices.Sort(bn)
	if !slices.Equal(an, bn) {
		t.Fatalf("tensors %q, want %q", bn, an)
	}
	for _, name := range an {
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

// genTensors draws a file's tensors: any names, types, shapes and bytes.
func genTensors(t *rapid.T) []tensor.Named {
	names := rapid.SliceOfNDistinct(rapid.StringN(1, 12, -1).Filter(func(s string) bool { return s != "__metadata__" && strings.ToValidUTF8(s, "") == s }),
		0, 6, rapid.ID).Draw(t, "names")
	var all []tensor.Named
	for _, name := range names {
		typ := device.Type(rapid.IntRange(1, int(device.Bool)).Draw(t, "type"))
		x := tensor.New(typ, rapid.SliceOfN(rapid.IntRange(0, 4), 0, 5).Draw(t, "shape")...)
		copy(x.Data, rapid.SliceOfN(rapid.Byte(), len(x.Data), len(x.Data)).Draw(t, "data"))
		all = append(all, tensor.Named{Name: name, Tensor: x})
	}
	return all
}

func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		all := genTensors(t)
		meta := rapid.MapOfN(rapid.StringN(0, 9, -1).Filter(func(s string) bool { return !strings.HasPrefix(s, "crc32c") }), rapid.String(), 0, 3).Draw(t, "metadata")
		var opts []safetensors.Option
		if rapid.Bool().Draw(t, "crc") {
			opts = append(opts, safetensors.WithCRC())
		}
		path := filepath.Join(dir, "f.safetensors")
		if err := safetensors.Write(path, all, meta, opts...); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if err := safetensors.Encode(&again, all, meta, opts...); err != nil || !bytes.Equal(again.Bytes(), b) {
			t.Fatalf("the same arguments gave other bytes (%v)", err)
		}
		got, gotMeta, err := safetensors.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(gotMeta, meta) && len(meta)+len(gotMeta) > 0 {
			t.Fatalf("metadata %q, want %q", gotMeta, meta)
		}
		if len(got) != len(all) {
			t.Fatalf("%d tensors, want %d", len(got), len(all))
		}
		for _, n := range all {
			x := got[n.Name]
			if x == nil || !slices.Equal(x.Shape, n.Tensor.Shape) || x.Type != n.Tensor.Type || !bytes.Equal(x.Data, n.Tensor.Data) {
				t.Fatalf("tensor %q came back as %v, want %v", n.Name, x, n.Tensor)
			}
		}
		f, err := safetensors.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if f.Checked() != (len(opts) > 0) || f.Verify() != nil {
			t.Fatalf("Checked %v, Verify %v", f.Checked(), f.Verify())
		}
		same(t, f, f)
	})
}

func TestLayout(t *testing.T) {
	b := small(t, safetensors.WithCRC())
	n := int(b[0]) | int(b[1])<<8
	if n%8 != 0 || b[8] != '{' {
		t.Errorf("header of %d bytes starting with %q", n, b[8])
	}
	var header map[string]any
	if err := json.Unmarshal(b[8:8+n], &header); err != nil {
		t.Error(err)
	}
	f, err := everything(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(f.Names()); got != "[w 砖 empty s]" {
		t.Errorf("the order became %s", got)
	}
	if got := f.Metadata(); !maps.Equal(got, map[string]string{"format": "brick", "step": "5"}) {
		t.Errorf("metadata %v", got)
	}
	if _, err := f.Tensor("absent"); err == nil || !strings.Contains(err.Error(), `no tensor "absent" among 4`) {
		t.Errorf("an absent tensor: %v", err)
	}
	x, _ := f.Tensor("砖")
	if v, err := x.Ints(nil); err != nil || !slices.Equal(v, []int32{7, 8}) {
		t.Errorf("values %v, %v", v, err)
	}
}

func TestWriteRefuses(t *testing.T) {
	one := tensor.New(device.U8, 1)
	deep := tensor.New(device.U8, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	many := make([]tensor.Named, 65537)
	for i := range many {
		many[i] = tensor.Named{Name: fmt.Sprint(i), Tensor: one}
	}
	path := filepath.Join(t.TempDir(), "f")
	if err := safetensors.Write(path, nil, nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		tensors []tensor.Named
		meta    map[string]string
		want    string
	}{
		"a name twice":         {[]tensor.Named{{Name: "a", Tensor: one}, {Name: "a", Tensor: one}}, nil, `tensor "a" is there twice`},
		"no name":              {[]tensor.Named{{Name: "", Tensor: one}}, nil, "not a name"},
		"the metadata's name":  {[]tensor.Named{{Name: "__metadata__", Tensor: one}}, nil, "not a name"},
		"a name not UTF-8":     {[]tensor.Named{{Name: "\xff", Tensor: one}}, nil, "UTF-8"},
		"no tensor":            {[]tensor.Named{{Name: "a"}}, nil, "no tensor given"},
		"too little data":      {[]tensor.Named{{Name: "a", Tensor: &tensor.Tensor{Shape: []int{2}, Type: device.F32, Data: make([]byte, 7)}}}, nil, "needs 8 bytes, found 7"},
		"a negative shape":     {[]tensor.Named{{Name: "a", Tensor: &tensor.Tensor{Shape: []int{-2}, Type: device.F32}}}, nil, "negative"},
		"an unknown type":      {[]tensor.Named{{Name: "a", Tensor: &tensor.Tensor{Type: 99}}}, nil, "unknown storage type"},
		"9 dimensions":         {[]tensor.Named{{Name: "a", Tensor: deep}}, nil, "want at most 8"},
		"too many tensors":     {many, nil, "want at most 65536"},
		"metadata not UTF-8":   {nil, map[string]string{"k": "\xff"}, "UTF-8"},
		"metadata of checksum": {nil, map[string]string{"crc32c.a": "x"}, "kept for checksums"},
	} {
		for _, opts := range [][]safetensors.Option{nil, {safetensors.WithCRC()}} {
			err := safetensors.Write(path, c.tensors, c.meta, opts...)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v, want %q", name, err, c.want)
			}
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	if _, _, err := safetensors.Read(path); err != nil {
		t.Errorf("the old file did not survive: %v", err)
	}
}

// Whatever step of Write the power fails at, the file is the old or the new one.
func TestPowerLoss(t *testing.T) {
	const name = "model.safetensors"
	version := func(v int32) []tensor.Named {
		values := make([]int32, 200_000) // more than one buffer of the writer
		for i := range values {
			values[i] = v
		}
		return []tensor.Named{{Name: "w", Tensor: tensor.FromInts(values, device.I32, 200_000)}}
	}
	var old bytes.Buffer
	if err := safetensors.Encode(&old, version(1), nil, safetensors.WithCRC()); err != nil {
		t.Fatal(err)
	}
	disk := powerloss.New(map[string][]byte{name: old.Bytes()})
	if err := safetensors.Write(name, version(2), nil, safetensors.WithCRC(), safetensors.On(durable.Disk{FS: disk})); err != nil {
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
	t.Logf("states by version: %v", seen)

	disk.Space = 1000
	err := safetensors.Write(name, version(3), nil, safetensors.On(durable.Disk{FS: disk}))
	if !errors.Is(err, syscall.ENOSPC) || len(disk.Files()) != 1 {
		t.Errorf("on a full disk: %v, %d files", err, len(disk.Files()))
	}
}

// The files of the shared reference data, each read in full and written again.
func TestSharedFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(goldentest.Shared(t, "goldens"), "*.safetensors"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	files = append(files, goldentest.Shared(t, "stories260k", "hf", "model.safetensors"))
	total := 0
	for _, path := range files {
		f, err := safetensors.Open(path)
		if err != nil {
			t.Error(err)
			continue
		}
		defer f.Close()
		var all []tensor.Named
		for _, name := range f.Names() {
			x, err := f.Tensor(name)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, tensor.Named{Name: name, Tensor: x})
		}
		total += len(all)
		var b bytes.Buffer
		if err := safetensors.Encode(&b, all, f.Metadata(), safetensors.WithCRC()); err != nil {
			t.Fatal(err)
		}
		again, err := everything(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		same(t, f, again)
	}
	t.Logf("%d files, %d tensors", len(files), total)
}

func Example() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.safetensors")

	w := tensor.FromInts([]int32{1, 2, 3, 4, 5, 6}, device.BF16, 2, 3)
	err := safetensors.Write(path, []tensor.Named{{Name: "fc.weight", Tensor: w}}, map[string]string{"format": "pt"}, safetensors.WithCRC())
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := safetensors.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	for _, name := range f.Names() {
		x, err := f.Tensor(name)
		fmt.Println(name, x, x.Floats(nil), err)
	}
	// Output:
	// fc.weight BF16[2 3] [1 2 3 4 5 6] <nil>
}
