// Command copy writes the table of docs/copy.md: how much of a sequence each kind of network says again after a distance.
package main

import (
	"context"
	"fmt"
	"os"

	"brick/data"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

const (
	letters = 4 // to be said again, of eight kinds
	steps   = 1500
	batch   = 32
)

// nets are of about the same number of parameters.
var nets = []struct{ name, stack string }{
	{"RNN", "embed(64) rnn(128) linear"},
	{"GRU", "embed(64) gru(72) linear"},
	{"LSTM", "embed(64) lstm(60) linear"},
	{"attention", "embed(32) 2*llama(heads=4,ff=88) rmsnorm linear"},
}

var (
	blanks = []int{0, 20, 100}
	rates  = []float64{0.004}
	seeds  = []uint64{1}
)

func main() {
	if err := table(); err != nil {
		fmt.Fprintln(os.Stderr, "copy:", err)
		os.Exit(1)
	}
}

func table() error {
	fmt.Print("| network | parameters |")
	for _, d := range blanks {
		fmt.Printf(" %d |", d)
	}
	fmt.Print("\n|---|--:|")
	for range blanks {
		fmt.Print("--:|")
	}
	fmt.Println()
	for _, n := range nets {
		for i, d := range blanks {
			best := result{}
			for _, rate := range rates {
				for _, seed := range seeds {
					r, err := run(n.stack, d, rate, seed)
					if err != nil {
						return fmt.Errorf("%s at distance %d: %w", n.name, d, err)
					}
					if r.right >= best.right {
						best = r
					}
				}
			}
			if i == 0 {
				fmt.Printf("| %s | %d |", n.name, best.params)
			}
			fmt.Printf(" %s |", best)
		}
		fmt.Println()
	}
	return nil
}

// A result is what a network that is trained does on sequences that it has not seen.
type result struct {
	right  float64 // share of the letters
	params int
}

func (r result) String() string { return fmt.Sprintf("%.0f %%", 100*r.right) }

// run trains a stack to say letters again after so many blanks.
func run(stack string, blanks int, rate float64, seed uint64) (r result, err error) {
	sets, err := data.Copy(data.Options{Length: letters, Distance: blanks, Seed: seed, Examples: steps * batch})
	if err != nil {
		return r, err
	}
	info := sets.Train.Info()
	m, err := model.New(stack, nn.Input{Shape: info.Input, Vocab: info.Vocab})
	if err != nil {
		return r, err
	}
	nn.Build(m, seed)
	opt := optim.NewAdam()
	if err := optim.Attach(opt, m); err != nil {
		return r, err
	}
	loader := data.Loader{Set: sets.Train, Batch: batch, Seed: seed}
	c := train.Config{Steps: steps, Clip: optim.Clip{Norm: 1}, Rate: func(step int) float64 { return rate * min(1, float64(step+1)/50) * (1 - float64(step)/steps) }}
	for _, err := range train.Steps(context.Background(), m, opt, loader.From(0), c) {
		if err != nil {
			return r, err
		}
	}
	got, err := train.Evaluate(context.Background(), nil, m, sets.Test, nil, 64, 16)
	return result{right: got.Accuracy, params: nn.Count(m)}, err
}
