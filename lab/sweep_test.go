package lab_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"brick/lab"
	"brick/lab/fit"
	"brick/train"
)

// prose is text enough for a tiny sweep: sentences of a small grammar.
func prose() string {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	var b strings.Builder
	for range 1200 {
		fmt.Fprintf(&b, "%s %s %s %s %s (%s).\n", pick("a", "the", "one"), pick("moon", "river", "mountain", "traveller", "bird"),
			pick("sees", "hears", "crosses", "leaves"), pick("a", "the", "no"), pick("village", "boat", "lamp", "garden"), pick("at night", "at dawn", "in spring"))
	}
	return b.String()
}

// tinyRule is a family that trains in moments.
func tinyRule() lab.Rule {
	r := lab.DefaultRule()
	r.Width, r.Head = 8, 8
	r.Horizons, r.Steps, r.Context = []float64{0.25, 0.5, 1}, 40, 32
	return r
}

// tinyAsk is a sweep of seconds, on text in a folder of the test's own.
func tinyAsk(t testing.TB) (lab.Ask, lab.Options) {
	t.Helper()
	t.Setenv("BRICK_DATA", t.TempDir())
	path := filepath.Join(t.TempDir(), "prose.txt")
	if err := os.WriteFile(path, []byte(prose()), 0o666); err != nil {
		t.Fatal(err)
	}
	return lab.Ask{Name: "tiny", Source: path, Tokenizer: train.TokenJob{Kind: "bytes"}, Rule: tinyRule(), Seed: 1,
		Budget: lab.Budget{FLOPs: 8e9}, Depths: []int{1, 2, 3}, HeldOut: 5, Draws: 100}, lab.Options{Root: t.TempDir(), Threads: 2}
}

// run brings a sweep to its end.
func run(t testing.TB, s *lab.Sweep) (events []lab.Event) {
	t.Helper()
	for e, err := range s.Run(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

var seconds = regexp.MustCompile(`"seconds":[0-9.e+-]+`)

// table is results.jsonl without what a clock says.
func table(t testing.TB, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "results.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return seconds.ReplaceAllString(string(text), "")
}

// A sweep leaves a run folder and a result for each trial, a prediction from before the largest size, a verdict, and a table.
func TestSweep(t *testing.T) {
	ask, o := tinyAsk(t)
	s, err := lab.New(context.Background(), ask, o)
	if err != nil {
		t.Fatal(err)
	}
	results, predicted := 0, false
	for _, e := range run(t, s) {
		switch e.Kind {
		case "result":
			if results++; e.Result.HeldOut && !predicted {
				t.Errorf("%s was trained before anything was predicted", e.Trial)
			}
		case "predicted":
			predicted = true
			if results != count(s.Plan.Trials, func(x lab.Trial) bool { return !x.HeldOut }) {
				t.Errorf("predicted after %d results", results)
			}
		}
	}
	list, err := s.Results()
	if err != nil || len(list) != len(s.Plan.Trials) || len(list) != results {
		t.Fatalf("%d results of %d trials, %d told of: %v", len(list), len(s.Plan.Trials), results, err)
	}
	for _, r := range list {
		if !(r.Loss > 0.5 && r.Loss < 6) || r.BitsPerByte <= 0 || r.FLOPs <= 0 || r.Seconds <= 0 || len(r.Skills) == 0 {
			t.Errorf("%+v", r)
		}
		if !train.Done(filepath.Join(s.Dir, "runs", r.ID)) {
			t.Errorf("%s is not a finished run", r.ID)
		}
		if _, err := os.Stat(filepath.Join(s.Dir, "runs", r.ID, "checkpoints")); err == nil {
			t.Errorf("%s has kept its checkpoints", r.ID)
		}
	}
	if list[0].Loss >= list[2].Loss {
		t.Errorf("%s ends at %.3f, %s at %.3f: more tokens did not help", list[0].ID, list[0].Loss, list[2].ID, list[2].Loss)
	}
	v, err := s.Verdict()
	if err != nil || v == nil || len(v.Rows) != 3 || v.Longest.Tokens != list[0].Tokens {
		t.Fatalf("verdict %+v, %v", v, err)
	}
	p, err := s.Prediction()
	if err != nil || p.Law == nil || len(p.Rows) != 3 || len(p.Results) != 64 {
		t.Fatalf("prediction %+v, %v", p, err)
	}
	again, err := lab.FitLaw(list, fit.Options{Seed: s.Plan.Seed, Draws: s.Plan.Draws}) // which does not look at the held-out size
	if err != nil || again.Joint.Law != p.Law.Joint.Law {
		t.Errorf("the law is %+v, and again %+v: %v", p.Law.Joint.Law, again, err)
	}
	var text strings.Builder
	if _, err := s.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"d5-s", "approach 3 (terms summed)", "predicted before its first step", "the formula is within 0.00 %", "differ in their seed alone"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the summary lacks %q:\n%s", want, &text)
		}
	}
	before, done := table(t, s.Dir), read(t, filepath.Join(s.Dir, "prediction.json"))
	opened, err := lab.Open(s.Dir, lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range run(t, opened) { // nothing is left to do
		if e.Kind == "result" || e.Kind == "step" {
			t.Errorf("done, and yet %+v", e)
		}
	}
	if table(t, s.Dir) != before || read(t, filepath.Join(s.Dir, "prediction.json")) != done {
		t.Error("running a sweep that is done has changed it")
	}
	if err := os.Remove(filepath.Join(s.Dir, "prediction.json")); err != nil {
		t.Fatal(err)
	}
	for _, err := range opened.Run(context.Background()) {
		if err != nil && !strings.Contains(err.Error(), "no prediction") || err == nil {
			t.Errorf("predicted after the fact: %v", err)
		}
	}
	if found, err := lab.List(o.Root); err != nil || len(found) != 1 || found[0].Done != len(list) || found[0].Error == nil {
		t.Errorf("list: %+v, %v", found, err)
	}
}

// A sweep that is stopped finishes its step; it goes on from there, on other lanes than planned, to the same table.
func TestStop(t *testing.T) {
	whole, parts := twoOfAKind(t)
	run(t, whole)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var last error
	for e, err := range parts.Run(ctx) {
		if last = err; e.Kind == "result" {
			cancel()
		}
	}
	if !errors.Is(last, context.Canceled) {
		t.Fatalf("stopped with %v", last)
	}
	list, err := parts.Results()
	if err != nil || len(list) == 0 || len(list) == len(parts.Plan.Trials) {
		t.Fatalf("%d results when stopped: %v", len(list), err)
	}
	parts.Plan.Lanes, parts.Plan.Threads = lab.Lanes{Count: 3, Threads: 1}, 1
	if whole.Plan.Lanes.Count == 3 {
		t.Fatal("nothing to compare")
	}
	for range parts.Run(context.Background()) {
		break // a caller who has seen enough
	}
	run(t, parts)
	if a, b := table(t, whole.Dir), table(t, parts.Dir); a != b {
		t.Errorf("%s\n%s", a, b)
	}
}

// twoOfAKind are a sweep without studies that is about to begin, and a copy of it.
func twoOfAKind(t testing.TB) (a, b *lab.Sweep) {
	t.Helper()
	ask, o := tinyAsk(t)
	ask.Studies = -1
	a, err := lab.New(context.Background(), ask, o)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(dir, os.DirFS(a.Dir)); err != nil {
		t.Fatal(err)
	}
	if b, err = lab.Open(dir, o); err != nil {
		t.Fatal(err)
	}
	return a, b
}

func TestSweepRefuses(t *testing.T) {
	ask, o := tinyAsk(t)
	for want, change := range map[string]func(*lab.Ask){
		"is no file":           func(a *lab.Ask) { a.Source = "nosuch.txt" },
		"is not text":          func(a *lab.Ask) { a.Source = "moons" },
		"no folder inside":     func(a *lab.Ask) { a.Name = "../out" },
		"is too little":        func(a *lab.Ask) { a.Budget = lab.Budget{FLOPs: 1e6} },
		"none of bytes, chars": func(a *lab.Ask) { a.Tokenizer.Kind = "letters" },
		"rule: lr":             func(a *lab.Ask) { a.Rule.LR = -1 },
		"no-such-file":         func(a *lab.Ask) { a.Source = "no-such-file.txt" },
	} {
		a := ask
		change(&a)
		if _, err := lab.New(context.Background(), a, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want …%s…", err, want)
		}
	}
	if left, err := os.ReadDir(o.Root); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	dir := filepath.Join(o.Root, "bad")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := lab.Open(dir, o); err == nil || !strings.Contains(err.Error(), "holds no sweep") {
		t.Errorf("an empty folder: %v", err)
	}
	for _, plan := range []string{"", "{", "null", "[]", `{"version":1}`, `{"version":2}`, `{"version":1,"sizes":[{},{},{}],"trials":[{"id":"../x"}],"eval":1,"lanes":{"count":1,"threads":1},"threads":1,"text":{"vocab":9,"context":9}}`} {
		if err := os.WriteFile(filepath.Join(dir, "plan.json"), []byte(plan), 0o666); err != nil {
			t.Fatal(err)
		}
		var bad *train.InputError
		if _, err := lab.Open(dir, o); !errors.As(err, &bad) || !strings.Contains(err.Error(), "plan.json") {
			t.Errorf("plan %q: %v", plan, err)
		}
	}
}

func count[T any](list []T, is func(T) bool) (n int) {
	for _, x := range list {
		if is(x) {
			n++
		}
	}
	return n
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
