package generate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"brick/device/cpu"
	"brick/model"
	"brick/nn"
	"brick/token"
)

// person is what the schema of TestSchemaOfARandomModel describes.
type person struct {
	Name string   `json:"name"`
	Age  *int     `json:"age"`
	Tags []string `json:"tags"`
	Next *person  `json:"next"`
}

const personSchema = `{"type":"object","properties":{
	"name":{"type":"string","minLength":1,"maxLength":6},
	"age":{"type":"integer","minimum":-3,"maximum":120},
	"tags":{"type":"array","items":{"enum":["red","grün","蓝"]},"minItems":1,"maxItems":3},
	"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},
	"required":["name","tags"],"additionalProperties":false}`

// holds checks a person against the schema, by hand.
func (p *person) holds() error {
	if n := len([]rune(p.Name)); n < 1 || n > 6 {
		return fmt.Errorf("the name has %d characters", n)
	}
	if p.Age != nil && (*p.Age < -3 || *p.Age > 120) {
		return fmt.Errorf("aged %d", *p.Age)
	}
	if len(p.Tags) < 1 || len(p.Tags) > 3 {
		return fmt.Errorf("%d tags", len(p.Tags))
	}
	for _, tag := range p.Tags {
		if !slices.Contains([]string{"red", "grün", "蓝"}, tag) {
			return fmt.Errorf("tag %q", tag)
		}
	}
	if p.Next != nil {
		return p.Next.holds()
	}
	return nil
}

// Whatever a model of random weights writes under a schema is JSON that the schema accepts, byte by byte and with
// tokens of several characters, however it is drawn.
func TestSchemaOfARandomModel(t *testing.T) {
	bpe, err := token.TrainBPE(func(yield func(string) bool) {
		yield(strings.Repeat(`{"name": "anna", "age": 12, "tags": ["red", "grün", "蓝"], "next": null}`+"\n", 40))
	}, token.TrainConfig{Vocab: 330})
	if err != nil {
		t.Fatal(err)
	}
	seeds := 40
	if testing.Short() {
		seeds = 8
	}
	for name, tok := range map[string]token.Tokenizer{"bytes": bytesTokenizer(t), "BPE": bpe} {
		m, err := model.New(llama, nn.Input{Vocab: tok.Vocab()})
		if err != nil {
			t.Fatal(err)
		}
		nn.Build(m, 3)
		ended, long := 0, 0
		for seed := range seeds {
			s := NewSession(m, tok, 0, nil)
			o := Sampling{Max: 600, Seed: uint64(seed), Temperature: 0.3 + float64(seed%4), TopP: 0.98, RepeatPenalty: 1.1, Schema: json.RawMessage(personSchema)}
			ids, text, last, err := collect(s.Stream(context.Background(), "{", o))
			if err != nil {
				t.Fatal(err)
			}
			if last.Reason == Length {
				continue
			}
			if ended++; len(ids) < len(text) {
				long++
			}
			var p person
			d := json.NewDecoder(strings.NewReader(text))
			d.DisallowUnknownFields()
			if err := d.Decode(&p); err != nil || d.More() {
				t.Fatalf("%s, seed %d: %s: %v", name, seed, text, err)
			}
			if err := p.holds(); err != nil {
				t.Fatalf("%s, seed %d: %s: %v", name, seed, text, err)
			}
			if last.Reason != Whole {
				t.Errorf("%s, seed %d ended by %s", name, seed, last.Reason)
			}
		}
		if ended < seeds/2 || name == "BPE" && long == 0 {
			t.Errorf("%s: %d of %d ended, %d with long tokens", name, ended, seeds, long)
		}
	}
}

// A grammar bends a text no further than it must: what the model would have written anyway stays, to the bit.
func TestGrammarThatAllowsAllChangesNothing(t *testing.T) {
	m, tok := build(t, llama), bytesTokenizer(t)
	for _, o := range []Sampling{{Max: 40}, {Max: 40, Temperature: 1, TopK: 20, Seed: 4}} {
		o.Grammar = "root ::= [\\x00-\\x7f]*"
		bent, _, _, err := collect(NewSession(m, tok, 0, nil).Stream(context.Background(), "x", o))
		if err != nil {
			t.Fatal(err)
		}
		for i := int32(128); i < 256; i++ {
			o.Ban = append(o.Ban, i)
		}
		o.Grammar = ""
		plain, _, _, err := collect(NewSession(m, tok, 0, nil).Stream(context.Background(), "x", o))
		if err != nil || !slices.Equal(bent, plain) {
			t.Errorf("%v, want %v; %v", bent, plain, err)
		}
	}
}

// A grammar takes what the model wants least if nothing else may come, ends where nothing can follow, and a text
// may end only where it is complete.
func TestGrammarOfAScript(t *testing.T) {
	for _, c := range []struct {
		writes, grammar string
		stop            []string
		min             int
		want            string
		reason          Reason
	}{
		{"hello", `root ::= "help"`, nil, 0, "help", Whole},
		{"help", `root ::= "help" "!"?`, nil, 0, "help", EOS},
		{"床前", `root ::= "床" .`, nil, 0, "床前", Whole},
		{"", `root ::= "abc"`, nil, 0, "abc", Whole},
		{"a", `root ::= "a"*`, nil, 0, "a", EOS},
		{"a", `root ::= "a"{0,9}`, nil, 3, "aaaaaaaaa", Whole},
		{"one two", `root ::= .*`, []string{"e t"}, 0, "on", Stop},
		{"one two", `root ::= "one two"`, []string{"two"}, 0, "one ", Stop},
		{"one two", `root ::= "one"`, []string{"e t"}, 0, "one", Whole}, // what was held back is shown
	} {
		s, _ := writes(t, c.writes)
		shown, last := pieces(t, s, "x", Sampling{Grammar: c.grammar, Stop: c.stop, Min: c.min, Max: 20})
		if got := strings.Join(shown, ""); got != c.want || last.Reason != c.reason {
			t.Errorf("%q by %s: %q (%s), want %q (%s)", c.writes, c.grammar, got, last.Reason, c.want, c.reason)
		}
	}
	// Without tokens that end a text it ends all the same.
	none, err := token.NewBytes()
	if err != nil {
		t.Fatal(err)
	}
	s := NewSession(&script{vocab: 256, ids: []int32{'n', 'o'}}, none, 0, cpu.Default())
	if shown, last := pieces(t, s, "x", Sampling{Grammar: `root ::= "yes" | "no"`}); strings.Join(shown, "") != "no" || last.Reason != Whole {
		t.Errorf("%q, %s", shown, last.Reason)
	}
	// The conversation goes on after it.
	if shown, _ := pieces(t, s, "y", Sampling{Grammar: `root ::= "yes"`}); strings.Join(shown, "") != "yes" {
		t.Errorf("%q", shown)
	}
	// Where no token can follow, that is said.
	s, _ = writes(t, "a")
	_, _, _, err = collect(s.Stream(context.Background(), "x", Sampling{Grammar: `root ::= "abc"`, Ban: []int32{'b'}}))
	if err == nil || !strings.Contains(err.Error(), "may come after 1: grammar, banned_tokens and min_tokens forbid all") {
		t.Error(err)
	}
}

// spaced is a tokenizer with spaces between its tokens.
type spaced struct{ *token.Bytes }

func (s spaced) Decode(ids []int32) (b []byte) {
	for _, id := range ids {
		b = append(s.AppendBytes(b, id), ' ')
	}
	return bytes.TrimSuffix(b, []byte(" "))
}

// A tokenizer that puts more between its tokens than their bytes, and a stream without texts, refuse grammars.
func TestGrammarNeedsTexts(t *testing.T) {
	s := NewSession(&script{vocab: 257}, spaced{bytesTokenizer(t)}, 0, cpu.Default())
	if _, _, _, err := collect(s.Stream(context.Background(), "yes", Sampling{Grammar: `root ::= "yes"`})); err == nil || !strings.Contains(err.Error(), "not the bytes of its tokens joined") {
		t.Error(err)
	}
	for _, o := range []Sampling{{Stop: []string{"a"}}, {Grammar: `root ::= "a"`}, {Schema: []byte("true")}, {DryBreakers: []string{}}} {
		if _, _, _, err := collect(Stream(build(t, llama), ids(3, 1), o)); err == nil || !strings.Contains(err.Error(), "a stream of ids has none") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// Before so many tokens none ends a text, and the likeliest tokens are told with their texts.
func TestMinAndLogProbs(t *testing.T) {
	s, _ := writes(t, "ab")
	shown, last := pieces(t, s, "x", Sampling{Min: 5, Max: 9})
	if got := strings.Join(shown, ""); len(shown) != 6 && last.Reason != Length || !strings.HasPrefix(got, "ab\x00\x00\x00") {
		t.Errorf("%q, %s", shown, last.Reason)
	}
	s, _ = writes(t, "a床")
	n := 0
	for tok, err := range s.Stream(context.Background(), "x", Sampling{LogProbs: 3, Temperature: 0.5, TopK: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		sum := math.Exp(9) + 256 // one logit is 9, the others are 0
		if len(tok.Top) != 3 || tok.Top[0].ID != tok.ID || tok.Top[0].LogProb != tok.LogProb || math.Abs(tok.LogProb-(9-math.Log(sum))) > 1e-6 || math.Abs(tok.Top[2].LogProb+math.Log(sum)) > 1e-6 {
			t.Errorf("%+v", tok)
		}
		if want := []string{"a", "\xe5", "\xba", "\x8a", "<|endoftext|>"}[n]; tok.Top[0].Text != want || !bytes.Equal([]byte(tok.Top[1].Text), []byte{0}) {
			t.Errorf("token %d: %+v", n, tok.Top)
		}
		n++
	}
	if n != 5 {
		t.Errorf("%d tokens", n)
	}
}
