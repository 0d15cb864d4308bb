package token

import "fmt"

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
