package token

import (
	"unicode"
	"unicode/utf8"
)

// class sorts a character by the three questions pre-tokenizer patterns ask: \p{L}, \p{N}, \s. A byte that is no
// character is other.
type class uint8

const (
	other class = iota
	letter
	number
	space
)

// asciiClass answers for one byte; beyond ASCII it says wide, and the character is decoded.
var asciiClass [256]class

const wide class = 255

func init() {
	for b := range 256 {
		switch {
		case b >= utf8.RuneSelf:
			asciiClass[b] = wide
		default:
			asciiClass[b] = runeClass(rune(b))
		}
	}
}

// runeClass is the class of a character.
func runeClass(r rune) class {
	switch {
	case r >= 0x4e00 && r <= 0x9fff: // the common Chinese characters, without the search in tables
		return letter
	case unicode.IsLetter(r):
		return letter
	case unicode.IsNumber(r):
		return number
	case unicode.IsSpace(r):
		return space
	}
	return other
}

// at returns the class of the character at s[i] and its width in bytes; i < len(s).
func at(s string, i int) (class, int) {
	if c := asciiClass[s[i]]; c != wide {
		return c, 1
	}
	r, w := utf8.DecodeRuneInString(s[i:])
	if r == utf8.RuneError && w == 1 {
		return other, 1
	}
	return runeClass(r), w
}

// run returns the end of the longest run of class c that starts at s[i].
func run(s string, i int, c class) int {
	for i < len(s) {
		k := asciiClass[s[i]]
		if k == c {
			i++
			continue
		}
		if k != wide {
			break
		}
		k, w := at(s, i)
		if k != c {
			break
		}
		i += w
	}
	return i
}

// isWord answers \w, as Unicode defines it (UTS 18): alphabetic, mark, decimal number, connector, joiner.
func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.In(r, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic, unicode.Join_Control)
}
