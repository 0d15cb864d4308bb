package cnn

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"brick/course/lesson"
	"brick/device/cpu"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/train"
)

// Bounds of a network that is looked into.
const (
	maxBlocks = 12
	maxMaps   = 32 // of a block, shown
)

// RunIn is a picture that a trained network sees.
type RunIn struct {
	Run    string  `json:"run"` // "" for the small one
	Pixels Picture `json:"pixels"`
}

// Check refuses what is no picture.
func (in RunIn) Check() error {
	return lesson.First(in.Pixels.check(), lesson.Within("run", float64(len(in.Run)), 0, 200))
}

// with lets f look into the run of a name, and says whether it is there. That a named run is not is an error.
func with(s *lesson.Session, name string, f func(r *train.Run) error) (trained bool, err error) {
	if name == "" && !s.Runs.Has(small.Name) {
		return false, nil
	}
	return true, s.Runs.With(cmp.Or(name, small.Name), func(r *train.Run) error {
		if in := r.Info.Input; !slices.Equal(in, []int{1, side, side}) || len(r.Info.Classes) == 0 || len(r.Info.Mean) != 1 {
			return &lesson.Refusal{Key: "refused.images", Args: []any{cmp.Or(name, small.Name), fmt.Sprint(in)}, Field: "run",
				Message: fmt.Sprintf("%s reads inputs of shape %v; want grey pictures (1, 28, 28) of classes", name, in)}
		}
		return f(r)
	})
}

// sight shows pictures, one after another, to the run's network.
func sight(r *train.Run, x []grad.Float) (*model.Sight, error) {
	v, err := model.NewSight(r.Model, nn.Input{Shape: r.Info.Input}, x, cpu.Default())
	if err != nil || len(v.Blocks) > maxBlocks {
		return nil, &lesson.Refusal{Key: "refused.network", Args: []any{r.Job.Model, maxBlocks}, Field: "run",
			Message: fmt.Sprintf("%s: want 1 to %d convolutions and pools: %v", r.Job.Model, maxBlocks, err)}
	}
	return v, nil
}

// scaled is a picture as the run's network reads it.
func scaled(r *train.Run, p Picture) []grad.Float { return p.floats(r.Info.Mean[0], r.Info.Std[0]) }

// Maps is what a network makes of a picture.
type Maps struct {
	Trained bool    `json:"trained"` // false while there is no small network: then the rest is empty
	Run     string  `json:"run"`
	Stack   string  `json:"stack"`
	Params  int     `json:"params"`
	Classes []Class `json:"classes"` // the likeliest first
	Blocks  []Block `json:"blocks"`  // its convolutions and pools in order
}

// Class is how likely a class is.
type Class struct {
	Name string  `json:"name"`
	P    float64 `json:"p"`
}

// Block is what a convolution or a pool gives.
type Block struct {
	Block    string    `json:"block"` // stack notation
	Channels int       `json:"channels"`
	Height   int       `json:"height"`
	Width    int       `json:"width"`
	Jump     float64   `json:"jump"`    // pixels from one cell to the next
	Field    int       `json:"field"`   // pixels along each side that a cell sees; 0 for all
	Largest  float64   `json:"largest"` // size of a number of all maps
	Maps     [][]Short `json:"maps"`    // of the first 32 channels, rows one after another
}

// Short is a number that is drawn, not read: four digits of it are sent.
type Short float32

// MarshalJSON writes it, null where it is no number.
func (s Short) MarshalJSON() ([]byte, error) {
	if s-s != 0 {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(s), 'g', 4, 32), nil
}

// shorts is x to be drawn.
func shorts(x []grad.Float) []Short {
	out := make([]Short, len(x))
	for i, v := range x {
		out[i] = Short(v)
	}
	return out
}

// maps runs a picture through a trained network.
var maps = lesson.Shows(lesson.Ask("maps", RunIn{Pixels: first}, func(_ context.Context, s *lesson.Session, in RunIn) (m Maps, err error) {
	trained, err := with(s, in.Run, func(r *train.Run) error {
		v, err := sight(r, scaled(r, in.Pixels))
		if err != nil {
			return err
		}
		m = Maps{Run: cmp.Or(in.Run, small.Name), Stack: r.Job.Model, Params: nn.Count(r.Model)}
		for i, b := range v.Blocks {
			k := Block{Block: b.Block, Channels: b.Output[1], Height: b.Output[2], Width: b.Output[3], Jump: b.Jump, Field: b.Field}
			x, n := v.Maps(i), b.Output[2]*b.Output[3]
			for c := range k.Channels {
				for _, y := range x[c*n : (c+1)*n] {
					k.Largest = max(k.Largest, abs(y))
				}
				if c < maxMaps {
					k.Maps = append(k.Maps, shorts(x[c*n:(c+1)*n]))
				}
			}
			m.Blocks = append(m.Blocks, k)
		}
		m.Classes = classes(r, in.Pixels)
		return nil
	})
	m.Trained = trained
	return m, err
}), func(in RunIn) lesson.Shown {
	return lesson.Shown{Go: opening(in, `	for i, b := range v.Blocks {
		fmt.Println(b.Block, b.Output, v.Maps(i))
	}
`)}
})

// classes are how likely the run's network holds each class to be, the likeliest first.
func classes(r *train.Run, p Picture) (list []Class) {
	tape := &grad.Tape{NoGrad: true}
	for c, q := range r.Model.Forward(tape.Const(scaled(r, p), 1, 1, side, side)).Softmax(-1).Data() {
		list = append(list, Class{r.Info.Classes[c], float64(q)})
	}
	slices.SortStableFunc(list, func(a, b Class) int { return cmp.Compare(b.P, a.P) })
	return list
}

// opening is a program that shows the picture to the run as v, and goes on with body.
func opening(in RunIn, body string) string {
	return fmt.Sprintf(`package main

import (
	"fmt"
	"strings"

	"brick/device/cpu"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/train"
)

// 28×28 grey values: . 0, - ¼, + ½, * ¾, # 1
const picture = `+"`\n%s`"+`

func main() {
	run, err := train.Open(%q, train.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var x []grad.Float
	for _, c := range strings.Join(strings.Fields(picture), "") {
		pixel := float64(strings.IndexRune(".-+*#", c)) / 4
		x = append(x, grad.Float((pixel-run.Info.Mean[0])/run.Info.Std[0]))
	}
	v, err := model.NewSight(run.Model, nn.Input{Shape: run.Info.Input}, x, cpu.Default())
	if err != nil {
		fmt.Println(err)
		return
	}
%s}
`, in.Pixels.drawing(), "runs/"+cmp.Or(in.Run, small.Name), body)
}
