package npy_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
	"brick/tensor/npy"
)

// array puts a .npy file together from the dictionary's text.
func array(version byte, dict string, data ...byte) []byte {
	b := []byte{0x93, 'N', 'U', 'M', 'P', 'Y', version, 0, byte(len(dict)), byte(len(dict) >> 8)}
	if version > 1 {
		b = append(b, 0, 0)
	}
	return append(append(b, dict...), data...)
}

func dict(descr, order, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr, order, shape)
}

func decode(b []byte) (*tensor.Tensor, error) {
	return npy.Decode("x.npy", bytes.NewReader(b), int64(len(b)))
}

func equal(a, b *tensor.Tensor) bool {
	return a != nil && b != nil && slices.Equal(a.Shape, b.Shape) && a.Type == b.Type && bytes.Equal(a.Data, b.Data)
}

func TestGoodArrays(t *testing.T) {
	for _, c := range []struct {
		name string
		file []byte
		want string
		data []float64
	}{
		{"version 1", array(1, dict("<f4", "False", "(2,)"), 0, 0, 128, 63, 0, 0, 0, 192), "F32[2]", []float64{1, -2}},
		{"version 2", array(2, dict("<i2", "False", "(2,)"), 1, 0, 255, 255), "I16[2]", []float64{1, -2 + 1}},
		{"version 3", array(3, dict("|u1", "False", "(2,)")+"   \n", 1, 255), "U8[2]", []float64{1, 255}},
		{"scalar", array(1, dict("<i8", "False", "()"), 249, 255, 255, 255, 255, 255, 255, 255), "I64[]", []float64{-7}},
		{"empty", array(1, dict("<f8", "False", "(0, 3)")), "F64[0 3]", []float64{}},
		{"booleans", array(1, dict("|b1", "False", "(3,)"), 0, 1, 1), "BOOL[3]", []float64{0, 1, 1}},
		{"half", array(1, dict("<f2", "False", "(1,)"), 0, 0x3c), "F16[1]", []float64{1}},
		{"big-endian", array(1, dict(">u2", "False", "(2,)"), 1, 2, 0, 3), "U16[2]", []float64{258, 3}},
		{"big-endian float", array(1, dict(">f4", "False", "(1,)"), 0x3f, 0x80, 0, 0), "F32[1]", []float64{1}},
		{"column-major", array(1, dict("|i1", "True", "(2, 3)"), 1, 4, 2, 5, 3, 6), "I8[2 3]", []float64{1, 2, 3, 4, 5, 6}},
		{"column-major, big-endian", array(1, dict(">i2", "True", "(2, 2)"), 0, 1, 0, 3, 0, 2, 0, 4), "I16[2 2]", []float64{1, 2, 3, 4}},
		{"column-major, empty", array(1, dict("<f4", "True", "(2, 0, 3)")), "F32[2 0 3]", []float64{}},
		{"other order of keys, other quotes", array(1, `{"shape":(2),"fortran_order":False,"descr":"|u1"}`, 1, 2), "U8[2]", []float64{1, 2}},
		{"Python 2 integers", array(1, dict("|u1", "False", "(2L, 1L)"), 1, 2), "U8[2 1]", []float64{1, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, err := decode(c.file)
			if err != nil {
				t.Fatal(err)
			}
			if err := x.Check(); err != nil || x.String() != c.want || !slices.Equal(x.Values(), c.data) {
				t.Errorf("found %v %v, %v, want %s %v", x, x.Values(), err, c.want, c.data)
			}
		})
	}
}

// A column-major array of three axes holds element (i, j, k) at i + 2(j + 3k).
func TestFortranOrder(t *testing.T) {
	data := make([]byte, 24)
	for i := range 2 {
		for j := range 3 {
			for k := range 4 {
				data[i+2*(j+3*k)] = byte(100*i + 10*j + k)
			}
		}
	}
	x, err := decode(array(1, dict("|u1", "True", "(2, 3, 4)"), data...))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		for j := range 3 {
			for k := range 4 {
				if got := x.Data[(i*3+j)*4+k]; got != byte(100*i+10*j+k) {
					t.Fatalf("element (%d, %d, %d) is %d", i, j, k, got)
				}
			}
		}
	}
}

func numbers(n int) []kernel.Float {
	v := make([]kernel.Float, n)
	for i := range v {
		v[i] = kernel.Float(i)
	}
	return v
}

// The bytes are those numpy.save gives for numpy.arange(6, dtype='f4').reshape(2, 3).
func TestSameBytesAsNumPy(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "w.npy"))
	if err != nil {
		t.Fatal(err)
	}
	x := tensor.FromFloats(numbers(6), device.F32, 2, 3)
	path := filepath.Join(t.TempDir(), "w.npy")
	if err := npy.Write(path, x); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("found\n%q, want\n%q", got, want)
	}
	if y, err := npy.Read(path); err != nil || !equal(x, y) {
		t.Errorf("read back %v, %v", y, err)
	}
}

func TestNumPyArchives(t *testing.T) {
	for _, name := range []string{"savez.npz", "savez_compressed.npz"} {
		got, err := npy.ReadZip(filepath.Join("testdata", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if len(got) != 2 || !equal(got["w"], tensor.FromFloats(numbers(6), device.F32, 2, 3)) || !equal(got["砖"], tensor.FromInts([]int32{-7}, device.I64)) {
			t.Errorf("%s holds %v", name, got)
		}
	}
}

// genTensor draws any tensor NumPy has a type for.
func genTensor(t *rapid.T) *tensor.Tensor {
	typ := rapid.SampledFrom([]device.Type{device.F64, device.F32, device.F16, device.I64, device.I32, device.I16, device.I8,
		device.U64, device.U32, device.U16, device.U8, device.Bool}).Draw(t, "type")
	x := tensor.New(typ, rapid.SliceOfN(rapid.IntRange(0, 4), 0, 5).Draw(t, "shape")...)
	copy(x.Data, rapid.SliceOfN(rapid.Byte(), len(x.Data), len(x.Data)).Draw(t, "data"))
	return x
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := genTensor(t)
		var b bytes.Buffer
		if err := npy.Encode(&b, x); err != nil {
			t.Fatal(err)
		}
		if (b.Len()-len(x.Data))%64 != 0 {
			t.Fatalf("the data start at %d", b.Len()-len(x.Data))
		}
		if y, err := decode(b.Bytes()); err != nil || !equal(x, y) {
			t.Fatalf("%v came back as %v, %v", x, y, err)
		}
	})
}

func TestZipRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.npz")
	rapid.Check(t, func(t *rapid.T) {
		var all []tensor.Named
		for i, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z砖_.]{1,5}`), 0, 5, rapid.ID).Draw(t, "names") {
			if i == 1 {
				name = "folder/" + name
			}
			all = append(all, tensor.Named{Name: name, Tensor: genTensor(t)})
		}
		if err := npy.WriteZip(path, all); err != nil {
			t.Fatal(err)
		}
		a, err := npy.OpenZip(path)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		for i, name := range a.Names() {
			if x, err := a.Tensor(name); err != nil || name != all[i].Name || !equal(x, all[i].Tensor) {
				t.Fatalf("%v came back as %q %v, %v", all[i], name, x, err)
			}
		}
		b, _ := os.ReadFile(path)
		var again bytes.Buffer
		if err := npy.EncodeZip(&again, all); err != nil || !bytes.Equal(again.Bytes(), b) {
			t.Fatalf("the same arguments gave other bytes (%v)", err)
		}
	})
}

func TestWriteRefuses(t *testing.T) {
	dir := t.TempDir()
	good := tensor.New(device.F32, 2)
	for name, x := range map[string]*tensor.Tensor{
		"BF16":         tensor.New(device.BF16, 2),
		"9 dimensions": tensor.New(device.U8, 1, 1, 1, 1, 1, 1, 1, 1, 1),
		"short data":   {Shape: []int{2}, Type: device.F32, Data: make([]byte, 7)},
		"unknown type": {Shape: []int{2}, Type: 99},
	} {
		if err := npy.Write(filepath.Join(dir, "f.npy"), x); err == nil {
			t.Errorf("%s was written", name)
		}
		if err := npy.Encode(&bytes.Buffer{}, x); err == nil {
			t.Errorf("%s was encoded", name)
		}
		if err := npy.WriteZip(filepath.Join(dir, "f.npz"), []tensor.Named{{Name: "a", Tensor: x}}); err == nil {
			t.Errorf("%s was archived", name)
		}
	}
	for _, names := range [][]string{{"a", "a"}, {""}, {"../a"}, {"/a"}, {`a\b`}, {"a//b"}, {"C:a"}} {
		var all []tensor.Named
		for _, n := range names {
			all = append(all, tensor.Named{Name: n, Tensor: good})
		}
		if err := npy.WriteZip(filepath.Join(dir, "f.npz"), all); err == nil {
			t.Errorf("names %q were archived", names)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func Example() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "batch.npz")

	x := tensor.FromInts([]int32{1, 2, 3, 4, 5, 6}, device.F32, 2, 3)
	y := tensor.FromInts([]int32{0, 1}, device.I64, 2)
	err := npy.WriteZip(path, []tensor.Named{{Name: "x", Tensor: x}, {Name: "y", Tensor: y}}) // numpy.load(path)["x"]
	if err != nil {
		fmt.Println(err)
		return
	}
	all, err := npy.ReadZip(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(all["x"], all["x"].Floats(nil))
	fmt.Println(all["y"], all["y"].Values())
	// Output:
	// F32[2 3] [1 2 3 4 5 6]
	// I64[2] [0 1]
}
