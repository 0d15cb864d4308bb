package views

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"brick/course/lesson"
	"brick/train"
)

// asked answers a call for a learner.
func asked[Out any](t *testing.T, s *lesson.Session, c *lesson.Call, in any) (out Out) {
	t.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.Answer(t.Context(), s, raw)
	if err != nil {
		t.Fatalf("%s %s: %v", c.Name, raw, err)
	}
	if raw, err = json.Marshal(v); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsRune(string(raw), utf8.RuneError) {
		t.Errorf("%s %s answers with a broken character: %s", c.Name, raw, raw)
	}
	return v.(Out)
}

func learner(t *testing.T) *lesson.Session {
	return lesson.NewDesk(&lesson.Runs{Root: t.TempDir()}, 1).Session()
}

// Before training every view answers, of the untrained model, and says so.
func TestUntrained(t *testing.T) {
	s := learner(t)
	src := asked[Source](t, s, source, In{Text: example})
	if src.Trained || src.Tokens[0] != "<|endoftext|>" || src.Tokens[5] != "␣ball" || src.Vocab != 127 {
		t.Errorf("the source is %+v", src)
	}
	a := asked[Attend](t, s, attend, At{In: In{Text: example}, Layer: 9, Head: 9, Query: 400})
	if a.Layer != 1 || a.Head != 3 || a.Query != len(a.Tokens)-1 {
		t.Errorf("places beyond the model became layer %d, head %d, query %d", a.Layer, a.Head, a.Query)
	}
	sum := 0.0
	for _, w := range a.Weights {
		sum += float64(w)
	}
	if math.Abs(sum-1) > 1e-5 || a.Entropy < 4 || a.Entropy > math.Log2(float64(len(a.Tokens))) {
		t.Errorf("untrained weights sum to %v with %v bits; want 1, nearly even over %d tokens", sum, a.Entropy, len(a.Tokens))
	}
	if math.IsNaN(float64(a.Matrix[3][3])) || !math.IsNaN(float64(a.Matrix[3][4])) {
		t.Errorf("row 3 of the matrix is %v; want numbers up to the mask", a.Matrix[3])
	}
	h := asked[Heads](t, s, heads, HeadsIn{In{Text: example}})
	if len(h.Heads) != 8 || len(h.Heads[0].Pixels) != h.Side*h.Side || h.Side != 24 {
		t.Errorf("%d pictures of side %d", len(h.Heads), h.Side)
	}
	r := asked[Rotary](t, s, rotary, RotaryIn{At: At{In: In{Text: example}, Layer: 1, Query: 9}, Key: 30, Shift: 7})
	if !r.Rotary || r.Key != 9 || len(r.Dials) != 8 || math.Abs(r.Moved-r.Score) > 1e-5 || r.Alone[7][1] == r.Score {
		t.Errorf("rotary is %+v", r)
	}
	b := asked[Block](t, s, block, At{In: In{Text: example}, Query: -1})
	if len(b.Stages) != 1+2*3 || len(b.Units) != 10 || b.Hidden != 128 || !b.Gated {
		t.Errorf("the block is %+v", b)
	}
	for _, u := range b.Units {
		g := float64(u.Gate)
		if opened := g / (1 + math.Exp(-g)); math.Abs(opened-float64(u.Opened)) > 1e-6 || math.Abs(float64(u.Out)-opened*float64(u.Up)) > 1e-6 {
			t.Errorf("unit %d: silu(%v) is %v, times %v is %v", u.Unit, u.Gate, u.Opened, u.Up, u.Out)
		}
	}
	y := asked[Says](t, s, says, In{Text: example})
	if len(y.Rows) != 3 || len(y.Rows[0]) != len(y.Tokens) || !y.Rows[2][4].Same {
		t.Errorf("the lens has %d rows of %d", len(y.Rows), len(y.Rows[0]))
	}
	n := asked[Next](t, s, next, NextIn{In: In{Text: example}, Query: -1, Temperature: 1})
	total := n.Rest
	for _, g := range n.List {
		total += g.P
	}
	if len(n.List) != maxNext || math.Abs(total-1) > 1e-5 || n.List[0].P < n.List[1].P || y.Rows[2][len(y.Tokens)-1].Token != n.List[0].Token {
		t.Errorf("next is %+v", n)
	}
	c := asked[Cache](t, s, cache, CacheIn{In{Text: "Anna had"}, 12})
	if !c.Same || c.With.Counted != c.With.Formula || c.Without.Counted != c.Without.Formula || float64(c.With.Formula) != c.Curves[11][1] || c.With.Counted >= c.Without.Counted {
		t.Errorf("the cache is %+v", c)
	}
}

// A Chinese text in pieces of bytes is shown by whole characters and bytes.
func TestBytePieces(t *testing.T) {
	s := learner(t)
	in := In{Run: Couplets.Name, Text: "春风吹绿路，𠮷"}
	src := asked[Source](t, s, source, in)
	all := strings.Join(src.Tokens, " ")
	if !strings.Contains(all, "⟨f0⟩ ⟨a0⟩ ⟨ae⟩ ⟨b7⟩→𠮷") {
		t.Errorf("a character that the vocabulary does not have is shown as %s", all)
	}
	asked[Says](t, s, says, in)
	asked[Next](t, s, next, NextIn{In: in, Query: -1, Temperature: 1})
}

// What is out of bounds is refused, before anything is computed.
func TestRefusals(t *testing.T) {
	s := learner(t)
	for _, c := range []struct {
		call *lesson.Call
		in   string
		key  string
	}{
		{source, `{"run":"../x"}`, "refused.run"},
		{source, `{"text":"` + strings.Repeat("a", maxBytes+1) + `"}`, "refused.range"},
		{source, `{"text":"` + strings.Repeat("ball ", 600) + `"}`, "refused.long"},
		{attend, `{"layer":-1}`, "refused.range"},
		{attend, `{"query":512}`, "refused.range"},
		{rotary, `{"shift":61}`, "refused.range"},
		{next, `{"temperature":0}`, "refused.range"},
		{cache, `{"tokens":0}`, "refused.range"},
		{cache, `{"tokens":201}`, "refused.range"},
	} {
		_, err := c.call.Answer(context.Background(), s, []byte(c.in))
		var r *lesson.Refusal
		if !errors.As(err, &r) || r.Key != c.key {
			t.Errorf("%s %.60s: %v; want %s", c.call.Name, c.in, err, c.key)
		}
	}
}

// stream runs a stream and gives what it sent.
func stream[V any](t *testing.T, s *lesson.Session, c *lesson.Call, in string, stop int) (list []V, err error) {
	t.Helper()
	enough := errors.New("enough")
	err = s.Follow(t.Context(), "x", c, []byte(in), func(raw json.RawMessage) error {
		var v V
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		if list = append(list, v); len(list) == stop {
			return enough
		}
		return nil
	})
	if errors.Is(err, enough) {
		err = nil
	}
	return list, err
}

func TestStreams(t *testing.T) {
	s := learner(t)
	cuts, err := stream[Cut](t, s, ablate, `{"text":"Anna had a red ball."}`, 0)
	if err != nil || len(cuts) != 11 || cuts[10].Done != 11 || cuts[0].Of != 11 || cuts[0].Layer != -1 || cuts[0].Delta != 0 || cuts[0].Held {
		t.Errorf("ablation sent %+v, %v", cuts, err)
	}
	words, err := stream[Piece](t, s, write, `{"text":"Anna had a","tokens":9,"temperature":0}`, 0)
	if err != nil || len(words) == 0 || words[len(words)-1].End == "" || !(words[0].P > 0 && words[0].P <= 1) {
		t.Errorf("writing sent %+v, %v", words, err)
	}
	if some, err := stream[Piece](t, s, write, `{"text":"Anna had a","tokens":500,"temperature":2}`, 3); err != nil || len(some) != 3 {
		t.Errorf("a stream that is left after 3 values sent %d, %v", len(some), err)
	}
	if _, err := stream[Cut](t, s, ablate, `{"text":""}`, 0); err == nil {
		t.Error("one token alone can be measured")
	}
}

// A run of the learner's own is looked into, held-out text and all; GPT has no dials, and pictures no text.
func TestOwnRuns(t *testing.T) {
	s := learner(t)
	job := train.Job{Model: "embed(16,pos=64) 2*gpt(heads=2,ff=16) layernorm linear", Data: train.DataJob{Source: "couplets", Context: 32, Examples: 200},
		Tokenizer: train.TokenJob{Kind: "bytes"}, Steps: 2, Batch: 4, Seed: 1}
	if err := s.Runs.Train(t.Context(), "mine", job, func(*train.Run, train.Event) error { return nil }); err != nil {
		t.Fatal(err)
	}
	in := In{Run: "mine", Text: "春风"}
	a := asked[Attend](t, s, attend, At{In: in, Layer: 1, Query: -1})
	if !a.Trained || a.Heads != 2 || strings.Join(a.Tokens, " ") != "<|endoftext|> ⟨e6⟩ ⟨98⟩ ⟨a5⟩→春 ⟨e9⟩ ⟨a3⟩ ⟨8e⟩→风" {
		t.Errorf("own run: %+v", a)
	}
	if r := asked[Rotary](t, s, rotary, RotaryIn{At: At{In: in}}); r.Rotary {
		t.Error("a GPT has dials")
	}
	if b := asked[Block](t, s, block, At{In: in}); b.Gated || b.Hidden != 16 || len(b.Stages) != 7 {
		t.Errorf("a GPT's block is %+v", b)
	}
	cuts, err := stream[Cut](t, s, ablate, `{"run":"mine","text":"春风"}`, 0)
	if err != nil || len(cuts) != 1+2*3 || !cuts[0].Held || !cuts[0].Trained {
		t.Errorf("ablation of an own run sent %+v, %v", cuts, err)
	}
	xor := train.Job{Model: "linear(2) tanh linear", Data: train.DataJob{Source: "xor"}, Steps: 1}
	if err := s.Runs.Train(t.Context(), "xor", xor, func(*train.Run, train.Event) error { return nil }); err != nil {
		t.Fatal(err)
	}
	_, err = source.Answer(t.Context(), s, []byte(`{"run":"xor"}`))
	var r *lesson.Refusal
	if !errors.As(err, &r) || r.Key != "refused.kind" {
		t.Errorf("a run without text: %v", err)
	}
}

// Pooling keeps the mean of what falls into a cell.
func TestPooled(t *testing.T) {
	got := pooled([]float32{1, 0, 0, 0, 0, 1, 0, 0, 0.5, 0, 0.5, 0, 0, 0, 0, 1}, 4, 2)
	for i, want := range []float64{0.5, 0, 0.125, 0.375} {
		if math.Abs(got[i]-want) > rounding {
			t.Errorf("cell %d is %v; want %v", i, got[i], want)
		}
	}
}

// What pages ask first is what calls answer by default, so that a static copy has it.
func TestPagesBeginWithTheExample(t *testing.T) {
	js, err := fs.ReadFile(files, "reading.js")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(js), "'"+example+"'") {
		t.Errorf("reading.js does not begin with %q", example)
	}
}

// BenchmarkCalls is the time of what a slider asks.
func BenchmarkCalls(b *testing.B) {
	s := lesson.NewDesk(&lesson.Runs{Root: b.TempDir()}, 1).Session()
	for _, c := range Calls {
		if c.Streams {
			continue
		}
		b.Run(c.Name, func(b *testing.B) {
			for b.Loop() {
				if _, err := c.Answer(b.Context(), s, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
