package train

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/data"
	"brick/grad"
	"brick/model"
	"brick/nn"
)

// pairModels are the models that read pairs.
var pairModels = []string{
	"seq2seq(hidden=16,layers=2) linear",
	"seq2seq(hidden=16,cell=gru) linear",
	"transformer(width=16,layers=2,heads=2,ff=24) linear",
	"transformer(width=16,layers=1,heads=2,ff=24,norm_first=true) linear",
}

// newPairs is an untrained model of pairs of s and t places, whose choices are far from even, and random sources (B, S).
func newPairs(t *testing.T, stack string, b, s, places, vocab int) (*translator, []int32) {
	t.Helper()
	m, err := model.New(stack, nn.Input{Shape: []int{s + places}, Source: s, Vocab: vocab, Outputs: vocab})
	if err != nil {
		t.Fatal(err)
	}
	nn.Build(m, 5)
	for _, p := range nn.Params(m) {
		for i := range p.Data() {
			p.Data()[i] *= 2
		}
	}
	sources := make([]int32, b*s)
	for i := range b {
		for k := range s - i%s {
			sources[i*s+k] = data.Marks + int32((7*i+3*k*k+k)%(vocab-int(data.Marks)))
		}
	}
	return newTranslator(&grad.Tape{NoGrad: true}, m, &data.Info{Source: s, Input: []int{s + places}, Vocab: vocab}), sources
}

// slowly are the logits of the token after each of targets, all of one length, by a pass over everything.
func slowly(w *translator, sources []int32, targets [][]int32) []grad.Float {
	var ids []int32
	for i, y := range targets {
		ids = append(append(append(ids, sources[i*w.s:(i+1)*w.s]...), data.BOS), y...)
	}
	n := len(targets[0]) + 1
	out := w.model.Forward((&grad.Tape{NoGrad: true}).IDs(ids, len(targets), w.s+n)).Data()
	var last []grad.Float
	for i := range targets {
		last = append(last, out[((i+1)*n-1)*w.vocab:(i+1)*n*w.vocab]...)
	}
	return last
}

// Decoding with what the tape remembers writes what passes over the whole pair would.
func TestGreedyEqualsRecomputation(t *testing.T) {
	const B, S, T, V = 5, 6, 9, 23
	for _, stack := range pairModels {
		w, sources := newPairs(t, stack, B, S, T, V)
		got, err := w.greedy(sources)
		if err != nil {
			t.Fatal(err)
		}
		for i := range B {
			source := sources[i*S : (i+1)*S]
			want := []int32{}
			for len(want) < T {
				id := int32(Class(slowly(w, source, [][]int32{want})))
				if id == data.EOS {
					break
				}
				want = append(want, id)
			}
			if !slices.Equal(got[i], want) {
				t.Errorf("%s: source %d: %v, want %v", stack, i, got[i], want)
			}
			alone, score, err := w.search(source, Search{})
			if err != nil || !slices.Equal(alone, want) || !(score < 0) {
				t.Errorf("%s: source %d alone: %v (%v), %v, want %v", stack, i, alone, score, err, want)
			}
		}
	}
}

// A beam that holds all there is finds the best of all targets.
func TestBeamIsExhaustive(t *testing.T) {
	const S, T, V = 4, 3, 5
	for _, stack := range pairModels {
		for _, α := range []float64{0, 0.6, 1.5} {
			w, sources := newPairs(t, stack, 1, S, T, V)
			got, score, err := w.search(sources, Search{Beam: 200, LengthPenalty: α})
			if err != nil {
				t.Fatal(err)
			}
			best, top := []int32(nil), math.Inf(-1)
			var try func(ids []int32, logP float64)
			try = func(ids []int32, logP float64) {
				row := slowly(w, sources, [][]int32{ids})
				for id := range int32(V) {
					l, next := logP+float64(row[id])-logSum(row), append(slices.Clone(ids), id)
					if id != data.EOS && len(next) < T {
						try(next, l)
						continue
					}
					if s := l / math.Pow((5+float64(len(next)))/6, α); s > top {
						best, top = slices.DeleteFunc(next, func(id int32) bool { return id == data.EOS }), s
					}
				}
			}
			try(nil, 0)
			if !slices.Equal(got, best) || math.Abs(score-top) > 1e-4 {
				t.Errorf("%s: α = %v: %v with %v, best is %v with %v", stack, α, got, score, best, top)
			}
		}
	}
}

// A run on a parallel corpus is opened again, translates lines, and names the one it cannot.
func TestTranslateLines(t *testing.T) {
	t.Setenv("BRICK_DATA", t.TempDir())
	path := filepath.Join(t.TempDir(), "p.tsv")
	var text strings.Builder
	for i := range 60 {
		word := strings.Repeat(string(rune('a'+i%5)), i%4+1)
		text.WriteString(word + "\t" + strings.ToUpper(word) + "\n")
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"chars", "bytes", "bpe"} {
		job := Job{Name: kind, Model: "transformer(width=32,layers=1,heads=2,ff=64,norm_first=true) linear",
			Data: DataJob{Source: path, Task: "translation", Valid: -1, Test: -1}, Tokenizer: TokenJob{Kind: kind}, Steps: 250, Batch: 16}
		if kind == "bpe" {
			job.Tokenizer.Vocab = 270
		}
		r, err := Create(context.Background(), job, Options{Root: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range r.Train(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
		}
		rep, err := r.Report(context.Background())
		if err != nil || rep.Metrics.Decoded != 60 || rep.Metrics.Exact < 0.9 {
			t.Fatalf("%s: %v, %v", kind, rep.Metrics, err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		used, err := Open(r.Dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for p, err := range used.Predict(context.Background(), "lines", strings.NewReader("aaa\n\nbb\r\ncccccccccccc\n"), Asked{Search: Search{Beam: 3, LengthPenalty: 0.6}}) {
			if err != nil {
				got = append(got, err.Error())
				continue
			}
			got = append(got, p.String())
		}
		if len(got) != 4 || got[0] != "AAA" || got[1] != "" || got[2] != "BB" || !strings.Contains(got[3], "lines: line 4:") && kind != "bpe" {
			t.Errorf("%s: %q", kind, got)
		}
		m, err := used.Evaluate(context.Background(), "", path)
		if err != nil || m.Decoded != 60 {
			t.Errorf("%s: %v, %v", kind, m, err)
		}
	}
}

// A stack that does not read pairs, and data that are none, are refused with what would fit.
func TestPairsRefuse(t *testing.T) {
	for _, c := range []struct{ stack, source, want string }{
		{"embed(16) gpt(heads=2) linear", "dates", "begin with a block that reads pairs"},
		{"transformer(width=16,heads=2) linear", "moons", "pairs of texts"},
		{"transformer(width=16,heads=2) linear", "copy", "pairs of texts"},
		{"transformer(width=16,heads=3) linear", "dates", "heads must divide 16"},
	} {
		_, err := assemble(context.Background(), "", Job{Model: c.stack, Data: DataJob{Source: c.source}}, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s on %s: %v, want %q", c.stack, c.source, err, c.want)
		}
	}
}
