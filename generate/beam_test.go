package generate

import (
	"cmp"
	"context"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"brick/device/cpu"
)

// every is all texts of a, b, c of at most most letters that follow ids, with their probabilities, by reading each afresh.
func every(t *testing.T, s *Session, ids []int32, most int, alpha float64, bias map[int32]float64) (all []Hypothesis) {
	t.Helper()
	var follow func(h Hypothesis)
	follow = func(h Hypothesis) {
		logits := logitsOf(s.reader.model, append(slices.Clone(ids), h.IDs...))
		sum := 0.0
		for _, l := range logits {
			sum += math.Exp(float64(l))
		}
		for _, id := range []int32{'a', 'b', 'c', 256} {
			p := float64(logits[id]) - math.Log(sum)
			n := Hypothesis{IDs: append(slices.Clone(h.IDs), id), Text: h.Text, LogProb: h.LogProb + p, rank: h.rank + p + bias[id]}
			if id == 256 {
				n.Reason = EOS
			} else {
				n.Text += string(rune(id))
			}
			if len(n.Text) == most {
				n.Reason = Whole
			}
			if n.Reason == "" {
				follow(n)
				continue
			}
			n.Score = n.rank / math.Pow((5+float64(len(n.IDs)))/6, alpha)
			all = append(all, n)
		}
	}
	follow(Hypothesis{})
	slices.SortFunc(all, func(a, b Hypothesis) int { return cmp.Compare(b.Score, a.Score) })
	return all
}

// With as many beams as there are texts, a search finds those that reading all of them finds, in order.
func TestSearchEqualsTryingAll(t *testing.T) {
	for _, stack := range []string{gpt, llama} {
		m, tok := build(t, stack), bytesTokenizer(t)
		for _, alpha := range []float64{0, 1, -1} {
			s := NewSession(m, tok, 64, nil)
			bias := map[int32]float64{'b': 1.5, 256: -2}
			o := Sampling{Grammar: "root ::= [abc]{0,4}", Bias: bias}
			got, err := s.Search(context.Background(), "xyz", o, Search{Beams: 64, Best: 12, LengthPenalty: alpha})
			if err != nil {
				t.Fatal(err)
			}
			want := every(t, s, tok.Encode("xyz", nil), 4, alpha, bias)
			if len(got) != 12 {
				t.Fatalf("%d texts", len(got))
			}
			for i, h := range got {
				w := want[i]
				if !slices.Equal(h.IDs, w.IDs) || h.Text != w.Text || h.Reason != w.Reason || math.Abs(h.Score-w.Score) > 1e-3 || math.Abs(h.LogProb-w.LogProb) > 1e-3 {
					t.Errorf("%s, α %v, text %d: %q (%v, %v, %s), want %q (%v, %v, %s)", stack, alpha, i, h.Text, h.Score, h.LogProb, h.Reason, w.Text, w.Score, w.LogProb, w.Reason)
				}
			}
		}
	}
}

// A search gives the same bits again and on any number of workers, leaves the session as it was, and finds no less
// likely a text than taking the likeliest token each time.
func TestSearch(t *testing.T) {
	m, tok := build(t, llama), bytesTokenizer(t)
	var first []Hypothesis
	for _, workers := range []int{1, 3, 1} {
		d := cpu.New(workers)
		s := NewSession(m, tok, 0, d)
		before, _, _, err := collect(s.Stream(context.Background(), "one", Sampling{Max: 3}))
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Search(context.Background(), "two", Sampling{Max: 12}, Search{Beams: 6, Best: 3})
		if err != nil || len(got) != 3 {
			t.Fatal(got, err)
		}
		if first == nil {
			first = got
		}
		if !reflect.DeepEqual(got, first) {
			t.Errorf("%d workers: %v, want %v", workers, got, first)
		}
		sum := 0.0
		for tok, err := range s.Stream(context.Background(), "two", Sampling{Max: 12}) {
			if err != nil {
				t.Fatal(err)
			}
			sum += tok.LogProb
		}
		if got[0].Reason != Length || len(got[0].IDs) != 12 || got[0].LogProb < sum-1e-3 || got[0].Score < got[1].Score {
			t.Errorf("%v after %v, greedy has %v", got, before, sum)
		}
		d.Close()
	}
}

// Stop texts end a beam's text before them, and the context bounds it.
func TestSearchEnds(t *testing.T) {
	m, tok := build(t, gpt), bytesTokenizer(t)
	s := NewSession(m, tok, 64, nil)
	got, err := s.Search(context.Background(), "x", Sampling{Grammar: `root ::= "床 one two"`, Stop: []string{"e tw"}}, Search{Beams: 3})
	if err != nil || len(got) != 1 || got[0].Text != "床 on" || got[0].Reason != Stop {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = s.Search(context.Background(), strings.Repeat("x", 60), Sampling{}, Search{Beams: 2})
	if err != nil || len(got[0].IDs) != 5 || got[0].Reason != Length {
		t.Errorf("%+v, %v", got, err)
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	for want, c := range map[string]struct {
		ctx context.Context
		o   Sampling
		b   Search
	}{
		"beams is 1; want 2 to 64":       {b: Search{Beams: 1}},
		"beams is 65":                    {b: Search{Beams: 65}},
		"n is 3; want 0 to the 2 beams":  {b: Search{Beams: 2, Best: 3}},
		"length_penalty is NaN":          {b: Search{Beams: 2, LengthPenalty: math.NaN()}},
		"temperature is 0.5; beams draw": {o: Sampling{Temperature: 0.5}, b: Search{Beams: 2}},
		"penalties, dry_multiplier and":  {o: Sampling{RepeatPenalty: 2}, b: Search{Beams: 2}},
		"top_k is -1":                    {o: Sampling{TopK: -1}, b: Search{Beams: 2}},
		"context canceled":               {ctx: done, b: Search{Beams: 2}},
	} {
		if c.ctx == nil {
			c.ctx = context.Background()
		}
		if _, err := s.Search(c.ctx, "x", c.o, c.b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := s.Search(context.Background(), strings.Repeat("x", 65), Sampling{}, Search{Beams: 2}); err == nil || !strings.Contains(err.Error(), "65 tokens; the model's context holds 64") {
		t.Error(err)
	}
}
