package model

import (
	"math/rand/v2"
	"slices"
	"testing"

	"brick/device/cpu"
	"brick/grad"
	"brick/nn"
)

// At every place of every block, what the gradient reaches lies within what the formula gives, and over enough random
// inputs it is all of it.
func TestSight(t *testing.T) {
	in := nn.Input{Shape: []int{2, 12, 10}, Outputs: 3}
	for _, stack := range []string{
		"conv(4,3,pad=1) relu maxpool(2) conv(5,3,pad=1) relu maxpool(2) flatten linear",
		"conv(4,5,stride=2) tanh conv(3,3,dilation=2,pad=2) flatten linear",
		"conv(4,3,pad=1) batchnorm relu resblock(6,stride=2) globalpool linear",
	} {
		m, err := New(stack, in)
		if err != nil {
			t.Fatal(err)
		}
		nn.Build(m, 1)
		nn.Freeze(m, true)
		rng := rand.New(rand.NewPCG(3, 0))
		x := make([]grad.Float, 24*2*12*10)
		for i := range x {
			x[i] = grad.Float(rng.NormFloat64())
		}
		s, err := NewSight(m, in, x, cpu.Default())
		if err != nil {
			t.Fatal(err)
		}
		r, err := Receptive(m, in, cpu.Default())
		if err != nil || len(r.Blocks) != len(s.Blocks) {
			t.Fatalf("%s: %d blocks, Receptive has %d: %v", stack, len(s.Blocks), len(r.Blocks), err)
		}
		for i, b := range s.Blocks {
			if len(s.Maps(i)) != volume(b.Output) || b.Output[0] != 24 {
				t.Errorf("%s: %d numbers of %v", b.Block, len(s.Maps(i)), b.Output)
			}
			w := make([]grad.Float, b.Output[1])
			for c := range w {
				w[c] = grad.Float(rng.NormFloat64())
			}
			for row := range b.Output[2] {
				for column := range b.Output[3] {
					lo, hi := s.Window(i, row, column)
					g, err := s.Gradient(i, row, column, w)
					if err != nil {
						t.Fatal(err)
					}
					first, last := [2]int{12, 10}, [2]int{-1, -1}
					least := 1e-6 * max(slices.Max(g), -slices.Min(g)) // what is less is rounding
					for k, v := range g {
						if at := [2]int{k / 10 % 12, k % 10}; max(v, -v) > least {
							for axis := range 2 {
								first[axis], last[axis] = min(first[axis], at[axis]), max(last[axis], at[axis])
							}
						}
					}
					if first != lo || last != hi {
						t.Errorf("%s, %s at %d, %d: the gradient reaches %v to %v, the formula says %v to %v", stack, b.Block, row, column, first, last, lo, hi)
					}
				}
			}
		}
	}
}

// What is no image has no sight, and neither have half examples.
func TestSightRefused(t *testing.T) {
	m, err := New("linear(3)", nn.Input{Shape: []int{5}})
	if err != nil {
		t.Fatal(err)
	}
	nn.Build(m, 1)
	if _, err := NewSight(m, nn.Input{Shape: []int{5}}, make([]grad.Float, 5), cpu.Default()); err == nil {
		t.Error("a vector has a sight")
	}
	in := nn.Input{Shape: []int{1, 4, 4}, Outputs: 2}
	if m, err = New("conv(2,3) flatten linear", in); err != nil {
		t.Fatal(err)
	}
	nn.Build(m, 1)
	s, err := NewSight(m, in, make([]grad.Float, 16), cpu.Default())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Gradient(0, 1, 1, make([]grad.Float, 3)); err == nil {
		t.Error("three weights of two channels")
	}
	for _, n := range []int{0, 15, 17} {
		if _, err := NewSight(m, in, make([]grad.Float, n), cpu.Default()); err == nil {
			t.Errorf("%d numbers are images of 16", n)
		}
	}
}
