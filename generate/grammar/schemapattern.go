package grammar

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// pattern is the inside of a string that a regular expression of ECMA-262 matches somewhere, or, with ^ and $, as a whole.
// What Go's syntax reads otherwise, or has no place in a grammar, is refused.
func (c *converter) pattern(text string) (string, error) {
	ours, err := fromECMA(text)
	if err != nil {
		return "", err
	}
	re, err := syntax.Parse(ours, syntax.Perl)
	if err != nil {
		return "", fmt.Errorf("%q is not supported: %w", text, err)
	}
	alternatives := []*syntax.Regexp{re}
	if re.Op == syntax.OpAlternate {
		alternatives = re.Sub
	}
	var parts []string
	for _, a := range alternatives {
		items := []*syntax.Regexp{a}
		if a.Op == syntax.OpConcat {
			items = a.Sub
		}
		before, after := c.use("char")+"*", c.use("char")+"*"
		if len(items) > 0 && items[0].Op == syntax.OpBeginText {
			items, before = items[1:], ""
		}
		if n := len(items); n > 0 && items[n-1].Op == syntax.OpEndText {
			items, after = items[:n-1], ""
		}
		body, err := c.concat(items)
		if err != nil {
			return "", fmt.Errorf("%q: %w", text, err)
		}
		parts = append(parts, strings.TrimSpace(before+" "+body+" "+after))
	}
	return "(" + strings.Join(parts, " | ") + ")", nil
}

// ecmaSpace is what \s means in ECMA-262.
const ecmaSpace = `\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`

// fromECMA spells an expression so that Go reads what ECMA-262 means by it.
func fromECMA(text string) (string, error) {
	var b strings.Builder
	class := false
	for i := 0; i < len(text); i++ {
		ch := text[i]
		switch {
		case ch == '\\' && i+1 < len(text):
			i++
			switch e := text[i]; {
			case e == 's' && class:
				b.WriteString(ecmaSpace)
			case e == 's':
				b.WriteString("[" + ecmaSpace + "]")
			case e == 'S' && !class:
				b.WriteString("[^" + ecmaSpace + "]")
			case e == 'u' && i+4 < len(text):
				fmt.Fprintf(&b, `\x{%s}`, text[i+1:i+5])
				i += 4
			case e == '/' || e == '-':
				b.WriteString(`\x{` + fmt.Sprintf("%x", e) + "}")
			case e == 'x' && !strings.HasPrefix(text[i:], "x{"), strings.IndexByte(`dDwWtnrfv`, e) >= 0, !isWord(e) && e < utf8.RuneSelf && e != '_':
				b.WriteString(`\` + string(e))
			default:
				return "", fmt.Errorf("the escape \\%c is not supported", e)
			}
		case ch == '[':
			if class || strings.HasPrefix(text[i:], "[]") || strings.HasPrefix(text[i:], "[^]") {
				if !class {
					return "", fmt.Errorf("an empty class is not supported")
				}
				b.WriteByte('\\')
			}
			class = true
			b.WriteByte('[')
		case ch == ']':
			class = false
			b.WriteByte(']')
		case !class && strings.HasPrefix(text[i:], "(?") && !strings.HasPrefix(text[i:], "(?:"):
			return "", fmt.Errorf("groups with (? other than (?: are not supported")
		default:
			b.WriteByte(ch)
		}
	}
	return b.String(), nil
}

func (c *converter) concat(items []*syntax.Regexp) (string, error) {
	var parts []string
	for _, r := range items {
		s, err := c.regexp(r)
		if err != nil {
			return "", err
		}
		parts = append(parts, s)
	}
	if len(parts) == 0 {
		return `""`, nil
	}
	return strings.Join(parts, " "), nil
}

// regexp is an expression as an item of a sequence.
func (c *converter) regexp(r *syntax.Regexp) (string, error) {
	switch r.Op {
	case syntax.OpEmptyMatch:
		return `""`, nil
	case syntax.OpLiteral:
		if r.Flags&syntax.FoldCase != 0 {
			return "", fmt.Errorf("either case is not supported")
		}
		var parts []string
		for _, ch := range r.Rune {
			p, err := inString([]span{{ch, ch}})
			if err != nil {
				return "", err
			}
			parts = append(parts, p)
		}
		return strings.Join(parts, " "), nil
	case syntax.OpCharClass:
		var set []span
		for i := 0; i+1 < len(r.Rune); i += 2 {
			set = append(set, span{r.Rune[i], r.Rune[i+1]})
		}
		return inString(normal(set))
	case syntax.OpAnyCharNotNL:
		return inString(complement([]span{{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}))
	case syntax.OpConcat:
		body, err := c.concat(r.Sub)
		return "(" + body + ")", err
	case syntax.OpAlternate:
		var parts []string
		for _, s := range r.Sub {
			p, err := c.regexp(s)
			if err != nil {
				return "", err
			}
			parts = append(parts, p)
		}
		return "(" + strings.Join(parts, " | ") + ")", nil
	case syntax.OpBeginText, syntax.OpEndText:
		return "", fmt.Errorf("^ and $ are supported at the ends of the whole only")
	}
	counts := map[syntax.Op]string{syntax.OpCapture: "", syntax.OpStar: "*", syntax.OpPlus: "+", syntax.OpQuest: "?",
		syntax.OpRepeat: counts(r.Min, r.Max)}
	count, ok := counts[r.Op]
	if !ok {
		return "", fmt.Errorf("%s is not supported", r)
	}
	body, err := c.regexp(r.Sub[0])
	return "(" + body + ")" + count, err
}

// escapes are the characters that JSON has a short spelling for.
var escapes = map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\b': `\b`, '\f': `\f`}

// inString is a set of characters as JSON spells them in a string: plain where it can. Surrogates are in no text.
func inString(set []span) (string, error) {
	var plain strings.Builder
	var parts []string
	hidden := func(r rune) bool { return r < 0x20 || r == '"' || r == '\\' }
	for _, s := range set {
		for r := s.lo; r <= min(s.hi, '\\'); r++ {
			if e, ok := escapes[r]; ok {
				parts = append(parts, quote(e))
			} else if hidden(r) {
				parts = append(parts, quote(fmt.Sprintf(`\u%04x`, r)))
			}
		}
		cuts := []rune{s.lo, 0x20, '"', '"' + 1, '\\', '\\' + 1, 0xd800, 0xe000, s.hi + 1}
		cuts = slices.DeleteFunc(cuts, func(r rune) bool { return r < s.lo || r > s.hi+1 })
		slices.Sort(cuts)
		for i := range len(cuts) - 1 {
			lo, hi := cuts[i], cuts[i+1]-1
			if lo > hi || hidden(lo) || lo >= 0xd800 && lo < 0xe000 {
				continue
			}
			fmt.Fprintf(&plain, `\U%08X-\U%08X`, lo, hi)
		}
	}
	if plain.Len() > 0 {
		parts = append([]string{"[" + plain.String() + "]"}, parts...)
	}
	if len(parts) == 0 {
		return "", fmt.Errorf("a class holds no character")
	}
	return "(" + strings.Join(parts, " | ") + ")", nil
}
