package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"brick/data"
	"brick/device"
	"brick/device/cpu"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/safetensors"
	"brick/token"
)

// A Run is a job in a folder: its data, its model, and where it stands.
type Run struct {
	Dir       string
	Job       Job
	Info      data.Info
	Splits    *data.Splits    // nil in a run opened for use only
	Tokenizer token.Tokenizer // nil unless the data are text
	Model     model.Model     // built
	Loss      Loss
	Memory    Memory // what the run needs

	dev      device.Device
	opt      optim.Optimizer
	ema      *optim.EMA
	schedule optim.Schedule
	state    state
	records  []Record
	lock     *os.File
	note     func(string)
	save     atomic.Bool // SaveNow was called
}

// Options say how a run is set up; the zero value does it quietly on all cores.
type Options struct {
	Root   string        // folder of run folders; "" means runs
	Device device.Device // nil means all cores
	Note   func(string)  // told what is being done before training starts; may be nil
}

func (o Options) note(format string, args ...any) {
	if o.Note != nil {
		o.Note(fmt.Sprintf(format, args...))
	}
}

const (
	jobFile       = "run.yaml"
	infoFile      = "data.json"
	tokenizerFile = "tokenizer.json"
	logFile       = "run.jsonl"
	plotFile      = "loss.svg"
	doneFile      = "DONE"
)

// ErrExists is wrapped by the error of Create for a folder that already holds a run.
var ErrExists = errors.New("a run of this name exists")

// Create sets up a new run: reads the data, learns a vocabulary where one is
// needed, builds the model and checks that memory suffices. The run folder then
// holds everything to resume from, even if the first step never comes.
func Create(ctx context.Context, job Job, o Options) (*Run, error) {
	root := o.Root
	if root == "" {
		root = "runs"
	}
	dir := job.folder(root)
	if job.Name != "" {
		dir = filepath.Join(root, filepath.FromSlash(job.Name))
		if !filepath.IsLocal(filepath.FromSlash(job.Name)) {
			return nil, fmt.Errorf("train: run name %q leaves the folder %s", job.Name, root)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, jobFile)); err == nil {
		return nil, fmt.Errorf("train: %s: %w; go on with it by --resume %s, or choose another name", dir, ErrExists, dir)
	}
	r, err := assemble(ctx, dir, job, o)
	if err != nil {
		return nil, err
	}
	if err := r.claim(); err != nil {
		return nil, err
	}
	if err := r.writeSetup(); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Resume continues the run in dir from its newest whole checkpoint, or from the beginning if there is none.
func Resume(ctx context.Context, dir string, o Options) (*Run, error) {
	job, err := LoadJob(filepath.Join(dir, jobFile))
	if err != nil {
		return nil, err
	}
	r, err := assemble(ctx, dir, job, o)
	if err != nil {
		return nil, err
	}
	if err := r.claim(); err != nil {
		return nil, err
	}
	path, s, ok, damaged := latest(dir)
	if damaged != nil {
		o.note("passed over a damaged checkpoint: %v", damaged)
	}
	if ok {
		if err = loadWeights(r.Model, filepath.Join(path, modelFile)); err == nil {
			err = r.loadOptimizer(filepath.Join(path, optimizerFile))
		}
		if err != nil {
			r.Close()
			return nil, err
		}
		r.state = s
	}
	return r, nil
}

// Open loads a finished run, or the newest checkpoint of an unfinished one, for use: no training data, no optimizer.
func Open(dir string, o Options) (*Run, error) {
	r, err := describe(dir)
	if err != nil {
		return nil, err
	}
	if r.dev = o.Device; r.dev == nil {
		r.dev = cpu.Default()
	}
	if r.Loss, err = lossByName(r.Job.Loss); err != nil {
		return nil, err
	}
	if r.Info.Tokens {
		if r.Tokenizer, err = loadTokenizer(dir); err != nil {
			return nil, err
		}
	}
	if err := r.build(); err != nil {
		return nil, err
	}
	weights := filepath.Join(dir, modelFile)
	if _, err := os.Stat(weights); err != nil {
		path, _, ok, damaged := latest(dir)
		if !ok {
			return nil, errors.Join(fmt.Errorf("train: %s has neither %s nor a whole checkpoint: the run has not got that far", dir, modelFile), damaged)
		}
		weights = filepath.Join(path, modelFile)
	}
	return r, loadWeights(r.Model, weights)
}

// Declared is the stack of the run in dir, and what its data give it.
func Declared(dir string) (stack string, in nn.Input, err error) {
	r, err := describe(dir)
	if err != nil {
		return "", in, err
	}
	return r.Job.Model, r.input(), nil
}

// describe reads what a run is about, without weights.
func describe(dir string) (*Run, error) {
	job, err := LoadJob(filepath.Join(dir, jobFile))
	if err != nil {
		return nil, err
	}
	r := &Run{Dir: dir, Job: job}
	js, err := os.ReadFile(filepath.Join(dir, infoFile))
	if err == nil {
		err = json.Unmarshal(js, &r.Info)
	}
	if err != nil {
		return nil, fmt.Errorf("train: %s: %w", filepath.Join(dir, infoFile), err)
	}
	return r, nil
}

// assemble makes everything a run needs from its job; an existing folder's tokenizer is used again.
func assemble(ctx context.Context, dir string, job Job, o Options) (*Run, error) {
	r := &Run{Dir: dir, Job: job, dev: o.Device, note: o.Note}
	if r.dev == nil {
		r.dev = cpu.Default()
	}
	var err error
	if r.Loss, err = lossByName(job.Loss); err != nil {
		return nil, err
	}
	if r.Tokenizer, err = tokenizerFor(ctx, dir, &r.Job, o); err != nil {
		return nil, err
	}
	o.note("reading %s", job.Data.Source)
	if r.Splits, err = openData(ctx, &r.Job, r.Tokenizer); err != nil {
		return nil, err
	}
	r.Info = *r.Splits.Info()
	if r.Model, err = r.declared(); err != nil {
		return nil, err
	}
	if err = r.tuneLinear(); err != nil {
		return nil, err
	}
	r.Job.Defaults(r.Info.Task)
	if r.Job.Steps == 0 {
		loader := r.loader()
		r.Job.Steps = max(int(r.Job.Epochs*float64(loader.Steps())+0.5), 1)
	}
	if r.Job.Eval.Every == 0 {
		r.Job.Eval.Every = max(r.Job.Steps/10, 1)
	}
	if r.Job.Save.Every == 0 {
		r.Job.Save.Every = max(r.Job.Steps/10, 1)
	}
	if r.schedule, err = r.Job.rate(); err != nil {
		return nil, err
	}
	if r.opt, err = r.Job.optimizer(); err != nil {
		return nil, err
	}
	if r.Memory, err = r.estimate(); err != nil {
		return nil, err
	}
	if err = r.Memory.Fits(); err != nil {
		return nil, err
	}
	nn.BuildOn(r.dev, r.Model, r.Job.Seed)
	if err = optim.Attach(r.opt, r.Model); err != nil {
		return nil, fmt.Errorf("train: optimizer %s: %w", r.Job.Optimizer.Name, err)
	}
	if r.Job.EMA > 0 {
		if r.ema, err = optim.NewEMA(r.opt, r.Job.EMA); err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
	}
	return r, nil
}

// declared makes the model's structure, without memory.
func (r *Run) declared() (model.Model, error) {
	return model.New(r.Job.Model, r.input())
}

// input is what the data say about the network's two ends.
func (r *Run) input() nn.Input {
	return nn.Input{Shape: r.Info.Input, Vocab: r.Info.Vocab, Outputs: r.outputs()}
}

// build declares the model and gives it memory, for weights that will be read.
func (r *Run) build() (err error) {
	if r.Model, err = r.declared(); err == nil {
		nn.BuildFrozen(r.dev, r.Model)
	}
	return err
}

// outputs is how many numbers the model gives for each target: one for two classes under a loss of one logit.
func (r *Run) outputs() int {
	if r.Info.Task == data.Classification && (r.Job.Loss == "bce" || r.Job.Loss == "hinge" || r.Job.Loss == "mse") && len(r.Info.Classes) == 2 {
		return 1
	}
	return r.Info.Outputs()
}

func (r *Run) loader() *data.Loader {
	return &data.Loader{Set: r.Splits.Train, Batch: r.Job.Batch, Accumulate: r.Job.Accumulate, Seed: r.Job.Seed}
}

// Complete fills in what a job leaves open, as Create would, without making a run.
func Complete(ctx context.Context, job *Job, o Options) error {
	r, err := assemble(ctx, "", *job, o)
	if err != nil {
		return err
	}
	*job = r.Job
	return r.Close()
}

// writeSetup writes the files that resuming starts from.
func (r *Run) writeSetup() error {
	if r.Tokenizer != nil {
		if err := saveTokenizer(r.Dir, r.Tokenizer); err != nil {
			return err
		}
	}
	js, err := json.MarshalIndent(r.Info, "", "  ")
	if err != nil {
		return err
	}
	if err := durable.WriteFile(filepath.Join(r.Dir, infoFile), append(js, '\n')); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	// run.yaml last: a folder that has it can be resumed.
	if err := durable.WriteFile(filepath.Join(r.Dir, jobFile), r.Job.YAML()); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// claim makes the run folder and takes its lock, so that two processes never write one run.
func (r *Run) claim() (err error) {
	if err := durable.MkdirAll(r.Dir); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	r.lock, err = lockFolder(r.Dir)
	return err
}

// Close releases the run's lock and data.
func (r *Run) Close() error {
	var errs []error
	if r.lock != nil {
		errs = append(errs, r.lock.Close())
		r.lock = nil
	}
	if r.Splits != nil {
		errs = append(errs, r.Splits.Close())
	}
	return errors.Join(errs...)
}

// Step is how many steps are done.
func (r *Run) Step() int { return r.state.Step }

// Done reports whether the run in dir is finished.
func Done(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, doneFile))
	return err == nil
}

// optimizerState is all that a later step depends on besides the weights.
func (r *Run) optimizerState() (out []tensor.Named) {
	for name, x := range r.opt.State() {
		out = append(out, tensor.Named{Name: "optimizer." + name, Tensor: x})
	}
	if r.ema != nil {
		for name, x := range r.ema.State() {
			out = append(out, tensor.Named{Name: "ema." + name, Tensor: x})
		}
	}
	return out
}

// loadOptimizer puts back what optimizerState gave.
func (r *Run) loadOptimizer(path string) error {
	all, _, err := safetensors.Read(path)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	opt, ema := map[string]*tensor.Tensor{}, map[string]*tensor.Tensor{}
	for name, x := range all {
		if n, ok := strings.CutPrefix(name, "optimizer."); ok {
			opt[n] = x
		} else if n, ok := strings.CutPrefix(name, "ema."); ok && r.ema != nil {
			ema[n] = x
		} else {
			return fmt.Errorf("train: %s: tensor %q belongs to no part of this run", path, name)
		}
	}
	err = r.opt.Load(opt)
	if err == nil && r.ema != nil {
		err = r.ema.Load(ema)
	}
	if err != nil {
		return fmt.Errorf("train: %s: %w", path, err)
	}
	return nil
}
