package train

import (
	"strings"

	"brick/token"
)

// symbols is the tokenizer of a generated set that brings its own alphabet: id i is written as the i-th text. What the
// alphabet does not have is left out. A line end, if there is one, ends a text.
type symbols []string

func newSymbols(list []string) token.Tokenizer { return symbols(list) }

// Encode appends the id of the longest symbol at each place.
func (s symbols) Encode(text string, dst []int32) []int32 {
	for text != "" {
		best := -1
		for i, t := range s {
			if t != "" && strings.HasPrefix(text, t) && (best < 0 || len(t) > len(s[best])) {
				best = i
			}
		}
		if best < 0 {
			text = text[1:]
			continue
		}
		dst = append(dst, int32(best))
		text = text[len(s[best]):]
	}
	return dst
}

// Decode joins the symbols.
func (s symbols) Decode(ids []int32) (b []byte) {
	for _, id := range ids {
		b = s.AppendBytes(b, id)
	}
	return b
}

// AppendBytes appends the symbol of id.
func (s symbols) AppendBytes(dst []byte, id int32) []byte { return append(dst, s.Piece(id)...) }

// Vocab is the number of symbols.
func (s symbols) Vocab() int { return len(s) }

// ID finds a symbol.
func (s symbols) ID(piece string) (int32, bool) {
	for i, t := range s {
		if t == piece {
			return int32(i), true
		}
	}
	return token.None, false
}

// Piece is the symbol of id, "" outside the alphabet.
func (s symbols) Piece(id int32) string {
	if id < 0 || int(id) >= len(s) {
		return ""
	}
	return s[id]
}

// Special has the line end as the end of a text.
func (s symbols) Special() token.Special {
	end, _ := s.ID("\n")
	return token.Special{BOS: token.None, EOS: end, Pad: token.None, Unk: token.None}
}

// IsSpecial is false: every symbol is text.
func (s symbols) IsSpecial(int32) bool { return false }
