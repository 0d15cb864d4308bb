package npy

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"brick/device"
	"brick/tensor"
	"brick/tensor/wire"
)

const magic = "\x93NUMPY"

// maxHeader is the longest header that is read. Headers of plain arrays are
// about 118 bytes; only record types, which are refused, need more than some hundred.
const maxHeader = 65535

// header is what stands before the elements.
type header struct {
	dtype   device.Type
	big     bool // big-endian elements
	fortran bool // column-major
	shape   []int
}

// bytes is the size of the elements; readHeader has checked it.
func (h *header) bytes() int { n, _ := tensor.Bytes(h.dtype, h.shape); return n }

// types by the letter and size of a NumPy type string.
var types = map[string]device.Type{
	"f8": device.F64, "f4": device.F32, "f2": device.F16,
	"i8": device.I64, "i4": device.I32, "i2": device.I16, "i1": device.I8,
	"u8": device.U64, "u4": device.U32, "u2": device.U16, "u1": device.U8,
	"b1": device.Bool,
}

// readHeader reads everything before the elements, and checks that exactly the
// elements follow.
func readHeader(r *wire.Reader) (*header, error) {
	r.Magic(magic, "magic")
	at := r.Offset()
	major, minor := r.U8("version"), r.U8("version")
	if r.Err() == nil && (major < 1 || major > 3 || minor != 0) {
		r.Fail(at, "version", fmt.Sprintf("%d.%d", major, minor), "1.0, 2.0 or 3.0")
	}
	at = r.Offset()
	var n uint64
	if major == 1 {
		n = uint64(r.U16("header length"))
	} else {
		n = uint64(r.U32("header length"))
	}
	if n > maxHeader {
		r.Fail(at, "header length", fmt.Sprint(n), fmt.Sprintf("at most %d", maxHeader))
	}
	at = r.Offset()
	text := r.Text(n, maxHeader, "header")
	if r.Err() != nil {
		return nil, r.Err()
	}
	p := &parser{r: r, text: text, at: at}
	h, err := p.header()
	if err != nil {
		return nil, err
	}
	size, err := tensor.Bytes(h.dtype, h.shape)
	if err != nil {
		return nil, r.Fail(at, "header: shape", fmt.Sprint(h.shape), err.Error())
	}
	if int64(size) != r.Remaining() {
		return nil, r.Fail(r.Offset(), "data", fmt.Sprintf("%d bytes", r.Remaining()),
			fmt.Sprintf("%d, the size of %v%v", size, h.dtype, h.shape))
	}
	return h, nil
}

// parser reads the Python dictionary of a header. Nothing is evaluated: the only
// values are a string, True or False, and a tuple of integers.
type parser struct {
	r    *wire.Reader
	text string
	pos  int
	at   int64 // where in the file the text starts
}

func (p *parser) fail(pos int, field, found, want string) error {
	return p.r.Fail(p.at+int64(pos), field, found, want)
}

func (p *parser) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// take passes over s if it comes next.
func (p *parser) take(s string) bool {
	p.space()
	if !strings.HasPrefix(p.text[p.pos:], s) {
		return false
	}
	p.pos += len(s)
	return true
}

func (p *parser) need(s, field string) error {
	if p.take(s) {
		return nil
	}
	return p.fail(p.pos, field, p.next(), wire.Quote(s))
}

// next says what comes next, for errors.
func (p *parser) next() string {
	if p.pos >= len(p.text) {
		return "the end of the header"
	}
	return wire.Quote(p.text[p.pos:min(len(p.text), p.pos+16)])
}

// header reads { 'descr': …, 'fortran_order': …, 'shape': … }, each key once, in any order.
func (p *parser) header() (*header, error) {
	h := new(header)
	seen := map[string]bool{}
	if err := p.need("{", "header"); err != nil {
		return nil, err
	}
	for !p.take("}") {
		at := p.pos
		key, err := p.str("header")
		if err != nil {
			return nil, err
		}
		if seen[key] {
			return nil, p.fail(at, "header", wire.Quote(key)+" a second time", "each key once")
		}
		seen[key] = true
		field := "header: " + key
		if err := p.need(":", field); err != nil {
			return nil, err
		}
		switch key {
		case "descr":
			err = p.descr(h, field)
		case "fortran_order":
			h.fortran, err = p.boolean(field)
		case "shape":
			h.shape, err = p.tuple(field)
		default:
			err = p.fail(at, "header", "the key "+wire.Quote(key), "descr, fortran_order and shape only")
		}
		if err != nil {
			return nil, err
		}
		if !p.take(",") {
			if err := p.need("}", "header"); err != nil {
				return nil, err
			}
			break
		}
	}
	if len(seen) != 3 {
		return nil, p.fail(p.pos, "header", "the end of the dictionary", "descr, fortran_order and shape, all three")
	}
	if p.space(); p.pos < len(p.text) {
		return nil, p.fail(p.pos, "header", p.next(), "spaces and the end of the header")
	}
	return h, nil
}

// str reads a string in single or double quotation marks, without escapes.
func (p *parser) str(field string) (string, error) {
	p.space()
	if p.pos < len(p.text) {
		if q := p.text[p.pos]; q == '\'' || q == '"' {
			if end := strings.IndexByte(p.text[p.pos+1:], q); end >= 0 {
				s := p.text[p.pos+1 : p.pos+1+end]
				if !strings.ContainsAny(s, "\\\n") {
					p.pos += end + 2
					return s, nil
				}
			}
		}
	}
	return "", p.fail(p.pos, field, p.next(), "a string in quotation marks")
}

func (p *parser) boolean(field string) (bool, error) {
	switch {
	case p.take("True"):
		return true, nil
	case p.take("False"):
		return false, nil
	}
	return false, p.fail(p.pos, field, p.next(), "True or False")
}

// descr reads a type string: byte order, letter, size.
func (p *parser) descr(h *header, field string) error {
	p.space()
	at := p.pos
	if p.pos < len(p.text) && p.text[p.pos] == '[' {
		return p.fail(at, field, "a record type", "the type of a plain array, such as '<f4'")
	}
	s, err := p.str(field)
	if err != nil {
		return err
	}
	if strings.HasSuffix(s, "O") {
		return p.fail(at, field, wire.Quote(s)+" (pickled Python objects, which are programs)", "numbers: save the array with a numeric dtype")
	}
	t, ok := types[strings.TrimLeft(s, "<>|=")]
	if !ok || len(s) != 3 || t.Size() > 1 && s[0] == '|' || s[0] == '=' {
		return p.fail(at, field, wire.Quote(s), "f8 f4 f2 i8 i4 i2 i1 u8 u4 u2 u1 b1 with < > or | before it")
	}
	h.dtype, h.big = t, s[0] == '>'
	return nil
}

// tuple reads (), (3,), (2, 3), with or without a last comma.
func (p *parser) tuple(field string) ([]int, error) {
	if err := p.need("(", field); err != nil {
		return nil, err
	}
	shape := []int{}
	for !p.take(")") {
		p.space()
		at := p.pos
		for p.pos < len(p.text) && (p.text[p.pos] >= '0' && p.text[p.pos] <= '9' || p.pos == at && p.text[p.pos] == '-') {
			p.pos++
		}
		n, err := strconv.Atoi(p.text[at:p.pos])
		if err != nil || n < 0 {
			found := wire.Quote(p.text[at:p.pos])
			if p.pos == at {
				found = p.next()
			}
			return nil, p.fail(at, field, found, "a dimension: an integer that is not negative and fits 63 bits")
		}
		p.take("L") // Python 2 wrote long integers so
		if len(shape) == wire.MaxDims {
			return nil, p.fail(at, field, "one more dimension", fmt.Sprintf("at most %d", wire.MaxDims))
		}
		shape = append(shape, n)
		if !p.take(",") {
			if err := p.need(")", field); err != nil {
				return nil, err
			}
			break
		}
	}
	return shape, nil
}

// appendHeader appends everything before the elements of x, padded so that they
// start at a multiple of 64, as NumPy does. Version 1.0 has room for every shape
// of up to MaxDims dimensions.
func appendHeader(b []byte, x *tensor.Tensor) ([]byte, error) {
	if len(x.Shape) > wire.MaxDims {
		return b, fmt.Errorf("npy: found %d dimensions, want at most %d", len(x.Shape), wire.MaxDims)
	}
	if err := x.Check(); err != nil {
		return b, fmt.Errorf("npy: %w", err)
	}
	descr, err := descrOf(x.Type)
	if err != nil {
		return b, err
	}
	var tuple strings.Builder
	for i, d := range x.Shape {
		if i > 0 {
			tuple.WriteByte(' ')
		}
		fmt.Fprintf(&tuple, "%d,", d)
	}
	dims := tuple.String()
	if len(x.Shape) > 1 {
		dims = dims[:len(dims)-1] // (2, 3) but (3,)
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, dims)
	const fixed = len(magic) + 2 + 2
	pad := (64 - (fixed+len(text)+1)%64) % 64
	b = append(b, magic+"\x01\x00"...)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(text)+pad+1))
	b = append(b, text...)
	b = append(b, strings.Repeat(" ", pad)...)
	return append(b, '\n'), nil
}

// descrOf is NumPy's type string of t.
func descrOf(t device.Type) (string, error) {
	if t == device.Float {
		return fmt.Sprintf("<f%d", t.Size()), nil
	}
	for s, u := range types {
		if u == t && t.Size() > 1 {
			return "<" + s, nil
		} else if u == t {
			return "|" + s, nil
		}
	}
	return "", fmt.Errorf("npy: NumPy has no type for %v; convert to F32 first", t)
}
