package generate

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"brick/generate/grammar"
	"brick/token"
)

// words is the texts of a vocabulary, made once, when a grammar first asks for them.
type words struct {
	once  sync.Once
	vocab *grammar.Vocab
	err   error
}

// form is how far a text has come in its grammar.
type form struct {
	matcher *grammar.Matcher
	state   grammar.State
	mask    grammar.Mask // tokens that may follow; set by look
	ends    []int32
	says    func(id int32) []byte
}

// form is what o says a text must be, nil if nothing. ends are allowed where the text may end.
func (w *words) form(tok token.Tokenizer, ends []int32, o Sampling) (*form, error) {
	g, err := o.form()
	if g == nil || err != nil {
		return nil, err
	}
	w.once.Do(func() {
		if w.err = joins(tok); w.err == nil {
			w.vocab = grammar.NewVocab(tok.Vocab(), func(id int32) []byte {
				if tok.IsSpecial(id) {
					return nil // it is not part of what is shown
				}
				return tok.AppendBytes(nil, id)
			})
		}
	})
	if w.err != nil {
		return nil, w.err
	}
	m := grammar.NewMatcher(g, w.vocab)
	return &form{matcher: m, state: m.Start(), ends: ends, says: func(id int32) []byte { return tok.AppendBytes(nil, id) }}, nil
}

// joins reports a tokenizer whose texts are more than the bytes of their tokens one after the other.
func joins(tok token.Tokenizer) error {
	var ids []int32
	for id := int32(0); int(id) < tok.Vocab() && len(ids) < 16; id++ {
		if t := string(tok.AppendBytes(nil, id)); !tok.IsSpecial(id) && strings.TrimSpace(t) != "" {
			ids = append(ids, id)
		}
	}
	want := []byte{}
	for i, id := range ids {
		if i == 0 {
			want = tok.Decode(ids[:1])
			continue
		}
		want = tok.AppendBytes(want, id)
	}
	if got := tok.Decode(ids); !slices.Equal(got, want) {
		return fmt.Errorf("generate: grammar: the tokenizer's texts are not the bytes of its tokens joined: it makes %q of %q", got, want)
	}
	return nil
}

// look finds what may follow.
func (f *form) look() (err error) {
	f.mask, err = f.matcher.Allowed(f.state)
	if err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	return nil
}

func (f *form) has(id int32) bool {
	return slices.Contains(f.ends, id) || f.mask.Has(id) // whether it may end is asked by mayEnd
}

func (f *form) mayEnd() bool { return f.matcher.Accepts(f.state) }

// add goes on with a token and reports whether nothing can follow it.
func (f *form) add(id int32) (whole bool) {
	f.state = f.matcher.Step(f.state, f.says(id))
	return f.matcher.Complete(f.state)
}

// dryBreakers are the texts that repetitions do not go across if nothing is said.
var dryBreakers = []string{"\n", ":", "\"", "*"}

// breaker tells of each token of a text, one after the other, whether a break ends in it.
func breaker(breaks []string, says func(id int32) string) func(id int32) bool {
	if breaks == nil {
		breaks = dryBreakers
	}
	before := "" // as much of the text as a break may have begun in
	return func(id int32) bool {
		text := before + says(id)
		met := false
		for _, b := range breaks {
			// A break that ended earlier lies wholly in before.
			from := max(len(before)-len(b)+1, 0)
			met = met || strings.Contains(text[from:], b)
		}
		before = text[max(len(text)-maxBreaker, 0):]
		return met
	}
}
