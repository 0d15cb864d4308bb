package npy_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"brick/device"
	"brick/tensor"
	"brick/tensor/npy"
	"brick/tensor/wire"
)

// The kinds of arrays that must be refused.
var badArrays = []struct {
	name string
	file []byte
	want string
}{
	{"empty file", nil, "byte 0: magic: found 0 bytes left"},
	{"other magic", []byte("\x93NUMPZ\x01\x00\x00\x00"), "byte 0: magic: found"},
	{"version 0", array(0, dict("<f4", "False", "(1,)"), 0, 0, 0, 0), "byte 6: version: found 0.0, want 1.0, 2.0 or 3.0"},
	{"version 4", array(4, dict("<f4", "False", "(1,)"), 0, 0, 0, 0), "byte 6: version: found 4.0"},
	{"pickled objects", array(1, dict("|O", "False", "(1,)"), 0x80, 4, '.'), `header: descr: found "|O" (pickled Python objects, which are programs)`},
	{"header of 4 GB", append([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), "{}"...), "byte 8: header length: found 4294967295, want at most 65535"},
	{"header longer than the file", append([]byte("\x93NUMPY\x01\x00\xff\xff"), "{}"...), "byte 10: header: found 2 bytes left, want 65535 bytes"},
	{"shape product overflow", array(1, dict("<f4", "False", "(4294967296, 4294967296)")), "overflows"},
	{"shape product overflow of bytes", array(1, dict("<f8", "False", "(2305843009213693952,)")), "overflow"},
	{"dim 2^63", array(1, dict("<f4", "False", "(9223372036854775808,)")), `header: shape: found "9223372036854775808"`},
	{"negative dim", array(1, dict("<f4", "False", "(-1,)")), `header: shape: found "-1", want a dimension`},
	{"dim expression", array(1, dict("<f4", "False", "(2**30,)")), "header: shape"},
	{"dim text", array(1, dict("<f4", "False", "('2',)")), "want a dimension"},
	{"9 dims", array(1, dict("|u1", "False", "(1,1,1,1,1,1,1,1,1)"), 0), "want at most 8"},
	{"shape a list", array(1, dict("|u1", "False", "[1]"), 0), `want "("`},
	{"data cut", array(1, dict("<f4", "False", "(2,)"), 0, 0, 0, 0, 0, 0, 0), "data: found 7 bytes, want 8, the size of F32[2]"},
	{"terabytes announced", array(1, dict("<f4", "False", "(1099511627776,)"), 0, 0, 0, 0), "data: found 4 bytes, want 4398046511104"},
	{"data too long", array(1, dict("<f4", "False", "(1,)"), 0, 0, 0, 0, 0), "data: found 5 bytes, want 4"},
	{"fortran_order neither", array(1, dict("<f4", "Maybe", "(1,)"), 0, 0, 0, 0), "header: fortran_order: found \"Maybe"},
	{"fortran_order a number", array(1, dict("<f4", "1", "(1,)"), 0, 0, 0, 0), "want True or False"},
	{"record type", array(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 0, 0, 0, 0), "found a record type"},
	{"complex", array(1, dict("<c8", "False", "(1,)"), 0, 0, 0, 0, 0, 0, 0, 0), `found "<c8"`},
	{"strings", array(1, dict("<U4", "False", "(1,)")), `found "<U4"`},
	{"void", array(1, dict("|V2", "False", "(1,)"), 0, 0), `found "|V2"`},
	{"no byte order", array(1, dict("f4", "False", "(1,)"), 0, 0, 0, 0), `found "f4"`},
	{"native byte order", array(1, dict("=f4", "False", "(1,)"), 0, 0, 0, 0), `found "=f4"`},
	{"no byte order where it matters", array(1, dict("|f4", "False", "(1,)"), 0, 0, 0, 0), `found "|f4"`},
	{"a key twice", array(1, "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (), }", 0, 0, 0, 0), `found "descr" a second time`},
	{"a key missing", array(1, "{'descr': '<f4', 'shape': (), }", 0, 0, 0, 0), "all three"},
	{"an unknown key", array(1, "{'descr': '<f4', 'x': 1}"), `found the key "x"`},
	{"no dictionary", array(1, "[]"), `header: found "[]", want "{"`},
	{"unfinished", array(1, "{'descr': '<f4', 'fortran_order': False, 'shape': ("), "the end of the header"},
	{"unfinished string", array(1, "{'descr"), "want a string in quotation marks"},
	{"more behind the dictionary", array(1, dict("<f4", "False", "()")+"x", 0, 0, 0, 0), `found "x"`},
	{"escapes", array(1, `{'de\x73cr': '<f4', 'fortran_order': False, 'shape': (), }`, 0, 0, 0, 0), "want a string"},
	{"not UTF-8", array(3, "{'\xff': 1}"), "want valid UTF-8"},
}

func TestBadArrays(t *testing.T) {
	for _, c := range badArrays {
		t.Run(c.name, func(t *testing.T) {
			frugal(t, len(c.file), func() {
				_, err := decode(c.file)
				var e *wire.Error
				if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
					t.Fatalf("found error %v, want one with %q", err, c.want)
				}
				if e.File != "x.npy" || e.Offset < 0 || e.Offset > int64(len(c.file)) {
					t.Errorf("the error names file %q, byte %d of %d", e.File, e.Offset, len(c.file))
				}
			})
		})
	}
}

// frugal runs f and fails if it allocates more than twice the file and 16 MiB in
// total, or takes long: the promise is a second, the rest is for race detectors and
// machines that are busy.
func frugal(t testing.TB, size int, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	f()
	if d := time.Since(start); d > 15*time.Second {
		t.Errorf("took %v", d)
	}
	runtime.ReadMemStats(&after)
	if got, most := after.TotalAlloc-before.TotalAlloc, uint64(2*size+16<<20); got > most {
		t.Errorf("allocated %d bytes for a file of %d, want at most %d", got, size, most)
	}
}

func unzip(b []byte) (map[string]*tensor.Tensor, error) {
	a, err := npy.DecodeZip("x.npz", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	all := map[string]*tensor.Tensor{}
	for _, name := range a.Names() {
		if all[name], err = a.Tensor(name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

var one = array(1, dict("|u1", "False", "(2,)"), 1, 2)

// zipped archives entries, the headers of which edit may falsify.
func zipped(edit func(*zip.FileHeader), names ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		h := &zip.FileHeader{Name: name, CRC32: crc32.ChecksumIEEE(one), CompressedSize64: uint64(len(one)), UncompressedSize64: uint64(len(one))}
		if edit != nil {
			edit(h)
		}
		w, err := z.CreateRaw(h)
		if err == nil {
			_, err = w.Write(one)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// squeezed archives one entry a.npy of the given content, deflated, with the
// unpacked size it is said to have.
func squeezed(content []byte, said uint64) []byte {
	var packed, b bytes.Buffer
	d, _ := flate.NewWriter(&packed, 9)
	d.Write(content)
	d.Close()
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "a.npy", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(content),
		CompressedSize64: uint64(packed.Len()), UncompressedSize64: said})
	if err == nil {
		_, err = io.Copy(w, &packed)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// manyEntries is an archive whose directory lists n entries, by hand: 46 bytes
// and a name each, all pointing at nothing.
func manyEntries(n int) []byte {
	var dir bytes.Buffer
	for i := range n {
		h := make([]byte, 46)
		binary.LittleEndian.PutUint32(h, 0x02014b50)
		name := fmt.Sprintf("%d.npy", i)
		h[28] = byte(len(name))
		dir.Write(h)
		dir.WriteString(name)
	}
	size, count := uint64(dir.Len()), uint64(n)
	b := dir.Bytes()
	le := binary.LittleEndian
	b = le.AppendUint32(b, 0x06064b50) // zip64 end record
	b = le.AppendUint64(b, 44)
	b = append(b, 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	b = le.AppendUint64(b, count)
	b = le.AppendUint64(b, count)
	b = le.AppendUint64(b, size)
	b = le.AppendUint64(b, 0)
	b = le.AppendUint32(b, 0x07064b50) // its locator
	b = le.AppendUint32(b, 0)
	b = le.AppendUint64(b, size)
	b = le.AppendUint32(b, 1)
	b = le.AppendUint32(b, 0x06054b50)
	return append(b, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0)
}

// overlapping has two entries, the bytes of the first of which go into the second.
func overlapping() []byte {
	b := zipped(nil, "a.npy", "b.npy")
	at := bytes.Index(b, []byte("PK\x01\x02"))
	size := binary.LittleEndian.Uint32(b[at+20:]) + 10
	binary.LittleEndian.PutUint32(b[at+20:], size)
	binary.LittleEndian.PutUint32(b[at+24:], size)
	return b
}

func TestBadArchives(t *testing.T) {
	zeros := array(1, dict("|u1", "False", "(20000000,)"))
	zeros = append(zeros, make([]byte, 20_000_000)...)
	cut := zipped(nil, "a.npy")
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty file", nil, "want a .npz file: a zip archive that is whole"},
		{"no zip", []byte("this is no archive, by any means"), "a zip archive that is whole"},
		{"cut in the middle", cut[:len(cut)/2], "a zip archive that is whole"},
		{"cut at the start", cut[1:], "central directory"},
		{"bytes before it", append([]byte("x"), cut...), "central directory"},
		{"a path above", zipped(nil, "../a.npy"), "found a path that leads elsewhere"},
		{"a path above, later", zipped(nil, "a/../../b.npy"), "found a path that leads elsewhere"},
		{"an absolute path", zipped(nil, "/a.npy"), "found a path that leads elsewhere"},
		{"a Windows path", zipped(nil, `..\a.npy`), "found a path that leads elsewhere"},
		{"no name", zipped(nil, ""), "found a path that leads elsewhere"},
		{"not UTF-8", zipped(nil, "\xff.npy"), "want valid UTF-8"},
		{"a name twice", zipped(nil, "a.npy", "a.npy"), `zip: name: found "a" a second time`},
		{"other files", zipped(nil, "readme.txt"), "found a file that is no array"},
		{"encrypted", zipped(func(h *zip.FileHeader) { h.Flags = 1 }, "a.npy"), "found an encrypted entry"},
		{"unknown compression", zipped(func(h *zip.FileHeader) { h.Method = 12 }, "a.npy"), "found compression method 12"},
		{"stored in other sizes", zipped(func(h *zip.FileHeader) { h.UncompressedSize64++ }, "a.npy"), "want equal sizes"},
		{"packed size beyond the file", zipped(func(h *zip.FileHeader) { h.CompressedSize64, h.UncompressedSize64 = 1<<20, 1<<20 }, "a.npy"), "disagrees with the directory"},
		{"packed size of 2^63", zipped(func(h *zip.FileHeader) { h.CompressedSize64, h.UncompressedSize64 = 1<<63, 1<<63 }, "a.npy"), "beyond 63 bits"},
		{"wrong CRC", zipped(func(h *zip.FileHeader) { h.CRC32++ }, "a.npy"), "the file is damaged"},
		{"overlap", overlapping(), "an overlap with"},
		{"array cut inside", zipped(func(h *zip.FileHeader) { h.CompressedSize64, h.UncompressedSize64 = 50, 50 }, "a.npy"), "header"},
		{"ratio of a bomb", squeezed(zeros, uint64(len(zeros))), "want at most 100 times the file and 16 MiB"},
		{"size said to be a terabyte", squeezed(one, 1<<40), "want at most 100 times the file and 16 MiB"},
		{"size said too small", squeezed(zeros, uint64(len(one))), "header: found 59 bytes left"},
		{"size said too large", squeezed(one, uint64(len(one))+1), "data: found 3 bytes, want 2"},
		{"more than said", squeezed(append(bytes.Clone(one), 3), uint64(len(one))), "found more bytes"},
		{"no deflate stream", zipped(func(h *zip.FileHeader) { h.Method = zip.Deflate }, "a.npy"), "x.npz(a.npy)"},
		{"a million entries", manyEntries(1_000_000), "number of entries: found 1000000, want at most 65536"},
		{"65,536 entries of nothing", manyEntries(65_536), "local header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			frugal(t, len(c.file), func() {
				_, err := unzip(c.file)
				var e *wire.Error
				if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("found error %v, want one with %q", err, c.want)
				}
			})
		})
	}
}

func small(t testing.TB) (array, stored, deflated []byte) {
	t.Helper()
	x := tensor.FromInts([]int32{1, -2, 3, 4, 5, 6}, device.I16, 2, 3)
	var a, z bytes.Buffer
	if err := errors.Join(npy.Encode(&a, x), npy.EncodeZip(&z, []tensor.Named{{Name: "x", Tensor: x}, {Name: "y", Tensor: x}})); err != nil {
		t.Fatal(err)
	}
	return a.Bytes(), z.Bytes(), squeezed(a.Bytes(), uint64(a.Len()))
}

// All truncations are refused; every byte replaced by each other value is
// answered without panic, and in archives never with other numbers.
func TestTruncationsAndFlips(t *testing.T) {
	a, stored, deflated := small(t)
	for _, c := range []struct {
		name   string
		file   []byte
		decode func([]byte) (map[string]*tensor.Tensor, error)
	}{
		{"npy", a, func(b []byte) (map[string]*tensor.Tensor, error) {
			x, err := decode(b)
			return map[string]*tensor.Tensor{"x": x}, err
		}},
		{"stored npz", stored, unzip},
		{"deflated npz", deflated, unzip},
	} {
		right, err := c.decode(c.file)
		if err != nil {
			t.Fatal(err)
		}
		for n := range c.file {
			frugal(t, n, func() {
				if _, err := c.decode(c.file[:n]); err == nil {
					t.Errorf("%s: cut to %d of %d bytes, it was read", c.name, n, len(c.file))
				}
			})
		}
		other := 0
		for i := range c.file {
			frugal(t, len(c.file), func() {
				for _, x := range []byte{1, 2, 4, 8, 16, 32, 64, 128, 255} {
					b := bytes.Clone(c.file)
					b[i] ^= x
					got, err := c.decode(b)
					if err != nil {
						continue
					}
					for name, y := range got {
						if w := right[name]; w != nil && !equal(w, y) {
							other++
						}
					}
				}
			})
		}
		if other > 0 && c.name != "npy" {
			t.Errorf("%s: %d changed bytes gave other numbers", c.name, other)
		}
	}
}

func FuzzNPY(f *testing.F) {
	a, _, _ := small(f)
	f.Add(a)
	f.Add(array(1, dict(">f4", "True", "(1, 2)"), 1, 2, 3, 4, 5, 6, 7, 8))
	for _, c := range badArrays {
		f.Add(c.file)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := decode(b)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := npy.Encode(&out, x); err != nil {
			t.Fatal(err)
		}
		if y, err := decode(out.Bytes()); err != nil || !equal(x, y) {
			t.Fatalf("%v came back as %v, %v", x, y, err)
		}
	})
}

func FuzzNPZ(f *testing.F) {
	_, stored, deflated := small(f)
	f.Add(stored)
	f.Add(deflated)
	f.Add(overlapping())
	f.Add(zipped(nil, "../a.npy"))
	f.Add(manyEntries(3))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := unzip(b)
		if err != nil {
			return
		}
		for name, x := range all {
			if err := x.Check(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}
