package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"brick/data"
	"brick/device"
	"brick/grad"
	"brick/model"
	"brick/optim"
	"brick/tensor/durable"
	"brick/token"
)

// A Run is a job in a folder: its data, its model, and where it stands.
type Run struct {
	Dir       string
	Job       Job
	Info      data.Info
	Splits    *data.Splits    // nil in a run opened for use only
	Tokenizer token.Tokenizer // nil unless the data are text or symbols
	Model     model.Model     // built
	Loss      Loss
	Memory    Memory // what the run needs

	learnt   data.Set // the training set as training sees it: augmented
	dev      device.Device
	tape     grad.Tape // training and evaluation take turns in its memory
	opt      optim.Optimizer
	ema      *optim.EMA
	schedule optim.Schedule
	vault    *vault
	carried  []map[any]any // states that go on from step to step, of each micro-batch; nil without data.carry
	base     *base         // nil where the run has all of its weights itself
	state    state
	records  []Record
	lock     *os.File
	save     atomic.Bool // SaveNow was called
	plain    bool        // the weights are those of a finished model, its adapters merged
}

// Options say how a run is set up; the zero value does it quietly on all cores.
type Options struct {
	Root   string        // folder of run folders; "" means runs
	Device device.Device // nil means all cores
	Note   func(string)  // told what is being done before training starts; may be nil
	Memory int64         // bytes that the run may use; 0 means what the machine has left
}

func (o Options) root() string {
	if o.Root == "" {
		return "runs"
	}
	return o.Root
}

func (o Options) note(format string, args ...any) {
	if o.Note != nil {
		o.Note(fmt.Sprintf(format, args...))
	}
}

const (
	jobFile       = "run.yaml"
	infoFile      = "data.json"
	configFile    = "config.json"
	tokenizerFile = "tokenizer.json"
	logFile       = "run.jsonl"
	plotFile      = "loss.svg"
	doneFile      = "DONE"
)

// ErrExists is wrapped by the error of Create for a folder that already holds a run.
var ErrExists = errors.New("a run of this name exists")

// ErrLocked is wrapped by the errors of Create and Resume for a run that somebody else trains now.
var ErrLocked = errors.New("is being trained by another process")

// Create sets up a new run: reads the data, learns a vocabulary where one is
// needed, builds the model and checks that memory suffices. The run folder then
// holds everything to resume from, even if the first step never comes.
func Create(ctx context.Context, job Job, o Options) (*Run, error) {
	root := o.root()
	dir := job.folder(root)
	if job.Name != "" {
		name := filepath.FromSlash(job.Name)
		if dir = filepath.Join(root, name); !filepath.IsLocal(name) || filepath.Clean(name) == "." {
			return nil, fmt.Errorf("train: run name %q is no folder inside %s", job.Name, root)
		}
		if holdsRun(dir) {
			return nil, errExists(dir)
		}
	}
	r, err := assemble(ctx, "", job, o)
	if err != nil {
		return nil, err
	}
	r.Dir = dir
	if err = r.claimNew(root); err == nil {
		err = r.writeSetup()
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// claimNew takes a folder that holds no run yet. Where the name was left open and another process was
// quicker, the next name is taken.
func (r *Run) claimNew(root string) error {
	for {
		err := r.claim()
		if err == nil && holdsRun(r.Dir) {
			err = errExists(r.Dir)
		}
		if err == nil || r.Job.Name != "" || !errors.Is(err, ErrExists) && !errors.Is(err, ErrLocked) {
			return err
		}
		if r.lock != nil {
			if err := r.lock.Close(); err != nil {
				return err
			}
			r.lock = nil
		}
		r.Dir = r.Job.folder(root)
	}
}

// holdsRun reports whether a folder has the setup or a checkpoint of a run.
func holdsRun(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, jobFile))
	return err == nil || len(newVault(dir).list()) > 0
}

func errExists(dir string) error {
	return fmt.Errorf("train: %s: %w; go on with it by --resume %s, or choose another name", dir, ErrExists, dir)
}

// Resume continues the run in dir from its newest whole checkpoint, or from the beginning if there is none.
// It refuses data that differ from those the run began with.
func Resume(ctx context.Context, dir string, o Options) (*Run, error) {
	job, err := LoadJob(filepath.Join(dir, jobFile))
	if err != nil {
		return nil, err
	}
	began, err := readInfo(dir)
	if err != nil {
		return nil, err
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	r, err := assemble(ctx, dir, job, o)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	r.lock = lock
	if err = sameData(began, r.Info); err != nil {
		err = fmt.Errorf("train: resume %s: %w", dir, err)
	} else {
		err = r.load(o)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// load takes up the newest whole checkpoint, and clears away what a killed process left half written.
func (r *Run) load(o Options) error {
	for _, dir := range []string{r.Dir, r.vault.best()} {
		if _, err := durable.RemoveTemporaries(dir); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("train: resume %s: %w", r.Dir, err)
		}
	}
	path, s, damaged, err := r.vault.latest()
	if damaged != nil {
		o.note("passed over a damaged checkpoint: %v", damaged)
	}
	if err == nil && path == "" && r.Job.From != "" {
		err = fmt.Errorf("train: resume %s: no whole checkpoint is left, and its first weights came from %s: start a new run", r.Dir, r.Job.From)
	}
	if err != nil || path == "" {
		return err
	}
	if s.Examples != r.Splits.Train.Len() {
		return fmt.Errorf("train: %s was trained on %d examples; %s now has %d", path, s.Examples, r.Job.Data.Source, r.Splits.Train.Len())
	}
	if s.Step > r.Job.Steps {
		return fmt.Errorf("train: %s is after step %d; %s asks for %d steps in all", path, s.Step, jobFile, r.Job.Steps)
	}
	if err := r.sameBase(s); err != nil {
		return err
	}
	if err := loadWeights(r.Model, filepath.Join(path, modelFile)); err != nil {
		return err
	}
	r.state = s
	return r.loadOptimizer(filepath.Join(path, optimizerFile))
}

// claim makes the run folder and takes its lock, so that two processes never write one run.
func (r *Run) claim() (err error) {
	if err := durable.MkdirAll(r.Dir); err != nil {
		return fmt.Errorf("train: run folder: %w", err)
	}
	r.vault = newVault(r.Dir)
	r.lock, err = lockFolder(r.Dir)
	return err
}

// writeSetup writes the files that resuming starts from.
func (r *Run) writeSetup() error {
	if r.Tokenizer != nil && r.Info.Symbols == nil {
		if err := saveTokenizer(r.Dir, r.Tokenizer); err != nil {
			return err
		}
	}
	if r.Job.From != "" { // what the run began with, whatever becomes of where that came from
		if _, err := r.saveState(); err != nil {
			return err
		}
	}
	js, err := json.MarshalIndent(r.Info, "", "  ")
	if err == nil {
		err = durable.WriteFile(filepath.Join(r.Dir, infoFile), append(js, '\n'))
	}
	if err == nil { // run.yaml last: a folder that has it can be resumed
		err = durable.WriteFile(filepath.Join(r.Dir, jobFile), r.Job.YAML())
	}
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
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
