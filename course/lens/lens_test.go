package lens

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"brick/device/cpu"
	"brick/grad"
	"brick/kernel"
	"brick/model"
	"brick/nn"
	"brick/token"
)

const prompt = "the cat sat, 春天"

// near fails where a and b differ by more than 1e-4 of the larger scale.
func near(t *testing.T, what string, got []kernel.Float, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers; want %d", what, len(got), len(want))
	}
	for i := range got {
		if d := math.Abs(float64(got[i]) - want[i]); !(d <= 1e-4*max(1, math.Abs(want[i]))) {
			t.Fatalf("%s: number %d is %v; want %v", what, i, got[i], want[i])
		}
	}
}

func flat(rows [][]float64) (all []float64) {
	for _, r := range rows {
		all = append(all, r...)
	}
	return all
}

// What a pass keeps is what the formulas of the architecture give.
func TestLookAgainstFormulas(t *testing.T) {
	for name, m := range tiny(t) {
		ids := m.Encode(prompt)
		p, err := m.Look(ids)
		if err != nil {
			t.Fatal(err)
		}
		s, logits := reference(name, m, -1, -1, ids)
		near(t, name+" logits", p.Logits, flat(logits))
		near(t, name+" the lens after the last layer", p.Says(2), flat(logits))
		for l, x := range s.streams {
			near(t, fmt.Sprintf("%s stream %d", name, l), p.Streams[l], flat(x))
		}
		if len(p.Attentions) != 2 || p.Layers() != 2 {
			t.Fatalf("%s: %d attentions in %d layers; want 2 in 2", name, len(p.Attentions), p.Layers())
		}
		n := 0
		for l, a := range p.Attentions {
			near(t, fmt.Sprintf("%s gate %d", name, l), p.Gates[l].Out, flat(s.gates[l]))
			w := a.Weights()
			for q := range a.T {
				for h := range a.Heads {
					row := make([]float64, a.S)
					copy(row, s.weights[n][0])
					n++
					got := w[(h*a.T+q)*a.S:][:a.S]
					near(t, fmt.Sprintf("%s layer %d head %d query %d", name, l, h, q), got, row)
					softmax(t, &a, h, q, got)
				}
			}
		}
		for _, part := range p.Parts {
			if part.Name == "self_attn" || part.Name == "attn" {
				for i, y := range s.attended[part.Layer] {
					sum := 0.0
					for _, v := range y {
						sum += v * v
					}
					if d := math.Abs(part.Lengths[i] - math.Sqrt(sum)); d > 1e-3*math.Sqrt(sum) {
						t.Errorf("%s: ‖%s‖ of token %d is %v; want %v", name, part.Name, i, part.Lengths[i], math.Sqrt(sum))
					}
				}
			}
		}
		if len(p.Parts) != 8 {
			t.Errorf("%s: %d parts were seen; want 4 of each layer", name, len(p.Parts))
		}
	}
}

// softmax holds the scores of a row against its weights.
func softmax(t *testing.T, a *Attention, h, q int, weights []kernel.Float) {
	t.Helper()
	scores, sum := a.Scores(h, q), 0.0
	for _, v := range scores[:q+1] {
		sum += math.Exp(float64(v))
	}
	for s, w := range weights {
		want := 0.0
		if s <= q {
			want = math.Exp(float64(scores[s])) / sum
		}
		if math.Abs(float64(w)-want) > 1e-5 {
			t.Fatalf("head %d, query %d, key %d: weight %v; softmax of the scores gives %v", h, q, s, w, want)
		}
	}
}

// Watching changes no bit of what the model says.
func TestWatchingChangesNothing(t *testing.T) {
	for name, m := range tiny(t) {
		ids := m.Encode(prompt)
		p, err := m.Look(ids)
		if err != nil {
			t.Fatal(err)
		}
		tape := &grad.Tape{NoGrad: true}
		for i, v := range m.Block.Forward(tape.IDs(ids, 1, len(ids))).Data() {
			if v != p.Logits[i] {
				t.Fatalf("%s: logit %d is %v when watched; %v when not", name, i, p.Logits[i], v)
			}
		}
	}
}

// Both turned on by as many places, a query and a key have the score they had.
func TestTurns(t *testing.T) {
	m := tiny(t)["llama"]
	p, err := m.Look(m.Encode(prompt))
	if err != nil {
		t.Fatal(err)
	}
	q, k, a := p.Turns[0], p.Turns[1], p.Attentions[0]
	for i, θ := range q.Rates() {
		if want := math.Pow(10000, -2*float64(i)/float64(q.Dim)); math.Abs(θ-want) > 1e-6 {
			t.Errorf("pair %d turns by %v a place; want %v", i, θ, want)
		}
	}
	dot := func(x, y []kernel.Float) (sum float64) {
		for i := range x {
			sum += float64(x[i]) * float64(y[i])
		}
		return sum
	}
	was := dot(a.Query(3, 9), a.Key(3, 2))
	for _, shift := range []int{1, 17, 40} {
		both := dot(q.On(cpu.Default(), a.Query(3, 9), shift), k.On(cpu.Default(), a.Key(3, 2), shift))
		if math.Abs(both-was) > 1e-4*math.Abs(was) {
			t.Errorf("both turned on by %d: q·k is %v; want %v", shift, both, was)
		}
		if one := dot(q.On(cpu.Default(), a.Query(3, 9), shift), a.Key(3, 2)); math.Abs(one-was) < 1e-3 {
			t.Errorf("the query alone turned on by %d leaves q·k at %v", shift, one)
		}
	}
	if got := q.On(cpu.Default(), q.Head(q.Before, 3, 9), 9); fmt.Sprint(got) != fmt.Sprint(a.Query(3, 9)) {
		t.Errorf("turned by its place the query is %v; attention saw %v", got, a.Query(3, 9))
	}
}

// Losses without a part are those of the formulas without it.
func TestAblateAgainstFormulas(t *testing.T) {
	for name, m := range tiny(t) {
		ids := m.Encode(prompt)
		seen := 0
		for c, err := range m.Ablate(context.Background(), Text(ids, m.Tokenizer.Vocab()), 1, 0) {
			if err != nil {
				t.Fatal(err)
			}
			_, logits := reference(name, m, c.Layer, c.Head, ids[:len(ids)-1])
			want := 0.0
			for i, row := range logits {
				sum := 0.0
				for _, v := range row {
					sum += math.Exp(v)
				}
				want += (math.Log(sum) - row[ids[i+1]]) / float64(len(logits))
			}
			if math.Abs(c.Loss-want) > 1e-4*want {
				t.Errorf("%s without layer %d head %d: loss %v; want %v", name, c.Layer, c.Head, c.Loss, want)
			}
			seen++
		}
		if want := map[string]int{"llama": 1 + 2*5, "gpt": 1 + 2*3}[name]; seen != want {
			t.Errorf("%s: %d measurements; want %d", name, seen, want)
		}
	}
}

// With a cache and without the same is written, and both multiply as often as their formulas say.
func TestWrite(t *testing.T) {
	for name, m := range tiny(t) {
		ids := m.Encode("ab")
		var texts [2]string
		for i, cache := range []bool{true, false} {
			w, err := m.Write(context.Background(), ids, 9, cache)
			if err != nil {
				t.Fatal(err)
			}
			texts[i] = fmt.Sprint(w.IDs)
			products, attended := m.Expected(len(ids), 9, cache)
			if w.Products != products || w.Attended != attended {
				t.Errorf("%s, cache %v: %d and %d multiplications; the formulas say %d and %d", name, cache, w.Products, w.Attended, products, attended)
			}
		}
		if texts[0] != texts[1] {
			t.Errorf("%s: %s with a cache; %s without", name, texts[0], texts[1])
		}
	}
	c, stop := context.WithCancel(context.Background())
	stop()
	if _, err := tiny(t)["gpt"].Write(c, []int32{1}, 3, true); err == nil {
		t.Error("a context that is done writes")
	}
}

func TestPiecesAreNeverBroken(t *testing.T) {
	tok, err := token.NewBytes("<|endoftext|>")
	if err != nil {
		t.Fatal(err)
	}
	ids := append([]int32{256}, tok.Encode("a 春\n\xff\xef\xbf\xbd\xe6\x98", nil)...)
	got := strings.Join(Pieces(tok, ids), " ")
	want := "<|endoftext|> a ␣ ⟨e6⟩ ⟨98⟩ ⟨a5⟩→春 ⏎ ⟨ff⟩ ⟨ef⟩ ⟨bf⟩ ⟨bd⟩ ⟨e6⟩ ⟨98⟩"
	if got != want {
		t.Errorf("pieces are\n%s; want\n%s", got, want)
	}
	if s := Shown(tok, ids[1:]); s != "a 春\n⟨ff⟩⟨ef⟩⟨bf⟩⟨bd⟩⟨e6⟩⟨98⟩" {
		t.Errorf("the text is %q", s)
	}
	if s := After(tok, ids, 0xa5); s != "⟨a5⟩→春" {
		t.Errorf("the byte that completes a character is %q", s)
	}
	for id := range int32(256) {
		if s := After(tok, nil, id); !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) {
			t.Errorf("byte %d is shown as %q", id, s)
		}
	}
}

// What cannot be looked into is refused in words.
func TestLookRefuses(t *testing.T) {
	tok, err := token.NewBytes()
	if err != nil {
		t.Fatal(err)
	}
	rnn, err := model.New("embed(8) rnn(8) linear", nn.Input{Vocab: 256})
	if err != nil {
		t.Fatal(err)
	}
	m := Model{"rnn", nn.Build(rnn, 1), tok, nil}
	if _, err := m.Look([]int32{1, 2}); err == nil || !strings.Contains(err.Error(), "no chain of blocks with attention") {
		t.Errorf("a recurrent net: %v", err)
	}
	gpt := tiny(t)["gpt"]
	if _, err := gpt.Look(make([]int32, 33)); err == nil || !strings.Contains(err.Error(), "the context holds 32") {
		t.Errorf("33 tokens in a context of 32: %v", err)
	}
	if _, err := gpt.Look([]int32{9999}); err == nil {
		t.Error("an id beyond the vocabulary")
	}
}

func TestSoftmax(t *testing.T) {
	p := Softmax([]kernel.Float{0, kernel.Float(math.Log(3)), 5, 5}, 2, 1)
	near(t, "softmax", p, []float64{0.25, 0.75, 0.5, 0.5})
	near(t, "at temperature ½", Softmax([]kernel.Float{0, kernel.Float(math.Log(3))}, 2, 0.5), []float64{0.1, 0.9})
}
