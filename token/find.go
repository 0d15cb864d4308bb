package token

import (
	"strings"
	"unicode/utf8"
)

// A finder returns the first match s[from:to] of a pattern at or after s[i], or len(s) twice where there is none; a
// match is never empty. What lies between matches is a word of its own.
type finder func(s string, i int) (from, to int)

// finds is the finder of a scanner, whose words lie side by side.
func (f scanner) finds(s string, i int) (from, to int) {
	if i == len(s) {
		return i, i
	}
	return i, f(s, i)
}

// matches is the matcher of a finder.
func (f finder) matches(s string, yield func(from, to int)) error {
	for i := 0; i < len(s); {
		from, to := f(s, i)
		if from < to {
			yield(from, to)
		}
		i = to
	}
	return nil
}

// runs is a pattern of the form lead?in+ or in{1,most}, lead and in being sets of characters.
type runs struct {
	in    func(rune) bool
	lead  func(rune) bool // nil: no lead
	most  int             // characters; 0: any number
	ascii [utf8.RuneSelf]uint8
}

const (
	isIn   = 1
	isLead = 2
)

func newRuns(lead, in func(rune) bool, most int) *runs {
	p := &runs{in: in, lead: lead, most: most}
	for r := range rune(utf8.RuneSelf) {
		p.ascii[r] = p.ask(r)
	}
	return p
}

func (p *runs) ask(r rune) (is uint8) {
	if p.in(r) {
		is = isIn
	}
	if p.lead != nil && p.lead(r) {
		is |= isLead
	}
	return is
}

// at says what the character at s[i] is, and its width; i < len(s).
func (p *runs) at(s string, i int) (is uint8, w int) {
	if b := s[i]; b < utf8.RuneSelf {
		return p.ascii[b], 1
	}
	r, w := utf8.DecodeRuneInString(s[i:])
	return p.ask(r), w
}

func (p *runs) find(s string, i int) (from, to int) {
	for i < len(s) {
		is, w := p.at(s, i)
		to = i + w
		if is&isLead != 0 && to < len(s) {
			if next, v := p.at(s, to); next&isIn != 0 {
				return i, p.end(s, to+v)
			}
		}
		if is&isIn != 0 {
			return i, p.end(s, to)
		}
		i = to
	}
	return i, i
}

// end goes on to the end of a run whose first character ends before s[i].
func (p *runs) end(s string, i int) int {
	for n := 1; i < len(s) && (p.most == 0 || n < p.most); n++ {
		is, w := p.at(s, i)
		if is&isIn == 0 {
			break
		}
		i += w
	}
	return i
}

// set reads what stands between the brackets of a set of characters, such as "A-Za-zµ", and returns whether it holds
// a character. A minus stands at the beginning, as in "-_" or "!-/".
func set(text string) func(rune) bool {
	var lo, hi []rune
	chars := []rune(text)
	for i := 0; i < len(chars); i++ {
		lo, hi = append(lo, chars[i]), append(hi, chars[i])
		if i+2 < len(chars) && chars[i+1] == '-' {
			hi[len(hi)-1] = chars[i+2]
			i += 2
		}
	}
	return func(r rune) bool {
		for i := range lo {
			if lo[i] <= r && r <= hi[i] {
				return true
			}
		}
		return false
	}
}

// findEnds is \s+$ , where $ is the end of a line, as in Oniguruma: white space up to the end of the text, or up to
// the last line end of a run.
func findEnds(s string, i int) (from, to int) {
	for i < len(s) {
		c, w := at(s, i)
		if c != space {
			i += w
			continue
		}
		end := run(s, i, space)
		if end == len(s) {
			return i, end
		}
		if k := strings.LastIndexByte(s[i+w:end], '\n'); k >= 0 {
			return i, i + w + k
		}
		i = end
	}
	return i, i
}

// lineRuns is [^\n]+|[\n]+ .
func lineRuns(s string, i int) int {
	if s[i] == '\n' {
		for i < len(s) && s[i] == '\n' {
			i++
		}
		return i
	}
	if k := strings.IndexByte(s[i:], '\n'); k >= 0 {
		return i + k
	}
	return len(s)
}

// findThreeDigits is [0-9][0-9][0-9] .
func findThreeDigits(s string, i int) (from, to int) {
	for n := 0; i < len(s); i++ {
		if n++; s[i] < '0' || s[i] > '9' {
			n = 0
		}
		if n == 3 {
			return i - 2, i + 1
		}
	}
	return i, i
}

// findSpaces is two spaces and more.
func findSpaces(s string, i int) (from, to int) {
	k := strings.Index(s[i:], "  ")
	if k < 0 {
		return len(s), len(s)
	}
	for from, to = i+k, i+k+2; to < len(s) && s[to] == ' '; to++ {
	}
	return from, to
}

// findOuterSpaces is the spaces at either end of a text.
func findOuterSpaces(s string, i int) (from, to int) {
	if i == 0 && s != "" && s[0] == ' ' {
		return 0, len(s) - len(strings.TrimLeft(s, " "))
	}
	if n := len(strings.TrimRight(s[i:], " ")); n < len(s)-i {
		return i + n, len(s)
	}
	return len(s), len(s)
}
