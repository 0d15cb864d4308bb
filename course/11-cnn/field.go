package cnn

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"brick/course/lesson"
	"brick/grad"
	"brick/train"
)

// FieldIn is a cell of a network's block, whose receptive field is asked for: the one over a pixel of the picture, or the
// nearest there is.
type FieldIn struct {
	Run    string  `json:"run"`
	Pixels Picture `json:"pixels"`
	Block  int     `json:"block"` // of Maps.Blocks
	X      int     `json:"x"`     // of the pixel, from the left
	Y      int     `json:"y"`     // from above
}

// Check bounds the cell.
func (in FieldIn) Check() error {
	return lesson.First(RunIn{in.Run, in.Pixels}.Check(), lesson.Within("block", float64(in.Block), 0, maxBlocks-1),
		lesson.Within("x", float64(in.X), 0, side-1), lesson.Within("y", float64(in.Y), 0, side-1))
}

// Field is what of the picture the cell sees.
type Field struct {
	Trained  bool    `json:"trained"` // as of Maps
	Block    int     `json:"block"`
	Row      int     `json:"row"`
	Column   int     `json:"column"`
	Side     int     `json:"side"`     // pixels along each side of the field r; 0 for all
	Jump     float64 `json:"jump"`     // pixels from one cell to the next
	Formula  Box     `json:"formula"`  // the field, as far as it lies within the picture
	Measured Box     `json:"measured"` // pixels that have a gradient, for any of the random pictures
	Agree    bool    `json:"agree"`
	Random   int     `json:"random"` // how many they are
	Gradient []Short `json:"gradient"`
	Own      []Short `json:"own"`     // |∂|, for the picture that was asked with
	Reached  int     `json:"reached"` // pixels of Own that are not 0
}

// Box is pixels of a picture, both ends among them. Its size is 0 where there are none.
type Box struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

const random = 24 // pictures that a field is measured with

// field asks what a cell sees, by formula and by gradient.
var field = lesson.Shows(lesson.Ask("field", FieldIn{Pixels: first, Block: 2, X: 12, Y: 10}, func(_ context.Context, s *lesson.Session, in FieldIn) (f Field, err error) {
	trained, err := with(s, in.Run, func(r *train.Run) error {
		rng := rand.New(rand.NewPCG(1, 0))
		x := make([]grad.Float, random*side*side, (random+1)*side*side)
		for i := range x {
			x[i] = grad.Float(rng.NormFloat64())
		}
		v, err := sight(r, append(x, scaled(r, in.Pixels)...))
		if err != nil {
			return err
		}
		i := min(in.Block, len(v.Blocks)-1)
		b := v.Blocks[i]
		f = Field{Block: i, Row: min(int(float64(in.Y)/b.Jump), b.Output[2]-1), Column: min(int(float64(in.X)/b.Jump), b.Output[3]-1), Side: b.Field, Jump: b.Jump, Random: random}
		lo, hi := v.Window(i, f.Row, f.Column)
		f.Formula = Box{lo[1], lo[0], hi[1] - lo[1] + 1, hi[0] - lo[0] + 1}
		w := make([]grad.Float, b.Output[1])
		for c := range w {
			w[c] = grad.Float(rng.NormFloat64())
		}
		g, err := v.Gradient(i, f.Row, f.Column, w)
		if err != nil {
			return err
		}
		sum := make([]grad.Float, side*side)
		for k, y := range g[:random*side*side] {
			sum[k%(side*side)] += grad.Float(abs(y)) / random
		}
		f.Measured = extent(sum)
		f.Agree = f.Measured == f.Formula
		f.Gradient = shorts(sum)
		own := g[random*side*side:]
		for k, y := range own {
			own[k] = grad.Float(abs(y))
		}
		f.Own = shorts(own)
		for _, y := range own {
			if y > slices.Max(own)*rounding {
				f.Reached++
			}
		}
		return nil
	})
	f.Trained = trained
	return f, err
}), func(in FieldIn) lesson.Shown {
	return lesson.Shown{Go: opening(RunIn{in.Run, in.Pixels}, fmt.Sprintf(`	block := min(%d, len(v.Blocks)-1)
	out, jump := v.Blocks[block].Output, v.Blocks[block].Jump
	row, column := min(int(%d/jump), out[2]-1), min(int(%d/jump), out[3]-1)
	first, last := v.Window(block, row, column)
	fmt.Println("by formula: rows and columns", first, "to", last)
	w := make([]grad.Float, out[1])
	for c := range w {
		w[c] = 1
	}
	fmt.Println(v.Gradient(block, row, column, w)) // of this one picture: less than the field where ReLUs are off
`, in.Block, in.Y, in.X))}
})

// rounding is the share of the largest number below which others are no more than that: fast convolutions add and take away
// what is not there.
const rounding = 1e-6

// extent is the smallest box of the numbers that are not 0.
func extent(x []grad.Float) Box {
	largest := slices.Max(x)
	x0, y0, x1, y1 := side, side, -1, -1
	for i, v := range x {
		if v > largest*rounding {
			x0, x1 = min(x0, i%side), max(x1, i%side)
			y0, y1 = min(y0, i/side), max(y1, i/side)
		}
	}
	if x1 < 0 {
		return Box{}
	}
	return Box{x0, y0, x1 - x0 + 1, y1 - y0 + 1}
}

// MovedIn is a picture that is moved before a network sees it.
type MovedIn struct {
	Run    string  `json:"run"`
	Pixels Picture `json:"pixels"`
	DX     int     `json:"dx"` // pixels to the right
	DY     int     `json:"dy"` // and down
}

// Check bounds the shift.
func (in MovedIn) Check() error {
	return lesson.First(RunIn{in.Run, in.Pixels}.Check(), lesson.Within("dx", float64(in.DX), -most, most), lesson.Within("dy", float64(in.DY), -most, most))
}

// Moved is what the shift does to each block, and to the answer.
type Moved struct {
	Trained bool         `json:"trained"` // as of Maps
	Before  []Class      `json:"before"`  // the likeliest class first
	After   []Class      `json:"after"`
	Blocks  []MovedBlock `json:"blocks"`
	Along   int          `json:"along"` // blocks that could be compared
	Apart   float64      `json:"apart"` // the largest difference among them
}

// MovedBlock compares a block's maps of the moved picture with its moved maps.
type MovedBlock struct {
	Block    string     `json:"block"`
	Jump     float64    `json:"jump"`     // pixels from one cell to the next
	Whole    bool       `json:"whole"`    // the shift is a whole number of cells
	Compared int        `json:"compared"` // cells whose fields lie within the picture, before and after
	Apart    lesson.Num `json:"apart"`    // largest difference as a share of the largest number; NaN unless Whole and some are compared
}

// moved measures which of a network's blocks are equivariant under a shift.
var moved = lesson.Shows(lesson.Ask("moved", MovedIn{Pixels: first, DX: 2, DY: 2}, compareMoved), func(in MovedIn) lesson.Shown {
	return lesson.Shown{Go: opening(RunIn{in.Run, in.Pixels.shifted(in.DX, in.DY)}, `	for i, b := range v.Blocks { // compare with those of the picture that was not moved
		fmt.Println(b.Block, b.Jump, b.Output, v.Maps(i))
	}
`)}
})
