package gguf

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"brick/device"
	"brick/tensor"
	"brick/tensor/wire"
)

const (
	magic        = "GGUF"
	version      = 3 // written; 2 differs in nothing that is read here
	oldest       = 2 // in 1, lengths had 32 bits
	alignmentKey = "general.alignment"
	alignment    = 32 // of tensors, where the metadata name no other
	maxDims      = 4
	maxName      = 63 // bytes of a tensor's name
)

// entry is one tensor of a file.
type entry struct {
	name  string
	dtype device.Type
	shape []int
	at    int64 // of its bytes in the file
	size  int64
	in    int   // the part of a model that was split
	told  int64 // where its description begins, for errors
}

// header is everything before the data.
type header struct {
	version uint32
	align   int64
	meta    Metadata
	entries []entry // in the order of their data
	index   map[string]int
}

// parser reads a header field by field.
type parser struct {
	*wire.Reader
	h    header
	text strings.Builder // many strings lie in one piece of memory
}

// The fewest bytes of a key with its value and of a tensor's description: what bounds their counts.
const (
	leastPair   = 8 + 1 + 4 + 1
	leastTensor = 8 + 4 + 8 + 4 + 8
)

// parse reads the header of a file of size bytes.
func parse(name string, src io.ReaderAt, size int64) (*header, error) {
	p := &parser{Reader: wire.New(name, src, size)}
	p.Magic(magic, "magic")
	at := p.Offset()
	p.h.version = p.U32("version")
	if v := p.h.version; p.Err() == nil && (v < oldest || v > version) {
		found := fmt.Sprint(v)
		if v&0xffff == 0 && v != 0 {
			found = fmt.Sprintf("%#x, as in a big-endian file", v)
		}
		p.Fail(at, "version", found, fmt.Sprintf("%d to %d, little-endian", oldest, version))
	}
	tensors, pairs := p.count(leastTensor, wire.MaxTensors, "number of tensors"), p.count(leastPair, wire.MaxMetadata, "number of metadata keys")
	p.h.meta.keys, p.h.meta.values = make([]string, 0, pairs), make(map[string]any, pairs)
	for i := 0; i < pairs && p.Err() == nil; i++ {
		p.pair()
	}
	p.alignment()
	p.h.entries, p.h.index = make([]entry, 0, tensors), make(map[string]int, tensors)
	for i := 0; i < tensors && p.Err() == nil; i++ {
		p.tensor()
	}
	if p.Err() == nil {
		p.layout(size)
	}
	return &p.h, p.Err()
}

// count reads the number of things of at least each bytes, which is at most limit.
func (p *parser) count(each, limit uint64, field string) int {
	at := p.Offset()
	n := p.U64(field)
	if p.Err() == nil && n > limit {
		p.Fail(at, field, fmt.Sprint(n), fmt.Sprintf("at most %d", limit))
	}
	return p.Count(n, each, field)
}

// Strings up to ownText bytes share pieces of textPiece.
const (
	textPiece = 64 << 10
	ownText   = 4 << 10
)

// string reads a length and as many bytes.
func (p *parser) string(field string) string {
	at := p.Offset()
	n := p.U64(field)
	if p.Err() == nil && n > wire.MaxString {
		p.Fail(at, field, fmt.Sprintf("a length of %d bytes", n), fmt.Sprintf("at most %d", wire.MaxString))
	}
	if p.Err() == nil && n > uint64(p.Remaining()) {
		p.CopyTo(&p.text, n, field) // says so
	}
	if p.Err() != nil || n == 0 {
		return ""
	}
	b := &p.text
	if n > ownText {
		b = new(strings.Builder)
		b.Grow(int(n))
	} else if b.Cap()-b.Len() < int(n) {
		p.text = strings.Builder{}
		b.Grow(int(min(textPiece, max(uint64(p.Remaining()), n))))
	}
	from := b.Len()
	p.CopyTo(b, n, field)
	return b.String()[from:]
}

// key reads a string that names something.
func (p *parser) key(field string) string {
	at := p.Offset()
	s := p.string(field)
	if p.Err() == nil && (s == "" || !utf8.ValidString(s)) {
		p.Fail(at, field, wire.Quote(s), "one byte or more of valid UTF-8")
	}
	return s
}

// kind reads the type of a value.
func (p *parser) kind(key, what string) uint32 {
	at := p.Offset()
	k := p.U32(what)
	if p.Err() == nil && k >= numKinds {
		p.Fail(at, "metadata "+wire.Quote(key)+": "+what, fmt.Sprintf("type %d", k), fmt.Sprintf("0 to %d", numKinds-1))
	}
	return k
}

// tensor reads the description of a tensor; its place is still an offset in the data.
func (p *parser) tensor() {
	e := entry{told: p.Offset()}
	e.name = p.key("tensor name")
	if _, had := p.h.index[e.name]; had && p.Err() == nil {
		p.Fail(e.told, "tensor name", "the name "+wire.Quote(e.name)+" a second time", "each once")
	} else if len(e.name) > maxName && p.Err() == nil {
		p.Fail(e.told, "tensor name", wire.Quote(e.name), fmt.Sprintf("at most %d bytes", maxName))
	}
	at := p.Offset()
	dims := p.U32("number of dimensions")
	if p.Err() == nil && (dims == 0 || dims > maxDims) {
		p.Fail(at, tensorField(e.name, "number of dimensions"), fmt.Sprint(dims), fmt.Sprintf("1 to %d", maxDims))
	}
	for i := uint32(0); i < dims && p.Err() == nil; i++ {
		at := p.Offset()
		d := p.U64("dimension")
		if int(d) < 0 || uint64(int(d)) != d {
			p.Fail(at, tensorField(e.name, "dimension"), fmt.Sprint(int64(d)), "a size that memory can have")
		}
		e.shape = append(e.shape, int(d))
	}
	slices.Reverse(e.shape)
	at = p.Offset()
	number := p.U32("type")
	var ok bool
	if e.dtype, ok = tensorTypes[number]; !ok && p.Err() == nil {
		p.Fail(at, tensorField(e.name, "type"), typeName(number), "one of "+knownTypes())
	}
	at = p.Offset()
	offset := p.U64("offset")
	if p.Err() != nil {
		return
	}
	size, err := tensor.Bytes(e.dtype, e.shape)
	if err != nil {
		p.Fail(e.told, tensorField(e.name, "shape"), strings.TrimPrefix(err.Error(), "tensor: "), "rows of whole blocks, of a size that memory can have")
	} else if offset%uint64(p.h.align) != 0 || offset > uint64(p.Offset()+p.Remaining()) {
		p.Fail(at, tensorField(e.name, "offset"), fmt.Sprint(offset), fmt.Sprintf("a multiple of %d within the file", p.h.align))
	}
	e.at, e.size = int64(offset), int64(size)
	p.h.entries = append(p.h.entries, e)
	p.h.index[e.name] = 0 // its place is known after sorting
}

func tensorField(name, part string) string { return "tensor " + wire.Quote(name) + ": " + part }

// layout puts the tensors in the order of their data, and checks that they lie in the file and not over one another.
func (p *parser) layout(size int64) {
	start := roundUp(p.Offset(), p.h.align)
	es := p.h.entries
	if len(es) > 0 && start > size {
		p.Fail(p.Offset(), "padding", fmt.Sprintf("%d bytes left", p.Remaining()), fmt.Sprintf("%d up to a multiple of %d", start-p.Offset(), p.h.align))
		return
	}
	slices.SortStableFunc(es, func(a, b entry) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.size, b.size)) }) // empty ones first
	end, before := int64(0), ""
	for i := range es {
		e := &es[i]
		p.h.index[e.name] = i
		if e.at < end {
			p.Fail(e.told, tensorField(e.name, "offset"), fmt.Sprintf("%d, an overlap with %s", e.at, wire.Quote(before)), fmt.Sprintf("%d or more", end))
			return
		}
		// The padding of the last one is there too: without it a cut there went unnoticed.
		if left := size - start - e.at; left < 0 || e.size > left || roundUp(e.size, p.h.align) > left {
			p.Fail(e.told, tensorField(e.name, "data"), fmt.Sprintf("%d bytes left in the file", max(left, 0)),
				fmt.Sprintf("%d and their padding to a multiple of %d", e.size, p.h.align))
			return
		}
		end, before = e.at+roundUp(e.size, p.h.align), e.name
		e.at += start
	}
}

// roundUp is the least multiple of align, a power of two, that is not below n; n is far below 2⁶³.
func roundUp(n, align int64) int64 { return (n + align - 1) &^ (align - 1) }

var order = binary.LittleEndian
