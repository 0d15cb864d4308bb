package train_test

import (
	"fmt"
	"strings"
	"testing"

	"brick/data"
	"brick/optim"
	"brick/train"
)

// labelledTexts are sentences on numbers, and whether these are odd.
var labelledTexts = func() string {
	var b strings.Builder
	b.WriteString("label,text\n")
	for i := range 120 {
		fmt.Fprintf(&b, "%s,\"%s%d, they say\"\n", []string{"even", "odd"}[i%2], strings.Repeat("about ", i%3), i)
	}
	return b.String()
}()

// labelledJob classifies texts by two recurrent layers that read to the end of each.
func labelledJob(path string) train.Job {
	return train.Job{
		Name: "labelled", Model: "embed(16) lstm(12,bidirectional=true) attention(2) mean dropout(0.1) linear", Data: train.DataJob{Source: path, Target: []string{"label"}},
		Tokenizer: train.TokenJob{Kind: "words", Vocab: 60},
		Optimizer: train.Optimizer{Name: "adamw", LR: 0.01}, Schedule: train.Schedule{Name: "cosine"},
		Batch: 4, Accumulate: 2, Steps: 12, Seed: 3, ClipNorm: 1, EMA: 0.8,
		Eval: train.EvalJob{Every: 4}, Save: train.SaveJob{Every: 4},
	}
}

// Texts of all lengths are learnt by each kind of block that looks along them; a warmed-up step allocates nothing.
func TestLabelled(t *testing.T) {
	path := write(t, "texts.csv", labelledTexts)
	o := data.Options{Target: []string{"label"}, Valid: -1, Test: -1}
	for _, stack := range []string{
		"embed(24) encoder(2,ff=32) mean linear", "embed(24) conv1d(16,3,pad=same) relu mean linear",
		"embed(24) gru(16,return_sequences=false) linear", "embed(24) lstm(12,bidirectional=true) mean linear",
	} {
		splits, err := data.Open(path, o)
		if err != nil {
			t.Fatal(err)
		}
		b := newBench(t, stack, splits.Train, optim.NewAdamW(), 30, 1, 2)
		first, last := 0.0, 0.0
		for s, err := range b.steps(train.Config{Steps: 120, Rate: func(int) float64 { return 0.01 }}) {
			if err != nil {
				t.Fatal(err)
			}
			if first == 0 {
				first = s.Loss
			}
			last = s.Loss
		}
		if last > 0.6*first {
			t.Errorf("%s: loss %v, then %v", stack, first, last)
		}
		next, stop := pull(b.steps(train.Config{Steps: 1 << 30, Rate: func(int) float64 { return 0.01 }}))
		for range 20 {
			next()
		}
		if n := testing.AllocsPerRun(30, next); n != 0 && !raceEnabled {
			t.Errorf("%s: a step allocates %v times", stack, n)
		}
		stop()
	}
}
