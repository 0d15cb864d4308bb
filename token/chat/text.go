package chat

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// text is a value as a template shows it: Python's str.
func (r *run) text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case undefined:
		return ""
	}
	var b strings.Builder
	r.repr(&b, v)
	return b.String()
}

// repr appends Python's repr.
func (r *run) repr(b *strings.Builder, v any) {
	r.fits(b.Len())
	defer r.nest()()
	r.step()
	switch v := v.(type) {
	case nil:
		b.WriteString("None")
	case undefined:
		b.WriteString("Undefined")
	case bool:
		b.WriteString(map[bool]string{true: "True", false: "False"}[v])
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		b.WriteString(float(v))
	case string:
		r.charge(len(v) / 16)
		quotePython(b, v)
	case *list:
		open, shut := "[", "]"
		if v.tuple {
			open, shut = "(", ")"
			if len(v.items) == 1 {
				shut = ",)"
			}
		}
		b.WriteString(open)
		for i, x := range v.items {
			if i > 0 {
				b.WriteString(", ")
			}
			r.repr(b, x)
		}
		b.WriteString(shut)
	case *Dict:
		b.WriteByte('{')
		for i, k := range v.keys {
			if i > 0 {
				b.WriteString(", ")
			}
			quotePython(b, k)
			b.WriteString(": ")
			r.repr(b, v.values[k])
		}
		b.WriteByte('}')
	default:
		fail(r.line, "%s can't be shown", kind(v))
	}
}

// quotePython appends a string between single quotes, or double ones where that saves escapes.
func quotePython(b *strings.Builder, s string) {
	q := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		q = '"'
	}
	b.WriteByte(q)
	for i, c := range s {
		switch {
		case c == rune(q) || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == utf8.RuneError && s[i] != "\uFFFD"[0]:
			fmt.Fprintf(b, `\x%02x`, s[i])
		case c != ' ' && !unicode.IsPrint(c) && c < 0x100:
			fmt.Fprintf(b, `\x%02x`, c)
		case c != ' ' && !unicode.IsPrint(c) && c < 0x10000:
			fmt.Fprintf(b, `\u%04x`, c)
		case c != ' ' && !unicode.IsPrint(c):
			fmt.Fprintf(b, `\U%08x`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte(q)
}

// float is Python's repr of a number: the shortest that reads back, with a point or an exponent of two digits.
func float(f float64) string {
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// jsonStyle is how tojson spells a value.
type jsonStyle struct {
	indent    string // "" and no line ends, unless pretty
	pretty    bool
	comma     string
	colon     string
	sorted    bool
	asciiOnly bool
}

// json appends a value as Python's json.dumps does.
func (r *run) json(b *strings.Builder, v any, s jsonStyle, depth int) {
	r.fits(b.Len())
	defer r.nest()()
	r.step()
	line := func(depth int) {
		if s.pretty {
			b.WriteByte('\n')
			for range depth {
				b.WriteString(s.indent)
			}
		}
	}
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		b.WriteString(float(v))
	case string:
		r.charge(len(v) / 16)
		quoteJSON(b, v, s.asciiOnly)
	case *list:
		b.WriteByte('[')
		for i, x := range v.items {
			if i > 0 {
				b.WriteString(s.comma)
			}
			line(depth + 1)
			r.json(b, x, s, depth+1)
		}
		if len(v.items) > 0 {
			line(depth)
		}
		b.WriteByte(']')
	case *Dict:
		b.WriteByte('{')
		keys := v.keys
		if s.sorted {
			keys = sortedKeys(keys)
		}
		for i, k := range keys {
			if i > 0 {
				b.WriteString(s.comma)
			}
			line(depth + 1)
			quoteJSON(b, k, s.asciiOnly)
			b.WriteString(s.colon)
			r.json(b, v.values[k], s, depth+1)
		}
		if len(keys) > 0 {
			line(depth)
		}
		b.WriteByte('}')
	default:
		fail(r.line, "tojson of %s", kind(v))
	}
}

// quoteJSON appends a string with the escapes Python's json writes.
func quoteJSON(b *strings.Builder, s string, asciiOnly bool) {
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\b':
			b.WriteString(`\b`)
		case c == '\f':
			b.WriteString(`\f`)
		case c < 0x20 || asciiOnly && c > 0x7e && c < 0x10000:
			fmt.Fprintf(b, `\u%04x`, c)
		case asciiOnly && c >= 0x10000:
			c -= 0x10000
			fmt.Fprintf(b, `\u%04x\u%04x`, 0xd800+c>>10, 0xdc00+c&0x3ff)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
}
