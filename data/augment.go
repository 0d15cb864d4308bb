package data

import (
	"fmt"
	"math"
	"strings"

	"brick/kernel"
)

// A Transform changes the examples of a batch at random, for training.
type Transform struct {
	Name   string // one of Transforms
	Amount float64
}

// String is the transform as it is written, such as crop(4).
func (t Transform) String() string { return fmt.Sprintf("%s(%g)", t.Name, t.Amount) }

// A TransformDef is a kind of Transform with its one number.
type TransformDef struct {
	Name        string
	Doc         string // one line
	Arg         string // name of the number
	Default     float64
	Least, Most float64
	Whole       bool // the number is a whole one
	HasDefault  bool // it may be left out

	image func(p *canvas, amount float64, r *stream) // of one example; nil for mixup
	turns bool                                       // it would make another text of a line of text
}

// Transforms are the kinds of transforms, with the names of torchvision, Keras and the papers.
var Transforms = []TransformDef{
	{Name: "crop", Doc: "black padding on every side, and a part of the image's own size cut out", Arg: "padding", Least: 1, Most: 1 << 12, Whole: true, image: (*canvas).crop},
	{Name: "flip", Doc: "left and right exchanged", Arg: "p", Default: 0.5, HasDefault: true, Least: 0, Most: 1, image: (*canvas).flip, turns: true},
	{Name: "rotate", Doc: "turned about its centre by up to so many degrees, interpolated", Arg: "degrees", Least: 0, Most: 180, image: (*canvas).rotate},
	{Name: "color", Doc: "brightness, contrast and saturation multiplied by 1 ± strength", Arg: "strength", Least: 0, Most: 1, image: (*canvas).color},
	{Name: "cutout", Doc: "a square made the mean of all images (DeVries & Taylor 2017)", Arg: "side", Least: 1, Most: 1 << 12, Whole: true, image: (*canvas).cutout},
	{Name: "mixup", Doc: "pairs of examples and of their targets mixed by a share drawn from Beta(alpha, alpha) (Zhang et al. 2018)", Arg: "alpha", Least: 0.01, Most: 100, turns: true},
}

// FindTransform is the kind of a name, or nil.
func FindTransform(name string) *TransformDef {
	for i := range Transforms {
		if Transforms[i].Name == name {
			return &Transforms[i]
		}
	}
	return nil
}

// Augment is set with its examples changed by the transforms, in their order. What is drawn depends only on the seed of
// the reading (of a Loader: its seed, step and micro-batch), the place of the transform in list and that of the
// example in the batch. It errs where a transform is unknown, its amount is out of range, or the examples are not what
// it changes: images, of mixup any numbers.
func Augment(set Set, list []Transform) (Set, error) {
	info := set.Info()
	a := &augmented{Set: set, mean: info.Mean, std: info.Std}
	for k, t := range list {
		def := FindTransform(t.Name)
		switch {
		case def == nil:
			return nil, fmt.Errorf("data: %q is no transform; there are %s", t.Name, strings.Join(transformNames(), ", "))
		case !def.Allows(t.Amount):
			return nil, fmt.Errorf("data: %s: %s is %v; %s", t.Name, def.Arg, t.Amount, def.Fits())
		case info.Tokens:
			return nil, fmt.Errorf("data: %s changes images; the examples of %s are tokens", t.Name, info.Name)
		case def.turns && info.Task == Reading:
			return nil, fmt.Errorf("data: %s would change what the lines of %s say; crop, rotate, color and cutout do not", t.Name, info.Name)
		case def.image != nil && len(info.Input) != 3:
			return nil, fmt.Errorf("data: %s changes images (C, H, W); the examples of %s have shape %v", t.Name, info.Name, info.Input)
		case t.Name == "color" && len(info.Mean) != info.Input[0]:
			return nil, fmt.Errorf("data: color needs to know the scale of pixels, which %s does not have", info.Name)
		case def.Whole && t.Amount > float64(max(info.Input[1], info.Input[2])):
			return nil, fmt.Errorf("data: %s: %s is %v; the images of %s are %d×%d", t.Name, def.Arg, t.Amount, info.Name, info.Input[1], info.Input[2])
		}
		a.steps = append(a.steps, augmentStep{def, t.Amount, mix(keyOf(t.Name), uint64(k))})
	}
	if len(a.steps) == 0 {
		return set, nil
	}
	return a, nil
}

// Allows says whether an amount is possible.
func (d *TransformDef) Allows(amount float64) bool {
	return amount >= d.Least && amount <= d.Most && (!d.Whole || amount == math.Trunc(amount))
}

// Fits says what amounts are possible.
func (d *TransformDef) Fits() string {
	kind := "a number"
	if d.Whole {
		kind = "a whole number"
	}
	return fmt.Sprintf("%s from %v to %v would fit", kind, d.Least, d.Most)
}

func transformNames() (names []string) {
	for _, d := range Transforms {
		names = append(names, d.Name)
	}
	return names
}

// augmented is a Set whose examples are changed as they are read.
type augmented struct {
	Set
	steps     []augmentStep
	mean, std []float64
}

type augmentStep struct {
	def    *TransformDef
	amount float64
	key    uint64
}

// easel is the memory of an augmented batch.
type easel struct {
	canvas
	r stream
}

// Read reads the examples and changes them.
func (a *augmented) Read(b *Batch, index []int, seed uint64) error {
	if err := a.Set.Read(b, index, seed); err != nil {
		return err
	}
	if b.easel == nil {
		b.easel = new(easel)
	}
	p := b.easel
	for _, s := range a.steps {
		key := mix(s.key, seed)
		if s.def.image == nil {
			p.r.state = key
			b.mixup(len(index), s.amount, &p.r)
			continue
		}
		in := a.Info().Input
		p.c, p.h, p.w, p.mean, p.std = in[0], in[1], in[2], a.mean, a.std
		p.old = grow(p.old, volume(in))
		for e := range index {
			p.x = b.X[e*len(p.old) : (e+1)*len(p.old)]
			p.r.state = mix(key, uint64(e))
			s.def.image(&p.canvas, s.amount, &p.r)
		}
	}
	return nil
}

// mixup mixes each example with the one as far from the batch's end as it is from its beginning, by one share λ for
// the batch; since the order of the examples is random, so are the pairs.
//
//	x_e ← λ·x_e + (1−λ)·x_{n−1−e}    y likewise; of classes Labels, Other and Lambda are left to the loss
func (b *Batch) mixup(n int, alpha float64, r *stream) {
	b.Lambda = r.beta(alpha)
	l := kernel.Float(b.Lambda)
	mix := func(x []kernel.Float) {
		size := len(x) / max(n, 1)
		for e := range n / 2 {
			p, q := x[e*size:(e+1)*size], x[(n-1-e)*size:(n-e)*size]
			for i, v := range p {
				w := q[i]
				p[i], q[i] = l*v+(1-l)*w, l*w+(1-l)*v
			}
		}
	}
	mix(b.X)
	if b.Labels == nil {
		mix(b.Y)
		return
	}
	b.Other = grow(b.Other, len(b.Labels))
	for i := range b.Labels {
		b.Other[i] = b.Labels[len(b.Labels)-1-i]
	}
}
