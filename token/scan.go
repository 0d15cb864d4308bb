package token

import "strings"

// A scanner returns the end of the word that starts at s[i], i < len(s): one alternative after another, as a
// backtracking engine tries them, written out by hand because Go's regexp has no (?!\S) and an engine that has it
// is a hundred times slower. Every scanner here covers any text, valid UTF-8 or not, and looks at nothing before i.
type scanner func(s string, i int) int

// scanGPT2 is the pattern of GPT-2 (Radford et al. 2019, encoder.py):
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
func scanGPT2(s string, i int) int {
	j := i
	if s[i] == '\'' {
		if n := contraction(s[i+1:], false); n > 0 {
			return i + 1 + n
		}
	} else if s[i] == ' ' && i+1 < len(s) {
		j++
	}
	c, w := at(s, j)
	if c == space {
		return spaces(s, i, run(s, i, space))
	}
	return run(s, j+w, c)
}

// spaces ends a word in the run of white space s[i:end], \s+(?!\S)|\s+ : the last character of the run is left to
// what follows, unless it is all there is or nothing follows.
func spaces(s string, i, end int) int {
	if end == len(s) {
		return end
	}
	last := end - 1
	for last > i && s[last]&0xc0 == 0x80 {
		last--
	}
	if last > i {
		return last
	}
	return end
}

// contraction returns the length of s|t|re|ve|m|ll|d at the start of s, 0 if there is none. With fold, case does
// not matter, and "ſ" (U+017F), which folds to s, counts.
func contraction(s string, fold bool) int {
	if len(s) == 0 {
		return 0
	}
	lower := func(b byte) byte {
		if fold && 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		return b
	}
	a := lower(s[0])
	switch a {
	case 's', 't', 'm', 'd':
		return 1
	}
	if len(s) == 1 {
		return 0
	}
	b := lower(s[1])
	switch {
	case (a == 'r' || a == 'v') && b == 'e', a == 'l' && b == 'l':
		return 2
	case fold && s[:2] == "ſ":
		return 2
	}
	return 0
}

// scanCL100K is the pattern of GPT-4's cl100k_base and Llama 3:
//
//	(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
func scanCL100K(s string, i int) int { return linesPattern{digits: 3, stop: "\r\n"}.scan(s, i) }

// scanQwen2 is the same with \p{N} in place of \p{N}{1,3}.
func scanQwen2(s string, i int) int { return linesPattern{digits: 1, stop: "\r\n"}.scan(s, i) }

// linesPattern is the pattern of cl100k with what others changed in it.
type linesPattern struct {
	digits int    // numbers together at most; any number if 0
	stop   string // what a run of symbols takes along: [\r\n]* , or nothing
	plain  bool   // without the contractions 's, 't …
}

func (p linesPattern) scan(s string, i int) int {
	if !p.plain && s[i] == '\'' {
		if n := contraction(s[i+1:], true); n > 0 {
			return i + 1 + n
		}
	}
	c, w := at(s, i)
	switch c {
	case letter:
		return run(s, i+w, letter)
	case number:
		return numbers(s, i, p.digits)
	}
	if !newline(s[i]) && i+w < len(s) {
		if c, v := at(s, i+w); c == letter {
			return run(s, i+w+v, letter)
		}
	}
	return tail(s, i, p.stop)
}

// numbers takes up to n numbers from s[i], all if n is 0.
func numbers(s string, i, n int) int {
	if n == 0 {
		return run(s, i, number)
	}
	for ; n > 0 && i < len(s); n-- {
		c, w := at(s, i)
		if c != number {
			break
		}
		i += w
	}
	return i
}

// tail is what cl100k and o200k end with, where stop is \r\n or \r\n/ or empty and s[i] is no letter and no number:
//
//	?[^\s\p{L}\p{N}]+[stop]*|\s*[\r\n]+|\s+(?!\S)|\s+
func tail(s string, i int, stop string) int {
	j := i
	if s[i] == ' ' && i+1 < len(s) {
		j++
	}
	if c, w := at(s, j); c == other {
		j = run(s, j+w, other)
		for j < len(s) && strings.IndexByte(stop, s[j]) >= 0 {
			j++
		}
		return j
	}
	end := run(s, i, space)
	for j := end; j > i; j-- {
		if newline(s[j-1]) {
			return j
		}
	}
	return spaces(s, i, end)
}

func newline(b byte) bool { return b == '\r' || b == '\n' }
