package lab_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/lab"
	"brick/train"
)

// brackets is text with brackets in each other that a small model can learn from.
var brackets = strings.Repeat("f(a[b], {c: [d]})\nif (x[0]) { y(z) }\ng([{(w)}], [v])\n", 60)

// trained is a small model's run of a few steps.
func trained(t *testing.T, root, name, text string, seed uint64) *train.Run {
	t.Helper()
	job := train.Job{Name: name, Model: "embed(16) 2*llama(heads=2,ff=24) rmsnorm linear(tied=true)",
		Data: train.DataJob{Source: text, Context: 32, Test: 0.4, Valid: -1}, Tokenizer: train.TokenJob{Kind: "chars"},
		Optimizer: train.Optimizer{Name: "adamw", LR: 0.01}, Batch: 4, Steps: 40, Seed: seed}
	r, err := train.Create(context.Background(), job, train.Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range r.Train(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// A run that is trained has skills, the same after it is resumed; one that was opened for use only says why it has none.
func TestSkillsOfARun(t *testing.T) {
	t.Setenv("BRICK_DATA", t.TempDir())
	root, ctx := t.TempDir(), context.Background()
	text := filepath.Join(root, "brackets.txt")
	if err := os.WriteFile(text, []byte(brackets), 0o666); err != nil {
		t.Fatal(err)
	}
	r := trained(t, root, "one", text, 1)
	found, err := lab.Skills(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if found["brackets"] <= found["brackets_base"] || found["brackets_nats"] >= 0 || found["induction_base"] == 0 {
		t.Errorf("after 40 steps: %v", found)
	}
	r.Close()
	again, err := train.Resume(ctx, r.Dir, train.Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	same, err := lab.Skills(ctx, again)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range found {
		if same[name] != v {
			t.Errorf("%s is %v, after resuming %v", name, v, same[name])
		}
	}
	opened, err := train.Open(r.Dir, train.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lab.Skills(ctx, opened); err == nil || !strings.Contains(err.Error(), "without its data") {
		t.Errorf("opened for use only: %v", err)
	}
}

// An ensemble is measured on the tokens that its members are measured on, and is no worse than they are on average.
func TestMeasureEnsemble(t *testing.T) {
	t.Setenv("BRICK_DATA", t.TempDir())
	root, ctx := t.TempDir(), context.Background()
	text := filepath.Join(root, "brackets.txt")
	if err := os.WriteFile(text, []byte(brackets), 0o666); err != nil {
		t.Fatal(err)
	}
	const batch, limit = 4, 3
	var dirs []string
	mean, tokens := 0.0, 0
	for seed, name := range []string{"a", "b", "c"} {
		r := trained(t, root, name, text, uint64(seed+1))
		dirs = append(dirs, r.Dir)
		m, err := train.Evaluate(ctx, nil, r.Model, r.Splits.Test, nil, batch, limit)
		if err != nil {
			t.Fatal(err)
		}
		mean, tokens = mean+m.Loss/3, m.Examples
	}
	alone, err := lab.MeasureEnsemble(ctx, dirs[:1], batch, limit, train.Options{})
	if err != nil {
		t.Fatal(err)
	}
	together, err := lab.MeasureEnsemble(ctx, dirs, batch, limit, train.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if together.Examples != tokens || tokens != batch*limit*32 {
		t.Errorf("measured on %d tokens, the members on %d; want %d", together.Examples, tokens, batch*limit*32)
	}
	if !(together.Loss < mean-1e-4) || math.Abs(together.Loss-mean) > 0.5 {
		t.Errorf("the ensemble has a loss of %v, its members %v on average, the first %v", together.Loss, mean, alone.Loss)
	}
	if _, err := lab.MeasureEnsemble(ctx, nil, batch, limit, train.Options{}); err == nil {
		t.Error("an ensemble of no runs was measured")
	}
	if _, err := lab.MeasureEnsemble(ctx, []string{filepath.Join(root, "nowhere")}, batch, limit, train.Options{}); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a run that is not there: %v", err)
	}
}
