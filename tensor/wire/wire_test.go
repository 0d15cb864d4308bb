package wire_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"brick/tensor/wire"
)

func TestFields(t *testing.T) {
	b := []byte("MAGC\x01\x02\x00\x03\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\xff\xfe\xff\xfd\xff\xff\xff\xfc\xff\xff\xff\xff\xff\xff\xff\x00\x00\x80\x3f\x00\x00\x00\x00\x00\x00\x00\xc0é!")
	r := wire.FromBytes("f", b)
	r.Magic("MAGC", "magic")
	if r.U8("a") != 1 || r.U16("b") != 2 || r.U32("c") != 3 || r.U64("d") != 4 ||
		r.I8("e") != -1 || r.I16("f") != -2 || r.I32("g") != -3 || r.I64("h") != -4 ||
		r.F32("i") != 1 || r.F64("j") != -2 || r.Text(2, 10, "k") != "é" {
		t.Error("a field was misread")
	}
	if r.Remaining() != 1 || r.End("end") == nil {
		t.Error("the last byte went unnoticed")
	}
	r = wire.FromBytes("f", []byte{1, 2, 3, 4})
	r.Order = binary.BigEndian
	if r.U16("a") != 0x0102 {
		t.Error("big-endian misread")
	}
	r.Align(4, "padding")
	if r.End("end") != nil || r.Offset() != 4 {
		t.Errorf("aligned to %d, %v", r.Offset(), r.Err())
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		read func(r *wire.Reader)
		want string // of the error; the file has 8 bytes: 00 01 … 07
	}{
		{"short integer", func(r *wire.Reader) { r.Skip(5, "skip"); r.U32("count") }, "x: byte 5: count: found 3 bytes left, want 4 bytes: unexpected EOF"},
		{"huge length", func(r *wire.Reader) { r.Bytes(1<<63, "name") }, "x: byte 0: name: found 8 bytes left, want 9223372036854775808 bytes: unexpected EOF"},
		{"huge copy", func(r *wire.Reader) { var b strings.Builder; r.Skip(2, "s"); r.CopyTo(&b, 7, "key") }, "x: byte 2: key: found 6 bytes left, want 7 bytes: unexpected EOF"},
		{"huge skip", func(r *wire.Reader) { r.Skip(1<<63, "pad") }, "x: byte 0: pad: found 8 bytes left"},
		{"bad magic", func(r *wire.Reader) { r.Magic("\x00\x02", "magic") }, `x: byte 0: magic: found "\x00\x01", want "\x00\x02"`},
		{"text too long", func(r *wire.Reader) { r.Skip(1, "s"); r.Text(3, 2, "name") }, "x: byte 1: name: found a length of 3 bytes, want at most 2"},
		{"count", func(r *wire.Reader) { r.Count(5, 2, "tensors") }, "x: byte 0: tensors: found a count of 5, want at most 4 (8 bytes left, 2 or more each)"},
		{"count overflow", func(r *wire.Reader) { r.Count(1<<62, 8, "tensors") }, "x: byte 0: tensors: found a count of 4611686018427387904"},
		{"count of nothings", func(r *wire.Reader) { r.Count(1<<40, 0, "tensors") }, "x: byte 0: tensors: found a count"},
		{"alignment 0", func(r *wire.Reader) { r.Align(0, "alignment") }, "x: byte 0: alignment: found an alignment of 0, want a power of two up to 65536"},
		{"alignment 3", func(r *wire.Reader) { r.Align(3, "alignment") }, "found an alignment of 3"},
		{"alignment 2^31", func(r *wire.Reader) { r.Align(1<<31, "alignment") }, "found an alignment"},
		{"alignment past the end", func(r *wire.Reader) { r.U8("a"); r.Align(16, "alignment") }, "want 15 bytes"},
		{"the first sticks", func(r *wire.Reader) { r.Bytes(9, "first"); r.U8("second"); r.Fail(3, "third", "", "") }, "byte 0: first"},
	} {
		r := wire.FromBytes("x", []byte{0, 1, 2, 3, 4, 5, 6, 7})
		c.read(r)
		var e *wire.Error
		if !errors.As(r.Err(), &e) || !strings.Contains(e.Error(), c.want) {
			t.Errorf("%s: found error %v, want %q", c.name, r.Err(), c.want)
		}
		if r.U64("after") != 0 || r.Bytes(1, "after") != nil || r.Text(1, 1, "after") != "" || r.Count(1, 1, "after") != 0 {
			t.Errorf("%s: fields after the error are not zero", c.name)
		}
	}
	r := wire.FromBytes("x", []byte{0xff})
	if r.Text(1, 9, "name"); r.Err() == nil || !strings.Contains(r.Err().Error(), "want valid UTF-8") {
		t.Errorf("invalid UTF-8: %v", r.Err())
	}
	disk := errors.New("disk on fire")
	s := wire.Stream("x", iotest.ErrReader(disk), 100)
	if s.U8("a"); !errors.Is(s.Err(), disk) {
		t.Errorf("an error of the disk came out as %v", s.Err())
	}
	s = wire.Stream("x", iotest.ErrReader(disk), 100)
	if s.Skip(4, "a"); !errors.Is(s.Err(), disk) {
		t.Errorf("an error of the disk came out as %v", s.Err())
	}
}

// A stream of ten bytes that announces a terabyte costs a step, not a terabyte.
func TestStreamMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := wire.Stream("x", strings.NewReader("0123456789"), 1<<40)
	if b := r.Bytes(1<<40, "pixels"); b != nil || !errors.Is(r.Err(), io.ErrUnexpectedEOF) {
		t.Errorf("got %d bytes, %v", len(b), r.Err())
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 4*wire.Step {
		t.Errorf("allocated %d bytes", got)
	}
	long := bytes.Repeat([]byte("abc"), 2<<20)
	r = wire.Stream("x", iotest.HalfReader(bytes.NewReader(long)), 1<<40)
	if b := r.Bytes(uint64(len(long)), "text"); !bytes.Equal(b, long) || r.End("end") != nil {
		t.Errorf("a long stream was misread: %v", r.Err())
	}
	r = wire.Stream("x", bytes.NewReader(long), 10)
	if r.Skip(10, "start"); r.End("end") == nil {
		t.Error("bytes beyond the limit went unnoticed")
	}
}

func TestProduct(t *testing.T) {
	for _, c := range []struct {
		dims []uint64
		want uint64
		ok   bool
	}{
		{nil, 1, true}, {[]uint64{2, 3}, 6, true}, {[]uint64{0, 1 << 62}, 0, true}, {[]uint64{1 << 63}, 0, false},
		{[]uint64{1 << 32, 1 << 31}, 0, false}, {[]uint64{1 << 32, 0, 1 << 32}, 0, false}, {[]uint64{1<<63 - 1}, 1<<63 - 1, true},
	} {
		if got, ok := wire.Product(c.dims...); got != c.want || ok != c.ok {
			t.Errorf("Product(%v) = %d, %v, want %d, %v", c.dims, got, ok, c.want, c.ok)
		}
	}
}

// Bytes are appended whatever the buffer holds of them, and a source that is shorter than it said is noticed.
func TestCopyTo(t *testing.T) {
	want := strings.Repeat("0123456789abcdef", 20000)
	r := wire.New("f", strings.NewReader(want), int64(len(want)))
	var b strings.Builder
	for n := uint64(1); r.Remaining() > 0; n = n*3 + 1 {
		r.CopyTo(&b, min(n, uint64(r.Remaining())), "text")
	}
	if r.Err() != nil || b.String() != want {
		t.Errorf("%d of %d bytes, %v", b.Len(), len(want), r.Err())
	}
	b.Reset()
	r = wire.Stream("f", strings.NewReader(want[:100]), 1<<40)
	if r.CopyTo(&b, 101, "text"); !errors.Is(r.Err(), io.ErrUnexpectedEOF) || b.String() != want[:100] {
		t.Errorf("a short stream gave %d bytes and %v", b.Len(), r.Err())
	}
	disk := errors.New("disk on fire")
	r = wire.Stream("f", iotest.ErrReader(disk), 100)
	if r.CopyTo(&b, 4, "text"); !errors.Is(r.Err(), disk) {
		t.Errorf("an error of the disk came out as %v", r.Err())
	}
}
