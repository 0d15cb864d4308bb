package data

import (
	"fmt"
	"math"
	"sync"

	"brick/kernel"
)

// generated is a Set whose examples are computed when read, each a pure function of (seed, split, index).
type generated struct {
	info *Info
	n    int
	key  uint64
	// fill writes example e of b, the i-th of the split, from its own random stream.
	fill func(b *Batch, e, i int, r *stream)
}

func (g *generated) Info() *Info { return g.info }
func (g *generated) Len() int    { return g.n }

func (g *generated) Read(b *Batch, index []int, _ uint64) error {
	checkIndex(g.info.Name, index, g.n)
	switch {
	case g.info.Task == Translation:
		b.pairs(len(index), g.info)
	case g.info.Tokens:
		b.tokens(len(index), g.info.Input[0])
	default:
		b.numbers(len(index), g.info.Input)
		switch g.info.Task {
		case Regression:
			b.values(len(index), g.info.Targets)
		case Reading:
			b.lines(len(index), g.info.Targets)
		default:
			b.classes(len(index))
		}
	}
	r := streams.Get().(*stream)
	defer streams.Put(r)
	for e, i := range index {
		r.state = mix(g.key, uint64(i))
		g.fill(b, e, i, r)
	}
	return nil
}

// streams lends random streams, so that reading allocates nothing.
var streams = sync.Pool{New: func() any { return new(stream) }}

// generate makes three splits of the same formula: n examples to train on, and a fifth as many (at least 100) for
// validation and for testing, each split from streams of its own.
func generate(info *Info, o *Options, n int, fill func(b *Batch, e, i int, r *stream)) (Splits, error) {
	valid, test, err := o.shares(0.2, 0.2)
	if err != nil {
		return Splits{}, err
	}
	if o.Examples < 0 {
		return Splits{}, fmt.Errorf("data: %s: %d examples; 1 or more would fit", info.Name, o.Examples)
	}
	n = positive(o.Examples, n)
	info.Rule = fmt.Sprintf("each split is drawn from a stream of its own, keyed by seed %d", o.Seed)
	set := func(split string, n int) *generated {
		return &generated{info, n, mix(keyOf(info.Name+"/"+split), o.Seed), fill}
	}
	s := Splits{Train: set("train", n)}
	if valid > 0 {
		s.Valid = set("valid", max(100, int(valid*float64(n))))
	}
	if test > 0 {
		s.Test = set("test", max(100, int(test*float64(n))))
	}
	return s, nil
}

// Line is the regression y = 2x + 1 + noise, x uniform in [−1, 1), noise normal with deviation Options.Noise (0.1).
func Line(o Options) (Splits, error) {
	noise := o.noise(0.1)
	info := &Info{Name: "line", Task: Regression, Input: []int{1}, Targets: 1, Origin: "y = 2x + 1 + noise"}
	return generate(info, &o, 1000, func(b *Batch, e, _ int, r *stream) {
		x := r.uniform(-1, 1)
		b.X[e] = kernel.Float(x)
		b.Y[e] = kernel.Float(2*x + 1 + noise*r.normal())
	})
}

// XOR is the exclusive or of two inputs of ±1. Without noise every split is its four rows; with Options.Noise, the rows
// in turn with normal noise on the inputs.
func XOR(o Options) (Splits, error) {
	noise := o.noise(0)
	info := &Info{Name: "xor", Task: Classification, Input: []int{2}, Classes: []string{"same", "different"}, Origin: "y = x₁ ≠ x₂"}
	n := 1000
	if noise == 0 {
		n, o.Examples = 4, 0
	}
	s, err := generate(info, &o, n, func(b *Batch, e, i int, r *stream) {
		p, q := float64(i&1)*2-1, float64(i>>1&1)*2-1
		b.Labels[e] = 0
		if p != q {
			b.Labels[e] = 1
		}
		b.X[2*e], b.X[2*e+1] = kernel.Float(p+noise*r.normal()), kernel.Float(q+noise*r.normal())
	})
	if err == nil && noise == 0 {
		info.Rule = "every split is the same four rows"
		for _, set := range s.Each {
			set.(*generated).n = 4
		}
	}
	return s, err
}

// Moons is two interleaved half circles: (cos t, sin t) and (1 − cos t, ½ − sin t), t uniform in [0, π), with normal noise
// of deviation Options.Noise (0.1).
func Moons(o Options) (Splits, error) {
	noise := o.noise(0.1)
	info := &Info{Name: "moons", Task: Classification, Input: []int{2}, Classes: []string{"upper", "lower"}, Origin: "two half circles"}
	return generate(info, &o, 1000, func(b *Batch, e, i int, r *stream) {
		t := r.uniform(0, math.Pi)
		x, y := math.Cos(t), math.Sin(t)
		if i%2 == 1 {
			x, y = 1-x, 0.5-y
		}
		b.point(e, x+noise*r.normal(), y+noise*r.normal(), i%2)
	})
}

// Circles is a circle of radius 1 around one of radius ½, with normal noise of deviation Options.Noise (0.05).
func Circles(o Options) (Splits, error) {
	noise := o.noise(0.05)
	info := &Info{Name: "circles", Task: Classification, Input: []int{2}, Classes: []string{"outer", "inner"}, Origin: "two circles"}
	return generate(info, &o, 1000, func(b *Batch, e, i int, r *stream) {
		t, radius := r.uniform(0, 2*math.Pi), 1-0.5*float64(i%2)
		b.point(e, radius*math.Cos(t)+noise*r.normal(), radius*math.Sin(t)+noise*r.normal(), i%2)
	})
}

// Spirals is Options.Groups (3) arms: radius t and angle 4t + 2πk/K for arm k, t uniform in [0, 1), with normal noise of
// deviation Options.Noise (0.02).
func Spirals(o Options) (Splits, error) {
	noise := o.noise(0.02)
	k, err := o.groups("spirals", 3)
	if err != nil {
		return Splits{}, err
	}
	info := &Info{Name: "spirals", Task: Classification, Input: []int{2}, Classes: numbered("arm", k), Origin: fmt.Sprintf("%d spiral arms", k)}
	return generate(info, &o, 500*k, func(b *Batch, e, i int, r *stream) {
		t := r.uniform(0, 1)
		angle := 4*t + 2*math.Pi*float64(i%k)/float64(k)
		b.point(e, t*math.Cos(angle)+noise*r.normal(), t*math.Sin(angle)+noise*r.normal(), i%k)
	})
}

// Blobs is Options.Groups (3) normal clouds of deviation Options.Noise (0.3) in Options.Features (2) dimensions, their
// centres uniform in [−1, 1) by the seed.
func Blobs(o Options) (Splits, error) {
	noise := o.noise(0.3)
	k, err := o.groups("blobs", 3)
	if err != nil {
		return Splits{}, err
	}
	d, err := o.features("blobs")
	if err != nil {
		return Splits{}, err
	}
	centres, r := make([]float64, k*d), stream{mix(keyOf("blobs/centres"), o.Seed)}
	for i := range centres {
		centres[i] = r.uniform(-1, 1)
	}
	info := &Info{Name: "blobs", Task: Classification, Input: []int{d}, Classes: numbered("blob", k), Origin: fmt.Sprintf("%d normal clouds", k)}
	return generate(info, &o, 500*k, func(b *Batch, e, i int, r *stream) {
		c := i % k
		b.Labels[e] = int32(c)
		for j := range d {
			b.X[e*d+j] = kernel.Float(centres[c*d+j] + noise*r.normal())
		}
	})
}

// Separable is points uniform in [−1, 1)ᵈ moved away from the plane w·x = 0 by Options.Margin (γ = 0.1), so that
// |w·x| ≥ γ: a perceptron makes at most (R/γ)² mistakes (Novikoff 1962). w is Direction(seed, d).
func Separable(o Options) (Splits, error) {
	d, err := o.features("separable")
	if err != nil {
		return Splits{}, err
	}
	margin := o.Margin
	if margin == 0 {
		margin = 0.1
	}
	if !(margin > 0 && margin < 1e6) {
		return Splits{}, fmt.Errorf("data: separable: margin %g; a positive number would fit", margin)
	}
	w := Direction(o.Seed, d)
	info := &Info{Name: "separable", Task: Classification, Input: []int{d}, Classes: []string{"below", "above"}, Origin: fmt.Sprintf("a plane with margin %g", margin)}
	return generate(info, &o, 500, func(b *Batch, e, _ int, r *stream) {
		again, distance := *r, 0.0
		for _, wj := range w {
			distance += wj * r.uniform(-1, 1)
		}
		b.Labels[e] = 0
		away := -margin
		if distance >= 0 {
			b.Labels[e], away = 1, margin
		}
		for j, wj := range w {
			b.X[e*d+j] = kernel.Float(again.uniform(-1, 1) + 1.001*away*wj) // 1.001: the margin survives rounding to a Float
		}
	})
}

// Direction returns the unit vector that Separable's classes lie on either side of.
func Direction(seed uint64, d int) []float64 {
	w, r, norm := make([]float64, d), stream{mix(keyOf("separable/direction"), seed)}, 0.0
	for i := range w {
		w[i] = r.normal()
		norm += w[i] * w[i]
	}
	for i := range w {
		w[i] /= math.Sqrt(norm)
	}
	return w
}

// point writes example e of two inputs and a class.
func (b *Batch) point(e int, x, y float64, class int) {
	b.X[2*e], b.X[2*e+1] = kernel.Float(x), kernel.Float(y)
	b.Labels[e] = int32(class)
}

func (o *Options) groups(name string, otherwise int) (int, error) {
	k := o.Groups
	if k == 0 {
		k = otherwise
	}
	if k < 2 || k > 1000 {
		return 0, fmt.Errorf("data: %s: %d groups; 2 to 1000 would fit", name, k)
	}
	return k, nil
}

func (o *Options) features(name string) (int, error) {
	d := o.Features
	if d == 0 {
		d = 2
	}
	if d < 1 || d > 1<<16 {
		return 0, fmt.Errorf("data: %s: %d features; 1 to %d would fit", name, d, 1<<16)
	}
	return d, nil
}

func numbered(what string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s %d", what, i)
	}
	return names
}
