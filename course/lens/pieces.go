package lens

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"brick/token"
)

// Pieces is how each id of a text is shown: spaces and line ends as signs that are seen, special tokens by their
// name, and bytes that are only a part of a character as ⟨e6⟩⟨98⟩. The piece that completes a character names it
// behind an arrow, as in ⟨a5⟩→春. The sign for a broken character is never shown.
func Pieces(t token.Tokenizer, ids []int32) []string {
	list := make([]string, len(ids))
	var open []byte // the beginning of a character
	for i, id := range ids {
		list[i], open = piece(t, id, open)
	}
	return list
}

// After is how id would be shown after a text.
func After(t token.Tokenizer, text []int32, id int32) string {
	var open []byte
	for _, before := range text[max(0, len(text)-utf8.UTFMax):] {
		_, open = piece(t, before, open)
	}
	s, _ := piece(t, id, open)
	return s
}

// piece shows an id after the beginning of a character, and gives the beginning that it leaves.
func piece(t token.Tokenizer, id int32, open []byte) (shown string, left []byte) {
	if t.IsSpecial(id) {
		return t.Piece(id), nil
	}
	own := t.AppendBytes(nil, id)
	var b strings.Builder
	if len(open) > 0 {
		if r, n := utf8.DecodeRune(append(append([]byte(nil), open...), own...)); r != utf8.RuneError && n > len(open) {
			bytesOf(&b, own[:n-len(open)])
			b.WriteString("→" + string(r))
			own = own[n-len(open):]
		} else if len(own) > 0 && !utf8.FullRune(append(append([]byte(nil), open...), own...)) {
			bytesOf(&b, own)
			return b.String(), append(append([]byte(nil), open...), own...)
		}
	}
	left = write(&b, own)
	return b.String(), left
}

// Shown is a text of ids as it reads, with what is no character as bytes ⟨e6⟩.
func Shown(t token.Tokenizer, ids []int32) string {
	var b strings.Builder
	raw := t.Decode(ids)
	for len(raw) > 0 {
		r, n := utf8.DecodeRune(raw)
		if r == utf8.RuneError {
			bytesOf(&b, raw[:n])
		} else {
			b.WriteRune(r)
		}
		raw = raw[n:]
	}
	return b.String()
}

// write shows bytes and gives back those at their end that may become a character.
func write(b *strings.Builder, raw []byte) (left []byte) {
	for len(raw) > 0 {
		r, n := utf8.DecodeRune(raw)
		switch {
		case r == utf8.RuneError:
			if !utf8.FullRune(raw) {
				bytesOf(b, raw)
				return raw
			}
			bytesOf(b, raw[:n])
		case r == ' ':
			b.WriteRune('␣')
		case r == '\n':
			b.WriteRune('⏎')
		case r == '\t':
			b.WriteRune('⇥')
		case !unicode.IsPrint(r):
			bytesOf(b, raw[:n])
		default:
			b.WriteRune(r)
		}
		raw = raw[n:]
	}
	return nil
}

func bytesOf(b *strings.Builder, raw []byte) {
	for _, c := range raw {
		fmt.Fprintf(b, "⟨%02x⟩", c)
	}
}
