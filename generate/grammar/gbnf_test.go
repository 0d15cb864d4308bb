package grammar

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// What each construct takes and what it refuses.
func TestConstructs(t *testing.T) {
	for _, c := range []struct{ text, yes, no string }{ // texts between |
		{`root ::= "abc"`, "abc", "|ab|abcd|abd"},
		{`root ::= ""`, "", "a| "},
		{`root ::= "a" "b" | "c"`, "ab|c", "a|b|abc|"},
		{"root ::= \"a\" |\n  \"b\"", "a|b", "ab"},
		{"root ::= (\n \"a\" # one\n \"b\"\n)\n", "ab", "a"},
		{"# first\nroot ::= x # more\r\nx ::= \"é\"\n\n", "é", "e|\xc3|\xc3\xaa"},
		{`root ::= [a-c]`, "a|b|c", "d|-|ab|"},
		{`root ::= [a-]`, "a|-", "b"},
		{`root ::= [^a-c\n]`, "d|é|床|😀|\"", "a|b|\n|"},
		{`root ::= [\]\[\\\"]`, "]|[|\\|\"", "a"},
		{`root ::= [А-я]`, "Ж|а|я", "Ё|a|\xd0"},
		{`root ::= [\u4e00-\u9fff]+`, "床前|一", "a|床a|\xe5\xba"},
		{`root ::= [\U0001F600-\U0001F64F]`, "😀|🙏", "🚀|\xf0\x9f\x98"},
		{`root ::= .`, "a|é|床|😀|\n", "|ab|\xff|\xc0\x80|\xed\xa0\x80|\xf4\x90\x80\x80"},
		{`root ::= "\x41\u00e9\n\t\r\\"`, "Aé\n\t\r\\", "A"},
		{`root ::= "a"?`, "|a", "aa"},
		{`root ::= "a"*`, "|a|aaaa", "b|ab"},
		{`root ::= "a"+`, "a|aaaa", "|b"},
		{`root ::= "a"{3}`, "aaa", "|aa|aaaa"},
		{`root ::= "a"{2,}`, "aa|aaaaa", "a|"},
		{`root ::= "a"{ 1 , 3 }`, "a|aa|aaa", "|aaaa"},
		{`root ::= "a"{0}`, "", "a"},
		{`root ::= "a"{0,2} "b"`, "b|ab|aab", "aaab|a"},
		{`root ::= ("a" | "b")+ "c"`, "ac|abbac", "c|ab"},
		{`root ::= ("a"?)* "b"`, "b|aab", "a"},
		{`root ::= ("a"*)+`, "|a|aa", "b"},
		{`root ::= "a"?+`, "|aa", "b"},
		{`root ::= (e)* "b"` + "\ne ::= \"a\"?", "b|aab", "a"},
		{"root ::= \"(\" root \")\" | \"x\"", "x|((x))", "(x|((x)|"},
		{"root ::= x \",\" x\nx ::= [a-z]+", "a,b|ab,cd", ",|a,|a,b,"},
		{"root ::= \"a\" root | \"a\"", "a|aaaaaaa", "|ab"},
		{"root ::= s \"x\"\ns ::= \"a\"*", "x|aax", "a"},
		{"root ::= a-1\na-1 ::= \"1\"", "1", "a"},
	} {
		g, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		for _, s := range strings.Split(c.yes, "|") {
			if !g.Match(s) {
				t.Errorf("%s refuses %q", c.text, s)
			}
		}
		for _, s := range strings.Split(c.no, "|") {
			if g.Match(s) {
				t.Errorf("%s takes %q", c.text, s)
			}
		}
	}
}

// Every code point has exactly its own spelling.
func TestEveryCodePoint(t *testing.T) {
	for _, set := range []span{{0, utf8.MaxRune}, {0x41, 0x10abc}, {0x7f, 0x80}, {0x7ff, 0x800}, {0xfff, 0x1234}, {0xd7ff, 0xe000}, {0xffff, 0x10000}, {0x10fff, 0x50123}} {
		g, err := Parse(fmt.Sprintf(`root ::= [\U%08X-\U%08X]`, set.lo, set.hi))
		if err != nil {
			t.Fatal(err)
		}
		m := NewMatcher(g, nil)
		for r := rune(0); r <= utf8.MaxRune; r++ {
			if !utf8.ValidRune(r) {
				continue
			}
			if got, want := m.Complete(m.Step(m.Start(), utf8.AppendRune(nil, r))), r >= set.lo && r <= set.hi; got != want {
				t.Fatalf("%x–%x: %x is %v", set.lo, set.hi, r, got)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "no rule root",
		"x ::= \"a\"":                          "no rule root",
		"root = \"a\"":                         `line 1, column 6: found '=' after the name "root"; want ::=`,
		"root ::= \"a":                         "line 1, column 10: a text is not closed",
		"root ::= [a":                          "a class is not closed",
		"root ::= []":                          "holds no character",
		`root ::= [^\x00-\U0010FFFF]`:          "holds no character",
		"root ::= [z-a]":                       "the range from 'z' to 'a' is empty",
		`root ::= "\q"`:                        `the escape \q is not known`,
		`root ::= "\x4"`:                       "is no code point in 2",
		`root ::= "\ud800"`:                    "is no code point in 4",
		`root ::= "\U00110000"`:                "is no code point in 8",
		`root ::= "\u12`:                       "cut off",
		"root ::= x":                           `rule "x" is not defined`,
		"root ::= \"a\"\nroot ::= \"b\"":       `line 2, column 1: rule "root" is defined twice`,
		"root ::= (\"a\"":                      "found the end; want ) of the group begun at line 1, column 10",
		"root ::= \"a\")":                      `found ')'; want an item of rule "root"`,
		"root ::= \"a\"{":                      "found the end; want a number",
		"root ::= \"a\"{1":                     "found the end; want }",
		"root ::= \"a\"{3,2}":                  "the greater count stands first",
		"root ::= \"a\"{99999999999999999999}": "more than 65536",
		"root ::= *":                           "found '*'",
		"root ::= <think>":                     "found '<'",
		"root ::= root \"a\" | \"a\"":          `rule "root" is left-recursive`,
		"root ::= x\nx ::= y \"a\" | \"b\"\ny ::= \"c\"? x":  "left-recursive",
		"root ::= (\"\" x)\nx ::= \"a\"* root \"b\" | \"c\"": "left-recursive",
		"root ::= \"a\" root":                                `no text could complete rule "root"`,
		"root ::= \"b\" | x\nx ::= \"a\" y\ny ::= \"a\" x":   "no text could complete",
		"root ::= \"a\xff\"":                                 "not UTF-8",
		"root ::= ((\"a\"{1000}){1000}){1000}":               "more than 262144 states",
		"root ::= ((\"\"{60000}){60000}){60000}":             "more than 262144 states",
		"root ::= " + strings.Repeat("(", 300):               "nested more than 200 deep",
		strings.Repeat("#", maxText+1):                       "want at most 1048576",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %s", text, err, want)
		}
	}
}

// matches is where the rules can end that begin at a place, by trying everything: the slow second implementation.
func (p *parser) matches(e *expr, text []rune, at int) (ends []int) {
	defer func() { slices.Sort(ends); ends = slices.Compact(ends) }()
	switch e.op {
	case character:
		if at < len(text) && slices.ContainsFunc(e.set, func(s span) bool { return text[at] >= s.lo && text[at] <= s.hi }) {
			ends = []int{at + 1}
		}
	case call:
		return p.matches(p.rules[e.rule], text, at)
	case choice:
		for _, s := range e.subs {
			ends = append(ends, p.matches(s, text, at)...)
		}
	case sequence:
		ends = []int{at}
		for _, s := range e.subs {
			var next []int
			for _, i := range ends {
				next = append(next, p.matches(s, text, i)...)
			}
			slices.Sort(next)
			ends = slices.Compact(next)
		}
	case repeat:
		now := []int{at}
		for n := 0; n <= e.min+len(text)+1 && (e.max < 0 || n <= e.max) && len(now) > 0; n++ {
			if n >= e.min {
				ends = append(ends, now...)
			}
			var next []int
			for _, i := range now {
				next = append(next, p.matches(e.subs[0], text, i)...)
			}
			slices.Sort(next)
			now = slices.Compact(next)
		}
	}
	return ends
}

// randomGrammar is a few rules over the letters a, b and é.
func randomGrammar(r *rand.Rand) string {
	var expr func(depth int) string
	expr = func(depth int) string {
		switch k := r.IntN(9); {
		case depth > 3 || k < 3:
			return []string{`"a"`, `"é"`, `[ab]`, `[^a]`, `"ab"`, `""`}[r.IntN(6)]
		case k == 3:
			return "(" + expr(depth+1) + " | " + expr(depth+1) + ")"
		case k < 6:
			return expr(depth+1) + " " + expr(depth+1)
		case k == 6:
			return []string{"r1", "r2", "root"}[r.IntN(3)]
		}
		return "(" + expr(depth+1) + ")" + []string{"*", "+", "?", "{2}", "{1,}", "{1,3}"}[r.IntN(6)]
	}
	return "root ::= " + expr(0) + " | " + expr(0) + "\nr1 ::= " + expr(1) + "\nr2 ::= " + expr(1) + " | \"b\"\n"
}

// Random grammars take the words that trying everything takes.
func TestMatchEqualsSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var words [][]rune
	for n := range 5 {
		for i := range 81 {
			var w []rune
			for k := range n {
				w = append(w, []rune("abé")[i/[]int{1, 3, 9, 27}[k]%3])
			}
			words = append(words, w)
		}
	}
	tried, taken := 0, 0
	for range 400 {
		text := randomGrammar(r)
		g, err := Parse(text)
		if err != nil {
			continue // left-recursive, or endless
		}
		p := &parser{text: text, index: map[string]int{}}
		if err := p.grammar(); err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			want := slices.Contains(p.matches(p.rules[p.index["root"]], w, 0), len(w))
			if got := g.Match(string(w)); got != want {
				t.Fatalf("%s\n%q: %v, want %v", text, string(w), got, want)
			}
			tried++
			if want {
				taken++
			}
		}
	}
	if tried < 50000 || taken < 5000 {
		t.Errorf("%d words tried, %d taken", tried, taken)
	}
}

// Whatever is read as a grammar answers in bounded time and memory.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`root ::= "a" [^b-c]* (x | "")? # c`, "root ::= x{2,5}\nx ::= \"\\u00e9\" | .", "root ::= root", "root ::= \"(\" root? \")\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := Parse(text)
		if err != nil {
			return
		}
		m := NewMatcher(g, nil)
		for _, s := range []string{"", "a", "()", "((((", "é床", "{\"a\":1}", text} {
			m.Step(m.Start(), []byte(s[:min(len(s), 100)]))
		}
	})
}
