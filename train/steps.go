package train

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"time"

	"brick/data"
	"brick/device"
	"brick/grad"
	"brick/nn"
	"brick/optim"
)

// A Config says how the loop runs. Its zero value, but for Steps and Rate, is plain training.
type Config struct {
	Steps      int                    // the run ends when this many steps are done, those before Start included
	Start      int                    // steps done before, by the run that this one resumes
	Rate       func(step int) float64 // learning rate of a step, from 0
	Loss       Loss                   // nil: what fits the batch, see LossFor
	Accumulate int                    // micro-batches a step; 0 means 1
	Clip       optim.Clip             // bounds on the gradients
	EMA        *optim.EMA             // moving average of the weights, updated after each step; may be nil
	Seed       uint64                 // of dropout
	Device     device.Device          // nil means all cores
	Tape       *grad.Tape             // what passes are computed on, for sharing its memory between steps; nil for one of its own
	Memory     []map[any]any          // what blocks remember from step to step, one for each micro-batch (see nn.Recall); nil: nothing
	Recompute  bool                   // keep only the inputs of blocks, compute their insides again on the way back
	SkipLimit  int                    // steps in a row without a finite gradient before ErrDiverged; 0 means 5
	Skipped    int                    // updates skipped in a row just before Start
}

// A Step is what the loop body sees after an update.
type Step struct {
	N        int           // which step, from 0
	Loss     float64       // mean over the step's micro-batches, before the update
	LR       float64       // learning rate used
	GradNorm float64       // 2-norm of all gradients before clipping
	Skipped  bool          // the loss or a gradient was not finite: the weights are unchanged
	Row      int           // updates skipped in a row, this one included
	Examples int           // in all micro-batches
	Tokens   int           // targets that took part in the loss
	Bytes    int           // bytes of text they stand for
	Took     time.Duration // wall time of the step
}

// ErrDiverged is wrapped by the error of a run whose loss or gradients stayed NaN or infinite.
var ErrDiverged = errors.New("training diverged")

// Steps trains m and yields after every step. batches yields Accumulate
// micro-batches for each step number, as data.Loader.From does; their gradients are
// summed in a fixed binary tree, so that the bits do not depend on who computed which.
// The sequence ends after c.Steps steps, when the batches end, or with an error: ctx's, a
// *grad.ShapeError, or one wrapping ErrDiverged that names the first block whose output was not finite.
func Steps(ctx context.Context, m nn.Block, opt optim.Optimizer, batches iter.Seq2[int, *data.Batch], c Config) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		l := newLoop(m, opt, c)
		if c.Start >= c.Steps {
			return
		}
		var s Step
		begin, micro := time.Now(), 0
		for n, b := range batches {
			if err := ctx.Err(); err != nil {
				yield(Step{N: n}, err)
				return
			}
			if micro == 0 {
				s, l.why = Step{N: n}, ""
				begin = time.Now()
			}
			if err := grad.Catch(func() { l.micro(&s, n, micro, b) }); err != nil {
				yield(s, fmt.Errorf("train: step %d: %w", n, err))
				return
			}
			if micro++; micro < l.accumulate {
				continue
			}
			micro = 0
			err := l.finish(&s, b)
			s.Took = time.Since(begin)
			if !yield(s, err) || err != nil || n+1 >= c.Steps {
				return
			}
		}
	}
}

// loop is what the steps of one call share.
type loop struct {
	Config
	m          nn.Block
	opt        optim.Optimizer
	tape       *grad.Tape
	tree       *optim.Tree // nil when a step is one micro-batch
	accumulate int
	why        string // what of the step in hand is not finite, if that was found out
}

func newLoop(m nn.Block, opt optim.Optimizer, c Config) *loop {
	l := &loop{Config: c, m: m, opt: opt, accumulate: max(c.Accumulate, 1)}
	if l.Loss == nil {
		l.Loss = LossFor
	}
	if l.SkipLimit == 0 {
		l.SkipLimit = 5
	}
	if l.tape = c.Tape; l.tape == nil {
		l.tape = new(grad.Tape)
	}
	l.tape.Device, l.tape.Training, l.tape.Recompute, l.tape.Seed = c.Device, true, c.Recompute, c.Seed
	if l.accumulate > 1 {
		l.tree = optim.NewTree(opt)
	}
	return l
}

// micro runs one micro-batch forward and backward.
func (l *loop) micro(s *Step, n, i int, b *data.Batch) {
	l.tape.Reset()
	l.tape.Step = uint64(n*l.accumulate + i)
	if l.Memory != nil {
		l.tape.Memory = l.Memory[i]
		defer func() { l.tape.Memory = nil }()
	}
	y := l.Loss(l.m.Forward(Input(l.tape, b)), b)
	y.Backward()
	loss := y.Item()
	if !finite(loss) {
		clear(l.tape.Memory) // states that are no numbers must not go on
	}
	s.Loss += loss / float64(l.accumulate)
	s.Examples += b.Examples()
	s.Tokens += b.Count()
	s.Bytes += b.Bytes
	if l.tree != nil {
		if err := l.tree.Add(i); err != nil {
			panic(err) // micro-batches come in order
		}
	}
	if !finite(loss) && l.why == "" && l.Skipped+1 >= l.SkipLimit {
		l.why = l.blame(b) // now: b is gone when the step ends
	}
}

// finish clips, moves the weights, and watches for numbers that are not finite.
func (l *loop) finish(s *Step, last *data.Batch) error {
	if l.tree != nil {
		if err := l.tree.Finish(l.accumulate, 1/float64(l.accumulate)); err != nil {
			return fmt.Errorf("train: step %d: %w", s.N, err)
		}
	}
	if l.Rate != nil {
		s.LR = l.Rate(s.N)
	}
	if finite(s.Loss) {
		s.GradNorm = l.Clip.Step(l.opt, s.LR)
	} else {
		s.GradNorm = l.Clip.Measure(l.opt)
	}
	if !finite(s.Loss) || !finite(s.GradNorm) {
		s.Skipped = true
		for _, p := range l.opt.Groups() {
			p.P.Clear()
		}
		l.Skipped++
		if s.Row = l.Skipped; s.Row < l.SkipLimit {
			return nil
		}
		if l.why == "" {
			l.why = l.blame(last)
		}
		return fmt.Errorf("train: step %d: %w: loss %v, gradient norm %v, not finite for %d steps in a row; %s", s.N, ErrDiverged, s.Loss, s.GradNorm, s.Row, l.why)
	}
	l.Skipped = 0
	if l.EMA != nil {
		l.EMA.Update()
	}
	return nil
}

// blame runs b forward again and names the first block whose output is not finite.
func (l *loop) blame(b *data.Batch) string {
	if !allFinite(b.X) {
		return "the input itself is not finite"
	}
	found := ""
	l.tape.Reset()
	l.tape.NoGrad = true
	l.tape.Trace = func(block grad.Block, y *grad.Var) {
		if found == "" && !allFinite(y.Data()) {
			found = nameOf(l.m, block)
		}
	}
	y := l.m.Forward(Input(l.tape, b))
	whole := allFinite(y.Data())
	l.tape.NoGrad, l.tape.Trace = false, nil
	switch {
	case found != "":
		return "the first block whose output is not finite is " + found
	case !whole:
		return "the model's output is not finite"
	}
	return "every block's output is finite: the trouble is in the loss or its gradient"
}

// nameOf is a block's name in m: its path, or its place in a chain and its type where it is a function.
func nameOf(m nn.Block, block grad.Block) string {
	name := nn.NameOf(m, block)
	f := reflect.ValueOf(block)
	if c, ok := m.(nn.Chain); ok && f.Kind() == reflect.Func {
		for i, b := range c {
			if g := reflect.ValueOf(b); g.Kind() == reflect.Func && g.Pointer() == f.Pointer() {
				return fmt.Sprintf("%d (a %s)", i, name)
			}
		}
	}
	return name
}

func allFinite(x []grad.Float) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// finite reports whether x is neither NaN nor infinite.
func finite(x float64) bool { return x-x == 0 }
