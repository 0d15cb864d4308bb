package data

import (
	"math"
	"slices"
	"strings"
	"testing"

	"brick/kernel"
)

// ramp is a set of n images whose pixels are numbered: image i holds 1000i + place.
type ramp struct {
	info Info
	n    int
}

func (s *ramp) Info() *Info { return &s.info }
func (s *ramp) Len() int    { return s.n }
func (s *ramp) Read(b *Batch, index []int, _ uint64) error {
	x, labels := b.numbers(len(index), s.info.Input), b.classes(len(index))
	size := volume(s.info.Input)
	for e, i := range index {
		for k := range size {
			x[e*size+k] = kernel.Float(1000*i + k + 1)
		}
		labels[e] = int32(i)
	}
	return nil
}

func newRamp(n int, shape ...int) *ramp {
	return &ramp{Info{Name: "ramp", Task: Classification, Input: shape, Classes: make([]string, n)}, n}
}

func augmented1(t *testing.T, set Set, seed uint64, index []int, list ...Transform) *Batch {
	t.Helper()
	a, err := Augment(set, list)
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := a.Read(&b, index, seed); err != nil {
		t.Fatal(err)
	}
	return &b
}

// shifted is the ramp image moved by dy, dx, with zeros where it ends.
func shifted(c, h, w, dy, dx int) (x []kernel.Float) {
	for k := range c * h * w {
		i, j, ch := k/w%h+dy, k%w+dx, k/(h*w)
		v := kernel.Float(0)
		if i >= 0 && i < h && j >= 0 && j < w {
			v = kernel.Float((ch*h+i)*w + j + 1)
		}
		x = append(x, v)
	}
	return x
}

// A crop is one of the (2p+1)² shifts, all of which come.
func TestCropIsAShift(t *testing.T) {
	const c, h, w, p = 2, 3, 4, 1
	seen := map[[2]int]int{}
	for seed := range uint64(200) {
		b := augmented1(t, newRamp(1, c, h, w), seed, []int{0}, Transform{"crop", p})
		found := false
		for dy := -p; dy <= p; dy++ {
			for dx := -p; dx <= p; dx++ {
				if slices.Equal(b.X, shifted(c, h, w, dy, dx)) {
					seen[[2]int{dy, dx}]++
					found = true
				}
			}
		}
		if !found {
			t.Fatalf("seed %d: %v is no shift", seed, b.X)
		}
	}
	if len(seen) != (2*p+1)*(2*p+1) {
		t.Errorf("%d of 9 shifts came: %v", len(seen), seen)
	}
}

func TestFlipMirrors(t *testing.T) {
	flipped := 0
	for seed := range uint64(400) {
		b := augmented1(t, newRamp(1, 2, 1, 3), seed, []int{0}, Transform{"flip", 0.5})
		switch {
		case slices.Equal(b.X, []kernel.Float{3, 2, 1, 6, 5, 4}):
			flipped++
		case !slices.Equal(b.X, []kernel.Float{1, 2, 3, 4, 5, 6}):
			t.Fatalf("%v", b.X)
		}
	}
	if flipped < 160 || flipped > 240 {
		t.Errorf("%d of 400 flipped", flipped)
	}
	if b := augmented1(t, newRamp(1, 1, 1, 3), 1, []int{0}, Transform{"flip", 1}); b.X[0] != 3 {
		t.Errorf("flip(1) leaves %v", b.X)
	}
}

// By the same angle a smooth image turns as its formula does; a quarter turn exchanges axes; 0 changes nothing.
func TestRotate(t *testing.T) {
	var p canvas
	p.c, p.h, p.w, p.x, p.old = 1, 9, 9, make([]kernel.Float, 81), make([]kernel.Float, 81)
	for k := range p.x {
		p.x[k] = kernel.Float(2*float64(k/9-4) + 3*float64(k%9-4)) // linear: interpolation is exact
	}
	r := stream{7}
	again := r
	θ := again.uniform(-30, 30) * math.Pi / 180
	p.rotate(30, &r)
	sin, cos := math.Sincos(θ)
	for i := 3; i <= 5; i++ { // near the centre nothing comes from outside
		for j := 3; j <= 5; j++ {
			y, x := float64(i-4), float64(j-4)
			want := 2*(cos*y-sin*x) + 3*(sin*y+cos*x)
			if got := float64(p.x[9*i+j]); math.Abs(got-want) > 1e-4 {
				t.Errorf("turned by %.3f: (%d, %d) is %v, want %v", θ, i, j, got, want)
			}
		}
	}
	if b := augmented1(t, newRamp(1, 1, 3, 3), 5, []int{0}, Transform{"rotate", 0}); !slices.Equal(b.X, shifted(1, 3, 3, 0, 0)) {
		t.Errorf("by 0 degrees: %v", b.X)
	}
}

// Colour follows torchvision's formulas, on a pixel computed by hand; grey images have no saturation.
func TestColor(t *testing.T) {
	for _, c := range []int{1, 3} {
		mean, std := []float64{.5, .4, .3}[:c], []float64{.2, .25, .3}[:c]
		raw := []float64{.2, .6, .5, .3, .1, .7}[:2*c] // (C, 1, 2)
		p := canvas{c: c, h: 1, w: 2, mean: mean, std: std, x: make([]kernel.Float, 2*c)}
		for k, v := range raw {
			p.x[k] = kernel.Float((v - mean[k/2]) / std[k/2])
		}
		r := stream{3}
		again := r
		p.color(0.4, &r)
		f := [3]float64{again.uniform(.6, 1.4), again.uniform(.6, 1.4), again.uniform(.6, 1.4)}
		grey := func(i int) float64 {
			if c == 1 {
				return raw[i]
			}
			return 0.2989*raw[i] + 0.587*raw[2+i] + 0.114*raw[4+i]
		}
		for k := range raw {
			raw[k] = min(raw[k]*f[0], 1)
		}
		m := (grey(0) + grey(1)) / 2
		for k := range raw {
			raw[k] = max(0, min(f[1]*raw[k]+(1-f[1])*m, 1))
		}
		g := [2]float64{grey(0), grey(1)}
		for k := range raw {
			if c == 3 {
				raw[k] = max(0, min(f[2]*raw[k]+(1-f[2])*g[k%2], 1))
			}
			if got, want := float64(p.x[k]), (raw[k]-mean[k/2])/std[k/2]; math.Abs(got-want) > 1e-5 {
				t.Errorf("%d channels: number %d is %v, want %v", c, k, got, want)
			}
		}
	}
}

// Cutout clears a square of all channels, or the part of it that lies inside.
func TestCutout(t *testing.T) {
	sizes := map[int]bool{}
	for seed := range uint64(100) {
		b := augmented1(t, newRamp(1, 2, 4, 4), seed, []int{0}, Transform{"cutout", 2})
		top, left, bottom, right, n := 9, 9, -1, -1, 0
		for k, v := range b.X[:16] {
			if (v == 0) != (b.X[16+k] == 0) {
				t.Fatalf("the channels differ: %v", b.X)
			}
			if v == 0 {
				n++
				top, left, bottom, right = min(top, k/4), min(left, k%4), max(bottom, k/4), max(right, k%4)
			}
		}
		if n == 0 || n != (bottom-top+1)*(right-left+1) || bottom-top > 1 || right-left > 1 {
			t.Fatalf("%d zeros in rows %d–%d, columns %d–%d", n, top, bottom, left, right)
		}
		sizes[n] = true
	}
	if !sizes[4] || !sizes[2] || !sizes[1] {
		t.Errorf("sizes %v", sizes)
	}
}

// Mixup mixes inputs and numeric targets; classes come with their share.
func TestMixup(t *testing.T) {
	b := augmented1(t, newRamp(3, 1, 1, 2), 4, []int{0, 1, 2}, Transform{"mixup", 0.4})
	l := b.Lambda
	if !(l >= 0 && l <= 1) || !slices.Equal(b.Other, []int32{2, 1, 0}) || !slices.Equal(b.Labels, []int32{0, 1, 2}) {
		t.Fatalf("λ %v, labels %v and %v", l, b.Labels, b.Other)
	}
	for k, want := range []float64{1 + 2000*(1-l), 2 + 2000*(1-l), 1001, 1002, 1 + 2000*l, 2 + 2000*l} {
		if math.Abs(float64(b.X[k])-want) > 1e-3 {
			t.Errorf("x[%d] is %v, want %v", k, b.X[k], want)
		}
	}
	sum, squares := 0.0, 0.0
	const n = 20000
	r := stream{1}
	for range n {
		v := r.beta(0.4)
		sum, squares = sum+v, squares+v*v
	}
	// Beta(α, α) has mean ½ and variance 1/(4(2α+1)).
	if m := sum / n; math.Abs(m-0.5) > 0.01 || math.Abs(squares/n-m*m-1/(4*1.8)) > 0.005 {
		t.Errorf("Beta(0.4, 0.4) has mean %v and variance %v", m, squares/n-m*m)
	}
	lines, err := Line(Options{Raw: true})
	if err != nil {
		t.Fatal(err)
	}
	a := augmented1(t, lines.Train, 4, []int{0, 1, 2}, Transform{"mixup", 0.4})
	plain := augmented1(t, lines.Train, 4, []int{0, 1, 2})
	if want := a.Lambda*float64(plain.Y[0]) + (1-a.Lambda)*float64(plain.Y[2]); math.Abs(float64(a.Y[0])-want) > 1e-5 || len(a.Other) != 0 {
		t.Errorf("a mixed number is %v, want %v", a.Y[0], want)
	}
}

var allTransforms = []Transform{{"crop", 2}, {"flip", 0.5}, {"rotate", 10}, {"color", 0.2}, {"cutout", 4}, {"mixup", 0.2}}

// What is drawn depends on the seed of the reading and on places alone, never on what was read before.
func TestAugmentIsPure(t *testing.T) {
	s, err := Digits(Options{Examples: 8})
	if err != nil {
		t.Fatal(err)
	}
	a, err := Augment(s.Train, allTransforms)
	if err != nil {
		t.Fatal(err)
	}
	var one, two Batch
	for _, seed := range []uint64{1, 2, 1} {
		if err := a.Read(&one, []int{3, 1, 4, 1}, seed); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Read(&two, []int{3, 1, 4, 1}, 1); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(one.X, two.X) || one.Lambda != two.Lambda {
		t.Error("the same reading gives other numbers")
	}
	size := len(one.X) / 4
	if slices.Equal(one.X[size:2*size], one.X[3*size:]) {
		t.Error("an example that comes twice in a batch is changed alike")
	}
	if err := a.Read(&two, []int{3, 1, 4, 1}, 2); err != nil || slices.Equal(one.X, two.X) {
		t.Errorf("another seed changes nothing (%v)", err)
	}
	for _, v := range one.X {
		if v-v != 0 {
			t.Fatal("not finite")
		}
	}
	if raceEnabled {
		return
	}
	index := []int{3, 1, 4, 1}
	if n := testing.AllocsPerRun(20, func() { _ = a.Read(&one, index, 9) }); n != 0 {
		t.Errorf("a reading allocates %v times", n)
	}
}

// What does not fit is refused with what would.
func TestAugmentRefuses(t *testing.T) {
	words, err := Copy(Options{})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := DigitLines(Options{Examples: 1})
	if err != nil {
		t.Fatal(err)
	}
	moons, err := Moons(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set  Set
		t    Transform
		want string
	}{
		{newRamp(1, 1, 4, 4), Transform{"blur", 1}, "there are crop, flip, rotate, color, cutout, mixup"},
		{newRamp(1, 1, 4, 4), Transform{"crop", 0}, "padding is 0; a whole number from 1 to 4096 would fit"},
		{newRamp(1, 1, 4, 4), Transform{"crop", 1.5}, "padding is 1.5; a whole number"},
		{newRamp(1, 1, 4, 4), Transform{"crop", 5}, "padding is 5; the images of ramp are 4×4"},
		{newRamp(1, 1, 4, 4), Transform{"rotate", math.NaN()}, "degrees is NaN; a number from 0 to 180"},
		{newRamp(1, 1, 4, 4), Transform{"color", 0.5}, "color needs to know the scale of pixels"},
		{words.Train, Transform{"flip", 0.5}, "are tokens"},
		{lines.Train, Transform{"flip", 0.5}, "flip would change what the lines of digit-lines say"},
		{lines.Train, Transform{"mixup", 0.5}, "mixup would change what the lines of digit-lines say"},
		{moons.Train, Transform{"flip", 0.5}, "have shape [2]"},
	} {
		if _, err := Augment(c.set, []Transform{c.t}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %s", c.t, err, c.want)
		}
	}
}
