package law

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"brick/course/lesson"
	"brick/lab"
	"brick/train"
)

// The family of the page: sizes of one to four blocks are fitted, one of six is
// held out, each is trained at three lengths on the same text.
const (
	budget = 6e12 // floating-point operations of training, all sizes together
	held   = 6
)

var depths = []int{1, 2, 3, 4}

// text is what the family reads: Go's own source where a toolchain is installed,
// since a text that people wrote is never learnt to its end; else stories made by
// rules, whose floor is soon reached.
var text = sync.OnceValue(func() (t struct {
	Source    string
	Tokenizer train.TokenJob
	Vocab     int
	Top, Even float64 // of the loss: what the plot shows, and where the learner's curve begins
}) {
	t.Source, t.Tokenizer, t.Vocab, t.Top, t.Even = "go", train.TokenJob{Kind: "bpe", Vocab: 384}, 384, 6, 3
	if _, err := exec.LookPath("go"); err != nil && os.Getenv("GOROOT") == "" {
		t.Source, t.Tokenizer, t.Vocab, t.Top, t.Even = "stories", train.TokenJob{Kind: "chars"}, 54, 4, 2
	}
	return t
})

// rule is the lab's rule with as few steps as a page can wait for.
func rule() lab.Rule {
	r := lab.DefaultRule()
	r.Horizons = []float64{1. / 4, 1. / 2, 1}
	r.Steps, r.Context = 1600, window
	return r
}

// SweepIn names a sweep: another seed is another family of weights.
type SweepIn struct {
	Seed int `json:"seed"`
}

// Check bounds the seed, and with it how many sweeps a disk can hold.
func (in SweepIn) Check() error { return lesson.Within("seed", float64(in.Seed), 1, 9) }

// dir is the folder of all sweeps of the course, and the name of this one.
func (in SweepIn) dir(s *lesson.Session) (root, name string) {
	return filepath.Join(s.Runs.Root, "learn-law"), fmt.Sprintf("seed-%d", in.Seed)
}

// open gives the sweep, planned if it is new.
func (in SweepIn) open(ctx context.Context, s *lesson.Session) (*lab.Sweep, error) {
	root, name := in.dir(s)
	o := lab.Options{Root: root}
	if _, err := os.Stat(filepath.Join(root, name, "plan.json")); err == nil {
		return lab.Open(filepath.Join(root, name), o)
	}
	return lab.New(ctx, lab.Ask{
		Name: name, Source: text().Source, Tokenizer: text().Tokenizer, Rule: rule(), Seed: uint64(in.Seed),
		Budget: lab.Budget{FLOPs: budget}, Depths: depths, HeldOut: held, Studies: -1, Draws: 200,
	}, o)
}

// Update is what a page sees of a sweep that runs.
type Update struct {
	Event  string  `json:"event"` // plan, step, result, predicted, verdict
	Trial  string  `json:"trial"`
	Step   int     `json:"step"`
	Steps  int     `json:"of"`
	Loss   float64 `json:"loss"`
	Done   int     `json:"done"`
	Trials int     `json:"trials"`
	Left   float64 `json:"left"` // seconds, about
}

// sweep trains the family, writes the prediction down, then trains the held-out
// size. A sweep that was stopped goes on; one that is done ends at once.
var sweep = lesson.Shows(lesson.Stream("sweep", SweepIn{Seed: 1}, func(ctx context.Context, s *lesson.Session, in SweepIn, j *lesson.Job) error {
	sw, err := in.open(ctx, s)
	if err != nil {
		return err
	}
	if err := j.Emit(Update{Event: "plan", Trials: len(sw.Plan.Trials)}); err != nil {
		return err
	}
	for e, err := range sw.Run(ctx) {
		if err != nil {
			return err
		}
		if e.Kind == "note" || e.Kind == "step" && !j.Due() {
			continue
		}
		if err := j.Emit(Update{e.Kind, e.Trial, e.Step, e.Steps, e.Loss, e.Done, e.Trials, e.Left}); err != nil {
			return err
		}
	}
	return nil
}), func(in SweepIn) lesson.Shown {
	return lesson.Shown{Command: fmt.Sprintf("brick scale show runs/learn-law/seed-%d", in.Seed), Go: fmt.Sprintf(`package main

import (
	"context"
	"fmt"

	"brick/lab"
	"brick/train"
)

func main() {
	rule := lab.DefaultRule()
	rule.Horizons, rule.Steps, rule.Context = []float64{0.25, 0.5, 1}, 1600, %d
	sweep, err := lab.New(context.Background(), lab.Ask{
		Source: %q, Tokenizer: %#v, Rule: rule, Seed: %d,
		Budget: lab.Budget{FLOPs: %g}, Depths: []int{1, 2, 3, 4}, HeldOut: %d, Studies: -1, Draws: 200,
	}, lab.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for e, err := range sweep.Run(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if e.Result != nil {
			fmt.Println(e.Trial, e.Result.Size.Params, e.Result.Tokens, e.Result.Loss)
		}
		if e.Verdict != nil {
			fmt.Println(e.Verdict)
		}
	}
}
`, window, text().Source, text().Tokenizer, in.Seed, budget, held)}
})
