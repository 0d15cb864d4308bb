package blocks

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"

	"brick/course/lesson"
	"brick/data"
	"brick/grad"
	"brick/nn"
)

// InsideIn says which weights of the model that was trained last, and which
// held-out example.
type InsideIn struct {
	Param   int `json:"param"`
	Example int `json:"example"`
}

// Check bounds both; there may be fewer.
func (in InsideIn) Check() error {
	return lesson.First(lesson.Within("param", float64(in.Param), 0, 9999), lesson.Within("example", float64(in.Example), 0, 999))
}

// How much of a matrix and of a layer's values is sent.
const (
	cells  = 32 // rows and columns of weights
	values = 40 // numbers of a layer that is no image
	maps   = 8  // channels of one that is
	bins   = 24 // of a histogram
	layers = 40 // that are listed
	wide   = 64 // pixels of a map's side at most
)

// Inside is what a model holds and does.
type Inside struct {
	Step    int            `json:"step"`
	Params  []ParamOf      `json:"params"`
	Param   int            `json:"param"`   // the one shown
	Weights [][]lesson.Num `json:"weights"` // its first rows and columns
	Edges   []lesson.Num   `json:"edges"`   // of the histogram of all of it, one more than counts
	Counts  []int          `json:"counts"`
	Example int            `json:"example"`
	Class   string         `json:"class"` // of the example, "" where it has none
	Layers  []Layer        `json:"layers"`
}

// ParamOf is one array of weights.
type ParamOf struct {
	Name  string     `json:"name"`
	Shape []int      `json:"shape"`
	Norm  lesson.Num `json:"norm"` // root mean square
}

// Layer is what a block made of the example: an image of channels, or a row of numbers.
type Layer struct {
	Block  string         `json:"block"`
	Shape  []int          `json:"shape"`  // of the whole of it, without the batch
	Width  int            `json:"width"`  // of its maps; 0: no image
	Values [][]lesson.Num `json:"values"` // maps row after row, or a single row
}

// inside looks into the model that was trained last, while it learns too.
var inside = lesson.Ask("inside", InsideIn{}, func(_ context.Context, s *lesson.Session, in InsideIn) (out Inside, err error) {
	t, ok := lesson.Kept[*Trained](s, kept)
	if !ok {
		return out, untrained()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	out.Step = t.step
	t.weights(&out, in.Param)
	return out, t.activations(&out, in.Example)
})

func untrained() error {
	return &lesson.Refusal{Key: "refused.untrained", Message: "nothing has been trained yet: press start first"}
}

// weights lists the parameters and shows one.
func (t *Trained) weights(out *Inside, which int) {
	var list []*nn.Param
	for name, p := range nn.Params(t.model) {
		sum := 0.0
		v := p.Var.Data()
		for _, x := range v {
			sum += float64(x) * float64(x)
		}
		list = append(list, p)
		out.Params = append(out.Params, ParamOf{name, p.Shape, rounded(math.Sqrt(sum / float64(max(len(v), 1))))})
	}
	if len(list) == 0 {
		return
	}
	out.Param = min(which, len(list)-1)
	p := list[out.Param]
	v := p.Var.Data()
	rows := 1
	if len(p.Shape) > 1 {
		rows = p.Shape[0]
	}
	columns := len(v) / rows
	for r := range min(rows, cells) {
		row := make([]lesson.Num, min(columns, cells))
		for c := range row {
			row[c] = rounded(float64(v[r*columns+c]))
		}
		out.Weights = append(out.Weights, row)
	}
	out.Edges, out.Counts = histogram(v)
}

// histogram counts numbers in bins of one width, those that are not finite left out.
func histogram(v []grad.Float) (edges []lesson.Num, counts []int) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, x := range v {
		if x-x == 0 {
			lo, hi = min(lo, float64(x)), max(hi, float64(x))
		}
	}
	if !(lo < hi) {
		lo, hi = lo-1, lo+1
	}
	counts = make([]int, bins)
	for _, x := range v {
		if x-x == 0 {
			counts[min(int(float64(bins)*(float64(x)-lo)/(hi-lo)), bins-1)]++
		}
	}
	for i := range bins + 1 {
		edges = append(edges, rounded(lo+(hi-lo)*float64(i)/bins))
	}
	return edges, counts
}

// activations runs one held-out example through the model and keeps what each
// block of its stack makes of it.
func (t *Trained) activations(out *Inside, which int) error {
	b := new(data.Batch)
	out.Example = min(which, t.set.held().Len()-1)
	if err := t.set.held().Read(b, []int{out.Example}, 0); err != nil {
		return err
	}
	if info := t.set.splits.Info(); len(b.Labels) == 1 && len(info.Classes) > 0 {
		out.Class = info.Classes[b.Labels[0]]
	}
	if b.X != nil {
		out.Layers = append(out.Layers, layerOf("", b.Shape[1:], b.X))
	}
	return t.forwardTraced(b, func(block grad.Block, y *grad.Var) {
		i := slices.IndexFunc(t.chain, func(c nn.Block) bool { return same(c, block) })
		if i >= 0 && len(out.Layers) < layers {
			name := fmt.Sprintf("%T", block)
			if n, ok := block.(nn.Noted); ok {
				name = n.Notation()
			}
			out.Layers = append(out.Layers, layerOf(name, y.Shape()[1:], y.Data()))
		}
	})
}

// same says whether two blocks are one and the same pointer.
func same(a, b grad.Block) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	return x.Kind() == reflect.Pointer && y.Kind() == reflect.Pointer && x.Pointer() == y.Pointer() && x.Type() == y.Type()
}

// layerOf keeps the first maps of an image, or the first numbers of anything else.
func layerOf(name string, shape []int, v []grad.Float) Layer {
	l := Layer{Block: name, Shape: slices.Clone(shape)}
	if len(shape) == 3 && shape[1] <= wide && shape[2] <= wide && shape[1] > 1 {
		l.Width = shape[2]
		size := shape[1] * shape[2]
		for c := range min(shape[0], maps) {
			l.Values = append(l.Values, short(v[c*size:(c+1)*size]))
		}
		return l
	}
	last := v[max(0, len(v)-shapeLast(shape)):] // of a sequence, the last place
	l.Values = [][]lesson.Num{short(last[:min(len(last), values)])}
	return l
}

func shapeLast(shape []int) int {
	if len(shape) == 0 {
		return 1
	}
	return shape[len(shape)-1]
}

func short(v []grad.Float) []lesson.Num {
	out := make([]lesson.Num, len(v))
	for i, x := range v {
		out[i] = lesson.Num(math.Round(float64(x)*1000) / 1000)
	}
	return out
}
