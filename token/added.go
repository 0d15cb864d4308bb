package token

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An AddedToken is a piece matched in the text itself, before anything else is done to it, such as <|endoftext|>.
type AddedToken struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"` // only where no word character touches it
	LStrip     bool   `json:"lstrip"`      // takes the white space before it along
	RStrip     bool   `json:"rstrip"`      // takes the white space after it along
	Normalized bool   `json:"normalized"`  // matched after normalisation, itself normalised
	Special    bool   `json:"special"`     // left out where special tokens are skipped
}

// maxAdded bounds the length of an added token, and with it the time to look for one at each place of a text.
const maxAdded = 512

// addedSet finds added tokens, the leftmost first and the longest of those: their contents in order, in which the
// ones that begin like the text are a range that narrows byte by byte. It takes no memory beside the list.
type addedSet struct {
	text   []string // in order
	tokens []AddedToken
	first  [257]int32 // text[first[b]:first[b+1]] begin with byte b
	one    int        // the only first byte there is, or -1
}

// newAddedSet looks for contents[i] to find tokens[i].
func newAddedSet(contents []string, tokens []AddedToken) *addedSet {
	if len(tokens) == 0 {
		return nil
	}
	order := make([]int, len(tokens))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(contents[a], contents[b]) })
	s := &addedSet{one: -1}
	for _, i := range order {
		s.text, s.tokens = append(s.text, contents[i]), append(s.tokens, tokens[i])
		s.first[int(contents[i][0])+1]++
	}
	for b := range 256 {
		if int(s.first[b+1]) == len(tokens) {
			s.one = b
		}
	}
	for b := range 256 {
		s.first[b+1] += s.first[b]
	}
	return s
}

// match returns the longest token text[i:] begins with and its end, or nil.
func (s *addedSet) match(text string, i int) (*AddedToken, int) {
	lo, hi := s.first[text[i]], s.first[int(text[i])+1]
	found, end := -1, 0
	for d := 1; lo < hi; d++ {
		for lo < hi && len(s.text[lo]) == d {
			found, end = int(lo), i+d
			lo++
		}
		if lo == hi || i+d == len(text) {
			break
		}
		b := text[i+d]
		in := s.text[lo:hi]
		n, _ := slices.BinarySearchFunc(in, b, func(t string, b byte) int { return int(t[d]) - int(b) })
		m, _ := slices.BinarySearchFunc(in, int(b)+1, func(t string, b int) int { return int(t[d]) - b })
		lo, hi = lo+int32(n), lo+int32(m)
	}
	if found < 0 {
		return nil, 0
	}
	return &s.tokens[found], end
}

// split cuts text at its added tokens: plain is called for what lies between, with its place, token for each token.
// A nil set finds none.
func (s *addedSet) split(text string, plain func(from, to int), token func(*AddedToken)) {
	s.splitGuarded(text, nil, plain, token)
}

// splitGuarded is split without the special tokens that have a guard in them, a place in text. Guards are in order.
func (s *addedSet) splitGuarded(text string, guards []int, plain func(from, to int), token func(*AddedToken)) {
	from, i := 0, 0
	for s != nil && i < len(text) {
		if s.one >= 0 {
			k := strings.IndexByte(text[i:], byte(s.one))
			if k < 0 {
				break
			}
			i += k
		}
		t, end := s.match(text, i)
		if t == nil {
			i++
			continue
		}
		if t.SingleWord && touchesWord(text[:i], text[end:]) {
			i = end
			continue
		}
		if t.Special && len(within(guards, i, end)) > 0 {
			i++
			continue
		}
		start := i
		if t.LStrip {
			start = from + len(strings.TrimRightFunc(text[from:i], unicode.IsSpace))
		}
		if t.RStrip {
			end = len(text) - len(strings.TrimLeftFunc(text[end:], unicode.IsSpace))
		}
		if from < start {
			plain(from, start)
		}
		token(t)
		from, i = end, end
	}
	if from < len(text) {
		plain(from, len(text))
	}
}

// touchesWord reports whether a word character ends before or begins after.
func touchesWord(before, after string) bool {
	b, _ := utf8.DecodeLastRuneInString(before)
	a, _ := utf8.DecodeRuneInString(after)
	return before != "" && isWord(b) || after != "" && isWord(a)
}

// spans reports whether a token might reach across the end of a line, so that text can't be cut there.
func (s *addedSet) spansLines() bool {
	return s != nil && slices.ContainsFunc(s.tokens, func(t AddedToken) bool {
		return t.SingleWord || t.LStrip || t.RStrip || strings.ContainsAny(t.Content, "\r\n")
	})
}
