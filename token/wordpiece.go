package token

import (
	"strings"
	"unicode/utf8"
)

// wordPiece spells a word by the longest piece it begins with, then the longest that goes on, and so on; a word that
// can't be spelled so is unknown as a whole (Devlin et al. 2018, BERT; tokenization.py, WordpieceTokenizer).
type wordPiece struct {
	continuing string // stands before the pieces that go on
	maxChars   int    // a longer word is unknown
}

// spellWordPiece appends the ids of s.
func (e *encoder) spellWordPiece(s string, dst []int32) []int32 {
	t, p := e.t, e.t.wordPiece
	if utf8.RuneCountInString(s) > p.maxChars {
		return append(dst, t.unk)
	}
	n := len(dst)
	before := "" // the first piece
	for from := 0; from < len(s); before = p.continuing {
		end, id, ok := len(s), None, false
		for !ok && end > from {
			e.spelling = append(append(e.spelling[:0], before...), s[from:end]...)
			if id, ok = t.vocab.id(string(e.spelling)); !ok {
				_, w := utf8.DecodeLastRuneInString(s[from:end])
				end -= w
			}
		}
		if !ok {
			return append(dst[:n], t.unk)
		}
		dst = append(dst, id)
		from = end
	}
	return dst
}

// cleanUp takes the space from before marks and contractions, as BERT's tokenizer does when it spells ids out.
func cleanUp(s string) string {
	for _, pair := range [][2]string{{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"}, {" n't", "n't"}, {" 'm", "'m"},
		{" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}} {
		s = strings.ReplaceAll(s, pair[0], pair[1])
	}
	return s
}
