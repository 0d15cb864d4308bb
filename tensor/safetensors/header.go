package safetensors

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"brick/device"
	"brick/tensor"
	"brick/tensor/wire"
)

// maxHeader is the format's own limit of the header's length in bytes.
const maxHeader = 100_000_000

// entry is one tensor of the header; offsets count from the end of the header.
type entry struct {
	name       string
	dtype      device.Type
	shape      []int
	begin, end int64
	at         int64 // where in the file its description ends, for errors
}

// header is what a header says, its entries in the order of their data.
type header struct {
	entries []entry
	index   map[string]int // of entries, by name
	meta    map[string]string
	sums    sums
}

// scanner reads a header token by token. jsontext sees to it that it is JSON and
// UTF-8; the format's rules are here, and so is that no name comes twice: the maps
// that are needed anyway know, jsontext would keep all names again.
type scanner struct {
	file string
	js   []byte
	dec  *jsontext.Decoder
	h    header

	// What is being read, for errors; put together only then.
	tensorName, part string
}

// headerAt is where in the file the header's JSON starts.
const headerAt = 8

// parseHeader reads the header js of a file whose data has dataLen bytes.
func parseHeader(file string, js []byte, dataLen int64) (*header, error) {
	s := &scanner{file: file, js: js, part: "header"}
	if at := invalidUTF8(js); at >= 0 {
		return nil, s.fail(int64(at), fmt.Sprintf("byte %#02x", js[at]), "valid UTF-8")
	}
	if js[0] != '{' {
		return nil, s.fail(0, fmt.Sprintf("%q", js[0]), "{ as the first byte")
	}
	s.dec = jsontext.NewDecoder(bytes.NewBuffer(js), jsontext.AllowDuplicateNames(true))
	// Memory once, for no more tensors than the header has bytes for.
	n := min(bytes.Count(js, []byte(`"dtype"`)), wire.MaxTensors)
	s.h.entries, s.h.index = make([]entry, 0, n), make(map[string]int, n)
	s.h.sums.tensors = map[string]uint32{}
	if _, err := s.token('{'); err != nil {
		return nil, err
	}
	for s.dec.PeekKind() != '}' {
		at := s.dec.InputOffset()
		name, err := s.token('"')
		if err != nil {
			return nil, err
		}
		if name == "__metadata__" && s.h.meta != nil {
			err = s.twice(at, name)
		} else if name == "__metadata__" {
			err = s.metadata()
		} else if _, ok := s.h.index[name]; ok {
			err = s.twice(at, name)
		} else {
			err = s.tensor(name)
		}
		if err != nil {
			return nil, err
		}
		s.tensorName, s.part = "", "header"
	}
	if _, err := s.token('}'); err != nil {
		return nil, err
	}
	for i := s.dec.InputOffset(); i < int64(len(js)); i++ {
		if js[i] != ' ' {
			return nil, s.fail(i, fmt.Sprintf("%q after the closing brace", js[i]), "spaces only")
		}
	}
	if err := s.layout(dataLen); err != nil {
		return nil, err
	}
	return &s.h, nil
}

// field names what is being read.
func (s *scanner) field() string {
	switch {
	case s.tensorName == "":
		return s.part
	case s.part == "":
		return "tensor " + wire.Quote(s.tensorName)
	}
	return "tensor " + wire.Quote(s.tensorName) + ": " + s.part
}

func (s *scanner) fail(at int64, found, want string) error {
	return &wire.Error{File: s.file, Offset: headerAt + at, Field: s.field(), Found: found, Want: want}
}

// twice is the error of a name that an object has had already.
func (s *scanner) twice(at int64, name string) error {
	return s.fail(at, "the name "+wire.Quote(name)+" a second time", "each once")
}

// token reads the next token, which must be of the given kind, and gives its
// text: of a string what it says, of a number its digits.
func (s *scanner) token(kind jsontext.Kind) (string, error) {
	got := s.dec.PeekKind()
	at := s.dec.InputOffset()
	tok, err := s.dec.ReadToken()
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return "", &wire.Error{File: s.file, Offset: headerAt + s.dec.InputOffset(), Field: s.field(), Err: err}
	}
	if got != kind {
		return "", s.fail(at, kindName(got), kindName(kind))
	}
	if n := s.dec.InputOffset() - at; n > wire.MaxString {
		return "", s.fail(at, fmt.Sprintf("a token of %d bytes", n), fmt.Sprintf("at most %d", wire.MaxString))
	}
	if kind != '"' && kind != '0' {
		return "", nil
	}
	return tok.String(), nil
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	case '{':
		return "an object"
	case '[':
		return "an array"
	}
	return k.String()
}

// number reads a non-negative integer written in digits, at most max.
func (s *scanner) number(max uint64) (uint64, error) {
	at := s.dec.InputOffset()
	text, err := s.token('0')
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(text, 10, 64) // digits only: no sign, fraction or exponent
	if err != nil || n > max {
		return 0, s.fail(at, wire.Quote(text), fmt.Sprintf("an integer from 0 to %d", max))
	}
	return n, nil
}

// metadata reads the object of strings under "__metadata__".
func (s *scanner) metadata() error {
	s.part = "__metadata__"
	if _, err := s.token('{'); err != nil {
		return err
	}
	s.h.meta = map[string]string{}
	for n := 0; s.dec.PeekKind() != '}'; n++ {
		at := s.dec.InputOffset()
		if n == wire.MaxMetadata {
			return s.fail(at, "one more key", fmt.Sprintf("at most %d", wire.MaxMetadata))
		}
		key, err := s.token('"')
		if err != nil {
			return err
		}
		of, isSum := strings.CutPrefix(key, sumKey+".")
		_, had := s.h.meta[key]
		if isSum {
			_, had = s.h.sums.tensors[of]
		}
		if had || key == sumKey && s.h.sums.at != 0 {
			return s.twice(at, key)
		}
		if s.dec.PeekKind() != '"' {
			s.part = "__metadata__: " + wire.Quote(key)
		}
		at = s.dec.InputOffset()
		value, err := s.token('"')
		if err != nil {
			return err
		}
		if key != sumKey && !isSum {
			s.h.meta[key] = value
			continue
		}
		sum, ok := parseSum(value)
		if !ok {
			s.part = "__metadata__: " + wire.Quote(key)
			return s.fail(at, wire.Quote(value), "8 hexadecimal digits")
		}
		if key == sumKey {
			s.h.sums.header, s.h.sums.at = sum, int(s.dec.InputOffset())-sumDigits-1
		} else {
			s.h.sums.tensors[of] = sum
		}
	}
	_, err := s.token('}')
	return err
}

// tensor reads the description of one tensor.
func (s *scanner) tensor(name string) error {
	s.tensorName, s.part = name, ""
	if len(s.h.entries) == wire.MaxTensors {
		return s.fail(s.dec.InputOffset(), "one more tensor", fmt.Sprintf("at most %d", wire.MaxTensors))
	}
	if _, err := s.token('{'); err != nil {
		return err
	}
	e := entry{name: name}
	var dtype, shape, offsets bool
	for s.dec.PeekKind() != '}' {
		at := s.dec.InputOffset()
		key, err := s.token('"')
		if err != nil {
			return err
		}
		s.part = key
		had := false
		switch key {
		case "dtype":
			had, dtype = dtype, true
			e.dtype, err = s.dtype()
		case "shape":
			had, shape = shape, true
			e.shape, err = s.shape()
		case "data_offsets":
			had, offsets = offsets, true
			e.begin, e.end, err = s.offsets()
		default:
			s.part = ""
			err = s.fail(at, "the field "+wire.Quote(key), "dtype, shape and data_offsets only")
		}
		if err == nil && had {
			s.part = ""
			err = s.twice(at, key)
		}
		if err != nil {
			return err
		}
		s.part = ""
	}
	if _, err := s.token('}'); err != nil {
		return err
	}
	end := s.dec.InputOffset() - 1
	e.at = headerAt + end
	if !dtype || !shape || !offsets {
		return s.fail(end, "the end of its fields", "dtype, shape and data_offsets, all three")
	}
	size, err := tensor.Bytes(e.dtype, e.shape)
	if err != nil {
		return &wire.Error{File: s.file, Offset: e.at, Field: s.field(), Err: err}
	}
	if int64(size) != e.end-e.begin {
		return s.fail(end, fmt.Sprintf("data_offsets of %d bytes", e.end-e.begin),
			fmt.Sprintf("%d, the size of %v%v", size, e.dtype, e.shape))
	}
	s.h.entries = append(s.h.entries, e)
	s.h.index[name] = 0 // its place is known after sorting
	return nil
}

func (s *scanner) dtype() (device.Type, error) {
	at := s.dec.InputOffset()
	text, err := s.token('"')
	if err != nil {
		return 0, err
	}
	t, ok := device.TypeByName(text)
	if !ok || t.Block() > 1 { // the format has no blocks
		return 0, s.fail(at, wire.Quote(text), "one of F64 F32 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 BOOL")
	}
	return t, nil
}

func (s *scanner) shape() ([]int, error) {
	if _, err := s.token('['); err != nil {
		return nil, err
	}
	shape := []int{}
	for s.dec.PeekKind() != ']' {
		if len(shape) == wire.MaxDims {
			return nil, s.fail(s.dec.InputOffset(), "one more dimension", fmt.Sprintf("at most %d", wire.MaxDims))
		}
		d, err := s.number(math.MaxInt)
		if err != nil {
			return nil, err
		}
		shape = append(shape, int(d))
	}
	_, err := s.token(']')
	return shape, err
}

func (s *scanner) offsets() (begin, end int64, err error) {
	at := s.dec.InputOffset()
	if _, err = s.token('['); err != nil {
		return
	}
	var b [2]uint64
	for i := range b {
		if b[i], err = s.number(math.MaxInt64); err != nil {
			return
		}
	}
	if _, err = s.token(']'); err != nil {
		return
	}
	if b[1] < b[0] {
		err = s.fail(at, fmt.Sprintf("[%d, %d]", b[0], b[1]), "an end that is not before the begin")
	}
	return int64(b[0]), int64(b[1]), err
}

// layout sorts the entries by their data and checks that they follow one
// another without gap or overlap and fill the data exactly.
func (s *scanner) layout(dataLen int64) error {
	slices.SortStableFunc(s.h.entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	at, last := int64(0), entry{at: headerAt}
	for i, e := range s.h.entries {
		s.h.index[e.name] = i
		if e.begin != at {
			what := "a gap before it"
			if e.begin < at {
				what = "an overlap with " + wire.Quote(last.name)
			}
			s.tensorName, s.part = e.name, "data_offsets"
			return s.fail(e.at-headerAt,
				fmt.Sprintf("begin %d, %s", e.begin, what), fmt.Sprintf("begin %d", at))
		}
		at, last = e.end, e
	}
	if at != dataLen {
		s.part = "data_offsets"
		return s.fail(last.at-headerAt, fmt.Sprintf("the last tensor ending at %d", at),
			fmt.Sprintf("%d, the bytes of data in the file", dataLen))
	}
	return nil
}

// invalidUTF8 is the index of the first byte that is not part of valid UTF-8, or -1.
func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}
