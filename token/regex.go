package token

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
)

// Limits of an expression this package has no scanner for.
const (
	maxPattern     = 4096            // bytes of the expression
	matchTimeout   = 2 * time.Second // of one match
	backtrackSlots = 1 << 22         // 32 MiB of backtracking
)

// foreign is an expression run by a backtracking engine, within bounds. Hugging Face runs them by Oniguruma; only
// constructs with one meaning in both are let through.
type foreign struct {
	re *regexp2.Regexp
}

func compileForeign(pattern string) (*foreign, error) {
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("expression of %d bytes, at most %d", len(pattern), maxPattern)
	}
	portable, err := portable(pattern)
	if err != nil {
		return nil, fmt.Errorf("expression %s: %w", quote(pattern), err)
	}
	re, err := regexp2.Compile(portable, regexp2.Multiline, regexp2.OptionMaxBacktrackingStackSize(backtrackSlots))
	if err != nil {
		return nil, fmt.Errorf("expression %s: %w", quote(pattern), err)
	}
	re.MatchTimeout = matchTimeout
	return &foreign{re}, nil
}

// matches calls yield for each match s[from:to], left to right.
func (f *foreign) matches(s string, yield func(from, to int)) error {
	runes := make([]rune, 0, len(s))
	offset := make([]int32, 0, len(s)+1)
	for i, r := range s { // a byte that is no character is U+FFFD to the expression
		runes, offset = append(runes, r), append(offset, int32(i))
	}
	offset = append(offset, int32(len(s)))
	err := f.re.FindRunesMatches(runes, 0, func(m regexp2.MatchView) bool {
		at, n, _ := m.GroupRange(0)
		yield(int(offset[at]), int(offset[at+n]))
		return true
	})
	if err != nil {
		return fmt.Errorf("expression %s on a text of %d bytes: %w", quote(f.re.String()), len(s), err)
	}
	return nil
}

// portable checks that an expression means the same to Oniguruma and to the engine here, that no repetition
// without bound holds another (exponential time), and spells out \w, which the two define differently.
func portable(p string) (string, error) {
	const word = `\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}`
	var out strings.Builder
	var repeats []bool // by open group: has a repetition without bound
	inner := false     // the group just closed had one
	inClass := false
	if !utf8.ValidString(p) {
		return "", fmt.Errorf("not valid UTF-8")
	}
	for i := 0; i < len(p); {
		rest := p[i:]
		n := 1
		closed := false
		switch {
		case rest[0] == '\\':
			if len(rest) < 2 {
				return "", fmt.Errorf(`ends in \`)
			}
			n = 2
			switch c := rest[1]; {
			case c == 'w' && inClass:
				out.WriteString(word)
				i += 2
				continue
			case c == 'w':
				out.WriteString("[" + word + "]")
				i += 2
				closed, inner = true, false
				continue
			case strings.IndexByte("pPsSdDrntfxuAz", c) >= 0:
				if (c == 'p' || c == 'P') && strings.HasPrefix(rest[2:], "{^") {
					return "", fmt.Errorf(`%s at byte %d is not supported; \P{…} says the same`, rest[:4], i)
				}
			case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= utf8.RuneSelf:
				return "", fmt.Errorf(`\%c at byte %d is not supported: it differs between engines`, c, i)
			}
		case inClass:
			switch {
			case rest[0] == ']':
				inClass = false
				closed, inner = true, false
			case rest[0] == '[' || strings.HasPrefix(rest, "&&"):
				return "", fmt.Errorf("%q at byte %d: sets inside sets are not supported", rest[0], i)
			}
		case rest[0] == '[':
			inClass = true
			if strings.HasPrefix(rest, "[^]") || strings.HasPrefix(rest, "[]") {
				return "", fmt.Errorf(`"[]" at byte %d differs between engines; write "[\]"`, i)
			}
			if strings.HasPrefix(rest, "[^") {
				n = 2
			}
		case rest[0] == '(':
			n = groupOpen(rest)
			if n == 0 {
				return "", fmt.Errorf("group %.4q at byte %d is not supported", rest, i)
			}
			if len(repeats) == 64 {
				return "", fmt.Errorf("more than 64 groups deep")
			}
			repeats = append(repeats, false)
		case rest[0] == ')':
			if len(repeats) == 0 {
				return "", fmt.Errorf("')' at byte %d closes nothing", i)
			}
			last := len(repeats) - 1
			inner, closed = repeats[last], true
			repeats = repeats[:last]
			if inner && last > 0 {
				repeats[last-1] = true
			}
		case rest[0] == '^':
			return "", fmt.Errorf("'^' at byte %d differs between engines", i)
		case rest[0] == '*' || rest[0] == '+' || rest[0] == '{':
			var unbounded bool
			n, unbounded = quantifier(rest)
			if i+n < len(p) && p[i+n] == '+' {
				return "", fmt.Errorf("possessive quantifier %q at byte %d is not supported", p[i:i+n+1], i)
			}
			if unbounded && inner {
				return "", fmt.Errorf("the repetition at byte %d holds another: its time would be exponential", i)
			}
			if unbounded && len(repeats) > 0 {
				repeats[len(repeats)-1] = true
			}
		case rest[0] == '?' && i+1 < len(p) && p[i+1] == '+':
			return "", fmt.Errorf("possessive quantifier %q at byte %d is not supported", rest[:2], i)
		}
		if !closed {
			inner = false
		}
		out.WriteString(rest[:n])
		i += n
	}
	if inClass || len(repeats) > 0 {
		return "", fmt.Errorf("a set or group is not closed")
	}
	return out.String(), nil
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

// quantifier returns the length of * + {…} at the start of p and whether it has no bound. Twenty and more counts as
// none: the time of nesting grows alike.
func quantifier(p string) (n int, unbounded bool) {
	if p[0] != '{' {
		return 1, true
	}
	end := strings.IndexByte(p, '}')
	if end < 0 {
		return 1, false
	}
	var lo, hi int
	switch k, _ := fmt.Sscanf(p[:end+1], "{%d,%d}", &lo, &hi); {
	case k == 2:
		return end + 1, hi >= 20
	case k == 1:
		return end + 1, strings.HasSuffix(p[:end], ",") || lo >= 20
	}
	return end + 1, true
}
