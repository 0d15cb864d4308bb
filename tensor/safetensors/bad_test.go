package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"brick/device"
	"brick/tensor"
	"brick/tensor/safetensors"
	"brick/tensor/wire"
)

// file puts a header and n bytes of data together.
func file(js string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(js)))
	b = append(b, js...)
	return append(b, make([]byte, n)...)
}

// length is a file whose header length is n, whatever follows.
func length(n uint64, js string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, n), js...)
}

// entry is the description of one tensor.
func entry(name, dtype, shape string, begin, end int) string {
	return fmt.Sprintf(`"%s":{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}`, name, dtype, shape, begin, end)
}

// everything opens a file and reads all of it.
func everything(b []byte) (*safetensors.File, error) {
	f, err := safetensors.Decode("x.safetensors", bytes.NewReader(b), int64(len(b)))
	if err == nil {
		err = f.Verify()
	}
	return f, err
}

// The 24 kinds of files that must be refused, and their relatives.
var bad = []struct {
	name string
	file []byte
	want string // part of the error
}{
	{"N=0", length(0, ""), "byte 0: header length: found 0, want 2 to 100000000 bytes"},
	{"N=1", length(1, "{"), "byte 0: header length: found 1"},
	{"N=2^63", length(1<<63, "{}"), "byte 0: header length: found 9223372036854775808"},
	{"N=2^64-1", length(1<<64-1, "{}"), "header length"},
	{"N>100 MB", length(100_000_001, "{}"), "byte 0: header length: found 100000001, want 2 to 100000000 bytes"},
	{"N>file", length(3, "{}"), "byte 8: header: found 2 bytes left, want 3 bytes"},
	{"file of 7 bytes", make([]byte, 7), "byte 0: header length: found 7 bytes left, want 8 bytes"},
	{"empty file", nil, "byte 0: header length: found 0 bytes left"},
	{"not UTF-8", file("{\"\xff\":1}", 0), "byte 10: header: found byte 0xff, want valid UTF-8"},
	{"leading space", file(" {}", 0), "byte 8: header: found ' ', want { as the first byte"},
	{"leading byte order mark", file("\ufeff{}", 0), "{ as the first byte"},
	{"an array", file("[]", 0), "byte 8: header: found '['"},
	{"no JSON", file("{]", 0), "byte 9: header"},
	{"unfinished", file(`{"a":`, 0), `tensor "a": jsontext: unexpected EOF`},
	{"trailing garbage", file("{}x", 0), "byte 10: header: found 'x' after the closing brace, want spaces only"},
	{"trailing second object", file("{} {}", 0), "byte 11: header"},
	{"trailing NUL padding", file("{}\x00\x00", 0), "want spaces only"},
	{"duplicate tensor", file("{"+entry("a", "U8", "[1]", 0, 1)+","+entry("a", "U8", "[1]", 1, 2)+"}", 2), "a second time"},
	{"duplicate tensor by escape", file("{"+entry("a", "U8", "[1]", 0, 1)+","+entry(`\u0061`, "U8", "[1]", 1, 2)+"}", 2), "a second time"},
	{"duplicate field", file(`{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1), "a second time"},
	{"duplicate metadata key", file(`{"__metadata__":{"k":"1","k":"2"}}`, 0), "a second time"},
	{"metadata twice", file(`{"__metadata__":{},"__metadata__":{}}`, 0), "a second time"},
	{"case-folded field", file(`{"a":{"DType":"U8","shape":[1],"data_offsets":[0,1]}}`, 1), `found the field "DType", want dtype, shape and data_offsets only`},
	{"unknown field", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}`, 1), `found the field "x"`},
	{"missing field", file(`{"a":{"dtype":"U8","shape":[1]}}`, 0), "want dtype, shape and data_offsets, all three"},
	{"no fields", file(`{"a":{}}`, 0), "all three"},
	{"unknown dtype", file("{"+entry("a", "F33", "[1]", 0, 1)+"}", 1), `tensor "a": dtype: found "F33", want one of F64`},
	{"dtype of GGUF", file("{"+entry("a", "Q8_0", "[32]", 0, 34)+"}", 34), `found "Q8_0", want one of F64`},
	{"dtype in lower case", file("{"+entry("a", "f32", "[1]", 0, 4)+"}", 4), `found "f32"`},
	{"dtype of the engine", file("{"+entry("a", "FLOAT", "[1]", 0, 4)+"}", 4), `found "FLOAT"`},
	{"dtype null", file(`{"a":{"dtype":null,"shape":[1],"data_offsets":[0,1]}}`, 1), "dtype: found null, want a string"},
	{"negative dim", file("{"+entry("a", "U8", "[-1]", 0, 1)+"}", 1), `tensor "a": shape: found "-1", want an integer from 0`},
	{"dim 2^63", file("{"+entry("a", "U8", "[9223372036854775808]", 0, 1)+"}", 1), `found "9223372036854775808"`},
	{"dim 2^64", file("{"+entry("a", "U8", "[18446744073709551616]", 0, 0)+"}", 0), `found "18446744073709551616"`},
	{"dim fraction", file("{"+entry("a", "U8", "[1.0]", 0, 1)+"}", 1), `found "1.0"`},
	{"dim exponent", file("{"+entry("a", "U8", "[1e0]", 0, 1)+"}", 1), `found "1e0"`},
	{"dim minus zero", file("{"+entry("a", "U8", "[-0]", 0, 0)+"}", 0), `found "-0"`},
	{"dim string", file("{"+entry("a", "U8", `["1"]`, 0, 1)+"}", 1), "shape: found a string, want a number"},
	{"product overflow", file("{"+entry("a", "U8", "[4294967296,4294967296]", 0, 0)+"}", 0), "overflows"},
	{"product overflow of bytes", file("{"+entry("a", "F64", "[4611686018427387904]", 0, 0)+"}", 0), "overflow"},
	{"product overflow beside a zero", file("{"+entry("a", "U8", "[0,4294967296,4294967296]", 0, 0)+"}", 0), "overflows"},
	{"9 dims", file("{"+entry("a", "U8", "[1,1,1,1,1,1,1,1,1]", 0, 1)+"}", 1), "want at most 8"},
	{"shape null", file("{"+entry("a", "U8", "null", 0, 1)+"}", 1), "shape: found null, want an array"},
	{"shape nested", file("{"+entry("a", "U8", "[[1]]", 0, 1)+"}", 1), "shape: found an array, want a number"},
	{"size not that of the offsets", file("{"+entry("a", "F32", "[2]", 0, 4)+"}", 4), `tensor "a": found data_offsets of 4 bytes, want 8, the size of F32[2]`},
	{"e<s", file("{"+entry("a", "U8", "[0]", 1, 0)+"}", 1), "found [1, 0], want an end that is not before the begin"},
	{"offset -1", file("{"+entry("a", "U8", "[1]", -1, 0)+"}", 1), `found "-1"`},
	{"one offset", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[1]}}`, 1), "want a number"},
	{"three offsets", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}`, 1), "data_offsets: found a number"},
	{"overlap", file("{"+entry("a", "U8", "[4]", 0, 4)+","+entry("b", "U8", "[4]", 2, 6)+"}", 6), `tensor "b": data_offsets: found begin 2, an overlap with "a", want begin 4`},
	{"same data twice", file("{"+entry("a", "U8", "[4]", 0, 4)+","+entry("b", "U8", "[4]", 0, 4)+"}", 4), "an overlap"},
	{"hole", file("{"+entry("a", "U8", "[4]", 0, 4)+","+entry("b", "U8", "[4]", 5, 9)+"}", 9), `found begin 5, a gap before it, want begin 4`},
	{"hole at the start", file("{"+entry("a", "U8", "[4]", 1, 5)+"}", 5), "found begin 1, a gap"},
	{"last end<file", file("{"+entry("a", "U8", "[4]", 0, 4)+"}", 5), "found the last tensor ending at 4, want 5"},
	{"last end>file", file("{"+entry("a", "U8", "[4]", 0, 4)+"}", 3), "found the last tensor ending at 4, want 3"},
	{"data without tensors", file("{}", 1), "found the last tensor ending at 0, want 1"},
	{"metadata not a string", file(`{"__metadata__":{"k":1}}`, 0), `__metadata__: "k": found a number, want a string`},
	{"metadata null", file(`{"__metadata__":{"k":null}}`, 0), "found null"},
	{"metadata nested", file(`{"__metadata__":{"k":{}}}`, 0), "found an object"},
	{"metadata an array", file(`{"__metadata__":[]}`, 0), "__metadata__: found an array, want an object"},
	{"tensor not an object", file(`{"a":[]}`, 0), `tensor "a": found an array, want an object`},
	{"lone surrogate", file(`{"\ud800":{}}`, 0), "header"},
	{"control character in a name", file("{\"\x01\":{}}", 0), "header"},
	{"checksum no number", file(`{"__metadata__":{"crc32c.a":"zz"}}`, 0), "want 8 hexadecimal digits"},
	{"checksum of the header missing", file(`{"__metadata__":{"crc32c.a":"00000000"}}`, 0), "checksums"},
	{"checksum of the header wrong", file(`{"__metadata__":{"crc32c":"00000000"}}`, 0), "the file is damaged"},
	{"checksum of a tensor twice", file(`{"__metadata__":{"crc32c.a":"00000000","crc32c.a":"00000000"}}`, 0), "a second time"},
	{"checksum of the header twice", file(`{"__metadata__":{"crc32c":"00000000","crc32c":"00000000"}}`, 0), "a second time"},
	{"checksum in escapes", file(`{"__metadata__":{"crc32c":"0000000\u0030"}}`, 0), "8 plain hexadecimal digits"},
}

func TestBadFiles(t *testing.T) {
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			_, err := everything(c.file)
			var e *wire.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("found error %v, want one with %q", err, c.want)
			}
			if e.File != "x.safetensors" || e.Offset < 0 || e.Offset > int64(len(c.file)) {
				t.Errorf("the error names file %q, byte %d of %d", e.File, e.Offset, len(c.file))
			}
		})
	}
}

func TestGoodFiles(t *testing.T) {
	for _, c := range []struct {
		name string
		file []byte
		want string // the tensors
	}{
		{"no tensors", file("{}", 0), ""},
		{"only metadata", file(`{"__metadata__":{"format":"pt"}}`, 0), ""},
		{"empty tensor", file("{"+entry("a", "F32", "[0,3]", 0, 0)+"}", 0), "a F32[0 3] "},
		{"scalar", file("{"+entry("a", "F64", "[]", 0, 8)+"}", 8), "a F64[] "},
		{"padded header", file("{"+entry("a", "BF16", "[2]", 0, 4)+"}       ", 4), "a BF16[2] "},
		{"white space inside", file("{\n\t\"a\" : {\"shape\": [ 1 ] , \"data_offsets\":[0, 1],\r\n\"dtype\":\"BOOL\"}}", 1), "a BOOL[1] "},
		{"header in another order than data", file("{"+entry("b", "U8", "[2]", 1, 3)+","+entry("a", "I8", "[1]", 0, 1)+"}", 3), "a I8[1] b U8[2] "},
		{"empty tensors between", file("{"+entry("a", "U8", "[1]", 0, 1)+","+entry("b", "U8", "[0]", 1, 1)+","+entry("c", "U8", "[1]", 1, 2)+"}", 2), "a U8[1] b U8[0] c U8[1] "},
		{"empty tensor after its neighbour's name", file("{"+entry("c", "U8", "[1]", 0, 1)+","+entry("b", "U8", "[0]", 0, 0)+"}", 1), "b U8[0] c U8[1] "},
		{"names in other scripts", file("{"+entry("砖", "I64", "[1]", 0, 8)+"}", 8), "砖 I64[1] "},
		{"8 dims", file("{"+entry("a", "U8", "[1,1,1,1,1,1,1,1]", 0, 1)+"}", 1), "a U8[1 1 1 1 1 1 1 1] "},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := everything(c.file)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, name := range f.Names() {
				x, err := f.Tensor(name)
				if err == nil {
					err = x.Check()
				}
				if err != nil {
					t.Fatal(err)
				}
				got += fmt.Sprintf("%s %v ", name, x)
			}
			if got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// small is a valid file of a few hundred bytes.
func small(t testing.TB, opts ...safetensors.Option) []byte {
	t.Helper()
	var b bytes.Buffer
	err := safetensors.Encode(&b, []tensor.Named{
		{Name: "w", Tensor: tensor.FromInts([]int32{1, -2, 3, -4, 5, -6}, device.F32, 2, 3)},
		{Name: "砖", Tensor: tensor.FromInts([]int32{7, 8}, device.I64, 2)},
		{Name: "empty", Tensor: tensor.New(device.BF16, 0)},
		{Name: "s", Tensor: tensor.FromInts([]int32{1}, device.Bool)},
	}, map[string]string{"format": "brick", "step": "5"}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// frugal runs f and fails if it allocates more than twice the file and 16 MiB,
// in total and not only at once, or takes long: the promise is a second, the rest
// is for race detectors and machines that are busy.
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

func TestTruncations(t *testing.T) {
	for _, b := range [][]byte{small(t), small(t, safetensors.WithCRC())} {
		for n := range b {
			frugal(t, n, func() {
				if _, err := everything(b[:n]); err == nil {
					t.Errorf("cut to %d of %d bytes, it was read", n, len(b))
				}
			})
		}
	}
}

// Every byte replaced by each other value (with -short: each bit and all of them):
// no panic; with checksums every one is noticed.
func TestFlips(t *testing.T) {
	var flips []byte
	for x := 1; x < 256; x++ {
		if !testing.Short() || x&(x-1) == 0 || x == 255 {
			flips = append(flips, byte(x))
		}
	}
	for _, c := range []struct {
		crc  bool
		file []byte
	}{{false, small(t)}, {true, small(t, safetensors.WithCRC())}} {
		if _, err := everything(c.file); err != nil {
			t.Fatal(err)
		}
		read := 0
		for i := range c.file {
			frugal(t, len(flips)*len(c.file), func() {
				for _, x := range flips {
					b := bytes.Clone(c.file)
					b[i] ^= x
					if _, err := everything(b); err == nil {
						read++
						if c.crc {
							t.Errorf("byte %d changed from %q to %q went unnoticed", i, c.file[i], b[i])
						}
					}
				}
			})
		}
		t.Logf("checksums %v: %d of %d changed files read as other valid files", c.crc, read, len(flips)*len(c.file))
	}
}

// Hostile files of some size: memory and time stay bounded.
func TestExpensiveFiles(t *testing.T) {
	many := func(n int, each func(i int) string) []byte {
		var js strings.Builder
		js.WriteByte('{')
		for i := range n {
			if i > 0 {
				js.WriteByte(',')
			}
			js.WriteString(each(i))
		}
		js.WriteByte('}')
		return file(js.String(), 0)
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"65,536 tensors", many(65536, func(i int) string { return entry(fmt.Sprint(i), "U8", "[0]", 0, 0) }), ""},
		{"65,537 tensors", many(65537, func(i int) string { return entry(fmt.Sprint(i), "U8", "[0]", 0, 0) }), "want at most 65536"},
		{"65,537 metadata keys", many(1, func(int) string {
			return `"__metadata__":` + string(many(65537, func(i int) string { return fmt.Sprintf(`"%d":""`, i) })[8:])
		}), "want at most 65536"},
		{"a name of 17 MiB", file("{"+entry(strings.Repeat("n", 17<<20), "U8", "[0]", 0, 0)+"}", 0), "want at most 16777216"},
		{"a million dimensions", file("{"+entry("a", "U8", "[1"+strings.Repeat(",1", 1e6)+"]", 0, 1)+"}", 1), "want at most 8"},
		{"a million nested arrays", file(`{"a":`+strings.Repeat("[", 1e6)+"}", 0), "found an array"},
		{"a number of a million digits", file("{"+entry("a", "U8", "["+strings.Repeat("9", 1e6)+"]", 0, 1)+"}", 1), "want an integer"},
		{"a million spaces", file("{}"+strings.Repeat(" ", 1e6), 0), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			frugal(t, len(c.file), func() {
				_, err := everything(c.file)
				if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
					t.Errorf("found error %.300v, want %q", err, c.want)
				}
				if err != nil && len(err.Error()) > 1000 {
					t.Errorf("the error is %d bytes long", len(err.Error()))
				}
			})
		})
	}
}

func TestOpenOnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	if _, err := safetensors.Open(dir); err == nil || !strings.Contains(err.Error(), "found a directory") {
		t.Errorf("a directory: %v", err)
	}
	if _, _, err := safetensors.Read(filepath.Join(dir, "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
	path := filepath.Join(dir, "bad.safetensors")
	if err := os.WriteFile(path, bad[0].file, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := safetensors.Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the error does not name the file: %v", err)
	}
}

func FuzzSafetensors(f *testing.F) {
	f.Add(small(f))
	f.Add(small(f, safetensors.WithCRC()))
	for _, c := range bad {
		f.Add(c.file)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := everything(b)
		if err != nil {
			return
		}
		// What was read can be written, and reads as the same.
		var all []tensor.Named
		for _, name := range file.Names() {
			if name == "" {
				return // read, as others write it, but not written
			}
			x, err := file.Tensor(name)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, tensor.Named{Name: name, Tensor: x})
		}
		var out bytes.Buffer
		if err := safetensors.Encode(&out, all, file.Metadata()); err != nil {
			t.Fatal(err)
		}
		again, err := everything(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		same(t, file, again)
	})
}
