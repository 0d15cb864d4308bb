package prompt

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// text is what is being written: characters as a reader counts them, and a cursor before one of them.
type text struct {
	chars []string
	at    int
}

func (t *text) String() string { return strings.Join(t.chars, "") }

// set replaces everything; the cursor comes last.
func (t *text) set(s string) { t.chars, t.at = clusters(s), 0; t.at = len(t.chars) }

// insert puts s at the cursor; an accent joins the character before it.
func (t *text) insert(s string) {
	before, after := strings.Join(t.chars[:t.at], "")+s, strings.Join(t.chars[t.at:], "")
	all := clusters(before + after)
	for t.at = 0; t.at < len(all) && len(before) > 0; t.at++ {
		before = before[min(len(all[t.at]), len(before)):]
	}
	t.chars = all
}

func clusters(s string) (list []string) {
	state := -1
	for s != "" {
		var c string
		c, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		list = append(list, c)
	}
	return list
}

// cut removes the characters between two places and returns them.
func (t *text) cut(from, to int) string {
	s := strings.Join(t.chars[from:to], "")
	t.chars = append(t.chars[:from:from], t.chars[to:]...)
	t.at = from
	return s
}

// lineStart and lineEnd are the ends of the cursor's line.
func (t *text) lineStart() int {
	i := t.at
	for i > 0 && t.chars[i-1] != "\n" {
		i--
	}
	return i
}

func (t *text) lineEnd() int {
	i := t.at
	for i < len(t.chars) && t.chars[i] != "\n" {
		i++
	}
	return i
}

// wordLeft and wordRight are the ends of the words beside the cursor.
func (t *text) wordLeft() int {
	i := t.at
	for i > 0 && !isWord(t.chars[i-1]) {
		i--
	}
	for i > 0 && isWord(t.chars[i-1]) {
		i--
	}
	return i
}

func (t *text) wordRight() int {
	i := t.at
	for i < len(t.chars) && !isWord(t.chars[i]) {
		i++
	}
	for i < len(t.chars) && isWord(t.chars[i]) {
		i++
	}
	return i
}

func isWord(c string) bool {
	r, _ := utf8.DecodeRuneInString(c)
	return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_'
}

// vertical moves the cursor a line up or down, to the nearest column, and says whether there was one.
func (t *text) vertical(down bool) bool {
	column := 0
	for _, c := range t.chars[t.lineStart():t.at] {
		column += width(c)
	}
	old := t.at
	if down {
		if t.at = t.lineEnd(); t.at == len(t.chars) {
			t.at = old
			return false
		}
		t.at++
	} else {
		if t.at = t.lineStart(); t.at == 0 {
			t.at = old
			return false
		}
		t.at--
		t.at = t.lineStart()
	}
	for n := 0; t.at < len(t.chars) && t.chars[t.at] != "\n"; t.at++ {
		if n += width(t.chars[t.at]); n > column {
			break
		}
	}
	return true
}

// shown is how a character looks: a tab is spaces, a control is spelled out.
func shown(c string) string {
	switch {
	case c == "\t":
		return "    "
	case len(c) == 1 && (c[0] < ' ' || c[0] == 0x7f):
		return "^" + string(rune(c[0]^0x40))
	}
	return Printable(c)
}

func width(c string) int { return uniseg.StringWidth(shown(c)) }

// Printable is s without the control characters that would steer a terminal; line ends and tabs stay.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (r < ' ' || r >= 0x7f && r < 0xa0) {
			return -1
		}
		return r
	}, s)
}
