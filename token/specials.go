package token

import (
	"fmt"
	"slices"
)

// specials are the special tokens of Bytes and Chars: consecutive ids from base on.
type specials struct {
	base   int32
	tokens []AddedToken
	ids    map[string]int32
	set    *addedSet
	roles  Special
}

func newSpecials(base int32, names []string) (specials, error) {
	s := specials{base: base, ids: make(map[string]int32, len(names))}
	for i, n := range names {
		if _, again := s.ids[n]; n == "" || len(n) > maxAdded || again {
			return s, fmt.Errorf("special token %s: want a name of 1 to %d bytes that no other has", quote(n), maxAdded)
		}
		s.ids[n] = base + int32(i)
		s.tokens = append(s.tokens, AddedToken{ID: base + int32(i), Content: n, Special: true})
	}
	s.set = newAddedSet(names, s.tokens)
	s.roles = conventional(s.id)
	return s, nil
}

func (s *specials) id(name string) (int32, bool) {
	if id, ok := s.ids[name]; ok {
		return id, true
	}
	return None, false
}

// IsSpecial reports whether id is a special token.
func (s *specials) IsSpecial(id int32) bool {
	return id >= s.base && id < s.base+int32(len(s.tokens))
}

// Special returns the ids with a role, found by their usual names: <|endoftext|>, <s>, </s>, <pad>, <unk> and so on.
func (s *specials) Special() Special { return s.roles }

// name is the spelling of a special id.
func (s *specials) name(id int32) string { return s.tokens[id-s.base].Content }

// endNames are special tokens that end a turn or a text in published models.
var endNames = []string{"<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<EOT>", "_<EOT>", "[EOT]",
	"<｜end▁of▁sentence｜>", "<end_of_utterance>", "<|eom_id|>", "<|return|>", "<|call|>"}

// Ends returns the ids at which generation stops: EOS, those that a GGUF file says end a turn, and the special tokens
// that do in published models by their usual names (<|im_end|>, <|eot_id|> …). In order, each once.
func (t *Subword) Ends() []int32 {
	ids := slices.Clone(t.stops)
	if t.roles.EOS != None {
		ids = append(ids, t.roles.EOS)
	}
	for _, name := range endNames {
		if id, ok := t.ID(name); ok && t.IsSpecial(id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
