package token

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A normalizer rewrites a section of text, one that holds no added token, before it is split into words. Its result
// must not have more than most bytes: a file can chain normalizers that multiply a text.
type normalizer func(s string, most int) (string, error)

// always makes a normalizer of a function that multiplies a text by little.
func always(f func(string) string) normalizer {
	return func(s string, most int) (string, error) {
		s = f(s)
		return s, tooLong(len(s), most)
	}
}

func tooLong(n, most int) error {
	if n > most {
		return fmt.Errorf("a text grows to %d bytes, at most %d", n, most)
	}
	return nil
}

// normalized runs normalizers one after another.
func normalized(steps []normalizer, s string) (string, error) {
	most := 32*len(s) + 4096
	var err error
	for _, n := range steps {
		if s, err = n(s, most); err != nil {
			return "", err
		}
	}
	return s, nil
}

// form is one of Unicode's normalisation forms (UAX #15). x/text writes a U+034F into a run of more than 30
// combining marks (its "stream-safe" form); such a text is normalised here by the definition instead.
func form(f norm.Form) normalizer {
	return always(func(s string) string {
		if f.IsNormalString(s) && !longMarks(f, s) {
			return s
		}
		if !longMarks(f, s) {
			return f.String(s)
		}
		return composeLong(f, s)
	})
}

// longMarks reports whether the decomposition of s has a run of more than 30 characters of non-zero combining class.
func longMarks(f norm.Form, s string) bool {
	marks := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			marks = 0
			i++
			continue
		}
		p := f.PropertiesString(s[i:])
		i += max(p.Size(), 1)
		if p.CCC() == 0 && p.LeadCCC() == 0 {
			marks = 0
			if p.TrailCCC() != 0 {
				marks = 3 // a letter's own decomposition ends in at most so many
			}
			continue
		}
		if marks++; marks > 20 { // below 30, since one character may stand for several marks
			return true
		}
	}
	return false
}

// composeLong follows UAX #15: decompose, sort each run of marks by combining class, then compose each starter
// with the marks not blocked from it.
func composeLong(f norm.Form, s string) string {
	decomposed := norm.NFD
	if f == norm.NFKC || f == norm.NFKD {
		decomposed = norm.NFKD
	}
	var runes []rune
	var ccc []uint8
	sortFrom := 0
	settle := func() {
		if len(runes)-sortFrom < 2 {
			return
		}
		order := make([]int, len(runes)-sortFrom)
		for i := range order {
			order[i] = sortFrom + i
		}
		slices.SortStableFunc(order, func(a, b int) int { return int(ccc[a]) - int(ccc[b]) })
		r, c := make([]rune, len(order)), make([]uint8, len(order))
		for i, k := range order {
			r[i], c[i] = runes[k], ccc[k]
		}
		copy(runes[sortFrom:], r)
		copy(ccc[sortFrom:], c)
	}
	for _, r := range s {
		for _, d := range decomposed.String(string(r)) {
			c := norm.NFD.PropertiesString(string(d)).CCC()
			if c == 0 {
				settle()
				sortFrom = len(runes) + 1
			}
			runes, ccc = append(runes, d), append(ccc, c)
			sortFrom = min(sortFrom, len(runes))
		}
	}
	settle()
	if f == decomposed {
		return string(runes)
	}
	out := runes[:0:0]
	starter, last := -1, 0
	for i, r := range runes {
		if starter >= 0 && (last < int(ccc[i]) || last == 0 && starter == len(out)-1) {
			if joined := []rune(norm.NFC.String(string([]rune{out[starter], r}))); len(joined) == 1 {
				out[starter] = joined[0]
				continue
			}
		}
		last = int(ccc[i])
		if last == 0 {
			starter = len(out)
		}
		out = append(out, r)
	}
	return string(out)
}

// lowercase maps each character alone, so that a final sigma is like any other; İ becomes two (Unicode's
// SpecialCasing.txt, unconditional).
func lowercase(s string) string {
	return strings.ReplaceAll(strings.Map(func(r rune) rune {
		if r == 'İ' {
			return r
		}
		return unicode.ToLower(r)
	}, s), "İ", "i\u0307")
}

// prepend puts p before a text that is not empty.
func prepend(p string) normalizer {
	return always(func(s string) string {
		if s == "" {
			return s
		}
		return p + s
	})
}

// replaceAll puts with in place of each occurrence of old; an empty old matches nothing.
func replaceAll(old, with string) normalizer {
	return func(s string, most int) (string, error) {
		if old == "" {
			return s, nil
		}
		if n := strings.Count(s, old); n > 0 {
			if err := tooLong(len(s)+n*(len(with)-len(old)), most); err != nil {
				return "", err
			}
		}
		return strings.ReplaceAll(s, old, with), nil
	}
}

// replaceMatches puts with in place of each match of an expression.
func replaceMatches(m matcher, with string) normalizer {
	return func(s string, most int) (string, error) {
		var b strings.Builder
		last := 0
		err := m(s, func(from, to int) {
			if b.Len() <= most {
				b.WriteString(s[last:from])
				b.WriteString(with)
			}
			last = to
		})
		b.WriteString(s[last:])
		if err == nil {
			err = tooLong(b.Len(), most)
		}
		return b.String(), err
	}
}

// trim removes white space at either end.
func trim(left, right bool) normalizer {
	return always(func(s string) string {
		if left {
			s = strings.TrimLeftFunc(s, unicode.IsSpace)
		}
		if right {
			s = strings.TrimRightFunc(s, unicode.IsSpace)
		}
		return s
	})
}

// stripAccents removes the marks.
func stripAccents(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.M, r) {
			return -1
		}
		return r
	}, s)
}
