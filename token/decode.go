package token

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// decodeRule is what a file's decoder does beyond looking each id up: to the text as a whole.
type decodeRule struct {
	join      string // between pieces, where the file has no decoder
	dropFirst string // removed from the first piece wherever it stands there (Metaspace)
	wordPiece bool   // the first piece is spelled as the vocabulary has it
	cleanUp   bool   // but for the space before marks
	strip     string // a character taken off the ends of the text
	start     int    // so many times at most from its beginning
	stop      int    // and from its end
	perByte   bool   // each byte of what is no character is a U+FFFD of its own (ByteFallback)
}

// decodeState is where a text being decoded stands.
type decodeState struct {
	begun bool
	left  int    // characters still to be stripped from the beginning
	held  []byte // characters that may be stripped from the end
}

// AppendBytes appends the bytes id stands for in the middle of a text.
func (t *Subword) AppendBytes(dst []byte, id int32) []byte {
	if uint32(id) >= uint32(len(t.ends)) {
		return dst
	}
	from := uint32(0)
	if id > 0 {
		from = t.ends[id-1]
	}
	return append(dst, t.bytes[from:t.ends[id]]...)
}

// Decode returns the exact bytes ids stand for, by the file's decoder.
func (t *Subword) Decode(ids []int32) []byte {
	var s decodeState
	var out []byte
	for _, id := range ids {
		out = t.decodeNext(&s, out, id)
	}
	return out // what is held to be stripped from the end is left out
}

// decodeNext appends what id adds to a text.
func (t *Subword) decodeNext(s *decodeState, dst []byte, id int32) []byte {
	if !t.vocab.has(id) {
		return dst
	}
	r := &t.decode
	n := len(dst)
	if !s.begun {
		s.begun, s.left = true, r.start
		dst = t.AppendBytes(dst, id)
		if r.dropFirst != "" || r.wordPiece {
			dst = append(dst[:n], t.firstPiece(id)...)
		}
	} else {
		dst = append(dst, r.join...)
		dst = t.AppendBytes(dst, id)
	}
	if s.left > 0 {
		k := n
		for s.left > 0 && bytes.HasPrefix(dst[k:], []byte(r.strip)) {
			k += len(r.strip)
			s.left--
		}
		if k < len(dst) {
			s.left = 0
		}
		dst = append(dst[:n], dst[k:]...)
	}
	if r.stop > 0 {
		dst = s.hold(dst, n, r)
	}
	return dst
}

// hold keeps back up to stop characters at the end of dst[n:], and lets go those held before that are no longer last.
func (s *decodeState) hold(dst []byte, n int, r *decodeRule) []byte {
	text := append(s.held, dst[n:]...)
	k := len(text)
	for i := 0; i < r.stop && bytes.HasSuffix(text[:k], []byte(r.strip)); i++ {
		k -= len(r.strip)
	}
	dst = append(dst[:n], text[:k]...)
	s.held = append([]byte(nil), text[k:]...)
	return dst
}

// firstPiece is what a Metaspace or WordPiece decoder makes of the first piece: every mark in it is dropped, none is a
// space; no space is put before it.
func (t *Subword) firstPiece(id int32) string {
	p := t.vocab.piece(id)
	if t.decode.cleanUp {
		p = cleanUp(p)
	}
	if t.decode.dropFirst != "" {
		p = strings.ReplaceAll(p, t.decode.dropFirst, "")
	}
	return p
}

// A Decoder turns ids into text as they come. It gives out whole characters only: bytes that may still become one
// wait for the next id. Bytes that can't become U+FFFD, one for each longest beginning of a character (as Unicode
// recommends, section 3.9, and Hugging Face does at the byte level), or one a byte where the model falls back to
// bytes. The zero value is not ready: use [NewDecoder]. It is for one goroutine.
type Decoder struct {
	SkipSpecial bool // leave special tokens out

	t     Tokenizer
	bpe   *Subword
	state decodeState
	tail  []byte // the beginning of a character
}

// NewDecoder returns a Decoder at the beginning of a text.
func NewDecoder(t Tokenizer) *Decoder {
	b, _ := t.(*Subword)
	return &Decoder{t: t, bpe: b}
}

// Next returns the text that id completes, often "" in the middle of a character.
func (d *Decoder) Next(id int32) string { return string(d.next(nil, id)) }

// Flush returns what is left at the end of a text, and makes the Decoder ready for another.
func (d *Decoder) Flush() string { return string(d.flush(nil)) }

func (d *Decoder) next(dst []byte, id int32) []byte {
	if d.SkipSpecial && d.t.IsSpecial(id) {
		return dst
	}
	b := d.tail
	if d.bpe != nil {
		n := len(b)
		more := d.bpe.decodeNext(&d.state, nil, id)
		b = append(b[:n], more...)
	} else {
		b = d.t.AppendBytes(b, id)
	}
	dst, rest := d.valid(dst, b, false)
	d.tail = append(d.tail[:0], rest...)
	return dst
}

func (d *Decoder) flush(dst []byte) []byte {
	dst, _ = d.valid(dst, d.tail, true)
	d.tail, d.state = d.tail[:0], decodeState{}
	return dst
}

// valid appends b with its invalid parts replaced, and returns the rest that may yet become a character.
func (d *Decoder) valid(dst, b []byte, end bool) (text, rest []byte) {
	for len(b) > 0 {
		r, w := utf8.DecodeRune(b)
		if r != utf8.RuneError || w > 1 {
			dst = append(dst, b[:w]...)
			b = b[w:]
			continue
		}
		if !end && !utf8.FullRune(b) {
			return dst, b
		}
		n := beginning(b)
		if d.bpe != nil && d.bpe.decode.perByte {
			n = 1
		}
		dst = append(dst, "\uFFFD"...)
		b = b[n:]
	}
	return dst, nil
}

// beginning returns the length of the longest part of b that begins some character, at least 1: the "maximal
// subpart" of the Unicode standard, table 3-7. b does not begin with a whole character.
func beginning(b []byte) int {
	n := 1
	for n < len(b) && n < 4 && b[n]&0xc0 == 0x80 && !utf8.FullRune(b[:n+1]) {
		n++
	}
	return n
}
