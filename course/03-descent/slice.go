package descent

import (
	"context"
	"fmt"

	"brick/course/lesson"
	"brick/nn"
)

// SliceIn asks for a slice through the loss of a network, and a walk on it.
type SliceIn struct {
	Run   string  `json:"run"`   // the learner's own, of images or tables with classes; "" for one that is trained now
	Seed  uint64  `json:"seed"`  // of the two directions, and of the network that is trained
	X     float64 `json:"px"`    // where the walk starts, in units of the weights
	Y     float64 `json:"py"`    //
	Rate  float64 `json:"rate"`  // a step is the slope within the slice times it
	Steps int     `json:"steps"` // of the walk
}

// Check bounds them.
func (in SliceIn) Check() error {
	return lesson.First(lesson.Within("run", float64(len(in.Run)), 0, 200), lesson.Within("seed", float64(in.Seed), 0, 1e6), lesson.Within("px", in.X, -reach, reach),
		lesson.Within("py", in.Y, -reach, reach), lesson.Within("rate", in.Rate, 1e-4, 100), lesson.Within("steps", float64(in.Steps), 1, 200))
}

// Sliced is one value of the job: what Phase says is filled in.
type Sliced struct {
	Phase string     `json:"phase"` // train, walk, rows
	Step  int        `json:"step"`
	Loss  lesson.Num `json:"loss"`

	At    Pair `json:"at,omitzero"`    // of walk
	Slope Pair `json:"slope,omitzero"` // ∂L/∂x, ∂L/∂y there

	Row    int          `json:"row,omitempty"` // of rows, from y = −Reach on
	Values []lesson.Num `json:"values,omitempty"`

	Model  string  `json:"model"`
	Params int     `json:"params"`
	Reach  float64 `json:"reach"` // x and y go from −Reach to Reach
	Size   int     `json:"size"`  // of the grid
}

const (
	reach        = 1.0
	size         = 25      // places along each axis of the slice
	most         = 2 << 20 // parameters of a run that is sliced
	examples     = 96      // that the loss is of, fewer where a split is smaller
	perParameter = 5 * 4   // bytes: its value, its gradient, where it was, two directions
	training     = 300     // steps of the network that is trained here
	small        = "linear(16) tanh linear(16) tanh linear"
	smallData    = "moons"
)

// slice trains a network or takes the learner's, walks on a slice through its
// loss, then measures the whole slice.
var slice = lesson.Shows(lesson.Stream("slice", SliceIn{Seed: 2, X: -0.8, Y: 0.8, Rate: 0.1, Steps: 40}, func(ctx context.Context, s *lesson.Session, in SliceIn, j *lesson.Job) error {
	if in.Run == "" {
		m, b, err := trained(ctx, in.Seed, j)
		if err != nil {
			return err
		}
		return cut(in, small, m, b, nil, j)
	}
	m, b, err := copied(ctx, s, in.Run)
	if err != nil {
		return err
	}
	release, err := s.Reserve(int64(nn.Count(m.net)) * perParameter)
	if err != nil {
		return err
	}
	defer release()
	return cut(in, m.name, m.net, b, m.loss, j)
}), func(in SliceIn) lesson.Shown {
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"brick/data"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

func main() {
	set, _ := data.Open(%q, data.Options{Seed: %d})
	m, err := model.New(%q, nn.Input{Shape: set.Info().Input, Outputs: set.Info().Outputs()})
	if err != nil {
		fmt.Println(err)
		return
	}
	nn.Build(m, %d)
	adam := optim.NewAdam()
	optim.Attach(adam, m)
	batches := (&data.Loader{Set: set.Train, Batch: 64, Seed: %d}).From(0)
	for s, err := range train.Steps(context.Background(), m, adam, batches, train.Config{Steps: %d, Rate: optim.Schedule{LR: 0.02}.At}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(s.N, s.Loss)
	}
	// The loss along a random direction, scaled to the length of the weights.
	r := rand.New(rand.NewPCG(%d, 1))
	for _, p := range nn.Params(m) {
		var far, long float64
		way := make([]float64, p.Len())
		for i, v := range p.Data() {
			way[i] = r.NormFloat64()
			far, long = far+way[i]*way[i], long+float64(v)*float64(v)
		}
		for i := range p.Data() {
			p.Data()[i] += grad.Float(0.5 * way[i] * math.Sqrt(long/far))
		}
	}
	away, err := train.Evaluate(context.Background(), nil, m, set.Train, nil, 64, 0)
	fmt.Println("half a weight away", away.Loss, err)
}
`, smallData, in.Seed, small, in.Seed, in.Seed, training, in.Seed)}
})
