package wire

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// A Reader reads fields of an untrusted file one after the other. Its methods
// take the name of the field for the error message. After an error they return
// zero values; see Err.
type Reader struct {
	Order binary.ByteOrder // of integers and floats; little-endian unless changed

	file     string
	src      *bufio.Reader
	off, end int64
	open     bool // end is a limit, not the length: the source may be shorter
	err      error
	scratch  [8]byte
}

// New reads src, which holds size bytes, from its beginning. The file name
// appears in errors.
func New(file string, src io.ReaderAt, size int64) *Reader { return Part(file, src, 0, size) }

// Part reads the bytes from off to end of src; offsets in errors are those in src.
// The caller has compared off and end with the size of the file.
func Part(file string, src io.ReaderAt, off, end int64) *Reader {
	r := Stream(file, io.NewSectionReader(src, off, end-off), end-off)
	r.off, r.end, r.open = off, max(off, end), false
	return r
}

// FromBytes reads b.
func FromBytes(file string, b []byte) *Reader {
	return New(file, bytes.NewReader(b), int64(len(b)))
}

// Stream reads src, of unknown length, such as a decompressor: at most limit
// bytes, all of which may be absent. Lengths are compared with the limit, and
// memory still grows only with the bytes that arrive.
func Stream(file string, src io.Reader, limit int64) *Reader {
	limit = max(limit, 0)
	return &Reader{
		Order: binary.LittleEndian,
		file:  file,
		src:   bufio.NewReaderSize(src, int(min(64<<10, max(limit, 16)))),
		end:   limit,
		open:  true,
	}
}

// File is the name given to New.
func (r *Reader) File() string { return r.file }

// Offset is the byte the next field starts at.
func (r *Reader) Offset() int64 { return r.off }

// Remaining is the number of bytes not yet read (for a Stream: allowed).
func (r *Reader) Remaining() int64 { return r.end - r.off }

// Err is the first error, or nil. It is a *Error.
func (r *Reader) Err() error { return r.err }

// Fail records that the field starting at byte offset breaks a rule. Only the
// first error of a Reader is kept. It returns Err().
func (r *Reader) Fail(offset int64, field, found, want string) error {
	if r.err == nil {
		r.err = &Error{File: r.file, Offset: offset, Field: field, Found: found, Want: want}
	}
	return r.err
}

// short records that n bytes were wanted at the current offset and are not there.
func (r *Reader) short(n uint64, field string) {
	found := fmt.Sprintf("%d bytes left", r.Remaining())
	r.Fail(r.off, field, found, fmt.Sprintf("%d bytes", n))
	var e *Error
	if errors.As(r.err, &e) && e.Err == nil {
		e.Err = io.ErrUnexpectedEOF
	}
}

// read fills b, which has been compared with the bytes that remain.
func (r *Reader) read(b []byte, field string) bool {
	n, err := io.ReadFull(r.src, b)
	if err == nil {
		r.off += int64(n)
		return true
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		if r.err == nil {
			r.err = &Error{File: r.file, Offset: r.off, Field: field, Err: io.ErrUnexpectedEOF,
				Found: fmt.Sprintf("%d bytes left", n), Want: fmt.Sprintf("%d bytes", len(b))}
		}
	} else if r.err == nil {
		r.err = &Error{File: r.file, Offset: r.off + int64(n), Field: field, Err: err}
	}
	return false
}

// fixed reads n ≤ 8 bytes into the scratch buffer.
func (r *Reader) fixed(n int, field string) []byte {
	b := r.scratch[:n]
	if r.err == nil && r.Remaining() < int64(n) {
		r.short(uint64(n), field)
	}
	if r.err != nil || !r.read(b, field) {
		clear(b)
	}
	return b
}

// U8 reads one byte.
func (r *Reader) U8(field string) uint8 { return r.fixed(1, field)[0] }

// U16 reads an unsigned 16-bit integer.
func (r *Reader) U16(field string) uint16 { return r.Order.Uint16(r.fixed(2, field)) }

// U32 reads an unsigned 32-bit integer.
func (r *Reader) U32(field string) uint32 { return r.Order.Uint32(r.fixed(4, field)) }

// U64 reads an unsigned 64-bit integer.
func (r *Reader) U64(field string) uint64 { return r.Order.Uint64(r.fixed(8, field)) }

// I8 reads a signed byte.
func (r *Reader) I8(field string) int8 { return int8(r.U8(field)) }

// I16 reads a signed 16-bit integer.
func (r *Reader) I16(field string) int16 { return int16(r.U16(field)) }

// I32 reads a signed 32-bit integer.
func (r *Reader) I32(field string) int32 { return int32(r.U32(field)) }

// I64 reads a signed 64-bit integer.
func (r *Reader) I64(field string) int64 { return int64(r.U64(field)) }

// F32 reads an IEEE 754 float32.
func (r *Reader) F32(field string) float32 { return math.Float32frombits(r.U32(field)) }

// F64 reads an IEEE 754 float64.
func (r *Reader) F64(field string) float64 { return math.Float64frombits(r.U64(field)) }

// Magic reads len(want) bytes and fails unless they are want.
func (r *Reader) Magic(want, field string) {
	at := r.off
	got := r.Bytes(uint64(len(want)), field)
	if r.err == nil && string(got) != want {
		r.Fail(at, field, fmt.Sprintf("%q", got), fmt.Sprintf("%q", want))
	}
}

// Bytes reads n bytes into memory of their own. n is compared with the bytes
// that remain first; a Stream's bytes are gathered in steps.
func (r *Reader) Bytes(n uint64, field string) []byte {
	if r.err != nil {
		return nil
	}
	if n > uint64(r.Remaining()) || n > math.MaxInt {
		r.short(n, field)
		return nil
	}
	if !r.open {
		b := make([]byte, n)
		if !r.read(b, field) {
			return nil
		}
		return b
	}
	b := make([]byte, 0, min(n, Step))
	for uint64(len(b)) < n {
		have := len(b)
		if have == cap(b) {
			b = append(b, 0)[:have] // grows by append's factor
		}
		b = b[:min(uint64(cap(b)), n)]
		if !r.read(b[have:], field) {
			return nil
		}
	}
	return b
}

// Text reads n bytes of UTF-8, at most limit of them.
func (r *Reader) Text(n, limit uint64, field string) string {
	at := r.off
	if r.err == nil && n > limit {
		r.Fail(at, field, fmt.Sprintf("a length of %d bytes", n), fmt.Sprintf("at most %d", limit))
	}
	b := r.Bytes(n, field)
	if r.err == nil && !utf8.Valid(b) {
		r.Fail(at, field, fmt.Sprintf("%.40q", b), "valid UTF-8")
	}
	if r.err != nil {
		return ""
	}
	return string(b)
}

// CopyTo appends n bytes to b, without memory of its own: what many short strings share need not be allocated for each.
func (r *Reader) CopyTo(b *strings.Builder, n uint64, field string) {
	if r.err == nil && n > uint64(r.Remaining()) {
		r.short(n, field)
	}
	for r.err == nil && n > 0 {
		part, err := r.src.Peek(int(min(n, 16)))
		if err == nil {
			part, _ = r.src.Peek(int(min(n, uint64(r.src.Buffered()))))
		}
		b.Write(part)
		r.src.Discard(len(part))
		r.off += int64(len(part))
		n -= uint64(len(part))
		switch {
		case err == io.EOF:
			r.short(n, field)
		case err != nil:
			r.err = &Error{File: r.file, Offset: r.off, Field: field, Err: err}
		}
	}
}

// Skip passes over n bytes.
func (r *Reader) Skip(n uint64, field string) {
	if r.err != nil {
		return
	}
	if n > uint64(r.Remaining()) {
		r.short(n, field)
		return
	}
	for n > 0 {
		k, err := r.src.Discard(int(min(n, 1<<30)))
		r.off += int64(k)
		n -= uint64(k)
		if err == io.EOF {
			r.short(n, field)
			return
		} else if err != nil {
			r.err = &Error{File: r.file, Offset: r.off, Field: field, Err: err}
			return
		}
	}
}

// Align passes over zero or more bytes up to the next multiple of a, a power of
// two no larger than MaxAlign.
func (r *Reader) Align(a uint64, field string) {
	if a == 0 || a&(a-1) != 0 || a > MaxAlign {
		r.Fail(r.off, field, fmt.Sprintf("an alignment of %d", a), fmt.Sprintf("a power of two up to %d", MaxAlign))
		return
	}
	r.Skip(-uint64(r.off)&(a-1), field)
}

// Count checks that n items of at least each bytes can still follow, and gives
// n as an int; 0 after an error. each must be at least 1, so that memory for the
// items is bounded by the file.
func (r *Reader) Count(n, each uint64, field string) int {
	if r.err != nil {
		return 0
	}
	total, ok := Mul(n, max(each, 1))
	if !ok || total > uint64(r.Remaining()) || n > math.MaxInt {
		r.Fail(r.off, field, fmt.Sprintf("a count of %d", n),
			fmt.Sprintf("at most %d (%d bytes left, %d or more each)", uint64(r.Remaining())/max(each, 1), r.Remaining(), max(each, 1)))
		return 0
	}
	return int(n)
}

// End fails unless every byte was read.
func (r *Reader) End(field string) error {
	if r.err != nil {
		return r.err
	}
	left := r.Remaining()
	if r.open {
		switch _, err := r.src.Peek(1); err {
		case io.EOF:
			left = 0
		case nil:
			left = max(left, 1)
		default:
			r.err = &Error{File: r.file, Offset: r.off, Field: field, Err: err}
			return r.err
		}
	}
	if left > 0 {
		found := fmt.Sprintf("%d more bytes", left)
		if r.open {
			found = "more bytes"
		}
		return r.Fail(r.off, field, found, "the end of the file")
	}
	return nil
}
