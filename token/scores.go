package token

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// maxMerged bounds the length of a piece of a BPE with scores in bytes, and with it the time to find all ways to make it.
const maxMerged = 1024

// spaceRules is what a SentencePiece model does to a text before it looks for pieces.
type spaceRules struct {
	charsmap    []byte
	prefix      bool // a space is put before the text
	removeExtra bool // spaces at the ends are dropped, several are one
	late        bool // user-defined pieces are looked for after spaces are written as ▁
}

// sentencePiece fills s with a SentencePiece model of its kind.
func (s *spec) sentencePiece(pieces []string, types []int32, scores []float64, unk int32, rules spaceRules) error {
	s.types, s.scores = types, scores
	bytes := 0
	for id, p := range pieces {
		if math.IsNaN(scores[id]) || math.IsInf(scores[id], 0) {
			return fmt.Errorf("piece %d: score %g", id, scores[id])
		}
		if !utf8.ValidString(p) {
			return fmt.Errorf("piece %d: %s is not valid UTF-8", id, quote(p))
		}
		most := maxMerged
		if s.kind == unigramModel {
			most = maxPiece
		}
		if len(p) > most && types[id] != controlPiece && types[id] != userPiece {
			return fmt.Errorf("piece %d: %d bytes, at most %d", id, len(p), most)
		}
		if err := s.vocab.add(p, int32(id)); err != nil {
			return fmt.Errorf("piece %d: %w", id, err)
		}
		switch types[id] {
		case normalPiece, unusedPiece:
		case unknownPiece, controlPiece, userPiece:
			a := AddedToken{ID: int32(id), Content: p, Special: types[id] != userPiece}
			if rules.late && !a.Special && strings.Contains(p, spaceMark) {
				if a.Normalized = true; rules.prefix {
					return fmt.Errorf("piece %d: %s is user-defined with a space, beside add_dummy_prefix: not supported", id, quote(p))
				}
			}
			s.added = append(s.added, a)
			if err := s.checkAdded(s.added[len(s.added)-1]); err != nil {
				return fmt.Errorf("piece %d: %w", id, err)
			}
		case bytePiece:
			if !spellsByte(p) || strings.ToUpper(p[3:5]) != p[3:5] {
				return fmt.Errorf("piece %d: %s is typed a byte; want <0x00> to <0xFF>", id, quote(p))
			}
			bytes++
		default:
			return fmt.Errorf("piece %d: type %d, want 1 to 6", id, types[id])
		}
	}
	if s.byteFallback = bytes == 256; bytes != 0 && bytes != 256 {
		return fmt.Errorf("%d pieces are bytes, want 256 or none", bytes)
	}
	if s.vocab.has(unk) {
		piece := s.vocab.piece(unk)
		s.unk, s.unkID = &piece, &unk
	}
	s.fuseUnk = true
	s.spaces(rules)
	if s.kind == bpeModel {
		return s.mergesOfScores()
	}
	return nil
}

// spaces spells the rules as Hugging Face's components.
func (s *spec) spaces(r spaceRules) {
	var steps []string
	if len(r.charsmap) > 0 {
		s.charsmap = r.charsmap
		steps = append(steps, precompiledJSON(r.charsmap))
	}
	if r.removeExtra {
		steps = append(steps, `{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}`,
			`{"type":"Replace","pattern":{"Regex":"\\A +| +\\z"},"content":""}`)
	}
	if r.prefix {
		steps = append(steps, `{"type":"Prepend","prepend":"▁"}`)
	}
	steps = append(steps, `{"type":"Replace","pattern":{"String":" "},"content":"▁"}`)
	s.normalizer = jsontext.Value(`{"type":"Sequence","normalizers":[` + strings.Join(steps, ",") + `]}`)
	strip := ""
	if r.prefix {
		strip = `,{"type":"Strip","content":" ","start":1,"stop":0}`
	}
	s.decoder = jsontext.Value(`{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}` + strip + `]}`)
}

// mergesOfScores works out the merges of a SentencePiece BPE, which joins the two neighbours whose joint piece has the
// highest score, the leftmost where there are several: all ways to make a piece of two others, ranked by its score.
func (s *spec) mergesOfScores() error {
	joins := func(id int32) bool {
		switch s.types[id] {
		case normalPiece, unusedPiece:
			return true
		case userPiece: // what the text was searched for before does not occur in it any more, but for a space
			return strings.Contains(s.vocab.piece(id), spaceMark)
		}
		return false
	}
	for id := range s.types {
		if !joins(int32(id)) {
			continue
		}
		p := s.vocab.piece(int32(id))
		made := utf8.RuneCountInString(p) < 2
		for i := range p {
			left, ok1 := s.vocab.id(p[:i])
			right, ok2 := s.vocab.id(p[i:])
			if i == 0 || !ok1 || !ok2 || !joins(left) || !joins(right) {
				continue
			}
			if len(s.merges) >= 8*s.vocab.n+1024 {
				return fmt.Errorf("more than %d ways to make %d pieces", len(s.merges), s.vocab.n)
			}
			s.merges = append(s.merges, mergeRule{left, right, int32(id)})
			made = true
		}
		if !made && s.types[id] == normalPiece {
			if err := s.spelled(p); err != nil {
				return fmt.Errorf("piece %d: %w", id, err)
			}
		}
	}
	slices.SortFunc(s.merges, func(a, b mergeRule) int {
		return cmp.Or(cmp.Compare(s.scores[b.joined], s.scores[a.joined]), cmp.Compare(s.vocab.size(b.left), s.vocab.size(a.left)),
			cmp.Compare(s.vocab.size(b.right), s.vocab.size(a.right)), cmp.Compare(a.joined, b.joined), cmp.Compare(a.left, b.left))
	})
	s.ranks = make([]int32, len(s.merges))
	for i := 1; i < len(s.merges); i++ {
		s.ranks[i] = s.ranks[i-1]
		if s.scores[s.merges[i].joined] != s.scores[s.merges[i-1].joined] {
			s.ranks[i]++
		}
	}
	return nil
}

// spelled checks that each character of p is a piece: then no text is ever joined to p where no two pieces make it.
func (s *spec) spelled(p string) error {
	for _, r := range p {
		if _, ok := s.vocab.id(string(r)); !ok {
			return fmt.Errorf("%s can't be made of pieces: %s is none", quote(p), quote(string(r)))
		}
	}
	return nil
}
