package grammar

import (
	"cmp"
	"slices"
	"strconv"
	"unicode/utf8"
)

// literal reads "text", a sequence of characters.
func (p *parser) literal() (*expr, error) {
	from := p.at
	e := &expr{op: sequence}
	for p.at++; ; {
		if p.at >= len(p.text) || p.text[p.at] == '\n' {
			return nil, p.fail(from, "a text is not closed by \"")
		}
		if p.text[p.at] == '"' {
			p.at++
			return e, nil
		}
		r, err := p.rune()
		if err != nil {
			return nil, err
		}
		e.subs = append(e.subs, &expr{op: character, set: []span{{r, r}}})
	}
}

// class reads [a-z] or [^a-z].
func (p *parser) class() (*expr, error) {
	from := p.at
	p.at++
	not := p.at < len(p.text) && p.text[p.at] == '^'
	if not {
		p.at++
	}
	var set []span
	for {
		if p.at >= len(p.text) || p.text[p.at] == '\n' {
			return nil, p.fail(from, "a class is not closed by ]")
		}
		if p.text[p.at] == ']' {
			p.at++
			break
		}
		lo, err := p.rune()
		if err != nil {
			return nil, err
		}
		hi := lo
		if p.at+1 < len(p.text) && p.text[p.at] == '-' && p.text[p.at+1] != ']' {
			at := p.at
			p.at++
			if hi, err = p.rune(); err != nil {
				return nil, err
			}
			if hi < lo {
				return nil, p.fail(at, "the range from %q to %q is empty", lo, hi)
			}
		}
		set = append(set, span{lo, hi})
	}
	set = normal(set)
	if not {
		set = complement(set)
	}
	if len(set) == 0 {
		return nil, p.fail(from, "the class holds no character")
	}
	return &expr{op: character, set: set}, nil
}

// rune reads a character of a text or a class, escaped or not.
func (p *parser) rune() (rune, error) {
	r, n := utf8.DecodeRuneInString(p.text[p.at:])
	if r != '\\' {
		p.at += n
		return r, nil
	}
	from := p.at
	if p.at+1 >= len(p.text) {
		return 0, p.fail(from, "the escape is cut off")
	}
	c := p.text[p.at+1]
	p.at += 2
	digits := 0
	switch c {
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case '\\', '"', '[', ']':
		return rune(c), nil
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		return 0, p.fail(from, "the escape \\%c is not known; there are \\n \\r \\t \\\\ \\\" \\[ \\] \\x \\u \\U", c)
	}
	if p.at+digits > len(p.text) {
		return 0, p.fail(from, "the escape is cut off")
	}
	v, err := strconv.ParseUint(p.text[p.at:p.at+digits], 16, 32)
	if err != nil || v > utf8.MaxRune || !utf8.ValidRune(rune(v)) {
		return 0, p.fail(from, "%q is no code point in %d hexadecimal digits", p.text[p.at:p.at+digits], digits)
	}
	p.at += digits
	return rune(v), nil
}

// normal is a set in order, without overlaps.
func normal(set []span) []span {
	slices.SortFunc(set, func(a, b span) int { return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi)) })
	out := set[:0]
	for _, s := range set {
		if n := len(out); n > 0 && s.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, s.hi)
			continue
		}
		out = append(out, s)
	}
	return out
}

// complement is every code point that is not in a normal set.
func complement(set []span) (out []span) {
	next := rune(0)
	for _, s := range set {
		if s.lo > next {
			out = append(out, span{next, s.lo - 1})
		}
		next = s.hi + 1
	}
	if next <= utf8.MaxRune {
		out = append(out, span{next, utf8.MaxRune})
	}
	return out
}

// byteRange is one byte from lo to hi.
type byteRange struct{ lo, hi byte }

// sequences calls yield with runs of byte ranges that together are the UTF-8 of the code points from lo to hi, surrogates
// left out. The runs are cut where their last bytes begin anew (Thompson's construction as in RE2).
func sequences(s span, yield func([]byteRange)) {
	for _, limit := range []rune{0x7f, 0x7ff, 0xd7ff, 0xdfff, 0xffff} {
		if s.lo <= limit && s.hi > limit {
			sequences(span{s.lo, limit}, yield)
			sequences(span{limit + 1, s.hi}, yield)
			return
		}
	}
	if s.lo >= 0xd800 && s.hi <= 0xdfff {
		return
	}
	if s.hi > 0x7f {
		for shift := 6; shift <= 18; shift += 6 {
			low := rune(1)<<shift - 1
			if s.lo>>shift == s.hi>>shift {
				continue
			}
			if s.lo&low != 0 {
				sequences(span{s.lo, s.lo | low}, yield)
				sequences(span{s.lo | low + 1, s.hi}, yield)
				return
			}
			if s.hi&low != low {
				sequences(span{s.lo, s.hi&^low - 1}, yield)
				sequences(span{s.hi &^ low, s.hi}, yield)
				return
			}
		}
	}
	lo, hi := utf8.AppendRune(nil, s.lo), utf8.AppendRune(nil, s.hi)
	run := make([]byteRange, len(lo))
	for i := range lo {
		run[i] = byteRange{lo[i], hi[i]}
	}
	yield(run)
}
