package grammar

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// pieces is a vocabulary of n texts: the 256 bytes, and words of one to twelve letters, digits, spaces, quotes and Chinese.
func pieces(n int) [][]byte {
	r := rand.New(rand.NewPCG(3, 9))
	list := make([][]byte, n)
	alphabet := []rune("abcdefghijklmnopqrstuvwxyz     0123456789\"{}[]:,.\n-床前明月é")
	for i := range list {
		if i < 256 {
			list[i] = []byte{byte(i)}
			continue
		}
		var w []rune
		for range 1 + r.IntN(12) {
			w = append(w, alphabet[r.IntN(len(alphabet))])
		}
		list[i] = []byte(string(w))
		if cut := len(list[i]) - r.IntN(2); cut > 0 {
			list[i] = list[i][:cut] // some end within a character
		}
	}
	list[300], list[301] = nil, list[302] // one without text, two alike
	return list
}

// The mask of the tree is what stepping through each token gives.
func TestAllowedEqualsStepping(t *testing.T) {
	list := pieces(3000)
	v := NewVocab(len(list), func(id int32) []byte { return list[id] })
	for _, c := range schemas {
		m := NewMatcher(schemaGrammar(t, c.schema), v)
		for _, text := range strings.Split(c.yes, "¦") {
			for n := 0; n <= len(text); n += 3 {
				s := m.Step(m.Start(), []byte(text[:n]))
				mask, err := m.Allowed(s)
				if err != nil {
					t.Fatal(err)
				}
				for id := range list {
					want := len(list[id]) > 0 && m.Step(s, list[id]) != Dead
					if got := mask.Has(int32(id)); got != want {
						t.Fatalf("%s after %q: token %q is %v", c.schema, text[:n], list[id], got)
					}
				}
			}
		}
	}
	if m := NewMatcher(schemaGrammar(t, `{}`), v); m.states[m.start].mask.Has(-1) || v.Len() != 3000 {
		t.Error("an id outside the vocabulary is allowed")
	}
}

// Forgetting states changes nothing.
func TestTrim(t *testing.T) {
	g := schemaGrammar(t, `{"type":"array","items":{"type":"string","minLength":3000}}`)
	m := NewMatcher(g, nil)
	a, b := m.Step(m.Start(), []byte(`["x`)), m.Start()
	most := 0
	for n := range 20000 {
		if a = m.Step(a, []byte("y")); a == Dead || m.Accepts(a) {
			t.Fatal("lost")
		}
		m.Trim(&a, &b)
		most = max(most, len(m.states))
		if n == 1000 && m.Step(a, []byte(`"`)) != Dead {
			t.Error("closed too early")
		}
	}
	if !m.Accepts(m.Step(a, []byte(`"]`))) || m.Accepts(m.Step(b, []byte(`"]`))) || !m.Accepts(m.Step(b, []byte("[]"))) || !m.Accepts(m.Step(m.Start(), []byte("[]"))) {
		t.Error("states differ after trimming")
	}
	if most > trimAt+2 {
		t.Errorf("%d states were kept", most)
	}
}

// Nesting is bounded: what would go deeper may not come, and what is open can be closed.
func TestDepthIsBounded(t *testing.T) {
	m := NewMatcher(schemaGrammar(t, `true`), nil)
	s, depth := m.Start(), 0
	for ; m.next(s, '[') != Dead; depth++ {
		s = m.next(s, '[')
		m.Trim(&s)
	}
	if depth < 200 || depth > maxDepth {
		t.Errorf("%d deep", depth)
	}
	if s = m.Step(s, []byte(strings.Repeat("]", depth))); !m.Complete(s) || m.Err() != nil {
		t.Error("not closed", m.Err())
	}
}

// Ambiguity is bounded: a grammar that can be read in ever more ways ends with an error.
func TestAmbiguityIsBounded(t *testing.T) {
	g, err := Parse(`root ::= ("a" | "a" root "b" | "a" root "c") root?`)
	if err != nil {
		t.Fatal(err)
	}
	m := NewMatcher(g, nil)
	s := m.Start()
	for n := 0; n < 100 && s != Dead; n++ {
		s = m.Step(s, []byte("a"))
	}
	if s != Dead || m.Err() == nil || !strings.Contains(m.Err().Error(), "too ambiguous") {
		t.Errorf("state %d, %v", s, m.Err())
	}
	g, err = Parse(`root ::= (("a"? "a"?){100}){100}`)
	if err != nil {
		t.Fatal(err)
	}
	if g.Match(strings.Repeat("a", 100)) {
		t.Error("matched within bounds that should not do")
	}
}

// BenchmarkAllowed is the mask of 128,000 tokens in a state that has not been met, and one that has.
func BenchmarkAllowed(b *testing.B) {
	list := pieces(128000)
	v := NewVocab(len(list), func(id int32) []byte { return list[id] })
	for _, c := range []struct{ where, schema, text string }{
		{"string", `{"properties":{"name":{"type":"string"}}}`, `{"name":"some`},
		{"count", `{"properties":{"name":{"type":"string","maxLength":500}}}`, `{"name":"some`},
		{"key", `{"properties":{"name":{"type":"string"}},"required":["name"]}`, `{`},
		{"value", `true`, `{"name": `},
	} {
		m := NewMatcher(schemaGrammar(b, c.schema), v)
		s := m.Step(m.Start(), []byte(c.text))
		for _, fresh := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/fresh=%v", c.where, fresh), func(b *testing.B) {
				for b.Loop() {
					if fresh {
						m.states[s].mask = nil
					}
					if _, err := m.Allowed(s); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
