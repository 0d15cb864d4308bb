package token

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// wordSet is what Oniguruma calls \w; the engine here draws the line elsewhere, so it is spelled out.
const wordSet = `\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}`

// portable checks that an expression means the same to Oniguruma, which Hugging Face uses, and to the engine here,
// and that no repetition without bound holds another (exponential time). It returns the expression with \w spelled
// out.
func portable(p string) (string, error) {
	if !utf8.ValidString(p) {
		return "", errors.New("not valid UTF-8")
	}
	c := checker{p: p}
	for c.at < len(p) {
		step := c.plain
		if p[c.at] == '\\' {
			step = c.escape
		} else if c.inSet {
			step = c.set
		}
		from, text := c.at, ""
		closed, err := step(&text)
		if err != nil {
			return "", fmt.Errorf("at byte %d: %w", from, err)
		}
		if text == "" {
			text = p[from:c.at]
		}
		c.out.WriteString(text)
		if !closed {
			c.inner = false
		}
	}
	if c.inSet || len(c.repeats) > 0 {
		return "", errors.New("a set or group is not closed")
	}
	return c.out.String(), nil
}

// checker goes through an expression. Each step moves at past one element, may put another text in its place, and
// says whether it closed a group.
type checker struct {
	p       string
	at      int
	out     strings.Builder
	inSet   bool
	repeats []bool // by open group: it has a repetition without bound
	inner   bool   // so has the group that was closed just now
}

// escape takes \x and what belongs to it.
func (c *checker) escape(text *string) (closed bool, err error) {
	rest := c.p[c.at:]
	if len(rest) < 2 {
		return false, errors.New(`ends in \`)
	}
	n := 2
	switch b := rest[1]; b {
	case 'w':
		*text = wordSet
		if !c.inSet {
			*text = "[" + wordSet + "]"
		}
	case 'p', 'P':
		end := strings.IndexByte(rest, '}')
		if !strings.HasPrefix(rest[2:], "{") || strings.HasPrefix(rest[2:], "{^") || end < 0 {
			return false, fmt.Errorf(`want \p{…} or \P{…}, found %.4q`, rest)
		}
		n = end + 1
	case 'x', 'u':
		if n = 4; b == 'u' {
			n = 6
		}
		if len(rest) < n || strings.Trim(rest[2:n], "0123456789abcdefABCDEF") != "" {
			return false, fmt.Errorf(`want \xHH or \uHHHH, found %.6q`, rest)
		}
	case 's', 'S', 'd', 'D', 'n', 'r', 't', 'f', 'z', 'A':
	default:
		if 'a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9' || b >= utf8.RuneSelf {
			return false, fmt.Errorf(`\%c is not supported: engines differ on it`, b)
		}
	}
	c.at += n
	return false, nil
}

// set takes a character inside [ ].
func (c *checker) set(*string) (closed bool, err error) {
	switch rest := c.p[c.at:]; {
	case rest[0] == ']':
		c.inSet = false
	case rest[0] == '[' || strings.HasPrefix(rest, "&&"):
		return false, fmt.Errorf("%q: sets inside sets are not supported", rest[0])
	}
	c.at++
	return false, nil
}

// plain takes an element outside of [ ].
func (c *checker) plain(*string) (closed bool, err error) {
	rest := c.p[c.at:]
	switch rest[0] {
	case '[':
		c.inSet = true
		c.at++
		if strings.HasPrefix(rest, "[^") {
			c.at++
		}
		if strings.HasPrefix(c.p[c.at:], "]") {
			return false, errors.New(`"[]": engines differ on it; write "[\]"`)
		}
		return false, nil
	case '(':
		n := groupOpen(rest)
		if n == 0 {
			return false, fmt.Errorf("group %.4q is not supported", rest)
		}
		if len(c.repeats) == 64 {
			return false, errors.New("groups more than 64 deep")
		}
		c.repeats = append(c.repeats, false)
		c.at += n
		return false, nil
	case ')':
		last := len(c.repeats) - 1
		if last < 0 {
			return false, errors.New("')' closes nothing")
		}
		c.inner = c.repeats[last]
		if c.repeats = c.repeats[:last]; c.inner && last > 0 {
			c.repeats[last-1] = true
		}
		c.at++
		return true, nil
	case '^':
		return false, errors.New("'^' is not supported: engines differ on it")
	case '*', '+', '{', '?':
		return false, c.repeat(rest)
	}
	c.at++
	return false, nil
}

// repeat takes a quantifier and the ? that makes it lazy.
func (c *checker) repeat(rest string) error {
	n, unbounded := quantifier(rest)
	if n < len(rest) && rest[n] == '+' {
		return fmt.Errorf("possessive quantifier %q is not supported", rest[:n+1])
	}
	if unbounded && c.inner {
		return errors.New("this repetition holds another: its time would be exponential")
	}
	if unbounded && len(c.repeats) > 0 {
		c.repeats[len(c.repeats)-1] = true
	}
	if c.at += n; n < len(rest) && rest[n] == '?' {
		c.at++
	}
	return nil
}

// groupOpen returns the length of the opening of a supported group, 0 of any other.
func groupOpen(p string) int {
	for _, open := range []string{"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"} {
		if strings.HasPrefix(p, open) {
			return len(open)
		}
	}
	if strings.HasPrefix(p, "(?") || strings.HasPrefix(p, "(*") {
		return 0
	}
	return 1
}

// quantifier returns the length of * + ? {…} at the start of p and whether it has no bound. Twenty and more counts
// as none: the time of nesting grows alike.
func quantifier(p string) (n int, unbounded bool) {
	switch p[0] {
	case '?':
		return 1, false
	case '*', '+':
		return 1, true
	}
	end := strings.IndexByte(p, '}')
	if end < 0 {
		return 1, false
	}
	var lo, hi int
	switch k, _ := fmt.Sscanf(p[:end+1], "{%d,%d}", &lo, &hi); k {
	case 2:
		return end + 1, hi >= 20
	case 1:
		return end + 1, strings.HasSuffix(p[:end], ",") || lo >= 20
	}
	return end + 1, true
}
