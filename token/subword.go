package token

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// BPE is a byte-pair encoding: at the level of bytes as in GPT-2, or of characters as in LLaMA's SentencePiece
// models. It is made by [TrainBPE], [Open], [ReadJSON] or [ReadGPT2] and does not change afterwards.
type Subword struct {
	vocab  *vocab
	merges *pairTable // nil where there are none
	spec   *spec      // what it was made from, for saving

	unigram   *unigram   // how words are spelled; merges where both are nil
	wordPiece *wordPiece // likewise

	byteLevel    bool       // words are bytes, not characters
	byteID       [256]int32 // of a byte: its piece at the byte level, else its <0x..>; -1 if there is none
	charIDs      []int32    // of a character below 0x10000: its piece, or -1; character level only
	seams        *pairTable // where characters may be joined; character level only
	unk          int32
	fuseUnk      bool
	byteFallback bool
	ignoreMerges bool

	raw, normal *addedSet // added tokens found before and after normalisation
	special     []bool    // by id
	roles       Special
	stops       []int32 // further ids that end a turn, as a GGUF file states them
	normalize   []normalizer
	split       []splitter
	cuts        []finder // the same as split where each step only cuts; else nil
	scan        scanner  // all of pre-tokenisation, where one scanner is; else nil
	prefix      []int32  // what EncodeSpecial puts before
	suffix      []int32  // and after

	bytes  []byte // what the ids stand for, one after another
	ends   []uint32
	decode decodeRule

	// ChatTemplate is the template of tokenizer_config.json, or of chat_template.jinja, as it stands there.
	ChatTemplate string

	pool sync.Pool // of *encoder
	err  atomic.Pointer[error]
}

// Vocab is the greatest id plus one.
func (t *Subword) Vocab() int { return len(t.vocab.spans) }

// ID returns the id of a piece as the vocabulary spells it.
func (t *Subword) ID(piece string) (int32, bool) { return t.vocab.id(piece) }

// Piece returns how the vocabulary spells id.
func (t *Subword) Piece(id int32) string { return t.vocab.piece(id) }

// Special returns the ids with a role.
func (t *Subword) Special() Special { return t.roles }

// IsSpecial reports whether id is a special token.
func (t *Subword) IsSpecial(id int32) bool {
	return uint32(id) < uint32(len(t.special)) && t.special[id]
}

// Err returns why an earlier Encode gave up, nil if none did. Two kinds of file can make it, on some texts: one with
// an expression that has no scanner here, beyond its bound of a second a match, and one whose normalizers make a
// text 32 times longer. Encode then adds nothing for that text.
func (t *Subword) Err() error {
	if e := t.err.Load(); e != nil {
		return *e
	}
	return nil
}

// Encode appends the ids of text. Added tokens spelled out in it are matched, as Hugging Face does: text that a
// stranger wrote is for [Subword.EncodeOrdinary].
func (t *Subword) Encode(text string, dst []int32) []int32 {
	return t.encode(text, nil, dst, t.raw, t.normal)
}

func (t *Subword) encodeGuarded(text string, guards []int, dst []int32) []int32 {
	return t.encode(text, guards, dst, t.raw, t.normal)
}

// EncodeOrdinary appends the ids of text with nothing in it taken for a special or added token.
func (t *Subword) EncodeOrdinary(text string, dst []int32) []int32 {
	return t.encode(text, nil, dst, nil, nil)
}

// EncodeSpecial is Encode with what the file's post-processor puts around a text, such as <s> before it.
func (t *Subword) EncodeSpecial(text string, dst []int32) []int32 {
	dst = append(dst, t.prefix...)
	dst = t.Encode(text, dst)
	return append(dst, t.suffix...)
}

func (t *Subword) encode(text string, guards []int, dst []int32, raw, normal *addedSet) []int32 {
	e := t.encoder(len(text))
	defer t.pool.Put(e)
	n := len(dst)
	var failed error
	raw.splitGuarded(text, guards, func(from, to int) {
		if failed == nil {
			dst, failed = e.section(text[from:to], from == 0, len(within(guards, from, to)) > 0, normal, dst)
		}
	}, func(a *AddedToken) { dst = append(dst, a.ID) })
	if failed != nil {
		t.err.CompareAndSwap(nil, &failed)
		return dst[:n]
	}
	return dst
}

// encoder takes a used encoder, or makes one, to encode n bytes.
func (t *Subword) encoder(n int) *encoder {
	e, ok := t.pool.Get().(*encoder)
	if !ok {
		e = &encoder{t: t}
	}
	e.warm(n)
	return e
}

// section encodes text without raw added tokens: normalise, match the others, split into words, merge. Where it is
// guarded no special token is matched in it: normalising moves the guards, no one knows where to.
func (e *encoder) section(s string, first, guarded bool, normal *addedSet, dst []int32) ([]int32, error) {
	t := e.t
	s, err := normalized(t.normalize, s)
	if err != nil {
		return dst, fmt.Errorf("normalizing a text: %w", err)
	}
	var guards []int
	if guarded {
		guards = everywhere(len(s))
	}
	normal.splitGuarded(s, guards, func(from, to int) {
		switch {
		case err != nil:
		case t.scan != nil:
			dst = e.words(s[from:to], dst)
		case t.cuts != nil:
			dst = e.cut(t.cuts, s[from:to], dst)
		default:
			err = e.steps(t.split, s[from:to], first && from == 0, &dst)
		}
	}, func(a *AddedToken) { dst = append(dst, a.ID) })
	return dst, err
}

// steps runs what is left of pre-tokenisation on s and encodes the words that come out.
func (e *encoder) steps(left []splitter, s string, first bool, dst *[]int32) error {
	if s == "" {
		return nil
	}
	if len(left) == 0 {
		*dst = e.word(s, *dst)
		return nil
	}
	return left[0](s, first, func(s string, first bool) error { return e.steps(left[1:], s, first, dst) })
}

// charID returns the id of the character r, spelled s, or -1.
func (t *Subword) charID(r rune, s string) int32 {
	if int(r) < len(t.charIDs) {
		return t.charIDs[r]
	}
	id, _ := t.vocab.id(s)
	return id
}

// wholeWord finds a word that is a piece as it stands; special tokens do not count.
func (t *Subword) wholeWord(s string) (int32, bool) {
	if t.byteLevel {
		var buf [128]byte
		s = string(spellBytes(buf[:0], s))
	}
	id, ok := t.vocab.id(s)
	return id, ok && !t.IsSpecial(id)
}

// goroutines is the number of goroutines that n stands for: as many as there are processors where n is 0.
func goroutines(n int) int {
	if n <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return n
}
