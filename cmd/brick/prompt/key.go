package prompt

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"
)

// maxPaste bounds what is pasted at once, in bytes.
const maxPaste = 4 << 20

// key is one key, or text that was typed or pasted.
type key struct{ name, text string }

// controls are the keys of single bytes.
var controls = map[byte]string{
	1: "home", 2: "left", 3: "interrupt", 4: "eof", 5: "end", 6: "right", 8: "backspace", 9: "tab", 10: "newline", 11: "killend",
	12: "clear", 13: "enter", 14: "next", 16: "previous", 21: "killstart", 23: "killword", 25: "yank", 127: "backspace",
}

// sequences are the keys that begin with ESC.
var sequences = map[string]string{
	"[A": "up", "[B": "down", "[C": "right", "[D": "left", "OA": "up", "OB": "down", "OC": "right", "OD": "left",
	"[H": "home", "[F": "end", "OH": "home", "OF": "end", "[1~": "home", "[4~": "end", "[7~": "home", "[8~": "end", "[3~": "delete",
	"[1;5C": "wordright", "[1;5D": "wordleft", "[1;3C": "wordright", "[1;3D": "wordleft",
	"b": "wordleft", "f": "wordright", "d": "killright", "\x7f": "killword", "\r": "newline",
}

// readKey reads one key; what has no meaning here is the key "none".
func readKey(in *bufio.Reader) (key, error) {
	r, n, err := in.ReadRune()
	switch {
	case err != nil:
		return key{}, err
	case r == 0x1b:
		return readSequence(in)
	case r < ' ' || r == 0x7f:
		if name, ok := controls[byte(r)]; ok {
			return key{name: name}, nil
		}
		return key{name: "none"}, nil
	case r == utf8.RuneError && n == 1, Printable(string(r)) == "":
		return key{name: "none"}, nil
	}
	return key{text: string(r)}, nil
}

// readSequence reads what follows ESC.
func readSequence(in *bufio.Reader) (key, error) {
	var seq []byte
	for len(seq) < 32 {
		b, err := in.ReadByte()
		if err != nil {
			return key{}, err
		}
		if b >= utf8.RuneSelf {
			return key{name: "none"}, in.UnreadByte() // a character after Esc alone
		}
		seq = append(seq, b)
		if len(seq) == 1 && b != '[' && b != 'O' || len(seq) > 1 && b >= 0x40 && b <= 0x7e {
			break
		}
	}
	if string(seq) == "[200~" {
		return readPaste(in)
	}
	if name, ok := sequences[string(seq)]; ok {
		return key{name: name}, nil
	}
	return key{name: "none"}, nil
}

// ErrPaste says that more was pasted at once than an editor takes.
var ErrPaste = errors.New("more than 4 MiB were pasted at once")

// readPaste reads what is pasted, up to its end mark.
func readPaste(in *bufio.Reader) (key, error) {
	end := []byte("\x1b[201~")
	var b, tail []byte
	for !bytes.Equal(tail, end) {
		c, err := in.ReadByte()
		if err != nil {
			return key{}, err
		}
		if tail = append(tail, c); len(tail) > len(end) {
			if len(b) <= maxPaste {
				b = append(b, tail[0])
			}
			tail = tail[1:]
		}
	}
	if len(b) > maxPaste {
		return key{}, ErrPaste
	}
	s := strings.ToValidUTF8(string(b), "\uFFFD")
	return key{text: Printable(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s))}, nil
}
