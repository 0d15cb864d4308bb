package nn

import (
	"fmt"
	"strings"

	"golang.org/x/text/width"

	"brick/kernel"
)

// A StackFault is a kind of mistake in a stack.
type StackFault string

// What is wrong with a stack.
const (
	BadNotation    StackFault = "notation" // the text cannot be read
	UnknownBlock   StackFault = "block"    // no block has this name
	BadArgument    StackFault = "argument" // an argument is missing, unknown, or has a value that fits nothing
	ShapeMismatch  StackFault = "shape"    // what comes in is not what the block takes
	OutputMismatch StackFault = "output"   // what goes out is not what the data want
	TooLarge       StackFault = "size"     // of a block or the whole
)

// StackError says what is wrong with a text in stack notation, and where.
type StackError struct {
	Fault  StackFault
	Text   string // the whole text
	Column int    // of the trouble, in characters from 1
	What   string // what was found
	Fits   string // what would fit; may be empty
}

// Error is the message with the text and a mark under the place.
func (e *StackError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "stack notation, column %d: %s", e.Column, e.What)
	if e.Fits != "" {
		b.WriteString("; " + e.Fits)
	}
	text, pad := e.window()
	fmt.Fprintf(&b, "\n    %s\n    %s^", text, strings.Repeat(" ", pad))
	return b.String()
}

// window is the part of the text around the place, on one line, and how many
// columns of a terminal stand before the place.
func (e *StackError) window() (string, int) {
	const before, after = 60, 60
	r := []rune(e.Text)
	at := min(max(e.Column-1, 0), len(r))
	lo, hi := max(at-before, 0), min(at+after, len(r))
	for i := range r {
		if r[i] < ' ' {
			r[i] = ' '
		}
	}
	head, tail := string(r[lo:at]), string(r[at:hi])
	if lo > 0 {
		head = "…" + head
	}
	if hi < len(r) {
		tail += "…"
	}
	pad := 0
	for _, c := range head {
		pad++
		if k := width.LookupRune(c).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			pad++
		}
	}
	return strings.TrimRight(head+tail, " "), pad
}

// Nearest is the name that differs least from word, if it is near enough to be what was meant.
func Nearest(word string, names []string) (string, bool) {
	best, at := 3, ""
	for _, n := range names {
		d := distance(strings.ToLower(word), n)
		if d < best && d <= (len(n)+1)/2 || d == best && at != "" && n[0] == word[0] && at[0] != word[0] {
			best, at = d, n // of two as near, the one that begins alike
		}
	}
	return at, at != ""
}

// distance is the edit distance of two names; that of a long one is not worth the time.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	return kernel.EditDistance([]byte(a), []byte(b))
}
