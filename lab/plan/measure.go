package plan

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"brick/data"
	"brick/device/cpu"
	"brick/grad"
	"brick/kernel"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// Measured is how long steps of a training took on this machine.
type Measured struct {
	Stack    string  `json:"stack"`   // what was timed
	Planned  bool    `json:"planned"` // it is the planned model itself, with its batch
	Batch    int     `json:"batch"`
	Context  int     `json:"context,omitempty"`
	Steps    int     `json:"steps"`    // that were timed, after those that warm up
	Seconds  float64 `json:"seconds"`  // of a step, on average: what disturbs these will disturb the others
	Evaluate float64 `json:"evaluate"` // seconds of a forward pass of a batch
	FLOPs    float64 `json:"flops"`    // executed a second
}

// How long steps are measured at least, and how many at least and at most.
const (
	measured   = 3 * time.Second
	fewest     = 5
	most       = 400
	warmUp     = 2
	longestRun = 8 * time.Second // after which even the fewest steps are not waited for
)

// A trial is a model that is timed.
type trial struct {
	m         model.Model
	in        nn.Input
	batch     int
	context   int // 0 where examples are no texts
	optimizer optim.Kind
	precision Precision
	recompute bool
	flops     float64 // executed in a step
}

// run trains for some steps on random examples, as the loop of brick train does, gradients clipped.
func (t trial) run(ctx context.Context) (r Measured, err error) {
	dev, err := cpu.DefaultAt(cpu.Precision(t.precision))
	if err != nil {
		return r, err
	}
	nn.BuildOn[nn.Block](dev, t.m, 1)
	opt := t.optimizer.New()
	if err := optim.Attach(opt, t.m); err != nil {
		return r, fmt.Errorf("plan: optimizer %s: %w", t.optimizer.Name, err)
	}
	batches := make([]*data.Batch, 4)
	for i := range batches {
		if batches[i], err = t.example(i); err != nil {
			return r, err
		}
	}
	stream := func(yield func(int, *data.Batch) bool) {
		for i := 0; yield(i, batches[i%len(batches)]); i++ {
		}
	}
	tape := new(grad.Tape)
	// A learning rate that changes nothing visible: random examples teach nothing, and weights must stay finite.
	c := train.Config{Steps: warmUp + most, Rate: func(int) float64 { return 1e-6 }, Clip: optim.Clip{Norm: 1}, Device: dev, Tape: tape, Recompute: t.recompute}
	steps, total := 0, 0.0
	began := time.Now()
	for s, err := range train.Steps(ctx, t.m, opt, iter.Seq2[int, *data.Batch](stream), c) {
		if err != nil {
			return r, err
		}
		if s.N == warmUp-1 {
			began = time.Now()
		}
		if s.N < warmUp {
			continue
		}
		steps, total = steps+1, total+s.Took.Seconds()
		spent := time.Since(began)
		if spent > measured && steps >= fewest || spent > longestRun {
			break
		}
	}
	if steps == 0 {
		return r, fmt.Errorf("plan: no step was timed: %w", ctx.Err())
	}
	r = Measured{Batch: t.batch, Context: t.context, Steps: steps, Seconds: total / float64(steps)}
	r.FLOPs = t.flops / r.Seconds
	r.Evaluate, err = t.evaluate(tape, batches[0])
	return r, err
}

// evaluate times forward passes without a way back: the median of three.
func (t trial) evaluate(tape *grad.Tape, b *data.Batch) (seconds float64, err error) {
	tape.NoGrad, tape.Training = true, false
	var times []float64
	for range 3 {
		begin := time.Now()
		if err := grad.Catch(func() {
			tape.Reset()
			_ = train.LossFor(t.m.Forward(train.Input(tape, b)), b).Item()
		}); err != nil {
			return 0, err
		}
		times = append(times, time.Since(begin).Seconds())
	}
	slices.Sort(times)
	return times[1], nil
}

// example is a batch of random content.
func (t trial) example(key int) (*data.Batch, error) {
	ids := func(k, n, below int) []int32 {
		list := make([]int32, n)
		for i := range list {
			list[i] = int32(kernel.Random(uint64(k), i) % uint64(below))
		}
		return list
	}
	if t.context > 0 {
		shape := []int{t.batch, t.context}
		n := t.batch * t.context
		return &data.Batch{Shape: shape, IDs: ids(2*key, n, t.in.Vocab), YShape: shape, Labels: ids(2*key+1, n, t.in.Vocab)}, nil
	}
	if t.in.Vocab > 0 && t.in.Source == 0 && len(t.in.Shape) == 1 && t.in.Outputs > 1 { // texts and their classes
		shape := []int{t.batch, t.in.Shape[0]}
		return &data.Batch{Shape: shape, IDs: ids(2*key, shape[0]*shape[1], t.in.Vocab), YShape: shape[:1], Labels: ids(2*key+1, t.batch, t.in.Outputs)}, nil
	}
	if t.in.Source > 0 || t.in.Line > 0 || t.in.Vocab > 0 || len(t.in.Shape) == 0 {
		return nil, fmt.Errorf("plan: steps on pairs of texts and on images of lines are not timed here")
	}
	b := &data.Batch{Shape: append([]int{t.batch}, t.in.Shape...)}
	n := 1
	for _, k := range b.Shape {
		n *= k
	}
	b.X = make([]kernel.Float, n)
	for i := range b.X {
		b.X[i] = kernel.Uniform(uint64(2*key), i)
	}
	if t.in.Outputs > 1 {
		b.YShape, b.Labels = []int{t.batch}, ids(2*key+1, t.batch, t.in.Outputs)
	} else {
		b.YShape, b.Y = []int{t.batch, 1}, make([]kernel.Float, t.batch)
	}
	return b, nil
}

// smaller is a shape of the same block whose step of one sequence takes about the given number of operations at most, and the length of
// that sequence. Context shrinks first, then depth, then the widths together; the head keeps its share.
func (s Shape) smaller(context int, flops float64) (Shape, int) {
	c := s
	T := min(context, 256)
	if c.Positions > 0 {
		c.Positions = min(c.Positions, T)
	}
	c.Context = T
	for float64(TrainingFLOPs(c, T))*float64(T) > flops {
		switch {
		case c.Layers > 1:
			c.Layers = (c.Layers + 1) / 2
			c.Vocab = max(c.Vocab/2, 256)
		case c.Width >= 128 && c.Heads%2 == 0 && c.Width%2 == 0:
			c.Width, c.Heads, c.FF, c.Vocab = c.Width/2, c.Heads/2, (c.FF+1)/2, max(c.Vocab/2, 256)
			if c.KVHeads = max(c.KVHeads/2, 1); c.Heads%c.KVHeads != 0 {
				c.KVHeads = c.Heads
			}
		case c.Vocab > 512:
			c.Vocab /= 2
		case T > 32:
			T /= 2
			c.Context = T
		default:
			return c, T
		}
	}
	return c, T
}
