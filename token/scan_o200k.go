package token

import (
	"unicode"
	"unicode/utf8"
)

// Letters as o200k sorts them. A caseless letter or a mark is both.
const (
	upper = 1 << iota // \p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}
	lower             // \p{Ll}\p{Lm}\p{Lo}\p{M}
)

func letterCase(r rune) int {
	switch {
	case 'a' <= r && r <= 'z':
		return lower
	case 'A' <= r && r <= 'Z':
		return upper
	case r < utf8.RuneSelf:
		return 0
	case unicode.Is(unicode.Ll, r):
		return lower
	case unicode.In(r, unicode.Lu, unicode.Lt):
		return upper
	case unicode.In(r, unicode.Lm, unicode.Lo, unicode.M):
		return upper | lower
	}
	return 0
}

// scanO200K is the pattern of GPT-4o's o200k_base, which splits words where lower case turns to upper:
//
//	[^\r\n\p{L}\p{N}]?U*W+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?U+W*(?i:…)?|\p{N}{1,3}
//	| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
//	U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]    W = [\p{Ll}\p{Lm}\p{Lo}\p{M}]
func scanO200K(s string, i int) int { return casePattern{digits: 3}.scan(s, i) }

// scanTekken is that of Mistral's Tekken: the same without (?i:'s|…)? and with \p{N} in place of \p{N}{1,3}.
func scanTekken(s string, i int) int { return casePattern{digits: 1, plain: true}.scan(s, i) }

// casePattern is the pattern of o200k with what others changed in it.
type casePattern struct {
	digits int  // numbers together at most
	plain  bool // without the contractions 's, 't …
}

func (p casePattern) scan(s string, i int) int {
	c, w := at(s, i)
	from := [2]int{-1, i} // the places a word may start: after the optional character, then without it
	if c != letter && c != number && !newline(s[i]) {
		from[0] = i + w
	}
	for _, match := range []func(string, int) int{lowerWord, upperWord} {
		for _, j := range from {
			if j < 0 {
				continue
			}
			if end := match(s, j); end > 0 {
				if !p.plain && end < len(s) && s[end] == '\'' {
					if n := contraction(s[end+1:], true); n > 0 {
						return end + 1 + n
					}
				}
				return end
			}
		}
	}
	if c == number {
		return numbers(s, i, p.digits)
	}
	return tail(s, i, "\r\n/")
}

// lowerWord matches U*W+ at s[i], or returns 0. Where no W follows the run of U, the run gives back characters
// until one of them is a W too.
func lowerWord(s string, i int) int {
	j, both := i, 0
	for j < len(s) {
		r, w := utf8.DecodeRuneInString(s[j:])
		k := letterCase(r)
		if k&upper == 0 {
			break
		}
		j += w
		if k&lower != 0 {
			both = j
		}
	}
	if end := caseRun(s, j, lower); end > j {
		return end
	}
	return both
}

// upperWord matches U+W* at s[i], or returns 0.
func upperWord(s string, i int) int {
	j := caseRun(s, i, upper)
	if j == i {
		return 0
	}
	return caseRun(s, j, lower)
}

func caseRun(s string, i, kind int) int {
	for i < len(s) {
		r, w := utf8.DecodeRuneInString(s[i:])
		if letterCase(r)&kind == 0 {
			break
		}
		i += w
	}
	return i
}
