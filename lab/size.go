package lab

import (
	"fmt"
	"math"

	"brick/data"
	"brick/device/dry"
	"brick/grad"
	"brick/lab/plan"
	"brick/model"
	"brick/nn"
	"brick/train"
)

// MaxDepth bounds the dial: 16·128 is a width of 2048.
const MaxDepth = 128

// Size is the family's member of a depth from 1 to MaxDepth, for a vocabulary of so many tokens and sequences of context.
//
//	width Width·depth    heads width/Head    feed-forward 8/3·width    depth blocks of LLaMA (Touvron et al. 2023), tied embedding
//
// Its learning rate follows once the batch is known.
func (r Rule) Size(depth, vocab, context int) (Size, error) {
	if depth < 1 || depth > MaxDepth {
		return Size{}, fmt.Errorf("lab: a size %d blocks deep; want 1 to %d", depth, MaxDepth)
	}
	return r.Shaped(fmt.Sprintf("d%d", depth), depth, r.Width*depth, vocab, context)
}

// Shaped is a size of any depth and width, by the rule in all else; name is what it is called. It errs for a width that heads do not divide.
func (r Rule) Shaped(name string, layers, width, vocab, context int) (Size, error) {
	heads := r.heads(width)
	if layers < 1 || heads < 1 {
		return Size{}, fmt.Errorf("lab: size %s: %d blocks of width %d; want one or more, of a width that heads about %d wide divide", name, layers, width, r.Head)
	}
	s := Size{Name: name, Layers: layers, Width: width, Heads: heads}
	s.FF = max(int(math.Round(8./3*float64(width)/float64(r.FFUnit))), 1) * r.FFUnit
	s.Stack = fmt.Sprintf("embed(%d) %d*llama(heads=%d,ff=%d) rmsnorm linear(tied=true)", width, layers, heads, s.FF)
	in := nn.Input{Shape: []int{context}, Vocab: vocab, Outputs: vocab}
	m, err := model.New(s.Stack, in)
	if err != nil {
		return Size{}, fmt.Errorf("lab: size %s: %w", name, err)
	}
	s.Params = nn.Count(m)
	s.NonEmbedding = s.Params - vocab*width
	shape, err := plan.ShapeOfStack(s.Stack, in)
	if err != nil {
		return Size{}, fmt.Errorf("lab: size %s: %w", name, err)
	}
	s.Formula = plan.TrainingFLOPs(shape, context)
	s.FLOPs, err = countFLOPs(m, context)
	return s, err
}

// heads is how many heads of even width, nearest to the rule's and between half and twice that, divide a width; 0 if none does. A width
// below that is one head.
func (r Rule) heads(width int) (heads int) {
	if width < r.Head && width > 0 && width%2 == 0 {
		return 1
	}
	off := 1.01
	for h := 1; h <= width/2; h++ {
		if d := math.Abs(math.Log2(float64(width) / float64(h*r.Head))); width%h == 0 && width/h%2 == 0 && d < off {
			heads, off = h, d
		}
	}
	return heads
}

// countFLOPs is the operations a token of a forward and a backward pass over a sequence, counted as they run on a device that computes nothing.
func countFLOPs(m model.Model, context int) (int, error) {
	dev := new(dry.Device)
	nn.BuildOn(dev, m, 0)
	dev.Reset()
	b := &data.Batch{Shape: []int{1, context}, IDs: make([]int32, context), Labels: make([]int32, context)}
	tape := &grad.Tape{Device: dev, Training: true}
	err := grad.Catch(func() { train.CrossEntropy(m.Forward(train.Input(tape, b)), b).Backward() })
	if err != nil {
		return 0, fmt.Errorf("lab: count operations: %w", err)
	}
	return dev.Total().FLOPs / context, nil
}
