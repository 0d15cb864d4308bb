package model

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"

	"brick/device"
	"brick/grad"
	"brick/nn"
)

// A ReceptiveField says what part of its input a network of convolutions sees, block by block.
type ReceptiveField struct {
	Stack  string       `json:"stack,omitempty"`
	Input  []int        `json:"input"`  // of one example: (C, H, W) or (T, C)
	Inputs int          `json:"inputs"` // random ones that were measured with
	Blocks []FieldBlock `json:"blocks"`
}

// A FieldBlock is one block of it. Sizes are of height and width, or of time alone.
type FieldBlock struct {
	Path     string  `json:"path"`
	Block    string  `json:"block"` // stack notation
	Output   []int   `json:"output"`
	Kernel   int     `json:"kernel,omitempty"`
	Stride   int     `json:"stride,omitempty"`
	Dilation int     `json:"dilation,omitempty"`
	Up       bool    `json:"up,omitempty"`    // its stride makes images larger
	Jump     float64 `json:"jump"`            // j: places of the input from one output to the next
	Field    int     `json:"field,omitempty"` // r: places of the input an output sees along the first axis
	Whole    bool    `json:"whole,omitempty"` // all of them, instead
	Inside   []int   `json:"inside"`          // of the output in the middle: what of its field lies within the input
	Measured []int   `json:"measured"`        // extent of its gradient over the input

	windows [2]window
}

// errSeen ends a pass when the block that is measured has run.
var errSeen = errors.New("seen")

// Receptive finds the receptive field of every block of m, which must have weights (best frozen ones: their gradients are
// not needed), up to the one that loses the places:
// flatten, a global pool, the mean over time. It starts from r = j = 1; of a block with kernel k, stride s, dilation d
//
//	r ← r + d·(k−1)·j    j ← j·s
//
// (Araujo, Norris & Sim 2019, "Computing receptive fields of convolutional neural networks"). The short way past a residual
// block sees no more than the long one and is left out. Beside it stands what is measured: how far from one another
// the input's places lie at which the output in the middle has a gradient that is not 0, in any channel, for any of several
// normal inputs. After an embedding the input is its vectors.
func Receptive(m nn.Block, in nn.Input, dev device.Device) (*ReceptiveField, error) {
	chain, shape := Chain(m), in.Shape
	switch e := chain[0].(type) {
	case *nn.Embedding:
		chain, shape = chain[1:], []int{placesOf(in), e.W.Shape[1]}
	case *nn.PlacedEmbedding:
		chain, shape = chain[1:], []int{placesOf(in), e.Token.W.Shape[1]}
	}
	if len(shape) != 2 && len(shape) != 3 {
		return nil, fmt.Errorf("model: receptive field: examples of shape %v have no neighbours; want images (C, H, W) or sequences (T, C)", shape)
	}
	r := &ReceptiveField{Input: shape}
	if n, ok := m.(nn.Noted); ok {
		r.Stack = n.Notation()
	}
	s := &seer{report: r, chain: chain, paths: pathsOf(m), short: shortcuts(m), tape: &grad.Tape{Device: dev}}
	s.draw(1)
	if err := s.run(s.list); err != nil {
		return nil, err
	}
	if len(r.Blocks) == 0 {
		return nil, fmt.Errorf("model: receptive field: %s has no convolution and no pool before it loses the places", r.Stack)
	}
	s.draw(max(1, min(16, int(fieldWork/(float64(s.size())*float64(len(r.Blocks)))))))
	for i := range r.Blocks {
		if err := s.measure(i); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// fieldWork bounds the numbers that go through the blocks when they are measured.
const fieldWork = 1e8

// placesOf is the length of sequences, 128 where it is open.
func placesOf(in nn.Input) int {
	if len(in.Shape) > 0 && in.Shape[0] > 0 {
		return in.Shape[0]
	}
	return 128
}

// shortcuts is the blocks that only lead past others.
func shortcuts(m nn.Block) map[uintptr]bool {
	short := map[uintptr]bool{}
	for _, b := range nn.Blocks(m) {
		var c *nn.ConvNorm
		switch b := b.(type) {
		case *BasicBlock:
			c = b.Short
		case *Bottleneck:
			c = b.Short
		}
		if c != nil {
			for _, b := range []nn.Block{c, c.Conv, c.Norm} {
				short[reflect.ValueOf(b).Pointer()] = true
			}
		}
	}
	return short
}

// seer runs a chain and looks at its blocks.
type seer struct {
	report *ReceptiveField
	chain  nn.Chain
	paths  map[uintptr]string
	short  map[uintptr]bool
	tape   *grad.Tape
	x      *grad.Var // a parameter, so that gradients reach it
	shape  []int     // of the last block's output while they are listed
	at     int       // how many listed blocks have run
}

// draw makes n normal inputs.
func (s *seer) draw(n int) {
	shape := append([]int{n}, s.report.Input...)
	data := make([]grad.Float, volume(shape))
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	for i := range data {
		data[i] = grad.Float(rng.NormFloat64())
	}
	s.x, s.report.Inputs = grad.Param(data, shape...), n
}

func volume(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// size is how many numbers the listed blocks give for one example, the input's included.
func (s *seer) size() int {
	n := volume(s.report.Input)
	for _, b := range s.report.Blocks {
		n += volume(b.Output[1:])
	}
	return n
}

// run is a forward pass that shows see every block that has a window, until see says that it is enough.
func (s *seer) run(see func(b grad.Block, w [2]window, y *grad.Var) (enough bool)) error {
	s.tape.Reset()
	s.at, s.shape = 0, s.x.Shape()
	s.tape.Trace = func(b grad.Block, y *grad.Var) {
		if v := reflect.ValueOf(b); v.Kind() == reflect.Pointer && s.short[v.Pointer()] {
			return
		}
		before := s.shape
		s.shape = slices.Clone(y.Shape())
		if len(s.shape) != len(before) {
			panic(errSeen)
		}
		if w, ok := windowsOf(b, before); ok && see(b, w, y) {
			panic(errSeen)
		}
	}
	defer func() { s.tape.Trace = nil }()
	return grad.Catch(func() {
		defer func() {
			if r := recover(); r != nil && r != errSeen {
				panic(r)
			}
		}()
		s.chain.Forward(s.tape.Use(s.x))
	})
}

// list notes the blocks.
func (s *seer) list(b grad.Block, w [2]window, y *grad.Var) bool {
	f := FieldBlock{Output: slices.Clone(y.Shape()), Kernel: w[0].kernel, Stride: w[0].stride, Dilation: w[0].dilation, Up: w[0].up, windows: w}
	if v := reflect.ValueOf(b); v.Kind() == reflect.Pointer {
		f.Path = s.paths[v.Pointer()]
	}
	f.Block = strings.TrimPrefix(fmt.Sprintf("%T", b), "*nn.")
	if n, ok := b.(nn.Noted); ok {
		f.Block = n.Notation()
	}
	field, jump := 1.0, 1.0
	for _, was := range append(slices.Clone(s.report.Blocks), f) {
		field, jump = was.windows[0].widen(field, jump)
	}
	if f.Jump = jump; math.IsInf(field, 1) {
		f.Whole = true
	} else {
		f.Field = int(math.Ceil(field))
	}
	s.report.Blocks = append(s.report.Blocks, f)
	s.inside(len(s.report.Blocks) - 1)
	return false
}

// axes is which of an output's axes are of places.
func (s *seer) axes() []int {
	if len(s.report.Input) == 2 {
		return []int{1}
	}
	return []int{2, 3}
}

// inside follows the output in the middle of block i back to the input.
func (s *seer) inside(i int) {
	blocks := s.report.Blocks
	for k, axis := range s.axes() {
		lo := blocks[i].Output[axis] / 2
		hi := lo
		for j := i; j >= 0; j-- {
			size := s.x.Dim(axis)
			if j > 0 {
				size = blocks[j-1].Output[axis]
			}
			lo, hi = blocks[j].windows[k].back(lo, hi, size)
		}
		blocks[i].Inside = append(blocks[i].Inside, hi-lo+1)
	}
}

// measure takes the gradient of the output in the middle of block i.
func (s *seer) measure(i int) error {
	s.x.Zero()
	err := s.run(func(_ grad.Block, _ [2]window, y *grad.Var) bool {
		if s.at++; s.at <= i {
			return false
		}
		y.BackwardFrom(s.middle(y))
		return true
	})
	if err == nil {
		s.extent(&s.report.Blocks[i])
	}
	return err
}

// middle is 0 but for a random number for each channel of the output in the middle.
func (s *seer) middle(y *grad.Var) []grad.Float {
	dy := make([]grad.Float, y.Len())
	rng := rand.New(rand.NewPCG(2, 0))
	n, c, h, w := y.Dim(0), y.Dim(1), y.Dim(-2), y.Dim(-1)
	for e := range n {
		if y.Rank() == 3 { // (N, T, C)
			for k := range w {
				dy[(e*h+h/2)*w+k] = grad.Float(rng.NormFloat64())
			}
			continue
		}
		for k := range c {
			dy[((e*c+k)*h+h/2)*w+w/2] = grad.Float(rng.NormFloat64())
		}
	}
	return dy
}

// extent is how far from one another along each axis lie the places of the input that have a gradient. What is less
// than a millionth of the largest is rounding.
func (s *seer) extent(f *FieldBlock) {
	g, shape := s.x.Grad(), s.x.Shape()
	most := grad.Float(0)
	for _, v := range g {
		most = max(most, v, -v)
	}
	for _, axis := range s.axes() {
		lo, hi, inner := shape[axis], -1, volume(shape[axis+1:])
		for i, v := range g {
			if v > most*1e-6 || -v > most*1e-6 {
				at := i / inner % shape[axis]
				lo, hi = min(lo, at), max(hi, at)
			}
		}
		f.Measured = append(f.Measured, max(hi-lo+1, 0))
	}
}
