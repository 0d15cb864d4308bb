package token

import (
	"unicode"
	"unicode/utf8"
)

// traits are the general categories patterns ask about beyond those of class: a bit each.
type traits uint8

const (
	isLetter traits = 1 << iota // \p{L}
	isMark                      // \p{M}
	isNumber                    // \p{N}
	isPunct                     // \p{P}
	isSymbol                    // \p{S}
	isSpace                     // \s
)

var asciiTraits [utf8.RuneSelf]traits

func init() {
	for r := range rune(utf8.RuneSelf) {
		asciiTraits[r] = runeTraits(r)
	}
}

func runeTraits(r rune) traits {
	switch {
	case r >= 0x4e00 && r <= 0x9fff:
		return isLetter
	case unicode.IsLetter(r):
		return isLetter
	case unicode.IsMark(r):
		return isMark
	case unicode.IsNumber(r):
		return isNumber
	case unicode.IsSpace(r):
		return isSpace
	case unicode.IsPunct(r):
		return isPunct
	case unicode.IsSymbol(r):
		return isSymbol
	}
	return 0
}

// traitsAt returns the traits of the character at s[i] and its width; a byte that is no character counts as U+FFFD,
// a symbol.
func traitsAt(s string, i int) (traits, int) {
	if b := s[i]; b < utf8.RuneSelf {
		return asciiTraits[b], 1
	}
	r, w := utf8.DecodeRuneInString(s[i:])
	return runeTraits(r), w
}

// runOf returns the end of the run of characters with one of the traits that starts at s[i].
func runOf(s string, i int, t traits) int {
	for i < len(s) {
		k, w := traitsAt(s, i)
		if k&t == 0 {
			break
		}
		i += w
	}
	return i
}
