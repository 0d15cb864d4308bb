package activations

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"

	"brick/course/lesson"
	"brick/data"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// LearnIn trains three deep networks side by side: the one that was chosen,
// sigmoid with Xavier's start and ReLU with He's.
type LearnIn struct {
	Act   string  `json:"act"`
	Init  string  `json:"init"`
	Depth int     `json:"depth"`
	Rate  float64 `json:"rate"` // of gradient descent with momentum 0.9
	Steps int     `json:"steps"`
	Seed  int     `json:"seed"`
}

// Check bounds the training.
func (in LearnIn) Check() error {
	return lesson.First(DepthIn{Act: in.Act, Init: in.Init, Depth: in.Depth, Layer: 1, Seed: in.Seed}.Check(), lesson.Within("rate", in.Rate, 1e-5, 1),
		lesson.Within("steps", float64(in.Steps), 1, 1000))
}

// LearnOut is the losses since the last one.
type LearnOut struct {
	In     LearnIn         `json:"in"` // the training that this is of
	Steps  []int           `json:"steps"`
	Losses [][3]lesson.Num `json:"losses"` // of the chosen one, of sigmoid and of ReLU
}

const batchSize = 64

var learn = lesson.Shows(lesson.Stream("learn", LearnIn{Act: "tanh", Init: "xavier", Depth: 10, Rate: 0.005, Steps: 200, Seed: 1}, func(ctx context.Context, _ *lesson.Session, in LearnIn, j *lesson.Job) error {
	set, err := data.Digits(data.Options{})
	if err != nil {
		return err
	}
	var next [3]func() (train.Step, error, bool)
	for i, c := range [3][2]string{{in.Act, in.Init}, {"sigmoid", "xavier"}, {"relu", "he"}} {
		m := network(c[0], c[1], in.Depth, in.Seed)
		o := optim.NewMomentum()
		if err := optim.Attach(o, m); err != nil {
			return err
		}
		batches := (&data.Loader{Set: set.Train, Batch: batchSize, Seed: uint64(in.Seed)}).From(0)
		var stop func()
		next[i], stop = iter.Pull2(train.Steps(ctx, m, o, batches, train.Config{Steps: in.Steps, Rate: optim.Schedule{LR: in.Rate}.At}))
		defer stop()
	}
	out := LearnOut{In: in}
	for n := range in.Steps {
		var now [3]lesson.Num
		for i, step := range next {
			s, err, _ := step()
			if err != nil && !errors.Is(err, train.ErrDiverged) {
				return err
			}
			now[i] = lesson.Num(s.Loss)
			if err != nil { // its gradients are not finite, and will not be again
				now[i] = lesson.Num(math.NaN())
			}
		}
		out.Steps, out.Losses = append(out.Steps, n), append(out.Losses, now)
		if j.Due() || n == in.Steps-1 {
			if err := j.Emit(out); err != nil {
				return err
			}
			out.Steps, out.Losses = out.Steps[:0], out.Losses[:0]
		}
	}
	return nil
}), func(in LearnIn) lesson.Shown {
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"context"
	"fmt"

	"brick/data"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

func main() {
	set, _ := data.Digits(data.Options{})
	m := nn.Chain{&nn.Flatten{}, nn.NewLinear(28*28, %d).Start(%s), nn.%s}
	for range %d {
		m = append(m, nn.NewLinear(%d, %d).Start(%s), nn.%s)
	}
	m = nn.Build(append(m, nn.NewLinear(%d, 10).Start(%s)), %d)
	o := optim.NewMomentum()
	optim.Attach(o, m)
	batches := (&data.Loader{Set: set.Train, Batch: %d, Seed: %d}).From(0)
	for s, err := range train.Steps(context.Background(), m, o, batches, train.Config{Steps: %d, Rate: optim.Schedule{LR: %v}.At}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(s.N, s.Loss)
	}
}
`, width, inGo[in.Init], actInGo[in.Act], in.Depth, width, width, inGo[in.Init], actInGo[in.Act], width, inGo[in.Init], in.Seed, batchSize, in.Seed, in.Steps, in.Rate)}
})

// actInGo are the activations as a program makes them.
var actInGo = map[string]string{"sigmoid": "Sigmoid()", "tanh": "Tanh()", "relu": "ReLU()", "leaky_relu": "LeakyReLU(0.01)", "elu": "ELU(1)", "softplus": "Softplus()", "gelu": "GELU()", "silu": "SiLU()"}

// network is 784 → width, then depth hidden layers, then 10 logits; every
// layer but the last goes through the activation.
func network(act, start string, depth, seed int) nn.Chain {
	layer := func(in, out int) *nn.Linear { return nn.NewLinear(in, out).Start(starts[start]) }
	m := nn.Chain{&nn.Flatten{}, layer(28*28, width), functions[act]()}
	for range depth {
		m = append(m, layer(width, width), functions[act]())
	}
	return nn.Build(append(m, layer(width, 10)), uint64(seed))
}
