package train

import (
	"fmt"
	"math"
	"strings"

	"brick/data"
	"brick/device"
	"brick/device/cpu"
	"brick/device/dry"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
	"brick/optim"
)

// size writes a number of bytes the way people read it.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.2f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d B", bytes)
}

// Memory is what a run needs, in bytes, and what there is.
type Memory struct {
	Weights     int64 `json:"weights"`
	Gradients   int64 `json:"gradients"`
	Optimizer   int64 `json:"optimizer"`            // its state, the moving average and the sums of micro-batches
	Activations int64 `json:"activations"`          // values and gradients of one micro-batch at their peak, by passes that only count
	Batches     int64 `json:"batches"`              // examples in hand and read ahead
	Recomputed  bool  `json:"recomputed,omitempty"` // blocks are computed again on the way back, for fewer activations
	Available   int64 `json:"available,omitempty"`

	counted bool     // Activations are known
	fitting []string // what would make the run fit, each with what it needs then
}

// Total is the sum of the parts, math.MaxInt64 if it is more than that.
func (m Memory) Total() int64 {
	return sum(m.Weights, m.Gradients, m.Optimizer, m.Activations, m.Batches)
}

// String says the total and its parts.
func (m Memory) String() string {
	before, how := " before activations", ""
	if m.counted {
		before, how = "", ", activations "+size(m.Activations)
	}
	if m.counted && m.Recomputed {
		how += " (recomputed)"
	}
	return fmt.Sprintf("%s%s: weights %s, gradients %s, optimizer %s%s, batches %s", size(m.Total()), before, size(m.Weights), size(m.Gradients), size(m.Optimizer), how, size(m.Batches))
}

// Fits errs if the machine has not got what the run needs.
func (m Memory) Fits() error {
	if m.Available == 0 || m.Total() <= m.Available {
		return nil
	}
	remedy := "A smaller model needs less"
	if len(m.fitting) > 0 {
		remedy = "What would fit: " + strings.Join(m.fitting, ", ")
	}
	return fmt.Errorf("train: the run needs %v; this machine has %s left. %s", m, size(m.Available), remedy)
}

// sum and times stop at math.MaxInt64, for models of any size. Operands are not negative.
func sum(list ...int64) (total int64) {
	for _, v := range list {
		if total > math.MaxInt64-v {
			return math.MaxInt64
		}
		total += v
	}
	return total
}

func times(list ...int64) int64 {
	total := int64(1)
	for _, v := range list {
		if v != 0 && total > math.MaxInt64/v {
			return math.MaxInt64
		}
		total *= v
	}
	return total
}

// estimate runs one training step on a device that counts and computes nothing. limit is what the run may
// use, 0 for what the machine has left. What surely does not fit is refused before anything is read.
func (r *Run) estimate(limit int64, from *source) (m Memory, err error) {
	if m.Available = limit; limit == 0 {
		m.Available, _ = available()
	}
	m.Recomputed = r.Job.Recompute
	kind, err := optim.ByName(r.Job.Optimizer.Name)
	if err != nil {
		return m, fmt.Errorf("train: %w", err)
	}
	kept, numbers := r.base.bytes()
	learnt := times(int64(nn.Trainable(r.Model)), each)
	m.Weights, m.Gradients = sum(kept, times(int64(nn.Count(r.Model))-numbers, each)), learnt
	m.Optimizer = r.optimizerBytes(kind, learnt)
	const inHand = 3 // the loader's batches: one in use, two read ahead
	targets := 1
	if r.Info.Task == data.Language {
		targets = r.width()
	} else if r.Info.Task == data.Translation {
		targets = r.width() - r.Info.Source
	} else if r.Info.Task == data.Regression || r.Info.Task == data.Reading {
		targets = r.Info.Targets
	}
	m.Batches = times(inHand, int64(r.Job.Batch), int64(r.width()+targets), each)
	if m.Fits() == nil {
		m.Activations, err = r.activations()
		m.counted = err == nil
	}
	if err == nil && m.Fits() != nil {
		m.fitting = r.fitting(m, kind, from)
	}
	return m, err
}

// each is the bytes of a number.
const each = kernel.FloatBits / 8

// optimizerBytes is what an optimizer, the moving average and the sums of micro-batches take.
func (r *Run) optimizerBytes(kind optim.Kind, learnt int64) int64 {
	bytes := times(learnt, int64(kind.State))
	if r.Job.EMA > 0 {
		bytes = sum(bytes, learnt)
	}
	for k := r.Job.Accumulate; k > 1; k = (k + 1) / 2 {
		bytes = sum(bytes, learnt) // one partial sum a level of the tree
	}
	return bytes
}

// activations are those of a step and of an evaluation, whichever has more.
func (r *Run) activations() (int64, error) {
	shadow, err := r.declared()
	if err != nil {
		return 0, err
	}
	dev := new(dry.Device)
	nn.BuildOn(dev, shadow, 0)
	var b data.Batch
	if err := r.loader().At(&b, 0, 0); err != nil {
		return 0, err
	}
	tape := &grad.Tape{Device: dev, Training: true, Recompute: r.Job.Recompute}
	err = grad.Catch(func() { r.Loss(shadow.Forward(Input(tape, &b)), &b).Backward() })
	if err != nil {
		return 0, fmt.Errorf("train: the model does not fit the data: %w", err)
	}
	inPlace := copied(dev, &b)
	last, err := r.rehearseEvaluation(tape, shadow)
	if err != nil {
		return 0, err
	}
	if last != nil && last.Examples() != b.Examples() {
		inPlace += copied(dev, last)
	}
	if _, host := r.dev.(*cpu.Device); !host { // else batches are used in place
		inPlace = 0
	}
	return int64(tape.Bytes()) - inPlace, nil
}

// rehearseEvaluation evaluates the first and the last batch that an evaluation takes of the validation set, which may be of another
// size, on the tape of training, as the run does; b is the last, nil where there is nothing to evaluate.
func (r *Run) rehearseEvaluation(tape *grad.Tape, m nn.Block) (b *data.Batch, err error) {
	set := r.Splits.Valid
	if set == nil || set.Len() == 0 {
		return nil, nil
	}
	tape.NoGrad, tape.Training = true, false
	loader := data.Sequential(set, r.Job.Batch)
	all := loader.Steps()
	last := all - 1
	if limit := r.Job.Eval.Batches; limit > 0 && limit < all {
		last = chosen(set, limit-1, limit, all)
	}
	for _, at := range []int{0, last} {
		b = new(data.Batch)
		if err := loader.At(b, at, 0); err != nil {
			return nil, err
		}
		tape.Reset()
		if err := grad.Catch(func() { r.Loss(m.Forward(Input(tape, b)), b) }); err != nil {
			return nil, fmt.Errorf("train: the model does not fit the validation set: %w", err)
		}
	}
	return b, nil
}

// copied is the memory that a batch's numbers take on a device that has its own.
func copied(dev device.Device, b *data.Batch) int64 {
	tape := &grad.Tape{Device: dev}
	Input(tape, b)
	if b.Labels == nil {
		tape.Const(b.Y, len(b.Y))
	}
	return int64(tape.Bytes())
}
