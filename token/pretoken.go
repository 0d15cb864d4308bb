package token

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A splitter is one step of pre-tokenisation: it cuts s into parts, calling emit for each, perhaps changed. first
// says that s begins the whole text.
type splitter func(s string, first bool, emit func(s string, first bool) error) error

// A matcher calls yield for each match s[from:to], left to right.
type matcher func(s string, yield func(from, to int)) error

// behavior is what Hugging Face does with the matches of a Split.
type behavior string

const (
	removed            behavior = "Removed"
	isolated           behavior = "Isolated"
	mergedWithPrevious behavior = "MergedWithPrevious"
	mergedWithNext     behavior = "MergedWithNext"
	contiguous         behavior = "Contiguous"
)

type part struct {
	from, to int
	match    bool
}

// split cuts at the matches of m. With invert, what lies between matches counts as the match.
func split(m matcher, b behavior, invert bool) splitter {
	return func(s string, first bool, emit func(string, bool) error) error {
		var parts []part
		last := 0
		err := m(s, func(from, to int) {
			if last < from {
				parts = append(parts, part{last, from, invert})
			}
			if from < to {
				parts = append(parts, part{from, to, !invert})
			}
			last = to
		})
		if err != nil {
			return err
		}
		if last < len(s) {
			parts = append(parts, part{last, len(s), invert})
		}
		for _, p := range merged(parts, b) {
			if err := emit(s[p.from:p.to], first && p.from == 0); err != nil {
				return err
			}
		}
		return nil
	}
}

// merged applies a behavior to parts, in place.
func merged(parts []part, b behavior) []part {
	out := parts[:0]
	switch b {
	case removed:
		for _, p := range parts {
			if !p.match {
				out = append(out, p)
			}
		}
	case contiguous:
		for _, p := range parts {
			if n := len(out); n > 0 && out[n-1].match == p.match {
				out[n-1].to = p.to
			} else {
				out = append(out, p)
			}
		}
	case mergedWithPrevious: // a match joins what lies before it, one match at most
		prev := false
		for _, p := range parts {
			if n := len(out); n > 0 && p.match && !prev {
				out[n-1].to = p.to
			} else {
				out = append(out, p)
			}
			prev = p.match
		}
	case mergedWithNext: // the mirror image
		next := false
		end := len(parts)
		for i := len(parts) - 1; i >= 0; i-- {
			p := parts[i]
			if p.match && !next && end < len(parts) {
				parts[end].from = p.from
			} else {
				end--
				parts[end] = p
			}
			next = p.match
		}
		out = parts[end:]
	default:
		out = parts
	}
	return out
}

// words is the matcher of a scanner, which covers all of any text.
func (f scanner) matches(s string, yield func(from, to int)) error {
	for i := 0; i < len(s); {
		end := f(s, i)
		yield(i, end)
		i = end
	}
	return nil
}

// literal matches a string; the empty one matches nothing.
func literal(pattern string) matcher {
	return func(s string, yield func(from, to int)) error {
		for i := 0; pattern != ""; {
			k := strings.Index(s[i:], pattern)
			if k < 0 {
				break
			}
			yield(i+k, i+k+len(pattern))
			i += k + len(pattern)
		}
		return nil
	}
}

// each matches every character for which is holds.
func each(is func(rune) bool) matcher {
	return func(s string, yield func(from, to int)) error {
		for i := 0; i < len(s); {
			r, w := utf8.DecodeRuneInString(s[i:])
			if is(r) {
				yield(i, i+w)
			}
			i += w
		}
		return nil
	}
}

// isPunctuation is ASCII's, symbols included, and Unicode's.
func isPunctuation(r rune) bool {
	if r < utf8.RuneSelf {
		return r > ' ' && r < 0x7f && !('0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z')
	}
	return unicode.IsPunct(r)
}

// wordsAndSymbols matches \w+|[^\w\s]+ .
func wordsAndSymbols(s string, yield func(from, to int)) error {
	kind := func(r rune) int {
		switch {
		case isWord(r):
			return 1
		case unicode.IsSpace(r):
			return 0
		}
		return 2
	}
	start, last := 0, 0
	for i, r := range s {
		if k := kind(r); k != last {
			if last > 0 {
				yield(start, i)
			}
			start, last = i, k
		}
	}
	if last > 0 {
		yield(start, len(s))
	}
	return nil
}

// prefixSpace puts a space before a part that does not begin with one.
func prefixSpace(s string, first bool, emit func(string, bool) error) error {
	if s != "" && s[0] != ' ' {
		s = " " + s
	}
	return emit(s, first)
}

// mapBytes respells bytes as characters, for steps that come after a ByteLevel one and see them so.
func mapBytes(s string, first bool, emit func(string, bool) error) error {
	return emit(string(spellBytes(nil, s)), first)
}

// metaspace turns spaces into mark, puts one in front by scheme, and, if cut is set, cuts before each
// (Kudo and Richardson 2018, section 3.2).
func metaspace(mark, scheme string, cut bool) splitter {
	pieces := split(literal(mark), mergedWithNext, false)
	return func(s string, first bool, emit func(string, bool) error) error {
		s = strings.ReplaceAll(s, " ", mark)
		if (scheme == "always" || scheme == "first" && first) && !strings.HasPrefix(s, mark) {
			s = mark + s
		}
		if !cut {
			return emit(s, first)
		}
		return pieces(s, first, emit)
	}
}
