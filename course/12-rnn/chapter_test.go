package rnn

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"brick/course/lesson"
	"brick/course/lesson/lessontest"
	"brick/grad"
	"brick/model"
	"brick/train"
)

// learner has a model of stories that was trained for a few steps.
func learner(t *testing.T) *lesson.Session {
	s := lesson.NewDesk(&lesson.Runs{Root: t.TempDir()}, 1).Session()
	m := languages[0].model()
	m.Job.Data.Examples, m.Job.Steps, m.Job.Eval.Batches, m.Job.Model = 300, 4, 1, "embed(8) lstm(20) linear"
	if err := s.Runs.Train(t.Context(), m.Name, m.Job, func(*train.Run, train.Event) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRead(t *testing.T) {
	s := learner(t)
	in := ReadIn{RunIn: RunIn{Text: "stories"}, Read: "Anna had a ball."}
	r := lessontest.Ask[Reading](t, s, read, in)
	if !r.Trained || strings.Join(r.Tokens, "") != in.Read || r.Units != 20 || len(r.Shown) != maxUnits || len(r.Shown[0].Values) != len(in.Read) || len(r.Bits) != len(in.Read) {
		t.Fatalf("read %q in %d units of %d", r.Tokens, len(r.Shown), r.Units)
	}
	// A model that has hardly learnt is near guessing, and no unit goes beyond what tanh gives.
	if mean := float64(r.Mean); math.Abs(mean-r.Blind) > 0.5 || r.Largest > 1 || r.Largest == 0 {
		t.Errorf("%v bits a character, guessing takes %v; the largest unit is %v", mean, r.Blind, r.Largest)
	}
	if !math.IsNaN(float64(r.Bits[0])) || float64(r.Bits[r.Hardest]) != float64(slices.Max(r.Bits[1:])) {
		t.Errorf("the hardest of %v is said to be %d", r.Bits, r.Hardest)
	}
	// The bits of a character are those of what was said to come next.
	n := lessontest.Ask[Next](t, s, next, NextIn{ReadIn: in, At: 4, Temperature: 1})
	if n.Came != "h" || n.At != 4 {
		t.Fatalf("after %q at %d came %q", r.Tokens[:5], n.At, n.Came)
	}
	for _, c := range n.Tokens {
		if bits := -math.Log2(c.P); c.Token == n.Came && math.Abs(bits-float64(r.Bits[5])) > 1e-9 {
			t.Errorf("%q had %v bits and is said to have %v", c.Token, bits, r.Bits[5])
		}
	}
	long := lessontest.Ask[Reading](t, s, read, ReadIn{RunIn: RunIn{Text: "stories"}, Read: strings.Repeat("ab ", 100)})
	if len(long.Tokens) != 240 || long.Cut != 60 {
		t.Errorf("%d characters read, %d cut", len(long.Tokens), long.Cut)
	}
	odd := lessontest.Ask[Reading](t, s, read, ReadIn{RunIn: RunIn{Text: "stories"}, Read: "a春"})
	if odd.Tokens[1] != "<unk>" {
		t.Errorf("an unknown character is read as %q", odd.Tokens[1])
	}
}

func TestTemperature(t *testing.T) {
	for _, c := range []struct {
		t    float64
		want []float64
	}{{1, []float64{0.25, 0.75}}, {0, []float64{0, 1}}, {0.5, []float64{0.1, 0.9}}} {
		p := softmax([]grad.Float{2, 2 + grad.Float(math.Log(3))}, c.t)
		for i := range p {
			if math.Abs(p[i]-c.want[i]) > 1e-6 {
				t.Errorf("at temperature %v: %v, want %v", c.t, p, c.want)
			}
		}
	}
}

// The gradient of the likeliest character's log-probability is that of differences, of a vector that is moved a little.
func TestInfluence(t *testing.T) {
	s := learner(t)
	if err := s.Runs.With(languages[0].run(), func(r *train.Run) error {
		ids := r.Tokenizer.Encode("Ben has", nil)
		norms, err := influence(r, ids)
		if err != nil || len(norms) != len(ids) {
			t.Fatalf("%v: %v", norms, err)
		}
		chain := model.Chain(r.Model)
		x := slices.Clone(chain[0].Forward(new(grad.Tape).IDs(ids, 1, len(ids))).Data())
		width := len(x) / len(ids)
		said := func() []grad.Float {
			y := chain[1:].Forward(new(grad.Tape).Const(x, 1, len(ids), width)).LogSoftmax(-1)
			return y.Data()[y.Len()-y.Dim(2):]
		}
		base := said()
		best := slices.Index(base, slices.Max(base))
		for at := range ids {
			sum := 0.0
			for k := range width {
				was := x[at*width+k]
				x[at*width+k] = was + 1e-2
				up := said()[best]
				x[at*width+k] = was - 1e-2
				down := said()[best]
				x[at*width+k] = was
				sum += math.Pow(float64(up-down)/2e-2, 2)
			}
			if want := math.Sqrt(sum); math.Abs(norms[at]-want) > 1e-4+0.02*want {
				t.Errorf("token %d has an influence of %v; differences give %v", at, norms[at], want)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestWrite(t *testing.T) {
	s := learner(t)
	in := WriteIn{RunIn: RunIn{Text: "stories"}, Prompt: "Anna", Temperature: 1, Seed: 3, Length: 30}
	a, b := lessontest.Ask[Written](t, s, write, in), lessontest.Ask[Written](t, s, write, in)
	in.Seed = 4
	c := lessontest.Ask[Written](t, s, write, in)
	if !slices.Equal(a.Tokens, b.Tokens) || slices.Equal(a.Tokens, c.Tokens) || len(a.Tokens) == 0 || len(a.Tokens) > 30 {
		t.Errorf("the same seed wrote %v and %v, another one %v", a.Tokens, b.Tokens, c.Tokens)
	}
	sum := 0.0
	for _, d := range a.Tokens {
		sum -= math.Log2(d.P)
	}
	if got := sum / float64(len(a.Tokens)); math.Abs(got-a.Bits) > 1e-9 {
		t.Errorf("%v bits, said to be %v", got, a.Bits)
	}
}

func TestUntrained(t *testing.T) {
	s := lesson.NewDesk(&lesson.Runs{Root: t.TempDir()}, 1).Session()
	if lessontest.Ask[Reading](t, s, read, ReadIn{RunIn: RunIn{Text: "couplets"}}).Trained || lessontest.Ask[Written](t, s, write, WriteIn{RunIn: RunIn{Text: "couplets"}, Length: 1}).Trained {
		t.Error("a model is there before one was trained")
	}
	list := lessontest.Ask[[]Text](t, s, texts, struct{}{})
	if len(list) != 3 || !list[0].Ready || !list[1].Ready || list[0].Trained {
		t.Errorf("%+v", list)
	}
	for i, want := range []string{"?", "夜", "入"} {
		if r := []rune(strings.TrimSpace(string([]rune(list[i].Sample)[:list[i].Look+1]))); string(r[len(r)-1]) != want {
			t.Errorf("%s: a look after %q", list[i].Name, string(r))
		}
	}
}

func TestRefused(t *testing.T) {
	s := lesson.NewDesk(&lesson.Runs{Root: t.TempDir()}, 1).Session()
	stories := RunIn{Text: "stories"}
	for _, c := range []struct {
		call *lesson.Call
		in   any
	}{
		{read, ReadIn{RunIn: RunIn{Text: "novels"}}}, {read, ReadIn{RunIn: RunIn{Text: "stories", Run: "../x"}}}, {read, ReadIn{RunIn: stories, Read: strings.Repeat("a", 2001)}},
		{next, NextIn{ReadIn: ReadIn{RunIn: stories}, At: -1}}, {next, NextIn{ReadIn: ReadIn{RunIn: stories}, Temperature: 4}},
		{write, WriteIn{RunIn: stories, Length: 0}}, {write, WriteIn{RunIn: stories, Length: 241}}, {write, WriteIn{RunIn: stories, Length: 9, Seed: -1}},
	} {
		raw, err := json.Marshal(c.in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.call.Answer(context.Background(), s, raw); !errors.As(err, new(*lesson.Refusal)) {
			t.Errorf("%s %.60s: %v", c.call.Name, raw, err)
		}
	}
	if err := (RememberIn{Longest: 201, Seed: 1}).Check(); err == nil {
		t.Error("a distance of 201")
	}
}

// A GRU learns the shortest distance, every time with the same steps.
func TestRemember(t *testing.T) {
	var cells []Cell
	for range 2 {
		r := Row{Stack: "embed(16) gru(32) linear", Cells: make([]Cell, 1)}
		n := 0
		if err := r.train(t.Context(), 0, 5, 1, func() error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
		r.reach([]int{5})
		if !r.Cells[0].Done || r.Cells[0].Right < 0.99 || r.Reach != 5 || n < r.Cells[0].Step {
			t.Errorf("%+v after %d calls", r, n)
		}
		cells = append(cells, r.Cells[0])
	}
	if cells[0] != cells[1] {
		t.Errorf("once %+v, once %+v", cells[0], cells[1])
	}
	gap := Row{Cells: []Cell{{Right: 1, Done: true}, {Right: 0.5, Done: true}, {Right: 1, Done: true}}}
	if gap.reach([]int{5, 10, 20}); gap.Reach != 5 {
		t.Errorf("with a gap at 10 it reaches %d", gap.Reach)
	}
}

// Both streams end soon after they are stopped.
func TestStops(t *testing.T) {
	s := lesson.NewDesk(&lesson.Runs{Root: t.TempDir()}, 1).Session()
	enough := errors.New("enough")
	for c, in := range map[*lesson.Call]string{learn: `{"text":"couplets"}`, remember: `{"longest":5}`} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		err := s.Follow(ctx, Chapter.Dir, c, []byte(in), func(json.RawMessage) error { return enough })
		cancel()
		if err != enough {
			t.Errorf("%s: %v", c.Name, err)
		}
		for s.Busy() {
			time.Sleep(time.Millisecond)
		}
	}
	if s.Runs.Has(languages[1].run()) {
		t.Error("the model is said to be done")
	}
}
