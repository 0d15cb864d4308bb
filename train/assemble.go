package train

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"brick/data"
	"brick/device/cpu"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/token"
)

// Complete fills in what a job leaves open, as Create would, without making a run.
func Complete(ctx context.Context, job *Job, o Options) error {
	r, err := assemble(ctx, "", *job, o)
	if err != nil {
		return err
	}
	*job = r.Job
	return r.Close()
}

// assemble makes everything a run needs from its job. dir is the folder of a run that is resumed, whose
// tokenizer is used again; "" for a new one.
func assemble(ctx context.Context, dir string, job Job, o Options) (_ *Run, err error) {
	if err := job.check(); err != nil {
		return nil, &UsageError{err}
	}
	job.Optimizer.Args, job.Schedule.Args = cloneArgs(job.Optimizer.Args), cloneArgs(job.Schedule.Args)
	job.Rates = maps.Clone(job.Rates)
	r := &Run{Dir: dir, Job: job, dev: o.Device, vault: newVault(dir)}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
		}
	}()
	if err = r.setPrecision(); err != nil {
		return nil, err
	}
	var from *source
	if r.Job.From != "" && dir == "" {
		if from, err = openSource(r.Job.From, o.root()); err != nil {
			return nil, err
		}
		defer from.close()
		if err = from.prepare(&r.Job); err != nil {
			return nil, err
		}
	}
	origin := from // of the weights
	if dir != "" {
		if origin, err = r.openBase(o.root()); err != nil {
			return nil, err
		}
		defer origin.close()
	}
	if e, named := model.Find(job.Model); named && job.Loss == "" {
		r.Job.Loss = e.Loss
	}
	r.tape.Device = r.dev
	if r.Loss, err = lossByName(r.Job.Loss); err != nil {
		return nil, err
	}
	if err = r.open(ctx, dir, from, o); err != nil {
		return nil, err
	}
	if err = lossFits(r.Job.Loss, &r.Info); err != nil {
		return nil, err
	}
	if from != nil {
		if err = r.setHead(from, o); err != nil {
			return nil, err
		}
		if r.Loss, err = lossByName(r.Job.Loss); err != nil {
			return nil, err
		}
	}
	if r.Model, err = r.declared(); err != nil {
		return nil, err
	}
	if err = r.carries(); err != nil {
		return nil, err
	}
	if err = r.tuneLinear(); err != nil {
		return nil, err
	}
	if err = r.complete(); err != nil {
		return nil, err
	}
	if err = r.findBase(origin); err != nil {
		return nil, err
	}
	if r.Memory, err = r.estimate(o.Memory, origin); err != nil {
		return nil, err
	}
	if err = r.Memory.Fits(); err != nil {
		return nil, err
	}
	return r, r.allocate(from)
}

// open reads the data and finds or learns their tokenizer.
func (r *Run) open(ctx context.Context, dir string, from *source, o Options) (err error) {
	if data.IsText(r.Job.Data.Source) && r.Job.Model != "" { // a slip in the stack is told before a vocabulary is learnt
		in := nn.Input{Vocab: 2} // any: the real one is not known yet
		if r.Job.Data.Context > 0 {
			in.Shape = []int{r.Job.Data.Context}
		}
		if _, err = model.New(r.Job.Model, in); err != nil {
			return err
		}
	}
	if data.IsPairs(r.Job.Data.Source, r.Job.Data.Task) && r.Job.Model != "" {
		if _, err = model.New(r.Job.Model, nn.Input{Shape: []int{3}, Source: 1, Vocab: 4, Outputs: 4}); err != nil {
			return err
		}
	}
	if r.Job.labelled() && r.Job.Model != "" {
		if _, err = model.New(r.Job.Model, nn.Input{Shape: []int{max(r.Job.Data.Context, 64)}, Vocab: 4, Outputs: 2}); err != nil {
			return err
		}
	}
	named := func() (token.Tokenizer, error) { return tokenizerFor(ctx, dir, &r.Job, o) }
	if from != nil && (data.IsText(r.Job.Data.Source) || data.IsPairs(r.Job.Data.Source, r.Job.Data.Task) || r.Job.labelled()) {
		r.Tokenizer, err = from.tokenizer(&r.Job, named)
	} else {
		r.Tokenizer, err = named()
	}
	if err != nil {
		return err
	}
	if data.IsChats(r.Job.Data.Source, r.Job.Data.Task) && r.Job.Data.Context == 0 && from != nil && from.model != nil {
		r.Job.Data.Context = min(cmp.Or(model.Context(from.model), longestChat), longestChat)
	}
	o.note("reading %s", r.Job.Data.Source)
	if r.Splits, err = openData(ctx, &r.Job, r.Tokenizer); err != nil {
		return err
	}
	r.Info = *r.Splits.Info()
	if r.Info.Task == data.Translation && r.Info.Symbols == nil {
		r.Job.Data.Context = r.Info.Source // other pairs that are evaluated or translated get as many places
	}
	if data.IsLines(r.Job.Data.Source, r.Job.Data.Task) { // other lines that are evaluated are brought to the same size
		r.Job.Data.Size, r.Job.Data.Height, r.Job.Data.Width = 0, r.Info.Input[1], r.Info.Input[2]
	}
	if r.Info.Labelled() {
		r.Job.Data.Context = r.Info.Input[0] // likewise
	}
	if r.Info.Symbols != nil {
		r.Tokenizer = newSymbols(r.Info.Symbols)
	}
	if err = r.asBefore(dir, from); err != nil {
		return err
	}
	return r.augment()
}

// augment finds what training sees: the training set, changed at random as the job says.
func (r *Run) augment() error {
	r.learnt = r.Splits.Train
	list, err := parseAugment(r.Job.Data.Augment)
	if err == nil {
		r.learnt, err = data.Augment(r.learnt, list)
	}
	if err != nil {
		return usagef("train: augment %s: %w", r.Job.Data.Augment, err)
	}
	return nil
}

// asBefore gives the data the scaling of those that the first weights were learnt on.
func (r *Run) asBefore(dir string, from *source) error {
	switch {
	case r.Job.From == "":
		return nil
	case from == nil: // a run that is resumed knows
		began, err := readInfo(dir)
		if err != nil {
			return err
		}
		r.rescale(&began)
		return nil
	case from.info == nil:
		return nil
	}
	if old := from.info; old.Tokens && r.Info.Tokens && !slices.Equal(old.Symbols, r.Info.Symbols) {
		return usagef("train: from %s: it reads the symbols %.60q of %s; %s has %.60q", from.name, old.Symbols, old.Name, r.Info.Name, r.Info.Symbols)
	}
	r.rescale(from.info)
	return nil
}

// complete decides what the job left open, now that the data are known.
func (r *Run) complete() (err error) {
	j := &r.Job
	open := j.Steps == 0 && j.Epochs == 0
	if j.Optimizer.LR == 0 && (j.Optimizer.Name == "" || j.Optimizer.Name == "adam" || j.Optimizer.Name == "adamw") {
		j.Optimizer.LR = adamRate(nn.Count(r.Model))
	}
	j.Defaults(r.Info.Task)
	if j.Steps == 0 {
		j.Steps = max(int(j.Epochs*float64(r.loader().Steps())+0.5), 1)
		switch {
		case open && r.Info.Task == data.Language:
			j.Steps = min(j.Steps, 1000) // a long text has more than can be waited for
		case open && r.Info.Task == data.Translation:
			j.Steps = min(max(j.Steps, 500), 3000)
		case open:
			j.Steps = max(j.Steps, 500) // ten passes over a handful of examples teach little
		}
		j.Epochs = 0
	}
	if j.Eval.Every == 0 {
		j.Eval.Every = max(j.Steps/10, 1)
	}
	if j.Save.Every == 0 {
		j.Save.Every = max(j.Steps/10, 1)
	}
	if r.schedule, err = j.rate(); err != nil {
		return err
	}
	r.opt, err = j.optimizer()
	return err
}

// adamRate is a learning rate for Adam that suits a number of parameters: small nets learn with larger steps.
func adamRate(n int) float64 {
	switch {
	case n < 10_000:
		return 1e-2
	case n < 100_000:
		return 3e-3
	}
	return 1e-3
}

// allocate gives the model, the optimizer and the average of weights their memory.
func (r *Run) allocate(from *source) (err error) {
	kept, crc, err := r.base.keep(r.dev, r.Model)
	if err != nil {
		return err
	}
	r.state.Base = crc
	nn.BuildKeeping(r.dev, r.Model, r.Job.Seed, kept)
	if from != nil {
		if err = from.transfer(r.Model, r.Job.Head); err != nil {
			return err
		}
	}
	params, err := r.groups()
	if err != nil {
		return err
	}
	if err = r.opt.Init(r.dev, params); err != nil {
		return fmt.Errorf("train: optimizer %s: %w", r.Job.Optimizer.Name, err)
	}
	if r.Job.EMA > 0 {
		if r.ema, err = optim.NewEMA(r.opt, r.Job.EMA); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	return nil
}

// declared makes the model's structure, with what is frozen in it and its adapters, without memory.
func (r *Run) declared() (model.Model, error) {
	m, err := model.New(r.Job.Model, r.input())
	if err == nil {
		err = r.tune(m)
	}
	return m, err
}

// input is what the data say about the network's two ends.
func (r *Run) input() nn.Input {
	in := nn.Input{Shape: r.Info.Input, Vocab: r.Info.Vocab, Outputs: r.outputs(), Source: r.Info.Source, Picture: r.Info.Picture}
	if r.Info.Task == data.Reading {
		in.Line = r.Info.Targets
	}
	return in
}

// outputs is how many numbers the model gives for each target: one for two classes under a loss of one number.
func (r *Run) outputs() int {
	if r.Info.Task == data.Classification && len(r.Info.Classes) == 2 && r.Job.Loss != "" && r.Job.Loss != "cross-entropy" {
		return 1
	}
	return r.Info.Outputs()
}

func (r *Run) loader() *data.Loader {
	return &data.Loader{Set: r.learnt, Batch: r.Job.Batch, Accumulate: r.Job.Accumulate, Seed: r.Job.Seed}
}

// setPrecision finds the device that reads operands as the job says, and notes what auto came to: a run that is
// resumed must find what it began with. A device that was given is set, where the job names a precision.
func (r *Run) setPrecision() error {
	p, err := cpu.Precision(r.Job.Precision).Choose()
	if err != nil {
		return &UsageError{err}
	}
	named := r.Job.Precision != ""
	if named {
		r.Job.Precision = string(p)
	}
	if r.dev == nil {
		r.dev, err = cpu.DefaultAt(p)
		return err
	}
	if d, ok := r.dev.(*cpu.Device); ok && named {
		return d.SetPrecision(p)
	}
	return nil
}
