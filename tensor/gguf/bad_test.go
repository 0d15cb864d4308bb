package gguf_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"brick/tensor/gguf"
	"brick/tensor/wire"
)

// A craft is a file put together by hand, field by field.
type craft []byte

var le = binary.LittleEndian

func (c craft) u32(v uint32) craft     { return le.AppendUint32(c, v) }
func (c craft) u64(v uint64) craft     { return le.AppendUint64(c, v) }
func (c craft) raw(b ...byte) craft    { return append(c, b...) }
func (c craft) text(s string) craft    { return append(c.u64(uint64(len(s))), s...) }
func (c craft) pad(align int) craft    { return append(c, make([]byte, (align-len(c)%align)%align)...) }
func (c craft) zeros(n int) craft      { return append(c, make([]byte, n)...) }
func begin(tensors, keys uint64) craft { return craft("GGUF").u32(3).u64(tensors).u64(keys) }

// info is the description of a tensor; sizes are in the file's order.
func (c craft) info(name string, typ uint32, offset uint64, ne ...uint64) craft {
	c = c.text(name).u32(uint32(len(ne)))
	for _, n := range ne {
		c = c.u64(n)
	}
	return c.u32(typ).u64(offset)
}

// one is a file of one tensor with 64 bytes for it.
func one(typ uint32, offset uint64, ne ...uint64) craft {
	return begin(1, 0).info("w", typ, offset, ne...).pad(32).zeros(64)
}

// aligned is a file whose alignment is given as a value of some type.
func aligned(kind uint32, value ...byte) craft {
	return begin(0, 1).text("general.alignment").u32(kind).raw(value...).pad(32)
}

// u32s is the bytes of v.
func u32s(v uint32) []byte { return le.AppendUint32(nil, v) }

// everything opens a file and reads all of it.
func everything(b []byte) (*gguf.File, error) {
	f, err := gguf.Decode("x.gguf", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	for _, name := range f.Names() {
		x, err := f.Tensor(name)
		if err == nil {
			err = x.Check()
		}
		if err != nil {
			return nil, fmt.Errorf("tensor %q of a file that was opened: %v", name, err)
		}
	}
	return f, nil
}

const (
	f32, f16, q4_0, q8_0, q4_k, i8, i64 = 0, 1, 2, 8, 12, 24, 27
	u8Kind, u32Kind, i32Kind            = 0, 4, 5
	stringKind, arrayKind               = 8, 9
)

// Files that must be refused.
var bad = []struct {
	name string
	file craft
	want string // part of the error
}{
	{"empty file", nil, "byte 0: magic: found 0 bytes left, want 4 bytes"},
	{"bad magic", append(craft("FUGG"), begin(0, 0)[4:]...), `byte 0: magic: found "FUGG", want "GGUF"`},
	{"version 0", craft("GGUF").u32(0).zeros(24), "byte 4: version: found 0, want 2 to 3"},
	{"version 1", craft("GGUF").u32(1).zeros(24), "byte 4: version: found 1"},
	{"version future", craft("GGUF").u32(4).zeros(24), "byte 4: version: found 4"},
	{"big-endian", craft("GGUF").u32(3 << 24).zeros(24), "as in a big-endian file, want 2 to 3, little-endian"},
	{"tensors -1", begin(math.MaxUint64, 0).zeros(64), "byte 8: number of tensors: found 18446744073709551615, want at most 65536"},
	{"tensors more than bytes", begin(60000, 0).zeros(64), "number of tensors: found a count of 60000, want at most"},
	{"keys -1", begin(0, math.MaxUint64).zeros(64), "byte 16: number of metadata keys: found 18446744073709551615"},
	{"keys more than bytes", begin(0, 60000).zeros(64), "number of metadata keys: found a count of 60000"},
	{"key size -1", begin(0, 1).u64(math.MaxUint64).zeros(64), "metadata key: found a length of 18446744073709551615 bytes, want at most 16777216"},
	{"key longer than the rest", begin(0, 1).u64(65).zeros(64), "metadata key: found 64 bytes left, want 65 bytes"},
	{"empty key", begin(0, 1).text("").u32(u8Kind).zeros(9), `metadata key: found "", want one byte or more of valid UTF-8`},
	{"key not UTF-8", begin(0, 1).text("\xff").u32(u8Kind).zeros(9), "valid UTF-8"},
	{"duplicate key", begin(0, 2).text("k").u32(u8Kind).raw(1).text("k").u32(u8Kind).raw(1), `metadata key: found the name "k" a second time`},
	{"type 13", begin(0, 1).text("k").u32(13).zeros(8), `metadata "k": type: found type 13, want 0 to 12`},
	{"type -1", begin(0, 1).text("k").u32(math.MaxUint32).zeros(8), "found type 4294967295"},
	{"array of arrays", begin(0, 1).text("k").u32(arrayKind).u32(arrayKind).u64(1).zeros(16), "type of the array: found an array, want numbers, bools or strings"},
	{"array of type 13", begin(0, 1).text("k").u32(arrayKind).u32(13).u64(1).zeros(16), "type of the array: found type 13"},
	{"array of 2^62", begin(0, 1).text("k").u32(arrayKind).u32(u32Kind).u64(1 << 62).zeros(16), "k: found a count of 4611686018427387904, want at most 4"},
	{"array of strings -1", begin(0, 1).text("k").u32(arrayKind).u32(stringKind).u64(math.MaxUint64).zeros(16), "found a count of 18446744073709551615"},
	{"string > rest", begin(0, 1).text("k").u32(stringKind).u64(5).zeros(4), "k: found 4 bytes left, want 5 bytes"},
	{"string of an array > rest", begin(0, 1).text("k").u32(arrayKind).u32(stringKind).u64(2).text("a").u64(9).zeros(8), "k: found 8 bytes left, want 9 bytes"},
	{"alignment 0", aligned(u32Kind, u32s(0)...), "metadata general.alignment: found 0, want a power of two up to 65536"},
	{"alignment 3", aligned(u32Kind, u32s(3)...), "general.alignment: found 3"},
	{"alignment 13", aligned(u32Kind, u32s(13)...), "general.alignment: found 13"},
	{"alignment 2^31", aligned(u32Kind, u32s(1<<31)...), "general.alignment: found 2147483648"},
	{"alignment of type i32", aligned(i32Kind, u32s(32)...), "general.alignment: found i32, want u32"},
	{"alignment a string", begin(0, 1).text("general.alignment").u32(stringKind).text("32"), "general.alignment: found string, want u32"},
	{"0 dimensions", one(f32, 0), `tensor "w": number of dimensions: found 0, want 1 to 4`},
	{"5 dimensions", one(f32, 0, 1, 1, 1, 1, 1), "number of dimensions: found 5"},
	{"2^32-1 dimensions", begin(1, 0).text("w").u32(math.MaxUint32).zeros(64), "number of dimensions: found 4294967295"},
	{"dim -1", one(f32, 0, math.MaxUint64), `tensor "w": dimension: found -1, want a size that memory can have`},
	{"dim 2^63", one(f32, 0, 1<<63), "dimension: found -9223372036854775808"},
	{"product of sizes overflows", one(f32, 0, 4*math.MaxInt32, 4*math.MaxInt32, 4*math.MaxInt32), `tensor "w": shape: found the product of shape`},
	{"product overflows beside a zero", one(f32, 0, 1<<62, 1<<62, 0), "shape: found the product"},
	{"bytes overflow", one(i64, 0, 1518500250*2, 1518500250*2), "overflow"},
	{"padding overflows, ne = SIZE_MAX/4", one(f32, 0, math.MaxUint64/4), "overflow"},
	{"padding overflows", one(i8, 0, math.MaxInt64), `tensor "w": data: found 64 bytes left in the file, want 9223372036854775807 and their padding`},
	{"sum of tensors overflows", begin(2, 0).info("a", i8, 0, 0x7fffffffffffffc0).info("b", i8, 0x7fffffffffffffc0, 0x7fffffffffffffc0).pad(32).zeros(32), "found"},
	{"type removed", one(4, 0, 32), "type 4 (Q4_2, removed from the format), want one of BF16 F16 F32"},
	{"type not read", one(16, 0, 256), "type 16 (IQ2_XXS)"},
	{"type unknown", one(40, 0, 32), `tensor "w": type: found type 40, want one of`},
	{"type -1", one(math.MaxUint32, 0, 32), "type 4294967295"},
	{"row not whole blocks", one(q4_0, 0, 33), `shape: found rows of 33 elements in shape [33] are not whole blocks of Q4_0; want a multiple of 32`},
	{"rows not whole blocks, their sum is", one(q8_0, 0, 16, 2), "rows of 16 elements"},
	{"row not a whole block of 256", one(q4_k, 0, 128, 2), "rows of 128 elements"},
	{"offset not aligned", one(f32, 4, 1), `tensor "w": offset: found 4, want a multiple of 32 within the file`},
	{"offset -1", one(f32, math.MaxUint64, 1), "offset: found 18446744073709551615"},
	{"offset > file", one(f32, 1<<40, 1), "offset: found 1099511627776"},
	{"offset at the end", one(f32, 64, 1), "data: found 0 bytes left in the file, want 4"},
	{"offset beyond the data", one(f32, 96, 1), "data: found 0 bytes left in the file"},
	{"overlap", begin(2, 0).info("a", f32, 0, 16).info("b", f32, 32, 8).pad(32).zeros(96), `tensor "b": offset: found 32, an overlap with "a", want 64 or more`},
	{"same data twice", begin(2, 0).info("a", f32, 0, 8).info("b", f32, 0, 8).pad(32).zeros(96), "an overlap"},
	{"offsets of another alignment", begin(2, 0).info("a", i8, 0, 8).info("b", i8, 8, 8).pad(32).zeros(96), "want a multiple of 32"},
	{"duplicate tensor", begin(2, 0).info("a", f32, 0, 8).info("a", f32, 32, 8).pad(32).zeros(64), `tensor name: found the name "a" a second time`},
	{"empty tensor name", begin(1, 0).info("", f32, 0, 8).pad(32).zeros(64), `tensor name: found ""`},
	{"tensor name not UTF-8", begin(1, 0).info("\xc3", f32, 0, 8).pad(32).zeros(64), "valid UTF-8"},
	{"tensor name of 64 bytes", begin(1, 0).info(strings.Repeat("n", 64), f32, 0, 8).pad(32).zeros(64), "want at most 63 bytes"},
	{"not enough data", one(f32, 0, 17), "data: found 64 bytes left in the file, want 68 and their padding to a multiple of 32"},
	{"padding of the data missing", begin(1, 0).info("w", f32, 0, 1).pad(32).zeros(31), "data: found 31 bytes left in the file, want 4 and their padding"},
	{"padding before the data missing", begin(1, 0).info("w", f32, 0, 0), "padding: found 0 bytes left"},
}

func TestBadFiles(t *testing.T) {
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			frugal(t, len(c.file), func() {
				_, err := everything(c.file)
				var e *wire.Error
				if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
					t.Fatalf("found error %v, want one with %q", err, c.want)
				}
				if e.File != "x.gguf" || e.Offset < 0 || e.Offset > int64(len(c.file)) {
					t.Errorf("the error names file %q, byte %d of %d", e.File, e.Offset, len(c.file))
				}
			})
		})
	}
}

func TestGoodFiles(t *testing.T) {
	for _, c := range []struct {
		name string
		file craft
		want string // keys, then tensors
	}{
		{"nothing", begin(0, 0), ""},
		{"nothing, padded", begin(0, 0).pad(32), ""},
		{"version 2", append(craft("GGUF").u32(2), begin(0, 0)[8:]...), ""},
		{"bool of any byte", begin(0, 1).text("k").u32(7).raw(0x55), "k=bool true "},
		{"string of other bytes than UTF-8", begin(0, 1).text("k").u32(stringKind).text("\xff\x00"), `k=string "\xff\x00" `},
		{"empty arrays", begin(0, 2).text("a").u32(arrayKind).u32(stringKind).u64(0).text("b").u32(arrayKind).u32(u8Kind).u64(0), "a=string[] [] b=u8[] [] "},
		{"a dimension of 0", one(f32, 0, 8, 0), "w F32[0 8] "},
		{"name of 63 bytes", begin(1, 0).info(strings.Repeat("n", 63), f32, 0, 8).pad(32).zeros(32), strings.Repeat("n", 63) + " F32[8] "},
		{"order of sizes", one(i8, 0, 4, 3, 2, 1), "w I8[1 2 3 4] "},
		{"alignment 1", begin(2, 1).text("general.alignment").u32(u32Kind).u32(1).info("a", i8, 0, 3).info("b", f16, 3, 1).zeros(5), "general.alignment=u32 1 a I8[3] b F16[1] "},
		{"order of data", begin(2, 0).info("b", f32, 32, 8).info("a", f32, 0, 8).pad(32).zeros(64), "a F32[8] b F32[8] "},
		{"empty tensor between", begin(3, 0).info("a", f32, 0, 8).info("e", f32, 32, 0).info("b", f32, 32, 8).pad(32).zeros(64), "a F32[8] e F32[0] b F32[8] "},
		{"a gap, and more behind", begin(1, 0).info("a", q8_0, 64, 32).pad(32).zeros(64 + 64 + 9), "a Q8_0[32] "},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := everything(c.file)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for k, v := range f.Metadata().All() {
				if s, ok := v.(string); ok {
					v = fmt.Sprintf("%q", s)
				}
				raw, _ := f.Metadata().Get(k)
				got += fmt.Sprintf("%s=%s %v ", k, gguf.TypeName(raw), v)
			}
			for _, name := range f.Names() {
				x, _ := f.Info(name)
				got += fmt.Sprintf("%s %v ", name, x)
			}
			if got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// frugal runs f and fails if it allocates more than twice the file and 16 MiB, in total and not only at once, or takes long: the
// promise is a second, the rest is for race detectors and machines that are busy.
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
	b := small(t)
	for n := range b {
		frugal(t, n, func() {
			if _, err := everything(b[:n]); err == nil {
				t.Errorf("cut to %d of %d bytes, it was read", n, len(b))
			}
		})
	}
}

// Every byte replaced by each other value (with -short: each bit and all of them): no panic, and what is opened can be read.
func TestFlips(t *testing.T) {
	var flips []byte
	for x := 1; x < 256; x++ {
		if !testing.Short() || x&(x-1) == 0 || x == 255 {
			flips = append(flips, byte(x))
		}
	}
	file, read := small(t), 0
	for i := range file {
		frugal(t, len(flips)*len(file), func() {
			for _, x := range flips {
				b := bytes.Clone(file)
				b[i] ^= x
				var e *wire.Error
				if _, err := everything(b); err == nil {
					read++
				} else if !errors.As(err, &e) {
					t.Fatalf("byte %d changed to %q: %v", i, b[i], err)
				}
			}
		})
	}
	t.Logf("%d of %d changed files read as other valid files", read, len(flips)*len(file))
}

// Hostile files of some size: memory and time stay bounded.
func TestExpensiveFiles(t *testing.T) {
	many := func(n int, c craft, each func(c craft, i int) craft) craft {
		for i := range n {
			c = each(c, i)
		}
		return c
	}
	tensors := func(n int) craft {
		return many(n, begin(uint64(n), 0), func(c craft, i int) craft { return c.info(fmt.Sprint(i), f32, 0, 0) }).pad(32)
	}
	keys := func(n int) craft {
		return many(n, begin(0, uint64(n)), func(c craft, i int) craft {
			return c.text(fmt.Sprint(i)).u32(arrayKind).u32(stringKind).u64(1).text("")
		})
	}
	strings17 := func(n int, s string) craft {
		return many(n, begin(0, 1).text("k").u32(arrayKind).u32(stringKind).u64(uint64(n)), func(c craft, i int) craft { return c.text(s) })
	}
	for _, c := range []struct {
		name string
		file craft
		want string
	}{
		{"65,536 tensors", tensors(65536), ""},
		{"65,537 tensors", tensors(65537), "want at most 65536"},
		{"65,536 keys", keys(65536), ""},
		{"65,537 keys", keys(65537), "want at most 65536"},
		{"4 million empty strings", strings17(4<<20, ""), ""},
		{"2 million strings of 17 bytes", strings17(2<<20, strings.Repeat("a", 17)), ""},
		{"strings of 4,096 bytes", strings17(10000, strings.Repeat("b", 4096)), ""},
		{"strings of 5,000 bytes", strings17(10000, strings.Repeat("b", 5000)), ""},
		{"a string of 17 MiB", begin(0, 1).text("k").u32(stringKind).text(strings.Repeat("n", 17<<20)), "want at most 16777216"},
		{"32 million numbers", begin(0, 1).text("k").u32(arrayKind).u32(u32Kind).u64(32 << 20).zeros(128 << 20), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			frugal(t, len(c.file), func() {
				_, err := everything(c.file)
				if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
					t.Errorf("found error %.300v, want %q", err, c.want)
				}
			})
		})
	}
}
