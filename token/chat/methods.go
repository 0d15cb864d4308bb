package chat

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// str returns argument i, which must be a string or, where nothing else is given, otherwise.
func (a args) str(r *run, i int, name, otherwise string) string {
	switch v := a.arg(i, name, nil).(type) {
	case nil:
		return otherwise
	case string:
		return v
	default:
		fail(r.line, "argument %s is %s, want a string", name, kind(v))
		return ""
	}
}

// num is str for whole numbers.
func (a args) num(r *run, i int, name string, otherwise int64) int64 {
	v := a.arg(i, name, nil)
	if v == nil {
		return otherwise
	}
	n, ok := asInt(v)
	if !ok {
		fail(r.line, "argument %s is %s, want a whole number", name, kind(v))
	}
	return n
}

// most checks the number of arguments.
func (a args) most(r *run, name string, n int) {
	if len(a.pos)+len(a.named) > n {
		fail(r.line, "%s takes at most %d arguments, not %d", name, n, len(a.pos)+len(a.named))
	}
}

// stringMethods are those of Python's str.
var stringMethods = map[string]func(r *run, s string, a args) any{
	"strip":      func(r *run, s string, a args) any { return stripLeft(stripRight(s, a), a) },
	"lstrip":     func(r *run, s string, a args) any { return stripLeft(s, a) },
	"rstrip":     func(r *run, s string, a args) any { return stripRight(s, a) },
	"split":      func(r *run, s string, a args) any { return splitText(r, s, a, false) },
	"rsplit":     func(r *run, s string, a args) any { return splitText(r, s, a, true) },
	"splitlines": func(r *run, s string, a args) any { return splitLines(r, s) },
	"startswith": func(r *run, s string, a args) any { return affix(r, s, a, strings.HasPrefix) },
	"endswith":   func(r *run, s string, a args) any { return affix(r, s, a, strings.HasSuffix) },
	"upper":      func(r *run, s string, a args) any { return strings.ToUpper(s) },
	"lower":      func(r *run, s string, a args) any { return strings.ToLower(s) },
	"title":      func(r *run, s string, a args) any { return title(s) },
	"capitalize": func(r *run, s string, a args) any { return capitalize(s) },
	"replace":    func(r *run, s string, a args) any { return replace(r, s, a) },
	"removeprefix": func(r *run, s string, a args) any {
		return strings.TrimPrefix(s, a.str(r, 0, "prefix", ""))
	},
	"removesuffix": func(r *run, s string, a args) any {
		return strings.TrimSuffix(s, a.str(r, 0, "suffix", ""))
	},
	"find":    func(r *run, s string, a args) any { return place(s, strings.Index(s, a.str(r, 0, "sub", ""))) },
	"rfind":   func(r *run, s string, a args) any { return place(s, strings.LastIndex(s, a.str(r, 0, "sub", ""))) },
	"count":   func(r *run, s string, a args) any { return int64(strings.Count(s, a.str(r, 0, "sub", ""))) },
	"join":    func(r *run, s string, a args) any { return r.join(a.arg(0, "iterable", nil), s) },
	"isdigit": func(r *run, s string, a args) any { return all(s, unicode.IsDigit) },
	"isalpha": func(r *run, s string, a args) any { return all(s, unicode.IsLetter) },
	"isspace": func(r *run, s string, a args) any { return all(s, unicode.IsSpace) },
	"isalnum": func(r *run, s string, a args) any {
		return all(s, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsNumber(c) })
	},
	"isupper": func(r *run, s string, a args) any { return strings.ToUpper(s) == s && strings.ToLower(s) != s },
	"islower": func(r *run, s string, a args) any { return strings.ToLower(s) == s && strings.ToUpper(s) != s },
}

func stringMethod(s, name string) any {
	m, ok := stringMethods[name]
	if !ok {
		return nil
	}
	return &function{name, func(r *run, a args) any {
		a.most(r, name, 2)
		r.charge(len(s) / 16)
		return m(r, s, a)
	}}
}

func all(s string, is func(rune) bool) bool {
	return s != "" && strings.TrimLeftFunc(s, is) == ""
}

func stripLeft(s string, a args) string {
	if chars, ok := a.arg(0, "chars", nil).(string); ok {
		return strings.TrimLeft(s, chars)
	}
	return strings.TrimLeftFunc(s, unicode.IsSpace)
}

func stripRight(s string, a args) string {
	if chars, ok := a.arg(0, "chars", nil).(string); ok {
		return strings.TrimRight(s, chars)
	}
	return strings.TrimRightFunc(s, unicode.IsSpace)
}

// affix is startswith and endswith, of a string or any of a tuple.
func affix(r *run, s string, a args, has func(s, part string) bool) bool {
	l, ok := a.arg(0, "prefix", nil).(*list)
	if !ok {
		return has(s, a.str(r, 0, "prefix", ""))
	}
	for _, x := range l.items {
		part, ok := x.(string)
		if !ok {
			fail(r.line, "the beginning or end of a string is %s, want a string", kind(x))
		}
		if has(s, part) {
			return true
		}
	}
	return false
}

// splitText is split and rsplit.
func splitText(r *run, s string, a args, fromRight bool) any {
	most := int(min(max(a.num(r, 1, "maxsplit", -1), -1), 1<<30))
	sep, spaces := a.arg(0, "sep", nil), false
	if sep == nil {
		sep, spaces = " ", true
	}
	by, ok := sep.(string)
	if !ok || by == "" {
		fail(r.line, "split by %s, want a string that is not empty", kind(sep))
	}
	n := strings.Count(s, by) + 1
	if spaces {
		n += strings.Count(s, "\n") + strings.Count(s, "\t") + strings.Count(s, "\r")
	}
	r.slots(n)
	var parts []string
	switch {
	case spaces && most < 0:
		parts = strings.Fields(s)
	case spaces:
		fail(r.line, "split by white space a number of times is not supported")
	case most < 0:
		parts = strings.Split(s, by)
	case !fromRight:
		parts = strings.SplitN(s, by, most+1)
	default:
		for ; most > 0; most-- {
			k := strings.LastIndex(s, by)
			if k < 0 {
				break
			}
			parts = append(parts, s[k+len(by):])
			s = s[:k]
		}
		parts = append(parts, s)
		slices.Reverse(parts)
	}
	l := &list{}
	for _, p := range parts {
		l.items = append(l.items, p)
	}
	return l
}

func splitLines(r *run, s string) any {
	l := &list{}
	r.slots(strings.Count(s, "\n") + strings.Count(s, "\r") + 1)
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	for line := range strings.Lines(s) {
		l.items = append(l.items, strings.TrimSuffix(line, "\n"))
	}
	return l
}

func replace(r *run, s string, a args) string {
	old, with := a.str(r, 0, "old", ""), a.str(r, 1, "new", "")
	r.room(len(s) + strings.Count(s, old)*len(with))
	return strings.ReplaceAll(s, old, with)
}

// place turns a byte offset into one in characters.
func place(s string, i int) int64 {
	if i < 0 {
		return -1
	}
	return int64(utf8.RuneCountInString(s[:i]))
}

func capitalize(s string) string {
	r, w := utf8.DecodeRuneInString(s)
	if w == 0 {
		return s
	}
	return string(unicode.ToTitle(r)) + strings.ToLower(s[w:])
}

func title(s string) string {
	inside := false
	return strings.Map(func(c rune) rune {
		before := inside
		if inside = unicode.IsLetter(c); before {
			return unicode.ToLower(c)
		}
		return unicode.ToTitle(c)
	}, s)
}

// join is separator.join(v).
func (r *run) join(v any, separator string) string {
	var b strings.Builder
	for i, x := range r.iterate(v) {
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(r.charged(x))
		r.fits(b.Len())
	}
	return b.String()
}
