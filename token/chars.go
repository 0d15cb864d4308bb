package token

import (
	"slices"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Chars has an id for each character of a set, in the order of their code points, then <unk> for any other character
// and for a byte that is none, then the special tokens.
type Chars struct {
	specials
	chars []rune // by id
	known map[rune]int32
	low   [256]int32 // the same for the first 256 code points
}

// NewChars returns a tokenizer of the characters that occur in text, with special tokens of the given names after
// <unk>.
func NewChars(text string, special ...string) (*Chars, error) {
	found := make([]bool, utf8.MaxRune+1)
	for i, r := range text {
		if r == utf8.RuneError && text[i] != "\uFFFD"[0] {
			continue // a byte that is no character
		}
		found[r] = true
	}
	var set []rune
	for r, ok := range found {
		if ok {
			set = append(set, rune(r))
		}
	}
	return newChars(set, special)
}

// newChars has the characters of set, which are in order.
func newChars(set []rune, special []string) (*Chars, error) {
	t := &Chars{chars: set, known: make(map[rune]int32, len(set))}
	s, err := newSpecials(int32(len(set)), append([]string{"<unk>"}, special...))
	if err != nil {
		return nil, err
	}
	t.specials = s
	for i := range t.low {
		t.low[i] = s.roles.Unk
	}
	for i, r := range set {
		t.known[r] = int32(i)
		if int(r) < len(t.low) {
			t.low[r] = int32(i)
		}
	}
	return t, nil
}

// Encode appends one id a character; a special token spelled out in text becomes its id.
func (t *Chars) Encode(text string, dst []int32) []int32 { return t.encodeGuarded(text, nil, dst) }

func (t *Chars) encodeGuarded(text string, guards []int, dst []int32) []int32 {
	t.set.splitGuarded(text, guards, func(from, to int) { dst = t.EncodeOrdinary(text[from:to], dst) },
		func(a *AddedToken) { dst = append(dst, a.ID) })
	return dst
}

// EncodeOrdinary appends one id a character, special tokens spelled out in text too.
func (t *Chars) EncodeOrdinary(text string, dst []int32) []int32 {
	for i := 0; i < len(text); {
		r, w := utf8.DecodeRuneInString(text[i:])
		id := t.roles.Unk
		switch {
		case r == utf8.RuneError && w == 1:
		case int(r) < len(t.low):
			id = t.low[r]
		default:
			if k, ok := t.known[r]; ok {
				id = k
			}
		}
		dst = append(dst, id)
		i += w
	}
	return dst
}

// Decode returns the characters, special tokens (<unk> among them) spelled out.
func (t *Chars) Decode(ids []int32) []byte {
	b := make([]byte, 0, len(ids))
	for _, id := range ids {
		b = t.AppendBytes(b, id)
	}
	return b
}

// AppendBytes appends the character, or the name of the special token.
func (t *Chars) AppendBytes(dst []byte, id int32) []byte {
	switch {
	case t.IsSpecial(id):
		return append(dst, t.name(id)...)
	case id >= 0 && int(id) < len(t.chars):
		return utf8.AppendRune(dst, t.chars[id])
	}
	return dst
}

// Vocab is the number of characters and of special tokens, <unk> included.
func (t *Chars) Vocab() int { return len(t.chars) + len(t.tokens) }

// ID finds a character or the name of a special token.
func (t *Chars) ID(piece string) (int32, bool) {
	if id, ok := t.id(piece); ok {
		return id, true
	}
	r, w := utf8.DecodeRuneInString(piece)
	if w != len(piece) || w == 0 || r == utf8.RuneError && w == 1 {
		return None, false
	}
	if id, ok := t.known[r]; ok {
		return id, true
	}
	return None, false
}

// Piece is the inverse of ID.
func (t *Chars) Piece(id int32) string { return string(t.AppendBytes(nil, id)) }

// Save writes it to a folder as Hugging Face files: a BPE of single characters without merges.
func (t *Chars) Save(dir string) error {
	unk := "<unk>"
	s := newSpec(bpeModel)
	s.added, s.unk, s.decoder = t.tokens, &unk, jsontext.Value(`{"type":"Fuse"}`)
	for i, r := range t.chars {
		if err := s.vocab.add(string(r), int32(i)); err != nil {
			return err
		}
	}
	return s.save(dir, t.roles)
}

// asChars recognises what Save wrote.
func asChars(t *Subword) (*Chars, bool) {
	if t.merges != nil || t.byteLevel || t.scan != nil || len(t.split) > 0 || len(t.normalize) > 0 || t.byteFallback || t.fuseUnk ||
		len(t.prefix)+len(t.suffix) > 0 || t.decode != (decodeRule{}) || t.unk < 0 || t.Piece(t.unk) != "<unk>" {
		return nil, false
	}
	var set []rune
	for id := range t.unk {
		p := t.Piece(id)
		if !oneRune(p) || string(t.AppendBytes(nil, id)) != p {
			return nil, false
		}
		r, _ := utf8.DecodeRuneInString(p)
		set = append(set, r)
	}
	names, ok := consecutive(t, int(t.unk))
	if !ok || !slices.IsSorted(set) {
		return nil, false
	}
	c, err := newChars(set, names[1:])
	if err != nil {
		return nil, false
	}
	c.roles = t.roles
	return c, true
}
