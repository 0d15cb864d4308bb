package xor

import (
	"context"
	"fmt"
	"time"

	"brick/course/lesson"
	"brick/data"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// NetIn trains a 2-2-1 network on the four corners.
type NetIn struct {
	Act   string  `json:"act"`  // tanh, sigmoid or relu
	Rate  float64 `json:"rate"` // of gradient descent with momentum 0.9
	Steps int     `json:"steps"`
	Seed  int     `json:"seed"` // of the first weights
}

// Check bounds the training.
func (in NetIn) Check() error {
	return lesson.First(lesson.OneOf("act", in.Act, "tanh", "sigmoid", "relu"), lesson.Within("rate", in.Rate, 1e-4, 10),
		lesson.Within("steps", float64(in.Steps), 1, 2000), lesson.Within("seed", float64(in.Seed), 0, 1e9))
}

// Frame is the network after so many steps.
type Frame struct {
	Act    string         `json:"act"` // of the network, as Seed
	Seed   int            `json:"seed"`
	Step   int            `json:"step"`
	Loss   lesson.Num     `json:"loss"` // mean binary cross-entropy of the corners, in nats
	Out    []lesson.Num   `json:"out"`  // (4) probability of +1 for each of Corners
	Right  int            `json:"right"`
	Hidden [][]lesson.Num `json:"hidden"` // (4, 2) values of the hidden neurons
	W1     [][]lesson.Num `json:"w1"`     // (from 2, to 2)
	B1     []lesson.Num   `json:"b1"`
	W2     [][]lesson.Num `json:"w2"` // (from 2, to 1)
	B2     lesson.Num     `json:"b2"`
	Line   [][2]float64   `json:"line"`  // of the output in the space of the hidden neurons, within ±10
	Plane  [][]lesson.Num `json:"plane"` // mean answer, 2·probability − 1, over the inputs from −edge to edge, rows from the least x₂
}

const planeSize = 21

// network is what both calls train.
func network(act string, width, seed int) nn.Chain {
	a := map[string]func() *nn.Activation{"tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "relu": nn.ReLU}[act]()
	return nn.Build(nn.Chain{nn.NewLinear(2, width), a, nn.NewLinear(width, 1)}, uint64(seed))
}

// corners is the whole data set, in the order of Corners.
func corners() (x []kernel.Float, b data.Batch) {
	for i, c := range Corners {
		x = append(x, kernel.Float(c[0]), kernel.Float(c[1]))
		b.Labels = append(b.Labels, int32((Labels[i]+1)/2))
	}
	b.X, b.Shape, b.YShape = x, []int{4, 2}, []int{4}
	return x, b
}

var net = lesson.Shows(lesson.Stream("net", NetIn{Act: "tanh", Rate: 0.05, Steps: 600, Seed: 3}, func(ctx context.Context, _ *lesson.Session, in NetIn, j *lesson.Job) error {
	m := network(in.Act, 2, in.Seed)
	o := optim.NewMomentum()
	if err := optim.Attach(o, m); err != nil {
		return err
	}
	_, b := corners()
	batches := func(yield func(int, *data.Batch) bool) {
		for n := 0; yield(n, &b); n++ {
		}
	}
	if err := j.Emit(look(in.Act, in.Seed, m, 0)); err != nil {
		return err
	}
	for s, err := range train.Steps(ctx, m, o, batches, train.Config{Steps: in.Steps, Rate: optim.Schedule{LR: in.Rate}.At}) {
		if err != nil {
			return err
		}
		if n := s.N + 1; n%frameSteps == 0 || n == in.Steps {
			if err := j.Emit(look(in.Act, in.Seed, m, n)); err != nil {
				return err
			}
			select { // four points are learnt faster than one can look
			case <-time.After(frameTime):
			case <-ctx.Done():
			}
		}
	}
	return nil
}), showNet)

const (
	frameSteps = 5
	frameTime  = 30 * time.Millisecond
)

// FirstIn is a network before its training.
type FirstIn struct {
	Act  string `json:"act"`
	Seed int    `json:"seed"`
}

// Check bounds the argument.
func (in FirstIn) Check() error { return NetIn{Act: in.Act, Rate: 1, Steps: 1, Seed: in.Seed}.Check() }

// first shows it.
var first = lesson.Ask("first", FirstIn{Act: "tanh", Seed: 3}, func(_ context.Context, _ *lesson.Session, in FirstIn) (Frame, error) {
	return look(in.Act, in.Seed, network(in.Act, 2, in.Seed), 0), nil
})

// look runs the corners and the plane through the network.
func look(act string, seed int, m nn.Chain, step int) (f Frame) {
	f.Act, f.Seed, f.Step = act, seed, step
	first, second := m[0].(*nn.Linear), m[2].(*nn.Linear)
	for from := range 2 {
		w := first.W.Data()
		f.W1 = append(f.W1, []lesson.Num{lesson.Num(w[from]), lesson.Num(w[2+from])})
		f.W2 = append(f.W2, []lesson.Num{lesson.Num(second.W.Data()[from])})
	}
	f.B1, f.B2 = lesson.Nums(first.B.Data()), lesson.Num(second.B.Data()[0])
	f.Line = boundary(float64(f.W2[0][0]), float64(f.W2[1][0]), float64(f.B2), 10)

	tape := &grad.Tape{NoGrad: true}
	x, b := corners()
	hidden := m[1].Forward(m[0].Forward(tape.Const(x, 4, 2)))
	h := lesson.Nums(hidden.Data())
	scores := m[2].Forward(hidden)
	f.Out = lesson.Nums(scores.Sigmoid().Data())
	f.Loss = lesson.Num(train.BCE(scores, &b).Item())
	for i := range Corners {
		f.Hidden = append(f.Hidden, h[2*i:2*i+2])
		if says(float64(scores.Data()[i])) == Labels[i] {
			f.Right++
		}
	}
	plane := lesson.Nums(m.Forward(tape.Const(grid, planeSize*planeSize, 2)).Sigmoid().Data())
	for i, p := range plane {
		plane[i] = 2*p - 1
	}
	for r := range planeSize {
		f.Plane = append(f.Plane, plane[r*planeSize:(r+1)*planeSize])
	}
	return f
}

// grid are the inputs of the plane, row by row.
var grid = func() (x []kernel.Float) {
	at := func(i int) kernel.Float { return kernel.Float(edge * (2*float64(i)/(planeSize-1) - 1)) }
	for r := range planeSize {
		for c := range planeSize {
			x = append(x, at(c), at(r))
		}
	}
	return x
}()

func showNet(in NetIn) lesson.Shown {
	return lesson.Shown{Go: program(in.Act, "[]int{2}", in.Seed, 1, in.Rate, in.Steps)}
}

// program trains networks of several widths and prints how many got all four.
func program(act, widths string, seed, seeds int, rate float64, steps int) string {
	a := map[string]string{"tanh": "Tanh", "sigmoid": "Sigmoid", "relu": "ReLU"}[act]
	return fmt.Sprintf(`package main

import (
	"context"
	"fmt"

	"brick/data"
	"brick/kernel"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

func main() {
	b := data.Batch{X: []kernel.Float{-1, -1, -1, 1, 1, -1, 1, 1}, Labels: []int32{0, 1, 1, 0}, Shape: []int{4, 2}, YShape: []int{4}}
	batches := func(yield func(int, *data.Batch) bool) {
		for n := 0; yield(n, &b); n++ {
		}
	}
	for _, width := range %s {
		for seed := %d; seed < %d; seed++ {
			m := nn.Build(nn.Chain{nn.NewLinear(2, width), nn.%s(), nn.NewLinear(width, 1)}, uint64(seed))
			o := optim.NewMomentum()
			optim.Attach(o, m)
			var last train.Step
			for s, err := range train.Steps(context.Background(), m, o, batches, train.Config{Steps: %d, Rate: optim.Schedule{LR: %v}.At}) {
				if err != nil {
					fmt.Println(err)
				}
				last = s
			}
			fmt.Println("width", width, "seed", seed, "loss", last.Loss)
		}
	}
}
`, widths, seed, seed+seeds, a, steps+1, rate) // one more step: its loss is that after the others
}
