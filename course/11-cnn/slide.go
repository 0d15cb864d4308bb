package cnn

import (
	"context"
	"fmt"

	"brick/course/lesson"
	"brick/grad"
)

const (
	size  = 3               // of the kernel's side
	valid = side - size + 1 // of the map's side: where the kernel lies within the picture
)

// Kernel is 3×3 weights in rows.
type Kernel []float64

func (k Kernel) check() error {
	err := lesson.Within("kernel", float64(len(k)), size*size, size*size)
	for _, v := range k {
		err = lesson.First(err, lesson.Within("kernel", v, -9, 9))
	}
	return err
}

// over slides the kernel over a picture and gives the map, 26×26.
func (k Kernel) over(p Picture) []grad.Float {
	tape := &grad.Tape{NoGrad: true}
	return tape.Const(p.floats(0, 1), 1, 1, side, side).Conv(tape.Const(k.floats(), 1, 1, size, size), nil, grad.ConvOptions{}).Data()
}

// SlideIn is a kernel at one place of a picture.
type SlideIn struct {
	Pixels Picture `json:"pixels"`
	Kernel Kernel  `json:"kernel"`
	Row    int     `json:"row"` // of the map, from 0
	Column int     `json:"column"`
}

// Check holds the place to the map.
func (in SlideIn) Check() error {
	return lesson.First(in.Pixels.check(), in.Kernel.check(), lesson.Within("row", float64(in.Row), 0, valid-1), lesson.Within("column", float64(in.Column), 0, valid-1))
}

// Slide is what the kernel gives there and everywhere.
type Slide struct {
	Window   []float64    `json:"window"`   // the 3×3 values that lie under the kernel
	Products []float64    `json:"products"` // each times its weight
	Sum      float64      `json:"sum"`      // of the products: the map's cell
	Map      []lesson.Num `json:"map"`      // 26×26 in rows
	Largest  float64      `json:"largest"`  // size of a cell
	Zeros    int          `json:"zeros"`    // cells that are exactly 0
	Cells    int          `json:"cells"`
	Weights  int          `json:"weights"` // of the kernel
	Dense    int          `json:"dense"`   // of a linear layer from as many pixels to as many cells
}

var vertical = Kernel{-1, 0, 1, -1, 0, 1, -1, 0, 1}

// slide multiplies the kernel with what lies under it.
var slide = lesson.Shows(lesson.Ask("slide", SlideIn{Pixels: first, Kernel: vertical, Row: 6, Column: 8}, func(_ context.Context, _ *lesson.Session, in SlideIn) (s Slide, err error) {
	out := in.Kernel.over(in.Pixels)
	s = Slide{Map: lesson.Nums(out), Sum: float64(out[in.Row*valid+in.Column]), Cells: len(out), Weights: size * size, Dense: side * side * len(out)}
	x := in.Pixels.floats(0, 1)
	for i, w := range in.Kernel {
		v := float64(x[(in.Row+i/size)*side+in.Column+i%size])
		s.Window, s.Products = append(s.Window, v), append(s.Products, v*w)
	}
	for _, v := range out {
		s.Largest = max(s.Largest, float64(v), -float64(v))
		if v == 0 {
			s.Zeros++
		}
	}
	return s, nil
}), func(in SlideIn) lesson.Shown {
	return lesson.Shown{Go: program(in.Pixels, in.Kernel, fmt.Sprintf(`	fmt.Println("cell", y.Data()[%d*%d+%d])
`, in.Row, valid, in.Column))}
})

// ShiftIn is a picture that is moved.
type ShiftIn struct {
	Pixels Picture `json:"pixels"`
	Kernel Kernel  `json:"kernel"`
	DX     int     `json:"dx"` // pixels to the right
	DY     int     `json:"dy"` // and down
}

const most = 8 // pixels of a shift

// Check bounds the shift.
func (in ShiftIn) Check() error {
	return lesson.First(in.Pixels.check(), in.Kernel.check(), lesson.Within("dx", float64(in.DX), -most, most), lesson.Within("dy", float64(in.DY), -most, most))
}

// Shift compares the map of the moved picture with the moved map.
type Shift struct {
	Moved    Picture      `json:"moved"`    // the picture
	Map      []lesson.Num `json:"map"`      // of the picture as it was, 26×26
	MovedMap []lesson.Num `json:"movedMap"` // of the moved picture
	Compared int          `json:"compared"` // cells that both have
	Apart    float64      `json:"apart"`    // largest difference between map(moved)[y, x] and map[y−dy, x−dx]
	Stayed   float64      `json:"stayed"`   // largest difference between map(moved)[y, x] and map[y, x]: had the map not moved
	Largest  float64      `json:"largest"`  // size of a cell
}

// shift measures equivariance: conv(shift(x)) = shift(conv(x)).
var shift = lesson.Shows(lesson.Ask("shift", ShiftIn{Pixels: first, Kernel: vertical, DX: 4, DY: 2}, func(_ context.Context, _ *lesson.Session, in ShiftIn) (s Shift, err error) {
	s.Moved = in.Pixels.shifted(in.DX, in.DY)
	was, is := in.Kernel.over(in.Pixels), in.Kernel.over(s.Moved)
	s.Map, s.MovedMap = lesson.Nums(was), lesson.Nums(is)
	for y := range valid {
		for x := range valid {
			v := is[y*valid+x]
			s.Largest = max(s.Largest, abs(v))
			s.Stayed = max(s.Stayed, abs(v-was[y*valid+x]))
			if fy, fx := y-in.DY, x-in.DX; fy >= 0 && fy < valid && fx >= 0 && fx < valid {
				s.Compared++
				s.Apart = max(s.Apart, abs(v-was[fy*valid+fx]))
			}
		}
	}
	return s, nil
}), func(in ShiftIn) lesson.Shown {
	return lesson.Shown{Go: program(in.Pixels, in.Kernel, fmt.Sprintf(`	moved := tape.Const(x, 1, 1, 28, 28).Pad([][2]int{{0, 0}, {0, 0}, {max(%[1]d, 0), max(-%[1]d, 0)}, {max(%[2]d, 0), max(-%[2]d, 0)}}, 0)
	moved = moved.Slice(2, max(-%[1]d, 0), 28+max(-%[1]d, 0), 1).Slice(3, max(-%[2]d, 0), 28+max(-%[2]d, 0), 1)
	z := moved.Conv(w, nil, grad.ConvOptions{}) // compare z[i+%[1]d, j+%[2]d] with y[i, j]
	fmt.Println(z.Data())
`, in.DY, in.DX))}
})

// abs is |v|.
func abs(v grad.Float) float64 { return max(float64(v), -float64(v)) }

// program is a Go program that slides a kernel over a picture into y, and goes on with body.
func program(p Picture, k Kernel, body string) string {
	return fmt.Sprintf(`package main

import (
	"fmt"
	"strings"

	"brick/grad"
)

// 28×28 grey values: . 0, - ¼, + ½, * ¾, # 1
const picture = `+"`\n%s`"+`

func main() {
	var x []grad.Float
	for _, c := range strings.Join(strings.Fields(picture), "") {
		x = append(x, grad.Float(strings.IndexRune(".-+*#", c))/4)
	}
	tape := &grad.Tape{NoGrad: true}
	w := tape.Const(%#v, 1, 1, 3, 3)
	y := tape.Const(x, 1, 1, 28, 28).Conv(w, nil, grad.ConvOptions{}) // (1, 1, 26, 26)
	fmt.Println(y.Data())
%s}
`, p.drawing(), k.floats(), body)
}

// floats is the kernel as the engine reads it.
func (k Kernel) floats() []grad.Float {
	w := make([]grad.Float, len(k))
	for i, v := range k {
		w[i] = grad.Float(v)
	}
	return w
}
