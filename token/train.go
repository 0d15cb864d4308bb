package token

import (
	"fmt"
	"iter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// TrainConfig says what [TrainBPE] is to learn. Its zero value lacks the size only.
type TrainConfig struct {
	Vocab    int      // size of the vocabulary: 256 bytes, merged pieces, special tokens
	Special  []string // special tokens, such as <|endoftext|>: never split, never learnt from, the last ids
	Pattern  Pattern  // splits text into words; GPT2 if empty. One of the package's own
	MinCount int      // a pair seen fewer times is not merged; 2 if 0
	MaxPiece int      // no piece becomes longer, in bytes; any length if 0
	Workers  int      // goroutines that count; as many as there are processors if 0. The result never depends on it
}

// TrainBPE learns a byte-level BPE (Sennrich et al. 2016, algorithm 1; Radford et al. 2019): words are counted, then
// the most frequent pair of neighbouring pieces is joined everywhere, again and again, until the vocabulary is full.
// Of pairs equally frequent, the one whose left piece has the smaller id comes first, then the one whose right
// piece has. Ids: a byte is itself, merged pieces follow in the order they were learnt, then the special tokens.
// Where the texts run out of pairs seen MinCount times, the vocabulary stays smaller.
//
// docs is read once, by one goroutine; a text is not kept. Memory is proportional to the distinct words.
func TrainBPE(docs iter.Seq[string], c TrainConfig) (*Subword, error) {
	if c.Pattern == "" {
		c.Pattern = GPT2
	}
	if c.MinCount == 0 {
		c.MinCount = 2
	}
	scan, _ := c.Pattern.lookUp()
	if scan == nil {
		return nil, fmt.Errorf("training a tokenizer: pattern %s: want one of this package", quote(string(c.Pattern)))
	}
	if least := 256 + len(c.Special); c.Vocab < least || c.Vocab > maxIDs {
		return nil, fmt.Errorf("training a tokenizer: a vocabulary of %d, want %d (256 bytes and the special tokens) to %d", c.Vocab, least, maxIDs)
	}
	special, err := newSpecials(0, c.Special)
	if err != nil {
		return nil, fmt.Errorf("training a tokenizer: %w", err)
	}
	words, err := countWords(docs, scan, special.set, goroutines(c.Workers))
	if err != nil {
		return nil, fmt.Errorf("training a tokenizer: %w", err)
	}
	merges := learn(words, c.Vocab-256-len(c.Special), c.MinCount, c.MaxPiece)
	s, err := trained(merges, c)
	if err != nil {
		return nil, fmt.Errorf("training a tokenizer: %w", err)
	}
	return s.build()
}

// trained spells out the result of training.
func trained(merges []mergeRule, c TrainConfig) (*spec, error) {
	s := newSpec(bpeModel)
	s.merges, s.decoder = merges, byteLevelJSON(true)
	for b := range 256 {
		if err := s.vocab.add(byteSpell[b], int32(b)); err != nil {
			return nil, err
		}
	}
	for _, m := range merges {
		if s.vocab.has(m.joined) { // a second way to a piece
			continue
		}
		if err := s.vocab.add(s.vocab.piece(m.left)+s.vocab.piece(m.right), m.joined); err != nil {
			return nil, err
		}
	}
	base := len(s.vocab.spans)
	for i, name := range c.Special {
		if _, taken := s.vocab.id(name); taken {
			return nil, fmt.Errorf("special token %s is spelled like an ordinary piece", quote(name))
		}
		s.added = append(s.added, AddedToken{ID: int32(base + i), Content: name, Special: true})
		if err := s.vocab.add(name, int32(base+i)); err != nil {
			return nil, err
		}
	}
	if c.Pattern == GPT2 {
		s.preTokenizer = byteLevelJSON(true)
		return s, nil
	}
	pattern, err := json.Marshal(string(c.Pattern))
	s.preTokenizer = jsontext.Value(fmt.Sprintf(`{"type":"Sequence","pretokenizers":[`+
		`{"type":"Split","pattern":{"Regex":%s},"behavior":"Isolated","invert":false},%s]}`, pattern, byteLevelJSON(false)))
	return s, err
}
