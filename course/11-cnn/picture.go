package cnn

import (
	"context"
	"fmt"
	"math"
	"strings"

	"brick/course/lesson"
	"brick/data"
	"brick/grad"
)

const side = 28 // of pictures

// Picture is 28×28 grey values in rows, 0 for the paper and 1 for ink, in quarters as the drawing pad has them.
type Picture []float64

// check refuses what is no picture.
func (p Picture) check() error {
	err := lesson.Within("pixels", float64(len(p)), side*side, side*side)
	for _, v := range p {
		err = lesson.First(err, lesson.Within("pixels", v, 0, 1))
	}
	return err
}

// floats is the picture as the engine reads it, to the nearest quarter, scaled by (v − mean)/std.
func (p Picture) floats(mean, std float64) []grad.Float {
	x := make([]grad.Float, len(p))
	for i, v := range p {
		x[i] = grad.Float((math.Round(4*v)/4 - mean) / std)
	}
	return x
}

// shifted is the picture moved right by dx and down by dy; what comes in is paper.
func (p Picture) shifted(dx, dy int) Picture {
	out := make(Picture, len(p))
	for y := range side {
		for x := range side {
			if fy, fx := y-dy, x-dx; fy >= 0 && fy < side && fx >= 0 && fx < side {
				out[y*side+x] = p[fy*side+fx]
			}
		}
	}
	return out
}

const shades = ".-+*#" // 0, ¼, ½, ¾, 1

// drawing is the picture as lines of a program's text.
func (p Picture) drawing() string {
	var b strings.Builder
	for i, v := range p {
		b.WriteByte(shades[int(math.Round(4*v))])
		if i%side == side-1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// DigitIn names a drawn digit that the small network was not trained on.
type DigitIn struct {
	Class int `json:"class"` // 0 to 9
	N     int `json:"n"`     // which of them
}

// Check holds it to what there is.
func (in DigitIn) Check() error {
	return lesson.First(lesson.Within("class", float64(in.Class), 0, 9), lesson.Within("n", float64(in.N), 0, 49))
}

// digit gives a picture of the test set.
var digit = lesson.Ask("digit", DigitIn{Class: 5}, func(_ context.Context, _ *lesson.Session, in DigitIn) (Picture, error) {
	return drawn(in)
})

// drawn finds the picture.
func drawn(in DigitIn) (Picture, error) {
	sets, err := data.Digits(data.Options{Seed: 1, Examples: 5000})
	if err != nil {
		return nil, err
	}
	var b data.Batch
	info := sets.Test.Info()
	for i := range sets.Test.Len() {
		if err := sets.Test.Read(&b, []int{i}, 0); err != nil {
			return nil, err
		}
		if int(b.Labels[0]) != in.Class {
			continue
		}
		if in.N--; in.N >= 0 {
			continue
		}
		p := make(Picture, len(b.X))
		for k, v := range b.X {
			p[k] = math.Round(4*(float64(v)*info.Std[0]+info.Mean[0])) / 4
		}
		return p, nil
	}
	return nil, fmt.Errorf("there is no such drawing of %d", in.Class)
}

// first is what widgets show before anything is drawn.
var first = func() Picture {
	p, err := drawn(DigitIn{Class: 5})
	if err != nil {
		panic(err) // drawings need nothing from outside
	}
	return p
}()
