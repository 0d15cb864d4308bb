package train_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/data"
	"brick/device/cpu"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// bench is a model, its optimizer and data for the loop itself, without a run.
type bench struct {
	m      model.Model
	opt    optim.Optimizer
	loader *data.Loader
	dev    *cpu.Device
}

func newBench(t testing.TB, stack string, set data.Set, o optim.Optimizer, batch, accumulate, workers int) *bench {
	t.Helper()
	return newTuned(t, stack, set, o, batch, accumulate, workers, func(nn.Block) {})
}

// newTuned is newBench with a model that is changed before it gets memory.
func newTuned(t testing.TB, stack string, set data.Set, o optim.Optimizer, batch, accumulate, workers int, change func(nn.Block)) *bench {
	t.Helper()
	info := set.Info()
	in := nn.Input{Shape: info.Input, Vocab: info.Vocab, Outputs: info.Outputs(), Source: info.Source, Picture: info.Picture}
	if info.Task == data.Reading {
		in.Line = info.Targets
	}
	m, err := model.New(stack, in)
	if err != nil {
		t.Fatal(err)
	}
	change(m)
	dev := cpu.New(workers)
	t.Cleanup(dev.Close)
	nn.BuildOn(dev, m, 5)
	if err := optim.Attach(o, m); err != nil {
		t.Fatal(err)
	}
	return &bench{m, o, &data.Loader{Set: set, Batch: batch, Accumulate: accumulate, Seed: 2}, dev}
}

func (b *bench) steps(c train.Config) func(func(train.Step, error) bool) {
	c.Device, c.Accumulate = b.dev, b.loader.Accumulate
	return train.Steps(context.Background(), b.m, b.opt, b.loader.From(c.Start), c)
}

// hash names the weights.
func (b *bench) hash() string {
	h := fnv.New64a()
	for _, v := range b.weights() {
		fmt.Fprintf(h, "%x ", math.Float64bits(float64(v)))
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

func (b *bench) weights() (all []grad.Float) {
	for _, p := range nn.State(b.m) {
		all = append(all, p.Data()...)
	}
	return all
}

// digits are 48 images, drawn once.
func digits(t testing.TB) data.Set {
	t.Helper()
	s, err := data.Digits(data.Options{Examples: 48})
	if err != nil {
		t.Fatal(err)
	}
	return s.Train
}

// shapes are 48 pictures with sentences.
func shapes(t testing.TB) data.Set {
	t.Helper()
	s, err := data.Shapes(data.Options{Examples: 48})
	if err != nil {
		t.Fatal(err)
	}
	return s.Train
}

// digitLines are 48 lines of digits.
func digitLines(t testing.TB) data.Set {
	t.Helper()
	s, err := data.DigitLines(data.Options{Examples: 48})
	if err != nil {
		t.Fatal(err)
	}
	return s.Train
}

// augmented are digits under every transform.
func augmented(t testing.TB) data.Set {
	t.Helper()
	s, err := data.Augment(digits(t), []data.Transform{{Name: "crop", Amount: 2}, {Name: "flip", Amount: 0.5}, {Name: "rotate", Amount: 10}, {Name: "color", Amount: 0.2}, {Name: "cutout", Amount: 4}, {Name: "mixup", Amount: 0.2}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func dates(t testing.TB) data.Set {
	s, err := data.Dates(data.Options{Examples: 500})
	if err != nil {
		t.Fatal(err)
	}
	return s.Train
}

func sums(t testing.TB) data.Set {
	t.Helper()
	s, err := data.Arithmetic(data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s.Train
}

var benchStacks = []struct {
	name, stack string
	set         func(testing.TB) data.Set
}{
	{"MLP", "flatten linear(24) relu dropout(0.1) linear", digits},
	{"GPT", "embed(16,pos=16) 2*gpt(heads=2) layernorm linear", sums},
	{"LLaMA", "embed(16) 2*llama(heads=4,kv=2,ff=24) rmsnorm linear", sums},
	{"LeNet", "conv(4,5,pad=2) relu maxpool(2) conv(6,5) relu maxpool(2) flatten linear(20) relu linear(16) relu linear", digits},
	{"ResNet", "conv(4,3,stride=2,pad=1,bias=false) batchnorm relu resblock(4) dropout2d(0.1) resblock(8,stride=2) globalpool linear", digits},
	{"MobileNet", "convnorm(4,3,stride=4,pad=1,act=relu6) mobileblock(4,expand=2) mobileblock(6,stride=2) globalpool linear", digits},
	{"augmented CNN", "conv(4,3,stride=2,pad=1) relu globalpool linear", augmented},
	{"CRNN", "conv(4,3,stride=2,pad=1) relu maxpool(2) conv(6,3,pad=1) relu columns lstm(8,bidirectional=true) linear", digitLines},
	{"Caption", "caption(width=16,heads=2,ff=24) linear", shapes},
	{"LSTM", "embed(16) lstm(12,layers=2,dropout=0.1) linear", sums},
	{"GRU", "embed(16) gru(12) linear", sums},
	{"RNN", "embed(16) rnn(12,nonlinearity=relu) linear", sums},
	{"Seq2Seq", "seq2seq(hidden=16,dropout=0.1) linear", dates},
	{"Transformer", "transformer(width=16,layers=1,heads=2,ff=24) linear", dates},
}

// How far batches are read ahead changes no bit, nor does the number of workers.
func TestPrefetch(t *testing.T) {
	for _, c := range benchStacks {
		want := ""
		for _, ahead := range []int{1, 2, 9} {
			b := newBench(t, c.stack, c.set(t), optim.NewAdamW(), 6, 3, ahead)
			b.loader.Prefetch = ahead
			for _, err := range b.steps(train.Config{Steps: 20, Rate: func(int) float64 { return 0.01 }}) {
				if err != nil {
					t.Fatal(err)
				}
			}
			if want == "" {
				want = b.hash()
			}
			if got := b.hash(); got != want {
				t.Errorf("%s: %d batches read ahead give %s, 1 gives %s", c.name, ahead, got, want)
			}
		}
	}
}

// Four micro-batches of 6 move the weights as one batch of 24 does.
func TestAccumulation(t *testing.T) {
	for _, c := range []struct{ micro, of int }{{4, 6}, {3, 8}, {1, 24}} {
		b := newBench(t, "flatten linear(24) tanh linear", digits(t), optim.NewMomentum(), c.of, c.micro, 2)
		var losses []float64
		for s, err := range b.steps(train.Config{Steps: 6, Rate: func(int) float64 { return 0.1 }}) {
			if err != nil {
				t.Fatal(err)
			}
			losses = append(losses, s.Loss)
			if s.Examples != 24 || s.Tokens != 24 {
				t.Errorf("a step of %d examples, %d targets", s.Examples, s.Tokens)
			}
		}
		big := newBench(t, "flatten linear(24) tanh linear", digits(t), optim.NewMomentum(), 24, 1, 2)
		i := 0
		for s, err := range big.steps(train.Config{Steps: 6, Rate: func(int) float64 { return 0.1 }}) {
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(s.Loss-losses[i]) > 1e-5*s.Loss {
				t.Errorf("%d×%d: loss %v at step %d, in one batch %v", c.micro, c.of, losses[i], i, s.Loss)
			}
			i++
		}
		worst := 0.0
		want := big.weights()
		for k, v := range b.weights() {
			worst = max(worst, math.Abs(float64(v-want[k])))
		}
		if worst > 1e-5 {
			t.Errorf("%d×%d: weights differ by %v", c.micro, c.of, worst)
		}
	}
}

// A warmed-up step allocates nothing: data, forward, backward, clipping, optimizer, average of weights.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for _, c := range benchStacks {
		for _, accumulate := range []int{1, 2} {
			b := newBench(t, c.stack, c.set(t), optim.NewAdamW(), 4, accumulate, 2)
			ema, err := optim.NewEMA(b.opt, 0.9)
			if err != nil {
				t.Fatal(err)
			}
			next, stop := pull(b.steps(train.Config{Steps: 1 << 30, Rate: func(int) float64 { return 0.01 }, Clip: optim.Clip{Norm: 1}, EMA: ema}))
			for range 20 {
				next()
			}
			if n := testing.AllocsPerRun(50, next); n != 0 {
				t.Errorf("%s, %d micro-batches: a step allocates %v times", c.name, accumulate, n)
			}
			stop()
		}
	}
}

// pull lets the steps of a loop be taken one at a time without allocating.
func pull(steps func(func(train.Step, error) bool)) (next, stop func()) {
	ask, done := make(chan bool), make(chan struct{})
	go func() {
		defer close(done)
		if !<-ask {
			return
		}
		steps(func(s train.Step, err error) bool {
			if err != nil {
				panic(err)
			}
			done <- struct{}{}
			return <-ask
		})
	}()
	return func() { ask <- true; <-done }, func() { ask <- false; <-done }
}

// sick makes NaN of everything at the steps that it is told to.
func sick(now *bool) nn.Func {
	return func(x *grad.Var) *grad.Var {
		if *now {
			return x.Scale(grad.Float(math.NaN()))
		}
		return x
	}
}

// A step that is not finite leaves weights and optimizer as they were; enough of them in a row are the end.
func TestNotFinite(t *testing.T) {
	for _, accumulate := range []int{1, 3} {
		ill := false
		m := nn.Chain{new(nn.Flatten), nn.NewLinear(784, 8), sick(&ill), nn.NewLinear(8, 10)}
		nn.Build(m, 1)
		o := optim.NewAdamW()
		if err := optim.Attach(o, m); err != nil {
			t.Fatal(err)
		}
		before := func() (all []grad.Float) {
			for _, p := range nn.State(m) {
				all = append(all, p.Data()...)
			}
			for _, x := range o.State() {
				all = append(all, x.Floats(nil)...)
			}
			return slices.Clone(all)
		}
		loader := &data.Loader{Set: digits(t), Batch: 4, Accumulate: accumulate}
		var last []grad.Float
		var rows []int
		var err error
		for s, e := range train.Steps(context.Background(), m, o, loader.From(0), train.Config{Steps: 100, Rate: func(int) float64 { return 0.01 }, Accumulate: accumulate, SkipLimit: 3}) {
			rows, err = append(rows, s.Row), e
			now := before()
			if s.Skipped != (s.Row > 0) || s.Skipped && !slices.Equal(now, last) || !s.Skipped && slices.Equal(now, last) {
				t.Errorf("step %d: skipped %v, weights and state unchanged: %v", s.N, s.Skipped, slices.Equal(now, last))
			}
			last = now
			ill = s.N == 2 || s.N >= 5
		}
		if !slices.Equal(rows, []int{0, 0, 0, 1, 0, 0, 1, 2, 3}) {
			t.Errorf("skipped in a row: %v", rows)
		}
		if !errors.Is(err, train.ErrDiverged) || !strings.Contains(err.Error(), "step 8") || !strings.Contains(err.Error(), "3 steps in a row") ||
			!strings.Contains(err.Error(), "first block whose output is not finite is 2 (a Func)") {
			t.Errorf("%v", err)
		}
	}
}

// The trouble may lie elsewhere than in a block.
func TestBlame(t *testing.T) {
	set := digits(t)
	for _, c := range []struct {
		name, want string
		loss       train.Loss
		input      grad.Float
	}{
		{"the input", "the input itself is not finite", nil, grad.Float(math.Inf(1))},
		{"the loss", "every block's output is finite", func(out *grad.Var, b *data.Batch) *grad.Var {
			return train.LossFor(out, b).Scale(grad.Float(math.Inf(1)))
		}, 0},
	} {
		b := newBench(t, "flatten linear", set, optim.NewSGD(), 4, 1, 1)
		batches := func(yield func(int, *data.Batch) bool) {
			for n, batch := range b.loader.From(0) {
				batch.X[0] += c.input
				if !yield(n, batch) {
					return
				}
			}
		}
		var err error
		for _, err = range train.Steps(context.Background(), b.m, b.opt, batches, train.Config{Steps: 9, Loss: c.loss, SkipLimit: 2}) {
		}
		if !errors.Is(err, train.ErrDiverged) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// The loop ends with ctx, with a shape that does not fit, and with the batches.
func TestEnds(t *testing.T) {
	b := newBench(t, "flatten linear", digits(t), optim.NewSGD(), 4, 1, 1)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	var err error
	for _, err = range train.Steps(ctx, b.m, b.opt, b.loader.From(0), train.Config{Steps: 100, Device: b.dev}) {
		if n++; n == 3 {
			cancel()
		}
	}
	if n != 4 || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled after 3 steps: %d seen, %v", n, err)
	}
	wrong := newBench(t, "linear(4) linear", lines(t), optim.NewSGD(), 4, 1, 1)
	for _, err = range train.Steps(context.Background(), wrong.m, wrong.opt, b.loader.From(0), train.Config{Steps: 5, Device: b.dev}) {
	}
	var shape *grad.ShapeError
	if !errors.As(err, &shape) || !strings.Contains(err.Error(), "step 0") {
		t.Errorf("a model for other data: %v", err)
	}
	n = 0
	for range train.Steps(context.Background(), b.m, b.opt, data.Sequential(digits(t), 10).From(0), train.Config{Steps: 100}) {
		n++
	}
	if n != 5 {
		t.Errorf("48 examples in batches of 10: %d steps", n)
	}
	for range b.steps(train.Config{Steps: 5, Start: 5}) {
		t.Error("a step beyond the last")
	}
}

func lines(t *testing.T) data.Set {
	t.Helper()
	s, err := data.Line(data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s.Train
}

// A run that diverges says where and names the last good checkpoint; weights that are not finite are never saved.
func TestDiverges(t *testing.T) {
	o := setup(t)
	job := train.Job{Name: "wild", Model: "linear(8) relu linear(8) relu linear(1)", Data: train.DataJob{Source: "line"}, Loss: "mse",
		Optimizer: train.Optimizer{Name: "sgd", LR: 1e4}, Schedule: train.Schedule{Name: "constant"}, Batch: 32, Steps: 200, Save: train.SaveJob{Every: 1}}
	r := create(t, job, o)
	var err error
	skipped, last := 0, train.Event{}
	for e, failed := range r.Train(context.Background()) {
		if err = failed; err == nil {
			last = e
		}
		if e.Step.Skipped {
			skipped++
		}
		if js, err := e.MarshalJSON(); err != nil {
			t.Errorf("%s, %v", js, err)
		}
	}
	if !errors.Is(err, train.ErrDiverged) || !strings.Contains(err.Error(), "lower learning rate") {
		t.Errorf("%v", err)
	}
	ill := last.Done + 1 - 5 // the first of five steps
	if skipped != 5 || !strings.Contains(err.Error(), fmt.Sprintf("the last good checkpoint is %s (step %d)", filepath.Join(r.Dir, "checkpoints", fmt.Sprintf("step-%06d", ill-1)), ill-1)) {
		t.Errorf("%d steps skipped, from step %d on: %v", skipped, ill, err)
	}
	if left, err := train.Open(r.Dir, o); err == nil {
		for name, p := range nn.State(left.Model) {
			for _, v := range p.Data() {
				if v-v != 0 {
					t.Fatalf("%s of the checkpoint is not finite", name)
				}
			}
		}
	}
	if _, err := train.ReadLog(filepath.Join(r.Dir, "run.jsonl")); err != nil {
		t.Error(err)
	}
	t.Logf("%d steps skipped; %v", skipped, err)
}

// Early stopping ends with the best weights, those of the lowest validation loss.
func TestEarlyStopping(t *testing.T) {
	o := setup(t)
	job := mlpJob()
	job.Name, job.EMA, job.Optimizer.LR, job.Steps, job.Eval = "early", 0, 0.8, 90, train.EvalJob{Every: 3, Patience: 4}
	r := create(t, job, o)
	var best, bestLoss, stopped = 0, math.Inf(1), 0
	note := ""
	for e, err := range r.Train(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Valid != nil && e.Valid.Loss < bestLoss {
			best, bestLoss = e.Done, e.Valid.Loss
			if !e.Best {
				t.Errorf("step %d is not marked as the best", e.Done)
			}
		}
		stopped, note = e.Done, e.Note
	}
	if stopped >= job.Steps || stopped != best+12 || !strings.Contains(note, fmt.Sprintf("at step %d", best)) {
		t.Errorf("the best was at step %d, stopped at %d: %s", best, stopped, note)
	}
	m, err := train.Evaluate(context.Background(), nil, r.Model, r.Splits.Valid, nil, 64, 0)
	if err != nil || math.Abs(m.Loss-bestLoss) > 1e-6*bestLoss {
		t.Errorf("the model's validation loss is %v, the best was %v; %v", m.Loss, bestLoss, err)
	}
	t.Logf("best %.4f at step %d, stopped at %d", bestLoss, best, stopped)
}
