package rnn

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"brick/course/lesson"
	"brick/device/cpu"
	"brick/generate"
	"brick/train"
)

// WriteIn is a beginning, and how to go on.
type WriteIn struct {
	RunIn
	Prompt      string  `json:"prompt"` // "" for an example
	Temperature float64 `json:"temperature"`
	Seed        int     `json:"seed"` // of the draws
	Length      int     `json:"length"`
}

// Check bounds what is written.
func (in WriteIn) Check() error {
	return lesson.First(in.check(), lesson.Within("prompt", float64(len(in.Prompt)), 0, 300), lesson.Within("temperature", in.Temperature, 0, 3),
		lesson.Within("seed", float64(in.Seed), 0, 1e6), lesson.Within("length", float64(in.Length), 1, 240))
}

// Written is what a model wrote.
type Written struct {
	Trained bool     `json:"trained"` // as of Reading
	Prompt  string   `json:"prompt"`
	Tokens  []Chance `json:"tokens"` // what was drawn, with the probability it had at temperature 1
	Bits    float64  `json:"bits"`   // mean of −log₂ of them
}

// write draws one character after another.
var write = lesson.Recorded(lesson.Shows(lesson.Ask("write", WriteIn{RunIn: RunIn{Text: "stories"}, Temperature: 0.8, Seed: 1, Length: 120}, func(ctx context.Context, s *lesson.Session, in WriteIn) (out Written, err error) {
	out.Prompt = cmp.Or(in.Prompt, find(in.Text).prompt)
	trained, err := in.with(s, func(r *train.Run) error {
		session := generate.NewSession(r.Model, r.Tokenizer, 0, cpu.Default())
		for t, err := range session.Stream(ctx, out.Prompt, generate.Sampling{Max: in.Length, Temperature: in.Temperature, Seed: uint64(in.Seed)}) {
			if err != nil {
				return &lesson.Refusal{Key: "refused.read", Args: []any{r.Job.Model}, Field: "prompt", Message: err.Error()}
			}
			out.Bits -= t.LogProb / math.Ln2
			out.Tokens = append(out.Tokens, Chance{t.Text, math.Exp(t.LogProb)})
		}
		out.Bits /= float64(max(len(out.Tokens), 1))
		return nil
	})
	out.Trained = trained
	return out, err
}), func(in WriteIn) lesson.Shown {
	prompt := cmp.Or(in.Prompt, find(in.Text).prompt)
	return lesson.Shown{
		Command: fmt.Sprintf("brick generate runs/%s %q --temperature %g --seed %d --tokens %d", in.name(), prompt, in.Temperature, in.Seed, in.Length),
		Go: fmt.Sprintf(`package main

import (
	"context"
	"fmt"

	"brick/generate"
	"brick/train"
)

func main() {
	run, err := train.Open(%q, train.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	session := generate.NewSession(run.Model, run.Tokenizer, 0, nil)
	for t, err := range session.Stream(context.Background(), %q, generate.Sampling{Max: %d, Temperature: %g, Seed: %d}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(t.Text)
	}
	fmt.Println()
}
`, "runs/"+in.name(), prompt, in.Length, in.Temperature, in.Seed),
	}
}), WriteIn{RunIn: RunIn{Text: "couplets"}, Temperature: 0.8, Seed: 1, Length: 120})
