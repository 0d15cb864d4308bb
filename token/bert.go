package token

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// bertCleaner is BERT's normalizer (Devlin et al. 2018; tokenization.py, BasicTokenizer).
type bertCleaner struct {
	Clean   bool  `json:"clean_text"`           // drops control characters, makes white space spaces
	Chinese bool  `json:"handle_chinese_chars"` // puts spaces around Chinese characters
	Accents *bool `json:"strip_accents"`        // drops accents; where it is null, as lower says
	Lower   bool  `json:"lowercase"`
}

func (c bertCleaner) normalizer() normalizer {
	return always(func(s string) string {
		var b strings.Builder
		b.Grow(len(s))
		for _, r := range s {
			switch {
			case c.Clean && (r == 0 || r == unicode.ReplacementChar || isControl(r)):
			case c.Clean && (unicode.IsSpace(r)):
				b.WriteByte(' ')
			case c.Chinese && isChinese(r):
				b.WriteByte(' ')
				b.WriteRune(r)
				b.WriteByte(' ')
			default:
				b.WriteRune(r)
			}
		}
		s = b.String()
		if c.Accents == nil && c.Lower || c.Accents != nil && *c.Accents {
			s, _ = form(norm.NFD)(s, 64*len(s)) // which multiplies a text by less
			s = strings.Map(func(r rune) rune {
				if unicode.Is(unicode.Mn, r) {
					return -1
				}
				return r
			}, s)
		}
		if c.Lower {
			s = lowercase(s)
		}
		return s
	})
}

// isControl reports whether r is of Unicode's categories Cc, Cf or Co and no tab or line end.
func isControl(r rune) bool {
	return r != '\t' && r != '\n' && r != '\r' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co)
}

// isChinese covers the blocks of CJK ideographs as BERT does, with the gap Hugging Face's library has.
func isChinese(r rune) bool {
	return r >= 0x4e00 && r <= 0x9fff || r >= 0x3400 && r <= 0x4dbf || r >= 0x20000 && r <= 0x2a6df || r >= 0x2a700 && r <= 0x2b73f ||
		r >= 0x2b740 && r <= 0x2b81f || r >= 0x2b920 && r <= 0x2ceaf || r >= 0xf900 && r <= 0xfaff || r >= 0x2f800 && r <= 0x2fa1f
}
