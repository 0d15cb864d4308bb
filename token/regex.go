package token

import (
	"fmt"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// Limits of an expression this package has no scanner for.
const (
	maxPattern     = 4096        // bytes of the expression
	matchTimeout   = time.Second // of one match
	backtrackSlots = 1 << 22     // 32 MiB of backtracking
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
