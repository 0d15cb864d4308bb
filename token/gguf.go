package token

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// FromGGUF makes the tokenizer that the metadata of a GGUF file describes: its values under the keys tokenizer.ggml.…,
// tokenizer.chat_template and general.name, as Go's string, bool, integers, float32, and slices of them. Models are
// gpt2 (byte-level BPE; tokenizer.ggml.pre names the pre-tokenizer), llama (SentencePiece BPE), t5 (Unigram) and bert
// (WordPiece). They work as in llama.cpp; what is absent has the value it has there. A value this package does not
// understand is an error with its key.
func FromGGUF(meta map[string]any) (*Subword, error) {
	t, err := fromGGUF(&ggufMeta{values: meta})
	if err != nil {
		return nil, fmt.Errorf("the tokenizer of a GGUF file: %w", err)
	}
	return t, nil
}

func fromGGUF(m *ggufMeta) (*Subword, error) {
	model := m.str("model", "")
	s, defaults, err := m.spec(model)
	if err == nil {
		err = m.err
	}
	if err != nil {
		return nil, err
	}
	if err := m.around(s, &defaults); err != nil {
		return nil, err
	}
	m.strips(s)
	t, err := s.build()
	if err != nil {
		return nil, err
	}
	if err := m.roles(t, defaults); err != nil {
		return nil, err
	}
	t.ChatTemplate = m.str("chat_template", "")
	return t, m.err
}

// ggufDefaults are what a model has where the file says nothing.
type ggufDefaults struct {
	bos, eos, unk, sep     int32
	addBOS, addEOS, addSep bool
}

// spec reads vocabulary and model.
func (m *ggufMeta) spec(model string) (*spec, ggufDefaults, error) {
	d := ggufDefaults{bos: None, eos: None, unk: None, sep: None}
	tokens := m.strings("tokens")
	types := m.ints("token_type", len(tokens), normalPiece)
	scores := m.floats("scores", len(tokens))
	if m.err != nil {
		return nil, d, m.err
	}
	if len(tokens) == 0 || len(tokens) > maxIDs {
		return nil, d, fmt.Errorf("tokenizer.ggml.tokens: %d, want 1 to %d", len(tokens), maxIDs)
	}
	rules := spaceRules{charsmap: m.bytes("precompiled_charsmap"), removeExtra: m.flag("remove_extra_whitespaces", false)}
	var s *spec
	var err error
	switch model {
	case "llama":
		d.bos, d.eos, d.unk, d.addBOS = 1, 2, 0, true
		rules.prefix = m.flag("add_space_prefix", true)
		if len(rules.charsmap) > 0 || rules.removeExtra {
			return nil, d, fmt.Errorf("tokenizer.ggml.model: llama with a charsmap or with remove_extra_whitespaces is not supported")
		}
		s = newSpec(bpeModel)
		err = s.sentencePiece(tokens, types, scores, m.id("unknown", d.unk), rules)
	case "t5":
		d.eos, d.unk, d.addEOS = 1, 2, true
		rules.prefix = m.flag("add_space_prefix", false)
		s = newSpec(unigramModel)
		err = s.sentencePiece(tokens, types, scores, m.id("unknown", d.unk), rules)
	case "gpt2":
		s, err = m.byteLevel(tokens, types, &d)
	case "bert":
		d.bos, d.unk, d.sep, d.addBOS, d.addSep = 101, 100, 102, true, true
		s, err = m.wordPiece(tokens, types, m.id("unknown", d.unk))
	case "":
		err = fmt.Errorf("tokenizer.ggml.model is missing")
	default:
		err = fmt.Errorf("tokenizer.ggml.model: %s is not supported; gpt2, llama, t5 and bert are", quote(model))
	}
	return s, d, err
}

// byteLevel is a BPE of the kind of GPT-2.
func (m *ggufMeta) byteLevel(tokens []string, types []int32, d *ggufDefaults) (*spec, error) {
	name := m.str("pre", "default")
	pre, ok := preTokenizers[name]
	if !ok {
		return nil, fmt.Errorf("tokenizer.ggml.pre: %s is not supported; known are %s", quote(name),
			strings.Join(slices.Sorted(maps.Keys(preTokenizers)), ", "))
	}
	d.addBOS, d.addSep = pre.addBOS, pre.addSep
	s := newSpec(bpeModel)
	s.pre, s.ignoreMerges, s.decoder = name, pre.ignoreMerges, byteLevelJSON(false)
	s.preTokenizer = splitsJSON(pre.patterns)
	if err := s.ggufTokens(tokens, types, func(p string) string { return p }); err != nil {
		return nil, err
	}
	merges := m.strings("merges")
	if merges == nil && m.err == nil {
		return nil, fmt.Errorf("tokenizer.ggml.merges is missing")
	}
	for i, line := range merges {
		k := -1
		if len(line) > 1 {
			k = strings.IndexByte(line[1:], ' ')
		}
		if k < 0 {
			return nil, fmt.Errorf("tokenizer.ggml.merges[%d]: %s, want two pieces with a space between", i, quote(line))
		}
		if err := s.addMerge(line[:k+1], line[k+2:]); err != nil {
			return nil, fmt.Errorf("tokenizer.ggml.merges[%d]: %w", i, err)
		}
	}
	return s, m.err
}

// splitsJSON is the pre-tokenizer that cuts by patterns, then takes words as bytes.
func splitsJSON(patterns []Pattern) jsontext.Value {
	var steps []string
	for _, p := range patterns {
		quoted, _ := json.Marshal(string(p)) // a constant of this package: UTF-8
		steps = append(steps, fmt.Sprintf(`{"type":"Split","pattern":{"Regex":%s},"behavior":"Isolated","invert":false}`, quoted))
	}
	steps = append(steps, string(byteLevelJSON(false)))
	return jsontext.Value(`{"type":"Sequence","pretokenizers":[` + strings.Join(steps, ",") + `]}`)
}

// wordPiece is BERT's model. GGUF writes ▁ before the pieces that begin a word and nothing before the others; Hugging
// Face writes ## before the others.
func (m *ggufMeta) wordPiece(tokens []string, types []int32, unk int32) (*spec, error) {
	s := newSpec(wordPieceModel)
	s.continuing, s.maxChars = "##", 100
	lower := m.flag("normalizer.lowercase", true)
	s.normalizer = jsontext.Value(fmt.Sprintf(`{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":%t,"lowercase":%t}`,
		m.flag("normalizer.strip_accents", lower), lower))
	s.preTokenizer = jsontext.Value(`{"type":"BertPreTokenizer"}`)
	s.decoder = jsontext.Value(`{"type":"WordPiece","prefix":"##","cleanup":true}`)
	err := s.ggufTokens(tokens, types, func(p string) string {
		if rest, ok := strings.CutPrefix(p, spaceMark); ok && rest != "" {
			return rest
		}
		if strings.HasPrefix(p, "[") && strings.HasSuffix(p, "]") {
			return p
		}
		return "##" + p
	})
	if err != nil {
		return nil, err
	}
	if !s.vocab.has(unk) {
		return nil, fmt.Errorf("tokenizer.ggml.unknown_token_id: %d is not in the vocabulary", unk)
	}
	piece := s.vocab.piece(unk)
	s.unk = &piece
	return s, nil
}

// ggufTokens takes the tokens of a file without scores, spelled by spell where they are ordinary ones.
func (s *spec) ggufTokens(tokens []string, types []int32, spell func(string) string) error {
	s.types = types
	for id, p := range tokens {
		special := types[id] == unknownPiece || types[id] == controlPiece
		switch types[id] {
		case normalPiece, unusedPiece, bytePiece:
			if p != "" { // an empty one stands for nothing
				p = spell(p)
			}
		case unknownPiece, controlPiece, userPiece:
		default:
			return fmt.Errorf("tokenizer.ggml.token_type[%d]: %d, want 1 to 6", id, types[id])
		}
		if p == "" {
			continue
		}
		if err := s.vocab.add(p, int32(id)); err != nil {
			return fmt.Errorf("tokenizer.ggml.tokens[%d]: %w", id, err)
		}
		if special || types[id] == userPiece {
			a := AddedToken{ID: int32(id), Content: p, Special: special}
			if err := s.checkAdded(a); err != nil {
				return fmt.Errorf("tokenizer.ggml.tokens[%d]: %w", id, err)
			}
			s.added = append(s.added, a)
		}
	}
	return nil
}
