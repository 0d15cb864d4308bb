package token

import (
	"math"
	"unicode/utf8"
)

// encoder is the scratch of one call of Encode: the cache of words and the room to merge in. A BPE keeps used ones.
type encoder struct {
	t     *Subword
	cache wordCache
	seen  int // bytes encoded without a cache
	sym   []int32
	next  []int32
	prev  []int32
	heap  []uint64
	cells []cell

	spelling []byte
}

// cacheFrom is how much text an encoder sees before a cache is worth its memory.
const cacheFrom = 16 << 10

// warm makes the cache once enough text has been seen to fill some of it.
func (e *encoder) warm(n int) {
	if e.seen += n; e.cache == nil && e.seen >= cacheFrom {
		e.cache = make(wordCache, 1<<cacheBits)
		e.seen = math.MinInt
	}
}

// words cuts s by the scanner and appends the ids of its words: the way of nearly every byte-level model.
func (e *encoder) words(s string, dst []int32) []int32 {
	scan := e.t.scan
	for i := 0; i < len(s); {
		end := scan(s, i)
		dst = e.word(s[i:end], dst)
		i = end
	}
	return dst
}

// cut cuts s by one finder after another, each within the words the one before it left, and appends the ids of what
// comes out.
func (e *encoder) cut(cuts []finder, s string, dst []int32) []int32 {
	if len(cuts) == 0 {
		return e.word(s, dst)
	}
	for i := 0; i < len(s); {
		from, to := cuts[0](s, i)
		if i < from {
			dst = e.cut(cuts[1:], s[i:from], dst)
		}
		if from < to {
			dst = e.cut(cuts[1:], s[from:to], dst)
		}
		i = to
	}
	return dst
}

// word appends the ids of one word.
func (e *encoder) word(s string, dst []int32) []int32 {
	if s == "" {
		return dst
	}
	if e.cache == nil || len(s) > cacheBytes {
		return e.spell(s, dst)
	}
	entry, ok := e.cache.find(s)
	if ok {
		return entry.appendIDs(dst)
	}
	n := len(dst)
	dst = e.spell(s, dst)
	entry.put(s, dst[n:])
	return dst
}

// spell appends the ids of one word, worked out anew.
func (e *encoder) spell(s string, dst []int32) []int32 {
	t := e.t
	if t.ignoreMerges {
		if id, ok := t.wholeWord(s); ok {
			return append(dst, id)
		}
	}
	switch {
	case t.unigram != nil:
		return e.spellUnigram(s, dst)
	case t.wordPiece != nil:
		return e.spellWordPiece(s, dst)
	case !t.byteLevel:
		return e.spellChars(s, dst)
	}
	sym := e.sym[:0]
	for i := range len(s) {
		id := t.byteID[s[i]]
		if id < 0 {
			if t.unk < 0 {
				continue
			}
			sym, id = e.unknown(sym), t.unk
		}
		sym = append(sym, id)
	}
	e.sym = sym
	if len(sym) == 0 {
		return dst
	}
	return append(dst, e.merge(sym)...)
}

// unknown drops the unknown id before a further one where the model fuses them.
func (e *encoder) unknown(sym []int32) []int32 {
	if n := len(sym); e.t.fuseUnk && n > 0 && sym[n-1] == e.t.unk {
		return sym[:n-1]
	}
	return sym
}

// spellChars spells s by characters, then by bytes, then as unknown. It cuts where no merge can reach across (see
// seams), which changes nothing but makes words short enough for the cache and linear time.
func (e *encoder) spellChars(s string, dst []int32) []int32 {
	t := e.t
	start := 0
	last := rune(-1) // the character before, if the vocabulary knows it
	for i := 0; i < len(s); {
		r, w := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && w <= 1 || t.charID(r, s[i:i+w]) < 0 {
			r = -1
		}
		if last >= 0 && r >= 0 && i > start && t.seams.get(last, r) == noPair {
			dst = e.chars(s[start:i], dst)
			start = i
		}
		last = r
		i += w
	}
	return e.chars(s[start:], dst)
}

// chars appends the ids of a part no merge reaches out of.
func (e *encoder) chars(s string, dst []int32) []int32 {
	short := e.cache != nil && len(s) <= cacheBytes && !e.t.ignoreMerges && s != ""
	var entry *cacheEntry
	if short {
		var ok bool
		if entry, ok = e.cache.find(s); ok {
			return entry.appendIDs(dst)
		}
	}
	n := len(dst)
	sym := e.sym[:0]
	for i := 0; i < len(s); {
		_, w := utf8.DecodeRuneInString(s[i:])
		sym = e.char(sym, s[i:i+w])
		i += w
	}
	e.sym = sym
	if len(sym) > 0 {
		sym = e.merge(sym)
	}
	dst = append(dst, sym...)
	if short {
		entry.put(s, dst[n:])
	}
	return dst
}

// char appends the symbols of one character c, or of a byte that is none.
func (e *encoder) char(sym []int32, c string) []int32 {
	t := e.t
	r, w := utf8.DecodeRuneInString(c)
	if r != utf8.RuneError || w > 1 {
		if id := t.charID(r, c); id >= 0 {
			return append(sym, id)
		}
	}
	if t.byteFallback {
		for i := range len(c) {
			sym = append(sym, t.byteID[c[i]])
		}
		return sym
	}
	if t.unk < 0 {
		return sym
	}
	return append(e.unknown(sym), t.unk)
}

// seams returns the pairs of characters that stand left and right of the join of some merge. Between two characters
// that are no such pair no merge ever reaches across, however long the pieces have grown.
func (s *spec) seams() *pairTable {
	t := newPairTable(len(s.merges))
	for _, m := range s.merges {
		left, _ := utf8.DecodeLastRuneInString(s.vocab.piece(m.left))
		right, _ := utf8.DecodeRuneInString(s.vocab.piece(m.right))
		t.set(left, right, 0, 0)
	}
	return t
}
