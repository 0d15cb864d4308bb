package model

import (
	"fmt"
	"slices"

	"brick/device"
	"brick/grad"
	"brick/nn"
)

// A Sight is inputs as a network of convolutions sees them: what its blocks make of them, and what part of them a single
// place of a block depends on, by formula and by gradient. It serves one caller at a time.
type Sight struct {
	Blocks []FieldBlock // without what Receptive measures

	s    *seer
	maps [][]grad.Float
}

// NewSight shows x, n examples of the shape of in one after another, to m, whose weights are best frozen (see Receptive, whose
// blocks these are). It errs where in has no height and width, or x is no whole number of examples.
func NewSight(m nn.Block, in nn.Input, x []grad.Float, dev device.Device) (*Sight, error) {
	if len(in.Shape) != 3 {
		return nil, fmt.Errorf("model: sight: examples of shape %v are no images; want (C, H, W)", in.Shape)
	}
	n := len(x) / max(volume(in.Shape), 1)
	if n == 0 || n*volume(in.Shape) != len(x) {
		return nil, fmt.Errorf("model: sight: %d numbers; want examples of %d", len(x), volume(in.Shape))
	}
	r := &ReceptiveField{Input: in.Shape, Inputs: n}
	s := &seer{report: r, chain: Chain(m), paths: pathsOf(m), short: shortcuts(m), tape: &grad.Tape{Device: dev}}
	s.x = grad.Param(slices.Clone(x), append([]int{n}, in.Shape...)...)
	sight := &Sight{s: s}
	err := s.run(func(b grad.Block, w [2]window, y *grad.Var) bool {
		sight.maps = append(sight.maps, slices.Clone(y.Data()))
		return s.list(b, w, y)
	})
	if err == nil && len(r.Blocks) == 0 {
		err = fmt.Errorf("model: sight: the network has no convolution and no pool before it loses the places")
	}
	sight.Blocks = r.Blocks
	return sight, err
}

// Maps is what block i makes of the examples, (n, C, H, W) of its Output.
func (s *Sight) Maps(i int) []grad.Float { return s.maps[i] }

// Window is the rows and columns of the input that row y and column x of block i's output see by formula, the first and the
// last of those within the input. It panics where there is no such place.
func (s *Sight) Window(i, y, x int) (first, last [2]int) {
	s.check(i, y, x)
	blocks := s.Blocks
	for k, axis := range s.s.axes() {
		seen := make([]bool, blocks[i].Output[axis])
		seen[[2]int{y, x}[k]] = true
		for j := i; j >= 0; j-- {
			size := s.s.x.Dim(axis)
			if j > 0 {
				size = blocks[j-1].Output[axis]
			}
			seen = blocks[j].windows[k].sees(seen, size)
		}
		first[k] = slices.Index(seen, true)
		for p, ok := range seen {
			if ok {
				last[k] = p
			}
		}
	}
	return first, last
}

// sees is the places of an input of size places that some of outputs see. Unlike back it knows the gaps of dilation, which
// matter where a window hangs over the edge.
func (w window) sees(outputs []bool, size int) []bool {
	inputs := make([]bool, size)
	for p := range inputs {
		for o, on := range outputs {
			at := p + w.before - o*w.stride // in steps of the dilation
			if w.up {
				at = o - p*w.stride + w.before
			}
			if on && (w.whole || at >= 0 && at < w.kernel*w.dilation && at%w.dilation == 0) {
				inputs[p] = true
			}
		}
	}
	return inputs
}

// Gradient is ∂/∂input of Σ_c w_c·y[n,c,row,column] of block i's output y, of the shape of the examples; w has a weight for
// each channel. It panics where there is no such place.
func (s *Sight) Gradient(i, row, column int, w []grad.Float) ([]grad.Float, error) {
	s.check(i, row, column)
	out := s.Blocks[i].Output
	if len(w) != out[1] {
		return nil, fmt.Errorf("model: sight: %d weights for %d channels", len(w), out[1])
	}
	s.s.x.Zero()
	err := s.s.run(func(_ grad.Block, _ [2]window, y *grad.Var) bool {
		if s.s.at++; s.s.at <= i {
			return false
		}
		dy := make([]grad.Float, y.Len())
		for e := range y.Dim(0) {
			for c, v := range w {
				dy[((e*out[1]+c)*out[2]+row)*out[3]+column] = v
			}
		}
		y.BackwardFrom(dy)
		return true
	})
	return slices.Clone(s.s.x.Grad()), err
}

func (s *Sight) check(i, y, x int) {
	if i < 0 || i >= len(s.Blocks) || y < 0 || y >= s.Blocks[i].Output[2] || x < 0 || x >= s.Blocks[i].Output[3] {
		panic(fmt.Sprintf("model: sight: no row %d and column %d of block %d", y, x, i))
	}
}
