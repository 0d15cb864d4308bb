package rnn

import (
	"context"
	"fmt"
	"math"

	"brick/course/lesson"
	"brick/data"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// The task of copying: letters are read, then as many blanks as the distance, then a bar, and the letters are to be said again.
const (
	letters    = 2
	copySteps  = 1500
	copyBatch  = 32
	copyRate   = 0.005
	lookEvery  = 50
	giveUp     = 800   // steps after which a network that does no better than guessing is left
	guess      = 0.125 // of eight letters
	remembered = 0.9   // share of the letters from which a distance counts as remembered
)

var distances = []int{5, 10, 20, 50, 100, 200}

// nets are of about the same number of parameters.
var nets = []struct{ name, stack string }{
	{"RNN", "embed(16) rnn(64) linear"},
	{"LSTM", "embed(16) lstm(32) linear"},
	{"GRU", "embed(16) gru(32) linear"},
	{"attention", "embed(16) 2*llama(heads=2,ff=32) rmsnorm linear"},
}

// RememberIn bounds the table.
type RememberIn struct {
	Longest int `json:"longest"` // distance
	Seed    int `json:"seed"`    // of weights and sequences
}

// Check holds it to the distances there are.
func (in RememberIn) Check() error {
	return lesson.First(lesson.Within("longest", float64(in.Longest), float64(distances[0]), float64(distances[len(distances)-1])), lesson.Within("seed", float64(in.Seed), 1, 1000))
}

// Table is which network remembers over which distance.
type Table struct {
	Distances []int   `json:"distances"`
	Guess     float64 `json:"guess"` // share of the letters that chance gets right
	Rows      []Row   `json:"rows"`
	Done      bool    `json:"done"`
}

// Row is one network.
type Row struct {
	Net    string `json:"net"`
	Stack  string `json:"stack"`
	Params int    `json:"params"`
	Cells  []Cell `json:"cells"` // by distance
	Reach  int    `json:"reach"` // the largest distance up to which it says 9 of 10 letters again, 0 for none
}

// Cell is one network that is trained at one distance.
type Cell struct {
	Step  int        `json:"step"`  // done
	Right lesson.Num `json:"right"` // share of the letters of sequences it has not seen, 0 to 1; NaN before it was looked at
	Done  bool       `json:"done"`
}

// remember trains every network at every distance, the shorter ones first.
var remember = lesson.Shows(lesson.Stream("remember", RememberIn{Longest: 200, Seed: 1}, func(ctx context.Context, _ *lesson.Session, in RememberIn, j *lesson.Job) error {
	t := Table{Guess: guess}
	for _, d := range distances {
		if d <= in.Longest {
			t.Distances = append(t.Distances, d)
		}
	}
	for _, n := range nets {
		row := Row{Net: n.name, Stack: n.stack}
		for range t.Distances {
			row.Cells = append(row.Cells, Cell{Right: lesson.Num(math.NaN())})
		}
		t.Rows = append(t.Rows, row)
	}
	for i, d := range t.Distances {
		for k := range t.Rows {
			row := &t.Rows[k]
			if err := row.train(ctx, i, d, uint64(in.Seed), func() error {
				if !j.Due() {
					return nil
				}
				return j.Emit(t)
			}); err != nil {
				return err
			}
			row.reach(t.Distances)
		}
	}
	t.Done = true
	return j.Emit(t)
}), func(in RememberIn) lesson.Shown {
	return lesson.Shown{
		Command: fmt.Sprintf("brick train '%s' --data copy --set data.length=%d --set data.distance=20 --steps %d --batch %d --optimizer adam --lr %g --seed %d", nets[0].stack, letters, copySteps, copyBatch, copyRate, in.Seed),
		Go: fmt.Sprintf(`package main

import (
	"context"
	"fmt"

	"brick/data"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

func main() {
	for _, distance := range %#v {
		for _, stack := range %#v {
			sets, _ := data.Copy(data.Options{Length: %d, Distance: distance, Seed: %d, Examples: %d})
			info := sets.Train.Info()
			m, err := model.New(stack, nn.Input{Shape: info.Input, Vocab: info.Vocab})
			if err != nil {
				fmt.Println(err)
				return
			}
			nn.Build(m, %d)
			adam := optim.NewAdam()
			fmt.Println(optim.Attach(adam, m))
			loader := data.Loader{Set: sets.Train, Batch: %d, Seed: %d}
			config := train.Config{Steps: %d, Clip: optim.Clip{Norm: 1}, Rate: func(n int) float64 {
				return %g * min(1, float64(n+1)/20) * (1 - 0.9*float64(n)/%d)
			}}
			for _, err := range train.Steps(context.Background(), m, adam, loader.From(0), config) {
				if err != nil {
					fmt.Println(err)
				}
			}
			got, err := train.Evaluate(context.Background(), nil, m, sets.Test, nil, 64, 4)
			fmt.Println(stack, distance, got.Accuracy, err)
		}
	}
}
`, distances, []string{nets[0].stack, nets[1].stack, nets[2].stack, nets[3].stack}, letters, in.Seed, copySteps*copyBatch, in.Seed, copyBatch, in.Seed, copySteps, copyRate, copySteps),
	}
})

// train fills the cell of a distance; each is called after every step.
func (r *Row) train(ctx context.Context, i, distance int, seed uint64, each func() error) error {
	sets, err := data.Copy(data.Options{Length: letters, Distance: distance, Seed: seed, Examples: copySteps * copyBatch})
	if err != nil {
		return err
	}
	info := sets.Train.Info()
	m, err := model.New(r.Stack, nn.Input{Shape: info.Input, Vocab: info.Vocab})
	if err != nil {
		return err
	}
	nn.Build(m, seed)
	r.Params = nn.Count(m)
	adam := optim.NewAdam()
	if err := optim.Attach(adam, m); err != nil {
		return err
	}
	loader := data.Loader{Set: sets.Train, Batch: copyBatch, Seed: seed}
	c := train.Config{Steps: copySteps, Clip: optim.Clip{Norm: 1}, Rate: func(n int) float64 {
		return copyRate * min(1, float64(n+1)/20) * (1 - 0.9*float64(n)/copySteps)
	}}
	cell := &r.Cells[i]
	for s, err := range train.Steps(ctx, m, adam, loader.From(0), c) {
		if err != nil {
			return err
		}
		cell.Step = s.N + 1
		if cell.Step%lookEvery == 0 {
			got, err := train.Evaluate(ctx, nil, m, sets.Test, nil, 64, 4)
			if err != nil {
				return err
			}
			cell.Right = lesson.Num(got.Accuracy)
			if got.Accuracy > 0.99 || cell.Step >= giveUp && got.Accuracy < guess+0.07 {
				break
			}
		}
		if err := each(); err != nil {
			return err
		}
	}
	cell.Done = true
	return each()
}

// reach finds how far the network remembers without a gap.
func (r *Row) reach(distances []int) {
	r.Reach = 0
	for i, c := range r.Cells {
		if !c.Done || !(float64(c.Right) >= remembered) {
			return
		}
		r.Reach = distances[i]
	}
}
