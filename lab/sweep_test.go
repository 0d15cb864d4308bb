package lab_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"brick/lab"
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
		Budget: lab.Budget{FLOPs: 8e9}, Depths: []int{1, 2, 3}, HeldOut: 5}, lab.Options{Root: t.TempDir(), Threads: 2}
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

func TestSweep(t *testing.T) {
	ask, o := tinyAsk(t)
	s, err := lab.New(context.Background(), ask, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v", s.Plan)
	for _, e := range run(t, s) {
		if e.Kind != "step" {
			t.Logf("%+v", e)
		}
	}
	t.Log(table(t, s.Dir))
}
