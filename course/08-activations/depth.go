package activations

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"brick/course/lesson"
	"brick/data"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
	"brick/train"
)

// DepthIn is a deep network on drawn digits, before any training.
type DepthIn struct {
	Act   string `json:"act"`
	Init  string `json:"init"`  // he, xavier, torch or small
	Depth int    `json:"depth"` // hidden layers
	Layer int    `json:"layer"` // whose pre-activations are counted, from 1
	Seed  int    `json:"seed"`
}

const (
	maxDepth = 50
	width    = 32 // of every hidden layer
	examples = 32 // drawings that go through at once
)

// starts are the rules for first weights; biases start at 0.
var starts = map[string]nn.Init{
	"he": nn.HeNormal, "xavier": nn.XavierUniform, "small": nn.Normal(0.01),
	// PyTorch's own, U(±1/√fan_in).
	"torch": nn.Torch,
}

// inGo are the same as a program names them.
var inGo = map[string]string{"he": "nn.HeNormal", "xavier": "nn.XavierUniform", "torch": "nn.Torch", "small": "nn.Normal(0.01)"}

// Check bounds the network.
func (in DepthIn) Check() error {
	return lesson.First(checkAct(in.Act), lesson.OneOf("init", in.Init, "he", "xavier", "torch", "small"), lesson.Within("depth", float64(in.Depth), 1, maxDepth),
		lesson.Within("layer", float64(in.Layer), 1, maxDepth), lesson.Within("seed", float64(in.Seed), 0, 1e6))
}

// DepthOut is what was measured.
type DepthOut struct {
	Chosen  Series `json:"chosen"`
	Sigmoid Series `json:"sigmoid"` // sigmoid with Xavier's start, for comparison
	ReLU    Series `json:"relu"`    // ReLU with He's

	Layer  int       `json:"layer"`  // of the histogram: the one asked for, or the last there is
	Edges  []float64 `json:"edges"`  // of its bars
	Counts []int     `json:"counts"` // of its pre-activations: width·examples
	Asleep float64   `json:"asleep"` // share of them at which f′ < 0.01
	Mean   float64   `json:"mean"`   // of f′ there
}

// Series is one network, layer by layer from the input.
type Series struct {
	Grad   []lesson.Num `json:"grad"`   // ‖∂L/∂W‖ of each hidden layer
	Spread []lesson.Num `json:"spread"` // standard deviation of its pre-activations
	Ratio  lesson.Num   `json:"ratio"`  // the first layer's gradient over the last's
}

// tower is a network of maxDepth hidden layers, of which a pass uses the first
// few: layers do not differ between depths.
type tower struct {
	mu     sync.Mutex // a pass leaves gradients in the parameters
	first  *nn.Linear // 784 → width, the same for all depths
	hidden []*nn.Linear
	head   *nn.Linear // width → 10
	batch  data.Batch
	seen   map[string]Series
}

// newTower builds it.
func newTower(start string, seed int) (*tower, error) {
	t := &tower{seen: map[string]Series{}}
	zero := func(in, out int) *nn.Linear { return nn.NewLinear(in, out).Start(starts[start]) }
	t.first, t.head = zero(28*28, width), zero(width, 10)
	chain := nn.Chain{t.first, t.head}
	for range maxDepth {
		l := zero(width, width)
		t.hidden = append(t.hidden, l)
		chain = append(chain, l)
	}
	nn.Build(chain, uint64(seed))
	set, err := data.Digits(data.Options{Examples: examples})
	if err != nil {
		return nil, err
	}
	if err := data.Sequential(set.Train, examples).At(&t.batch, 0, 0); err != nil {
		return nil, err
	}
	t.batch.Shape = []int{examples, 28 * 28}
	return t, nil
}

// towerOf is newTower, once for each start and seed of a learner.
func towerOf(s *lesson.Session, start string, seed int) (*tower, error) {
	return lesson.Keep(s, fmt.Sprint("tower ", start, " ", seed), func() (*tower, error) { return newTower(start, seed) })
}

// pass goes through the first hidden layers and back; pre gives the
// pre-activations of a layer, from 1.
func (t *tower) pass(act string, depth, layer int) (s Series, pre []kernel.Float) {
	f := functions[act]()
	var tape grad.Tape
	h := f.Forward(t.first.Forward(train.Input(&tape, &t.batch)))
	for i, l := range t.hidden[:depth] {
		z := l.Forward(h)
		s.Spread = append(s.Spread, lesson.Num(spread(z.Data())))
		if i+1 == layer {
			pre = slices.Clone(z.Data())
		}
		h = f.Forward(z)
	}
	train.CrossEntropy(t.head.Forward(h), &t.batch).Backward()
	for _, l := range t.hidden[:depth] {
		s.Grad = append(s.Grad, lesson.Num(norm(l.W.Grad())))
	}
	s.Ratio = s.Grad[0] / s.Grad[depth-1]
	for _, l := range append([]*nn.Linear{t.first, t.head}, t.hidden[:depth]...) {
		l.W.Clear()
		l.B.Clear()
	}
	return s, pre
}

// compared is the series of a network to compare with, measured once.
func (t *tower) compared(act string, depth int) Series {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := fmt.Sprint(act, " ", depth)
	s, ok := t.seen[key]
	if !ok {
		s, _ = t.pass(act, depth, 0)
		t.seen[key] = s
	}
	return s
}

func spread(v []kernel.Float) float64 {
	var sum, squares float64
	for _, x := range v {
		sum += float64(x)
		squares += float64(x) * float64(x)
	}
	n := float64(len(v))
	return math.Sqrt(max(0, squares/n-sum/n*sum/n))
}

func norm(v []kernel.Float) float64 {
	var squares float64
	for _, x := range v {
		squares += float64(x) * float64(x)
	}
	return math.Sqrt(squares)
}

var depth = lesson.Shows(lesson.Ask("depth", DepthIn{Act: "tanh", Init: "xavier", Depth: 20, Layer: 1, Seed: 1}, func(_ context.Context, s *lesson.Session, in DepthIn) (o DepthOut, err error) {
	t, err := towerOf(s, in.Init, in.Seed)
	if err != nil {
		return o, err
	}
	o.Layer = min(in.Layer, in.Depth)
	t.mu.Lock()
	chosen, pre := t.pass(in.Act, in.Depth, o.Layer)
	t.mu.Unlock()
	o.Chosen = chosen
	o.count(in.Act, pre)
	for _, c := range []struct {
		act, init string
		to        *Series
	}{{"sigmoid", "xavier", &o.Sigmoid}, {"relu", "he", &o.ReLU}} {
		t, err := towerOf(s, c.init, in.Seed)
		if err != nil {
			return o, err
		}
		*c.to = t.compared(c.act, in.Depth)
	}
	return o, nil
}), showDepth)

const bars = 31

// count makes the histogram, and looks how steep f is where the numbers lie.
func (o *DepthOut) count(act string, pre []kernel.Float) {
	reach := 1e-6
	for _, z := range pre {
		reach = max(reach, math.Abs(float64(z)))
	}
	for i := range bars + 1 {
		o.Edges = append(o.Edges, reach*(2*float64(i)/bars-1))
	}
	o.Counts = make([]int, bars)
	_, slope := through(act, pre)
	for i, z := range pre {
		o.Counts[min(bars-1, int((float64(z)/reach+1)/2*bars))]++
		o.Mean += float64(slope[i]) / float64(len(pre))
		if math.Abs(float64(slope[i])) < 0.01 {
			o.Asleep += 1 / float64(len(pre))
		}
	}
}

func showDepth(in DepthIn) lesson.Shown {
	start := inGo[in.Init]
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"
	"math"

	"brick/data"
	"brick/grad"
	"brick/nn"
	"brick/train"
)

func main() {
	set, _ := data.Digits(data.Options{Examples: %d})
	var b data.Batch
	data.Sequential(set.Train, %d).At(&b, 0, 0)
	b.Shape = []int{%d, 28 * 28}
	first, head := nn.NewLinear(28*28, %d).Start(%s), nn.NewLinear(%d, 10).Start(%s)
	chain := nn.Chain{first, head}
	for range %d {
		chain = append(chain, nn.NewLinear(%d, %d).Start(%s))
	}
	nn.Build(chain, %d)
	f := nn.%s
	var tape grad.Tape
	h := f.Forward(first.Forward(train.Input(&tape, &b)))
	hidden := chain[2:][:%d]
	for _, l := range hidden {
		h = f.Forward(l.Forward(h))
	}
	train.CrossEntropy(head.Forward(h), &b).Backward()
	for i, l := range hidden {
		squares := 0.0
		for _, g := range l.(*nn.Linear).W.Grad() {
			squares += float64(g) * float64(g)
		}
		fmt.Println("layer", i+1, math.Sqrt(squares))
	}
}
`, examples, examples, examples, width, start, width, start, maxDepth, width, width, start, in.Seed, actInGo[in.Act], in.Depth)}
}
