package token

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// unigram finds the segmentation of a word whose scores, logarithms of the pieces' probabilities, have the greatest
// sum (Kudo 2018, "Subword Regularization", section 3.2), by Viterbi's algorithm from left to right.
type unigram struct {
	v        *vocab
	scores   []float64
	order    []int32    // ids of the pieces, in the order of their bytes
	first    [257]int32 // order[first[b]:first[b+1]] begin with byte b
	unkScore float64
	apart    bool // no piece goes on after a "▁" but from its beginning: words can be cut before each
}

// unkPenalty is how much worse than the worst piece an unknown character is (sentencepiece, unigram_model.cc).
const unkPenalty = 10

const spaceMark = "▁" // U+2581, what SentencePiece writes for a space

func newUnigram(s *spec) *unigram {
	u := &unigram{v: s.vocab, scores: s.scores, apart: true, unkScore: math.Inf(1)}
	for id, score := range s.scores {
		if s.types == nil || s.types[id] == normalPiece {
			u.unkScore = min(u.unkScore, score)
		}
		piece := s.vocab.bytes(int32(id))
		if len(piece) == 0 || s.types != nil && s.types[id] != normalPiece && s.types[id] != unusedPiece {
			continue
		}
		u.order = append(u.order, int32(id))
		u.first[int(piece[0])+1]++
		if bytes.LastIndex(piece, []byte(spaceMark)) > 0 {
			u.apart = false
		}
	}
	if _, known := s.vocab.id(spaceMark); !known {
		u.apart = false // unknown characters on both sides of one would be one with it
	}
	u.unkScore -= unkPenalty
	slices.SortFunc(u.order, func(a, b int32) int {
		return cmp.Or(bytes.Compare(s.vocab.bytes(a), s.vocab.bytes(b)), cmp.Compare(a, b))
	})
	for b := range 256 {
		u.first[b+1] += u.first[b]
	}
	return u
}

// cell is the best segmentation of a text up to some place: its score, its last piece, and where that begins.
type cell struct {
	score float64
	from  int32
	id    int32
}

// spellUnigram appends the ids of s.
func (e *encoder) spellUnigram(s string, dst []int32) []int32 {
	u := e.t.unigram
	for u.apart && s != "" {
		k := strings.Index(s[1:], spaceMark) + 1
		if k == 0 {
			break
		}
		dst = e.segment(s[:k], dst)
		s = s[k:]
	}
	if s == "" {
		return dst
	}
	return e.segment(s, dst)
}

// segment appends the ids of a part of a word, from the cache where it is there.
func (e *encoder) segment(s string, dst []int32) []int32 {
	if e.cache == nil || len(s) > cacheBytes {
		return e.viterbi(s, dst)
	}
	entry, ok := e.cache.find(s)
	if ok {
		return entry.appendIDs(dst)
	}
	n := len(dst)
	dst = e.viterbi(s, dst)
	entry.put(s, dst[n:])
	return dst
}

func (e *encoder) viterbi(s string, dst []int32) []int32 {
	u := e.t.unigram
	if cap(e.cells) < len(s)+1 {
		e.cells = make([]cell, len(s)+1)
	}
	best := e.cells[:len(s)+1]
	for i := range best {
		best[i] = cell{score: math.Inf(-1)}
	}
	best[0].score = 0
	for i := 0; i < len(s); {
		_, w := utf8.DecodeRuneInString(s[i:])
		if !u.extend(s, i, w, best) {
			if score := best[i].score + u.unkScore; score > best[i+w].score {
				best[i+w] = cell{score, int32(i), None}
			}
		}
		i += w
	}
	n := len(dst)
	for end := len(s); end > 0; {
		c := best[end]
		if c.id == None { // unknown neighbours are one
			from := int(c.from)
			for from > 0 && best[from].id == None {
				from = int(best[from].from)
			}
			dst = e.unknownBackwards(s[from:end], dst)
			end = from
			continue
		}
		dst = append(dst, c.id)
		end = int(c.from)
	}
	slices.Reverse(dst[n:])
	return dst
}

// extend tries all pieces that s goes on with at i, and reports whether one of them is the w bytes of a character.
func (u *unigram) extend(s string, i, w int, best []cell) bool {
	lo, hi := int(u.first[s[i]]), int(u.first[int(s[i])+1])
	whole := false
	for d := 1; lo < hi; d++ {
		for lo < hi && u.v.size(u.order[lo]) == d {
			id := u.order[lo]
			if score := best[i].score + u.scores[id]; score > best[i+d].score {
				best[i+d] = cell{score, int32(i), id}
			}
			whole = whole || d == w
			lo++
		}
		if lo == hi || i+d == len(s) {
			break
		}
		b := s[i+d]
		in := u.order[lo:hi]
		n := sort.Search(len(in), func(k int) bool { return u.v.bytes(in[k])[d] >= b })
		m := n + sort.Search(len(in)-n, func(k int) bool { return u.v.bytes(in[n+k])[d] > b })
		lo, hi = lo+n, lo+m
	}
	return whole
}

// unknownBackwards appends the ids of a stretch of unknown characters, last first: its bytes, or one unknown.
func (e *encoder) unknownBackwards(s string, dst []int32) []int32 {
	t := e.t
	if t.byteFallback {
		for i := len(s) - 1; i >= 0; i-- {
			dst = append(dst, t.byteID[s[i]])
		}
		return dst
	}
	if t.unk < 0 {
		return dst
	}
	return append(dst, t.unk)
}
