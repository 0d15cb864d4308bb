package blocks

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
	"time"

	"brick/course/lesson"
	"brick/data"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// Event is what is seen while a stack learns.
type Event struct {
	Step     int              `json:"step"`     // steps done
	Loss     lesson.Num       `json:"loss"`     // of the last step's batch, in nats
	Held     lesson.Num       `json:"held"`     // loss on examples that nothing is learnt from
	Right    lesson.Num       `json:"right"`    // share of those that are right
	Curve    [][2]lesson.Num  `json:"curve"`    // step and loss, smoothed over stretches
	HeldAt   [][2]lesson.Num  `json:"heldAt"`   // step and held-out loss
	RightAt  [][2]lesson.Num  `json:"rightAt"`  // step and share right
	Seconds  float64          `json:"seconds"`  // of computing
	Params   int              `json:"params"`   // that learn
	Surface  [][][]lesson.Num `json:"surface"`  // of the plane: of two classes P(second) − P(first), of more P of each, from low to high y, each from low to high x; null for other data
	Span     float64          `json:"span"`     // of the surface: from −span to span
	Guesses  []Guess          `json:"guesses"`  // of images: those of the call examples
	Sample   string           `json:"sample"`   // of text: what the model writes
	Finished bool             `json:"finished"` // all steps are done
}

// Guess is what a model makes of an image.
type Guess struct {
	Class string     `json:"class"`
	P     lesson.Num `json:"p"`
	Right bool       `json:"right"`
}

// How often the dearer views are made.
const (
	heldEvery   = 250 * time.Millisecond
	viewEvery   = 120 * time.Millisecond
	sampleEvery = 2 * time.Second

	frames    = 80                    // that a run in slow motion has at least, if it has as many steps
	frameTime = 40 * time.Millisecond // that each of them stands
)

// Trained is a model that learns or has learnt. Whoever reads its weights holds mu.
type Trained struct {
	mu      sync.Mutex
	ended   chan struct{} // closed when its job is over
	free    func()        // gives back what was reserved for it
	design  Design
	set     *set
	model   model.Model
	chain   nn.Chain // the same blocks in a row, for looking into
	printed string
	step    int
}

const kept = "10 trained"

// trained builds a stack and trains it.
var trained = lesson.Shows(lesson.Stream("train", first, func(ctx context.Context, s *lesson.Session, d Design, j *lesson.Job) error {
	t, err := build(ctx, s, d, j)
	if err != nil {
		return err
	}
	defer close(t.ended)
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.run(ctx, j)
}), showTrain)

// build plans a stack, and sets memory aside for it when it fits.
func build(ctx context.Context, s *lesson.Session, d Design, j *lesson.Job) (*Trained, error) {
	from, err := open(s, d.Data, uint64(d.Seed))
	if err != nil {
		return nil, err
	}
	p, chain := planned(d, from.in())
	switch {
	case p.Fault != nil:
		return nil, p.Fault.refuse()
	case p.Large == "work":
		return nil, &lesson.Refusal{Key: "refused.work", Args: []any{math.Ceil(p.Step / 1e9), maxWork / 1e9}, Field: "stack", Message: "a step of this takes longer than a page should wait; make it or the batch smaller"}
	case p.Large == "blocks":
		return nil, &lesson.Refusal{Key: "refused.blocks", Args: []any{p.Blocks, maxListed}, Field: "stack", Message: "this is counted, not built: it has too many blocks for a page"}
	case p.Large != "":
		return nil, &lesson.Refusal{Key: "refused.large", Args: []any{math.Ceil(p.Params / 1e6), math.Ceil(p.Memory / (1 << 20)), lesson.MaxMemory >> 20}, Field: "stack", Message: "this is counted, not built: it is larger than a page's memory"}
	}
	if old, ok := lesson.Kept[*Trained](s, kept); ok {
		for over := false; !over; { // its job was stopped, and ends with its step
			select {
			case <-old.ended:
				over = true
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(5 * time.Millisecond):
				j.Due() // lets it have its turn
			}
		}
		old.free()
	}
	free, err := s.Reserve(int64(p.Memory))
	if err != nil {
		return nil, err
	}
	m, err := model.New(d.Stack, from.in())
	if err != nil {
		free()
		return nil, err
	}
	t := &Trained{ended: make(chan struct{}), free: free, design: d, set: from, chain: chain, printed: p.Printed}
	t.model = nn.Build(m, uint64(d.Seed))
	t.chain = model.Chain(t.model)
	runtime.AddCleanup(t, func(free func()) { free() }, free) // should it give way to other values
	s.Put(kept, t)
	return t, nil
}

// run trains and tells. t.mu is held, but for moments in which others may look.
func (t *Trained) run(ctx context.Context, j *lesson.Job) error {
	d := t.design
	kind, err := optim.ByName(d.Optim)
	if err != nil {
		return err
	}
	o := kind.New()
	if err := optim.Attach(o, t.model); err != nil {
		return err
	}
	loader := &data.Loader{Set: t.set.splits.Train, Batch: d.Batch, Seed: uint64(d.Seed)}
	e := Event{Params: nn.Count(t.model)}
	l := looks{t: t}
	if err := l.see(ctx, &e, true); err != nil {
		return err
	}
	if err := t.emit(j, e); err != nil {
		return err
	}
	began, shown := time.Now(), time.Now()
	for st, err := range train.Steps(ctx, t.model, o, loader.From(0), train.Config{Steps: d.Steps, Rate: func(int) float64 { return d.LR }, Seed: uint64(d.Seed)}) {
		if err != nil {
			if errors.Is(err, train.ErrDiverged) {
				return &lesson.Refusal{Key: "refused.diverged", Args: []any{st.N, d.LR}, Field: "lr", Message: err.Error()}
			}
			return err
		}
		t.step = st.N + 1
		e.Step, e.Loss, e.Finished = t.step, lesson.Num(st.Loss), t.step == d.Steps
		e.Seconds += time.Since(began).Seconds()
		l.note(t.step, st.Loss)
		if d.Slow && t.step%max(1, d.Steps/frames) == 0 {
			if err := t.wait(ctx, frameTime-time.Since(shown)); err != nil {
				return err
			}
		}
		due := j.Due()
		if due || e.Finished {
			shown = time.Now()
			if err := l.see(ctx, &e, e.Finished || j.State() == lesson.Paused); err != nil {
				return err
			}
			if err := t.emit(j, e); err != nil {
				return err
			}
		}
		began = time.Now()
	}
	return loader.Err()
}

// wait lets a frame of slow motion stand; others may look at the model meanwhile.
func (t *Trained) wait(ctx context.Context, d time.Duration) error {
	t.mu.Unlock()
	defer t.mu.Lock()
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// emit lets others look at the model while a job waits.
func (t *Trained) emit(j *lesson.Job, e Event) error {
	t.mu.Unlock()
	defer t.mu.Lock()
	return j.Emit(e)
}

// forward runs a batch through the model, nothing recorded.
func (t *Trained) forward(b *data.Batch, look func(y *grad.Var)) error {
	tape := &grad.Tape{NoGrad: true}
	return grad.Catch(func() { look(t.model.Forward(train.Input(tape, b))) })
}

// forwardTraced shows what each block makes of a batch, in the order they end.
func (t *Trained) forwardTraced(b *data.Batch, look func(block grad.Block, y *grad.Var)) error {
	tape := &grad.Tape{NoGrad: true, Trace: look}
	return grad.Catch(func() { t.model.Forward(train.Input(tape, b)) })
}
