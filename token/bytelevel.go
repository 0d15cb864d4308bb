package token

import "unicode/utf8"

// GPT-2 spells a byte in files as one printable character: the bytes that are printable in Latin-1 as
// themselves, the other 68 as U+0100, U+0101, … in order, so that space is "Ġ" and newline "Ċ"
// (Radford et al. 2019; bytes_to_unicode in the published code).
var (
	byteRune  [256]rune
	runeByte  [0x144]int16 // -1 where a character spells no byte
	byteSpell [256]string
)

func init() {
	for i := range runeByte {
		runeByte[i] = -1
	}
	next := rune(0x100)
	for b := range 256 {
		r := rune(b)
		if b < 0x21 || (b > 0x7e && b < 0xa1) || b == 0xad {
			r = next
			next++
		}
		byteRune[b], runeByte[r], byteSpell[b] = r, int16(b), string(r)
	}
}

// spellBytes appends the byte-level spelling of s.
func spellBytes(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = utf8.AppendRune(dst, byteRune[s[i]])
	}
	return dst
}

// unspellBytes appends the bytes piece spells. A piece with a character that spells no byte stands for itself.
func unspellBytes(dst []byte, piece string) []byte {
	n := len(dst)
	for _, r := range piece {
		if int(r) >= len(runeByte) || runeByte[r] < 0 {
			return append(dst[:n], piece...)
		}
		dst = append(dst, byte(runeByte[r]))
	}
	return dst
}
