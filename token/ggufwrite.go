package token

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// GGUF returns the metadata that describe t in a GGUF file, of the keys and types [FromGGUF] reads: llama.cpp and brick
// make the same ids of them. Byte-level BPE whose pre-tokenizer has a name there, SentencePiece BPE, Unigram with a
// SentencePiece model's normalizer, and [Bytes] can be described; what can't is an error that says why. The form NFC of
// a byte-level model is left out, as in published files: GGUF has no word for it.
func GGUF(t Tokenizer) (map[string]any, error) {
	meta, err := func() (map[string]any, error) {
		switch t := t.(type) {
		case *Bytes:
			s, err := t.spec()
			if err != nil {
				return nil, err
			}
			b, err := s.build()
			if err != nil {
				return nil, err
			}
			b.roles = t.roles
			return b.gguf()
		case *Subword:
			return t.gguf()
		}
		return nil, fmt.Errorf("a %T has no form there; bytes and subwords have", t)
	}()
	if err != nil {
		return nil, fmt.Errorf("describing a tokenizer for GGUF: %w", err)
	}
	return meta, nil
}

func (t *Subword) gguf() (map[string]any, error) {
	s := t.spec
	m := map[string]any{}
	var err error
	switch {
	case s.kind == bpeModel && t.byteLevel:
		m["tokenizer.ggml.model"] = "gpt2"
		err = t.ggufBytes(m)
	case s.kind == bpeModel:
		m["tokenizer.ggml.model"] = "llama"
		err = t.ggufSpaces(m, t.ggufScores)
	case s.kind == unigramModel:
		m["tokenizer.ggml.model"] = "t5"
		err = t.ggufSpaces(m, func() ([]float64, error) { return s.scores, nil })
	default:
		err = fmt.Errorf("a %s model is not supported there", s.kind)
	}
	if err == nil {
		err = t.ggufTokens(m)
	}
	if err == nil {
		err = t.ggufRoles(m)
	}
	return m, err
}

// ggufTokens writes the pieces and their types.
func (t *Subword) ggufTokens(m map[string]any) error {
	s := t.spec
	tokens := make([]string, t.Vocab())
	types := make([]int32, t.Vocab())
	for id := range tokens {
		tokens[id], types[id] = t.Piece(int32(id)), normalPiece
		switch {
		case !t.vocab.has(int32(id)):
			tokens[id], types[id] = fmt.Sprintf("[PAD%d]", id), unusedPiece
		case int32(id) == t.unk && !t.byteLevel:
			types[id] = unknownPiece
		case s.types != nil && id < len(s.types):
			types[id] = s.types[id]
		case !t.byteLevel && s.byteFallback && spellsByte(tokens[id]):
			types[id] = bytePiece
		}
	}
	for _, a := range s.added {
		if s.types == nil && (a.LStrip || a.RStrip || a.SingleWord) {
			return fmt.Errorf("added token %s: lstrip, rstrip or single_word have no place there", quote(a.Content))
		}
		switch {
		case types[a.ID] == unknownPiece:
		case a.Special:
			types[a.ID] = controlPiece
		default:
			types[a.ID] = userPiece
		}
	}
	m["tokenizer.ggml.tokens"], m["tokenizer.ggml.token_type"] = tokens, types
	return nil
}

// ggufRoles writes the ids with a role, what is put around a text, and the chat template.
func (t *Subword) ggufRoles(m map[string]any) error {
	for name, id := range map[string]int32{"bos": t.roles.BOS, "eos": t.roles.EOS, "padding": t.roles.Pad, "unknown": t.roles.Unk} {
		if id != None {
			m["tokenizer.ggml."+name+"_token_id"] = uint32(id)
		}
	}
	bos := len(t.prefix) == 1 && t.prefix[0] == t.roles.BOS
	eos := len(t.suffix) == 1 && t.suffix[0] == t.roles.EOS
	if len(t.prefix) > 0 && !bos || len(t.suffix) > 0 && !eos {
		return fmt.Errorf("ids %v before and %v after a text: only BOS and EOS have a place there", t.prefix, t.suffix)
	}
	m["tokenizer.ggml.add_bos_token"], m["tokenizer.ggml.add_eos_token"] = bos, eos
	if t.ChatTemplate != "" {
		m["tokenizer.chat_template"] = t.ChatTemplate
	}
	return nil
}

// ggufBytes writes what a byte-level BPE has beside its tokens.
func (t *Subword) ggufBytes(m map[string]any) error {
	s := t.spec
	if k, err := kindOf(s.normalizer); err != nil || k != "" && k != "NFC" {
		return fmt.Errorf("normalizer %s has no place there", quote(string(s.normalizer)))
	}
	name, err := s.preName(t.merges == nil)
	if err != nil {
		return err
	}
	merges := make([]string, len(s.merges))
	for i, r := range s.merges {
		merges[i] = s.vocab.piece(r.left) + " " + s.vocab.piece(r.right)
	}
	m["tokenizer.ggml.pre"], m["tokenizer.ggml.merges"] = name, merges
	return nil
}

// preName finds the name of the pre-tokenizer; where there is nothing to merge, any will do.
func (s *spec) preName(any bool) (string, error) {
	if s.pre != "" {
		return s.pre, nil
	}
	patterns, err := s.cutPatterns()
	if err != nil && !any {
		return "", inField("pre_tokenizer", err)
	}
	if any && len(patterns) == 0 {
		patterns = []Pattern{gpt2Short}
	}
	names := append([]string{"gpt-2", "llama-bpe", "dbrx", "qwen2", "gpt-4o", "starcoder"}, slices.Sorted(maps.Keys(preTokenizers))...)
	for _, name := range names {
		if p := preTokenizers[name]; slices.Equal(p.patterns, patterns) && p.ignoreMerges == s.ignoreMerges {
			return name, nil
		}
	}
	return "", fmt.Errorf("pre_tokenizer: no name there stands for %.200s with ignore_merges %t", s.preTokenizer, s.ignoreMerges)
}

// cutPatterns reads the patterns a pre-tokenizer cuts by, each spelled in one way.
func (s *spec) cutPatterns() (patterns []Pattern, err error) {
	err = sequence(s.preTokenizer, "pretokenizers", func(kind string, v jsontext.Value) error {
		c := struct {
			UseRegex   bool        `json:"use_regex"`
			Prefix     bool        `json:"add_prefix_space"`
			Individual bool        `json:"individual_digits"`
			Pattern    patternJSON `json:"pattern"`
			Behavior   behavior    `json:"behavior"`
			Invert     bool        `json:"invert"`
		}{UseRegex: true, Prefix: true}
		if err := json.Unmarshal(v, &c); err != nil {
			return err
		}
		switch {
		case kind == "ByteLevel" && !c.Prefix:
			if c.UseRegex {
				patterns = append(patterns, gpt2Short)
			}
		case kind == "Digits" && c.Individual:
			patterns = append(patterns, oneNumber)
		case kind == "Split" && c.Pattern.Regex != nil && (c.Behavior == isolated || c.Behavior == removed && c.Invert):
			patterns = append(patterns, Pattern(*c.Pattern.Regex).canonical())
		default:
			return errors.New("has no place there")
		}
		return nil
	})
	return patterns, err
}

// ggufSpaces writes what a SentencePiece model has beside its tokens.
func (t *Subword) ggufSpaces(m map[string]any, scores func() ([]float64, error)) error {
	s := t.spec
	var found *spaceRules
	for _, charsmap := range [][]byte{nil, s.charsmap} {
		for _, prefix := range []bool{true, false} {
			for _, extra := range []bool{true, false} {
				r := spaceRules{charsmap: charsmap, prefix: prefix, removeExtra: extra}
				var of spec
				if of.spaces(r); sameJSON(of.normalizer, s.normalizer) && sameJSON(of.decoder, s.decoder) && sameJSON(nil, s.preTokenizer) {
					found = &r
				}
			}
		}
	}
	if found == nil {
		return fmt.Errorf("a normalizer, pre_tokenizer and decoder other than a SentencePiece model's have no place there")
	}
	if s.kind == bpeModel && (!s.byteFallback || found.removeExtra || len(found.charsmap) > 0) {
		return errors.New("a SentencePiece BPE without pieces for the bytes, or that changes spaces, has no place there")
	}
	all, err := scores()
	if err != nil {
		return err
	}
	list := make([]float32, t.Vocab())
	for id, x := range all {
		list[id] = float32(x)
	}
	m["tokenizer.ggml.scores"] = list
	m["tokenizer.ggml.add_space_prefix"], m["tokenizer.ggml.remove_extra_whitespaces"] = found.prefix, found.removeExtra
	if len(found.charsmap) > 0 {
		m["tokenizer.ggml.precompiled_charsmap"] = found.charsmap
	}
	return nil
}

// ggufScores gives each piece the score by which merging by scores is merging by ranks.
func (t *Subword) ggufScores() ([]float64, error) {
	s := t.spec
	if s.scores != nil {
		return s.scores, nil
	}
	scores := make([]float64, t.Vocab())
	ways := map[int32]int{}
	for i, r := range s.merges {
		if i > 0 && s.merges[i-1].joined != r.joined {
			if ways[r.joined] > 0 {
				return nil, fmt.Errorf("piece %s is made at several ranks: no score stands for them", quote(t.Piece(r.joined)))
			}
		}
		ways[r.joined]++
		scores[r.joined] = float64(-1 - len(ways))
	}
	all := newSpec(bpeModel)
	all.vocab, all.scores, all.types = s.vocab, scores, make([]int32, t.Vocab())
	for id := range all.types {
		if all.types[id] = normalPiece; t.IsSpecial(int32(id)) || !t.vocab.has(int32(id)) || spellsByte(t.Piece(int32(id))) {
			all.types[id] = controlPiece
		}
	}
	if err := all.mergesOfScores(); err != nil {
		return nil, err
	}
	if len(all.merges) != len(s.merges) {
		return nil, fmt.Errorf("%d merges, but %d ways to make the pieces of two: by scores all of them count", len(s.merges), len(all.merges))
	}
	return scores, nil
}

// sameJSON compares two values, null and nothing being the same.
func sameJSON(a, b jsontext.Value) bool {
	plain := func(v jsontext.Value) string {
		if v == nil {
			return "null"
		}
		v = v.Clone()
		if v.Canonicalize() != nil {
			return ""
		}
		return string(v)
	}
	return plain(a) == plain(b)
}
