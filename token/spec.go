package token

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// spec is what a tokenizer.json says; build makes the tokenizer of it.
type spec struct {
	vocab        *vocab         // the model's pieces, and the added tokens outside of it
	outside      map[int32]bool // ids of those
	kind         modelKind
	added        []AddedToken
	unk          *string
	byteFallback bool

	merges       []mergeRule // of a BPE, best first
	ranks        []int32     // of the merges, where some are equal; nil: their places in the list
	fuseUnk      bool
	ignoreMerges bool

	unkID  *int32    // of a Unigram, as the file states it
	pre    string    // what GGUF calls the pre-tokenizer, where that is where it is from
	scores []float64 // by id, of a Unigram, or of the SentencePiece BPE the merges were made of
	types  []int32   // by id, as a GGUF or SentencePiece file states them; nil: it is a tokenizer.json

	charsmap []byte // of a GGUF or SentencePiece file: the normalisation, by prefixes

	continuing string // put before a piece in the middle of a word, of a WordPiece
	maxChars   int    // a longer word is unknown to it

	normalizer, preTokenizer, postProcessor, decoder jsontext.Value // as they stand in the file; nil or null: none

	config jsontext.Value // of tokenizer_config.json, nil if there was none
}

// modelKind is how the pieces of a word are found, by the names of Hugging Face's model.type.
type modelKind string

const (
	bpeModel       modelKind = "BPE"
	unigramModel   modelKind = "Unigram"
	wordPieceModel modelKind = "WordPiece"
	wordLevelModel modelKind = "WordLevel" // pieces are whole words: see Words
)

// newSpec is an empty one.
func newSpec(kind modelKind) *spec {
	return &spec{kind: kind, vocab: newVocab(), outside: map[int32]bool{}}
}

// mergeRule joins two pieces into a third. Its rank is its place in the list.
type mergeRule struct{ left, right, joined int32 }

// twoPieces splits a line of merges.
func twoPieces(line string) ([]string, error) {
	a, b, ok := strings.Cut(line, " ")
	if !ok || a == "" || b == "" || strings.Contains(b, " ") {
		return nil, fmt.Errorf("%s, want two pieces with a space between", quote(line))
	}
	return []string{a, b}, nil
}

// addMerge appends a merge; both pieces and what they join to must be known.
func (s *spec) addMerge(left, right string) error {
	var m mergeRule
	for _, p := range []struct {
		id    *int32
		piece string
	}{{&m.left, left}, {&m.right, right}, {&m.joined, left + right}} {
		id, ok := s.vocab.id(p.piece)
		if !ok {
			return fmt.Errorf("%s + %s: no piece %s in the vocabulary", quote(left), quote(right), quote(p.piece))
		}
		*p.id = id
	}
	if left == "" || right == "" {
		return errors.New("a merge with an empty piece")
	}
	if len(s.merges) >= 8*s.vocab.n+1024 { // published files have up to 2.3 times as many merges as pieces
		return fmt.Errorf("more than %d merges for %d pieces", len(s.merges), s.vocab.n)
	}
	s.merges = append(s.merges, m)
	return nil
}

// checkAdded checks an added token and puts it in the vocabulary if it is not there.
func (s *spec) checkAdded(a AddedToken) error {
	switch {
	case a.Content == "":
		return errors.New("content is empty: it would match everywhere")
	case len(a.Content) > maxAdded:
		return fmt.Errorf("content of %d bytes, at most %d", len(a.Content), maxAdded)
	case a.ID < 0 || a.ID >= maxIDs:
		return fmt.Errorf("id %d, want 0 to %d", a.ID, maxIDs-1)
	}
	if id, ok := s.vocab.id(a.Content); ok {
		if id != a.ID {
			return fmt.Errorf("%s has id %d here and %d before", quote(a.Content), a.ID, id)
		}
		return nil
	}
	s.outside[a.ID] = true
	return s.vocab.add(a.Content, a.ID)
}

// build compiles a spec.
func (s *spec) build() (*Subword, error) {
	if n := len(s.vocab.spans); n > 2*s.vocab.n+maxGap {
		return nil, fmt.Errorf("model.vocab: greatest id %d with %d pieces: too many ids stand for nothing", n-1, s.vocab.n)
	}
	t := &Subword{vocab: s.vocab, spec: s, unk: None, fuseUnk: s.fuseUnk, byteFallback: s.byteFallback, ignoreMerges: s.ignoreMerges}
	if s.unk != nil {
		id, ok := s.vocab.id(*s.unk)
		if !ok {
			return nil, fmt.Errorf("model.unk_token: %s is not in the vocabulary", quote(*s.unk))
		}
		t.unk = id
	}
	for _, part := range []struct {
		name string
		do   func(*Subword) error
	}{
		{"normalizer", s.buildNormalizer},
		{"pre_tokenizer", s.buildPreTokenizer},
		{"model", s.buildModel},
		{"added_tokens", s.buildAdded},
		{"post_processor", s.buildPostProcessor},
		{"decoder", s.buildDecoder},
	} {
		if err := part.do(t); err != nil {
			return nil, inField(part.name, err)
		}
	}
	t.roles = conventional(t.ID)
	if t.unk >= 0 {
		t.roles.Unk = t.unk
	}
	return t, nil
}

// buildModel makes the tables merging uses.
func (s *spec) buildModel(t *Subword) error {
	for b := range 256 {
		spelling := byteSpell[b]
		if !t.byteLevel {
			spelling = fmt.Sprintf("<0x%02X>", b)
		}
		id, ok := s.vocab.id(spelling)
		if !ok && s.byteFallback {
			return fmt.Errorf("byte_fallback: the vocabulary has no %s", spelling)
		}
		t.byteID[b] = id
	}
	if len(s.merges) > 0 {
		t.merges = newPairTable(len(s.merges))
		for i, m := range s.merges {
			rank := int32(i)
			if s.ranks != nil {
				rank = s.ranks[i]
			}
			t.merges.set(m.left, m.right, rank, m.joined)
		}
	}
	switch {
	case s.kind == unigramModel:
		t.unigram = newUnigram(s)
	case s.kind == wordPieceModel:
		t.wordPiece = &wordPiece{continuing: s.continuing, maxChars: s.maxChars}
	case !t.byteLevel:
		t.seams = s.seams()
		t.charIDs = s.charIDs()
	}
	return nil
}

// charIDs looks up the pieces of one character each, up to the greatest below 0x10000.
func (s *spec) charIDs() []int32 {
	var ids []int32
	for id, sp := range s.vocab.spans {
		if sp == absent || sp.to-sp.from > 3 {
			continue
		}
		if p := s.vocab.piece(int32(id)); oneRune(p) {
			r, _ := utf8.DecodeRuneInString(p)
			for int(r) >= len(ids) {
				ids = append(ids, -1)
			}
			ids[r] = int32(id)
		}
	}
	return ids
}

// buildAdded sorts the added tokens by when they are looked for.
func (s *spec) buildAdded(t *Subword) error {
	t.special = make([]bool, len(s.vocab.spans))
	seen := map[string]int{}
	var contents [2][]string
	var tokens [2][]AddedToken
	for i, a := range s.added {
		t.special[a.ID] = a.Special
		kind, content := 0, a.Content
		if a.Normalized {
			kind = 1
			var err error
			if content, err = normalized(t.normalize, content); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
		if content == "" || len(content) > maxAdded {
			return fmt.Errorf("[%d]: %s is %d bytes long when normalised, want 1 to %d", i, quote(a.Content), len(content), maxAdded)
		}
		key := fmt.Sprint(kind, content)
		if j, ok := seen[key]; ok {
			return fmt.Errorf("[%d]: %s looks like added_tokens[%d]", i, quote(a.Content), j)
		}
		seen[key] = i
		contents[kind], tokens[kind] = append(contents[kind], content), append(tokens[kind], a)
	}
	t.raw, t.normal = newAddedSet(contents[0], tokens[0]), newAddedSet(contents[1], tokens[1])
	return nil
}

// buildDecoder works out what each id stands for.
func (s *spec) buildDecoder(t *Subword) error {
	piece, rule, err := compileDecoder(s.decoder)
	if err != nil {
		return err
	}
	t.decode = rule
	literal := make(map[int32]bool, len(s.added))
	for _, a := range s.added {
		literal[a.ID] = true
	}
	t.ends = make([]uint32, len(s.vocab.spans))
	t.bytes = make([]byte, 0, len(s.vocab.text))
	for id, sp := range s.vocab.spans {
		if sp != absent {
			text, err := piece(s.vocab.piece(int32(id)), literal[int32(id)])
			if err == nil {
				err = tooLong(len(t.bytes)+len(text), 2*len(s.vocab.text)+1<<20)
			}
			if err != nil {
				return fmt.Errorf("id %d: %w", id, err)
			}
			t.bytes = append(t.bytes, text...)
		}
		t.ends[id] = uint32(len(t.bytes))
	}
	return nil
}

// oneRune reports whether s is one character.
func oneRune(s string) bool { return s != "" && utf8.RuneCountInString(s) == 1 }
