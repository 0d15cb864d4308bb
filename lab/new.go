package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"brick/bench"
	"brick/data"
	"brick/device/cpu"
	"brick/tensor/durable"
	"brick/token"
	"brick/train"
)

// Ask is what a new sweep is asked for. What is left open is chosen.
type Ask struct {
	Name      string // of its folder; "" means made from the text's name
	Command   []string
	Source    string // text: a named set, a file, a folder or a glob
	Tokenizer train.TokenJob
	Rule      Rule
	Seed      uint64
	Budget    Budget
	Depths    []int
	HeldOut   int
	Epochs    float64 // 0 means 4
	Studies   float64 // share of the budget; 0 means 0.15, negative none
	Draws     int     // of the intervals' bootstrap; 0 means what lab/fit does
	Tuning    bool    // measure the learning rate's rule, which then is in rule.json of the sweep's folder
}

// New learns the vocabulary, measures the machine, and plans a sweep in a new folder.
func New(ctx context.Context, a Ask, o Options) (_ *Sweep, err error) {
	began := time.Now()
	if !data.IsText(a.Source) {
		what := "not text"
		if _, err := os.Stat(a.Source); err != nil && data.Find(a.Source) == nil {
			what = "no file, no folder and no named set"
		}
		return nil, &train.UsageError{Err: fmt.Errorf("lab: %s is %s; want a named text (go, tinyshakespeare, tang), a file, a folder or a glob", a.Source, what)}
	}
	s, fresh, err := newFolder(a, o)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil && fresh { // nothing is left of a sweep that was never planned
			err = errors.Join(err, os.RemoveAll(s.Dir))
		}
	}()
	setup, set, err := s.look(ctx, &a)
	if err != nil {
		return nil, err
	}
	defer set.Close()
	setup.Name, setup.Command = filepath.Base(s.Dir), a.Command
	asked, err := s.measured(ctx, setup, set.Splits.Train, began)
	if err != nil {
		return nil, err
	}
	asked.Made, asked.Machine = time.Now().UTC().Truncate(time.Second), bench.ThisMachine()
	s.Plan = asked
	if err := os.RemoveAll(filepath.Join(s.Dir, setupDir)); err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	return s, writeJSON(filepath.Join(s.Dir, planFile), s.Plan)
}

// newFolder makes the folder of a sweep: one of its name without a plan may stand there, of one that was stopped before it had any.
// fresh says that there was no such folder before.
func newFolder(a Ask, o Options) (_ *Sweep, fresh bool, err error) {
	if o.Root == "" {
		o.Root = "scale"
	}
	s := &Sweep{threads: o.Threads, note: o.Note}
	name := a.Name
	if name != "" {
		local := filepath.FromSlash(name)
		if !filepath.IsLocal(local) || filepath.Clean(local) == "." {
			return nil, false, &train.UsageError{Err: fmt.Errorf("lab: the name %q is no folder inside %s", name, o.Root)}
		}
		if s.Dir = filepath.Join(o.Root, local); hasPlan(s.Dir) {
			return nil, false, fmt.Errorf("lab: %s: a sweep of this name exists; go on with it by --resume %s, or choose another name", s.Dir, s.Dir)
		}
	} else {
		base := strings.Trim(strings.Map(func(c rune) rune {
			if strings.ContainsRune(`/\:*?"<>|[]{} `, c) || c < ' ' {
				return '-'
			}
			return c
		}, strings.TrimSuffix(filepath.Base(a.Source), filepath.Ext(a.Source))), "-.")
		if base == "" {
			base = "sweep"
		}
		for i := 1; ; i++ {
			s.Dir = filepath.Join(o.Root, fmt.Sprintf("%s-%d", base, i))
			if _, err := os.Lstat(s.Dir); err != nil {
				break
			}
		}
	}
	if s.threads <= 0 {
		s.threads = cpu.Usable()
	}
	if s.note == nil {
		s.note = func(string) {}
	}
	_, err = os.Lstat(s.Dir)
	fresh = err != nil
	if err := durable.MkdirAll(filepath.Join(s.Dir, runsDir)); err != nil {
		return nil, false, fmt.Errorf("lab: the sweep's folder: %w", err)
	}
	return s, fresh, nil
}

func hasPlan(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, planFile))
	return err == nil
}

// look learns the vocabulary, opens the text, and finds how long an example may be.
func (s *Sweep) look(ctx context.Context, a *Ask) (Setup, *train.Run, error) {
	setup := Setup{Rule: a.Rule, Seed: a.Seed, Budget: a.Budget, Depths: a.Depths, HeldOut: a.HeldOut, Epochs: a.Epochs, Studies: a.Studies, Draws: a.Draws, Tuning: a.Tuning}
	if setup.Epochs == 0 {
		setup.Epochs = 4
	}
	switch {
	case setup.Studies < 0 || setup.Tuning:
		setup.Studies = 0
	case setup.Studies == 0:
		setup.Studies = 0.15
	}
	if err := setup.Rule.check(); err != nil {
		return setup, nil, &train.UsageError{Err: err}
	}
	dir := filepath.Join(s.Dir, setupDir)
	if err := os.RemoveAll(dir); err != nil { // of an attempt that was killed
		return setup, nil, fmt.Errorf("lab: %w", err)
	}
	job := train.Job{Name: "look", Model: "embed(2) linear(tied=true)", Data: train.DataJob{Source: a.Source, Context: a.Rule.Context}, Tokenizer: a.Tokenizer, Steps: 1}
	r, err := train.Create(ctx, job, train.Options{Root: dir, Note: s.note})
	if err != nil {
		return setup, nil, err
	}
	if err := token.Save(r.Tokenizer, s.Dir); err != nil {
		return setup, nil, errors.Join(fmt.Errorf("lab: %w", err), r.Close())
	}
	context := a.Rule.Context
	for tokens := float64(r.Splits.Train.Len() * a.Rule.Context); context > 32 && setup.Epochs*tokens < 500*float64(a.Rule.Sequences*context); {
		context /= 2
	}
	if err := r.Close(); err != nil {
		return setup, nil, err
	}
	job.Name, job.Data.Context, job.Tokenizer = "again", context, s.tokenizer()
	began := time.Now()
	if r, err = train.Create(ctx, job, train.Options{Root: dir}); err != nil {
		return setup, nil, err
	}
	setup.Costs.Open = time.Since(began).Seconds()
	if r.Splits.Test == nil || r.Splits.Test.Len() == 0 {
		return setup, nil, errors.Join(&train.InputError{Err: fmt.Errorf("lab: %s has no text to test on; want one of some thousand tokens", a.Source)}, r.Close())
	}
	setup.Text = Text{Source: a.Source, Vocab: r.Info.Vocab, Context: context, Train: r.Splits.Train.Len() * context, Test: r.Splits.Test.Len() * context, Rule: r.Info.Rule}
	return setup, r, nil
}

// tokenizer is that of all trials.
func (s *Sweep) tokenizer() train.TokenJob {
	return train.TokenJob{Kind: filepath.Join(s.Dir, "tokenizer.json")}
}

// measured measures what the family costs on this machine and plans; a family that was chosen by the budget is measured itself.
func (s *Sweep) measured(ctx context.Context, setup Setup, set data.Set, began time.Time) (*Plan, error) {
	if err := setup.check(); err != nil { // before anybody waits
		return nil, &train.UsageError{Err: err}
	}
	share := ways(s.threads)
	about := setup.Budget.Seconds
	if about == 0 {
		about = setup.Budget.FLOPs / (2e10 * float64(s.threads)) // what a core does, roughly
	}
	spend := min(20, 0.03*about)
	depths, held := setup.Depths, setup.HeldOut
	if setup.Tuning && len(depths) == 0 {
		depths = tunedDepths
	} else if len(depths) == 0 {
		depths, held = fitted(setup.Rule, setup.Text, minHeldOut), minHeldOut
	}
	for {
		var sizes []Size
		all := slices.Clone(depths)
		if !setup.Tuning {
			all = append(all, held)
		}
		for _, d := range all {
			size, err := setup.Rule.Size(d, setup.Text.Vocab, setup.Text.Context)
			if err != nil {
				return nil, &train.UsageError{Err: err}
			}
			if !setup.Costs.has(size) {
				sizes = append(sizes, size)
			}
		}
		if len(sizes) > 0 {
			s.note(fmt.Sprintf("measuring %d sizes on this machine", len(sizes)))
			costs, err := measureCosts(ctx, set, setup.Rule, sizes, share, spend)
			if err != nil {
				return nil, err
			}
			setup.Costs.Sizes = append(setup.Costs.Sizes, costs...)
		}
		setup.Spent = time.Since(began).Seconds()
		plan, err := setup.Make()
		if err != nil {
			return nil, &train.UsageError{Err: err}
		}
		depths = nil
		for _, size := range plan.Sizes {
			depths = append(depths, size.Layers)
		}
		if n := len(depths) - 1; !setup.Tuning {
			depths, held = depths[:n], depths[n]
		}
		setup.Depths, setup.HeldOut = depths, held // what is measured next cannot change the family again
		missing := false
		for _, size := range plan.Sizes {
			missing = missing || !setup.Costs.has(size)
		}
		if !missing {
			return plan, nil
		}
	}
}
