package chat

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tok is a word of an expression.
type tok struct {
	kind tokKind
	text string // a name, an operator, the value of a string, the digits of a number
	line int
}

type tokKind uint8

const (
	endTok tokKind = iota
	nameTok
	stringTok
	intTok
	floatTok
	opTok
)

// is reports whether t is the operator or the name word.
func (t tok) is(word string) bool {
	return (t.kind == opTok || t.kind == nameTok) && t.text == word
}

func (t tok) String() string {
	switch t.kind {
	case endTok:
		return "the end of the tag"
	case stringTok:
		return "the string " + short(t.text)
	}
	return short(t.text)
}

// operators, longer ones first.
var operators = []string{"**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ".", ":", "|"}

// token takes the next one; rest is not empty and begins with no white space.
func (l *lexer) token(rest string) tok {
	t := tok{line: l.line}
	r, w := utf8.DecodeRuneInString(rest)
	switch {
	case r == '"' || r == '\'':
		n := 1
		for n < len(rest) && rest[n] != byte(r) {
			if rest[n] == '\\' {
				n++
			}
			n++
		}
		if n >= len(rest) {
			fail(l.line, "a string %s is not closed", short(rest))
		}
		t.kind, t.text = stringTok, unescape(rest[1:n], l.line)
		l.skip(n + 1)
		return t
	case '0' <= r && r <= '9':
		n := len(rest) - len(strings.TrimLeft(rest, "0123456789_"))
		t.kind = intTok
		if n+1 < len(rest) && rest[n] == '.' && '0' <= rest[n+1] && rest[n+1] <= '9' {
			t.kind, n = floatTok, len(rest)-len(strings.TrimLeft(rest[n+1:], "0123456789_"))
		}
		if e := exponent(rest[n:]); e > 0 {
			t.kind, n = floatTok, n+e
		}
		t.text = strings.ReplaceAll(rest[:n], "_", "")
		l.skip(n)
		return t
	case r == '_' || unicode.IsLetter(r):
		n := w
		for n < len(rest) {
			r, w := utf8.DecodeRuneInString(rest[n:])
			if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				break
			}
			n += w
		}
		t.kind, t.text = nameTok, rest[:n]
		l.skip(n)
		return t
	}
	for _, op := range operators {
		if strings.HasPrefix(rest, op) {
			t.kind, t.text = opTok, op
			l.skip(len(op))
			return t
		}
	}
	fail(l.line, "%q begins no expression", rest[:w])
	return t
}

// exponent returns the length of e5, E+5, e-5 at the start of s.
func exponent(s string) int {
	if s == "" || s[0]|0x20 != 'e' {
		return 0
	}
	n := 1
	if n < len(s) && (s[n] == '+' || s[n] == '-') {
		n++
	}
	digits := len(s[n:]) - len(strings.TrimLeft(s[n:], "0123456789"))
	if digits == 0 {
		return 0
	}
	return n + digits
}

// unescape resolves the escapes of Python's strings; an unknown one stands for itself.
func unescape(s string, line int) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if k := strings.IndexByte(`ntr\'"bfva`, s[i]); k >= 0 {
			b.WriteByte("\n\t\r\\'\"\b\f\v\a"[k])
			continue
		}
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[i]]
		switch {
		case s[i] == '\n':
		case digits > 0:
			if i+digits >= len(s) {
				fail(line, `\%c without %d hexadecimal digits`, s[i], digits)
			}
			n, err := strconv.ParseUint(s[i+1:i+1+digits], 16, 32)
			if err != nil || n > unicode.MaxRune || !utf8.ValidRune(rune(n)) {
				fail(line, `\%s is no character`, s[i:i+1+digits])
			}
			b.WriteRune(rune(n))
			i += digits
		case '0' <= s[i] && s[i] <= '7':
			n := 0
			from := i
			for ; i < len(s) && i < from+3 && '0' <= s[i] && s[i] <= '7'; i++ {
				n = 8*n + int(s[i]-'0')
			}
			b.WriteRune(rune(n))
			i--
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
