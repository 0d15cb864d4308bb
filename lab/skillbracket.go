package lab

import (
	"bytes"
	"hash/fnv"
	"unicode/utf8"

	"brick/data"
	"brick/grad"
	"brick/token"
)

// closes maps an opening bracket to the one that closes it.
var closes = map[rune]rune{
	'(': ')', '[': ']', '{': '}',
	'（': '）', '「': '」', '『': '』', '《': '》', '〈': '〉', '【': '】', '〔': '〕',
}

// Bounds of the measurement of brackets.
const (
	fewBrackets    = 200  // places below which nothing is said
	manyBrackets   = 1000 // places that are enough
	bracketWindows = 128  // windows that the model reads
	bracketsLooked = 4096 // windows that are searched
	oneBracket     = 0.95 // share of one bracket above which there is nothing to know
)

// A place is where the text goes on with a closing bracket: position at of a window.
type place struct {
	window, at int
	need       rune
}

// brackets measures whether brackets are closed by what opened them, at the places found in windows of held in an order
// that is always the same.
func (e *exam) brackets(tok token.Tokenizer, held data.Set) (name string, s score, err error) {
	name = "brackets"
	if tok == nil || held.Len() == 0 {
		return name, s, nil
	}
	closers := closersOf(tok, e.vocab)
	if len(closers.ids) == 0 {
		return name, s, nil
	}
	ids, places, err := e.bracketPlaces(tok, held, closers)
	if err != nil || len(places) < fewBrackets {
		return name, s, err
	}
	count := map[rune]int{}
	for _, p := range places {
		count[p.need]++
	}
	if s.base = mostly(count, len(places)); s.base > oneBracket {
		return name, score{}, nil
	}
	rows := e.rows(e.window)
	for first := 0; len(places) > 0; first += rows {
		n := min(rows, len(ids)/e.window-first)
		logits, err := e.ask(ids[first*e.window:(first+n)*e.window], n, e.window)
		if err != nil {
			return name, s, err
		}
		for len(places) > 0 && places[0].window < first+n {
			p := places[0]
			at := ((p.window-first)*e.window + p.at) * e.vocab
			s.mark(closers.judge(logits[at:at+e.vocab], p.need))
			places = places[1:]
		}
	}
	return name, s, nil
}

// bracketPlaces looks for places, and returns the windows that have some, one after the other.
func (e *exam) bracketPlaces(tok token.Tokenizer, held data.Set, c *closers) (ids []int32, places []place, err error) {
	order := data.NewPermutation(held.Len(), streamKey("brackets"))
	var b data.Batch
	n := 0
	for i := range min(held.Len(), bracketsLooked) {
		if err := e.ctx.Err(); err != nil {
			return nil, nil, err
		}
		if err := held.Read(&b, []int{order.At(i)}, 0); err != nil {
			return nil, nil, err
		}
		found := c.find(tok, b.IDs, b.Labels, n)
		if len(found) == 0 {
			continue
		}
		ids, places = append(ids, b.IDs...), append(places, found...)
		if n++; n == bracketWindows || len(places) >= manyBrackets {
			break
		}
	}
	return ids, places, nil
}

// closers are the tokens that begin with a closing bracket, after spaces if any.
type closers struct {
	ids     []int32
	bracket map[int32]rune // by id
	closing map[rune]bool
	chosen  []grad.Float // memory of judge
	right   []grad.Float
}

func closersOf(tok token.Tokenizer, vocab int) *closers {
	c := &closers{bracket: map[int32]rune{}, closing: map[rune]bool{}}
	for _, end := range closes {
		c.closing[end] = true
	}
	for id := range int32(vocab) {
		if tok.IsSpecial(id) {
			continue
		}
		r, _ := utf8.DecodeRune(bytes.TrimLeft(tok.AppendBytes(nil, id), " \t\r\n"))
		if c.closing[r] {
			c.ids, c.bracket[id] = append(c.ids, id), r
		}
	}
	return c
}

// find lists the places of one window at which next goes on with the bracket that closes the innermost open one. Brackets
// that do not fit each other, such as those in a text that speaks of brackets, close all.
func (c *closers) find(tok token.Tokenizer, ids, next []int32, window int) (found []place) {
	var open []rune // what would close them, the innermost last
	var text []byte // of a character that is not whole yet
	for k, id := range ids {
		if tok.IsSpecial(id) {
			open, text = open[:0], text[:0]
			continue
		}
		for text = tok.AppendBytes(text, id); utf8.FullRune(text); {
			r, n := utf8.DecodeRune(text)
			text = text[n:]
			if end, ok := closes[r]; ok {
				open = append(open, end)
			} else if c.closing[r] {
				if len(open) > 0 && open[len(open)-1] == r {
					open = open[:len(open)-1]
				} else {
					open = open[:0]
				}
			}
		}
		if next[k] == data.Ignore || len(open) == 0 || len(text) > 0 {
			continue
		}
		if need := open[len(open)-1]; c.bracket[next[k]] == need {
			found = append(found, place{window, k, need})
		}
	}
	return found
}

// judge compares the closing brackets by their logits: whether the likeliest token has the one that is needed, and the
// log-probability of its tokens among all that close.
func (c *closers) judge(logits []grad.Float, need rune) (right bool, logP float64) {
	c.chosen, c.right = c.chosen[:0], c.right[:0]
	best := c.ids[0]
	for _, id := range c.ids {
		z := logits[id]
		if z > logits[best] {
			best = id
		}
		c.chosen = append(c.chosen, z)
		if c.bracket[id] == need {
			c.right = append(c.right, z)
		}
	}
	return c.bracket[best] == need, logSum(c.right) - logSum(c.chosen)
}

// streamKey turns a name into the key of a random stream.
func streamKey(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}
