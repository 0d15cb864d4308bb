package nn_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

var image = nn.Input{Shape: []int{3, 12, 10}, Outputs: 5}

func stackOf(t *testing.T, text string, in nn.Input) nn.Chain {
	t.Helper()
	c, err := declare(text, in)
	if err != nil {
		t.Fatal(err)
	}
	return nn.Build(c, 1)
}

func noise(seed uint64, n int) []nn.Float {
	r := rand.New(rand.NewPCG(seed, 3))
	x := make([]nn.Float, n)
	for i := range x {
		x[i] = nn.Float(r.NormFloat64())
	}
	return x
}

// far is the largest difference, relative to the largest number.
func far(a, b []nn.Float) float64 {
	d, m := 0.0, 1e-9
	for i := range a {
		d, m = max(d, math.Abs(float64(a[i]-b[i]))), max(m, math.Abs(float64(b[i])))
	}
	return d / m
}

func TestImageShapes(t *testing.T) {
	for _, c := range []struct {
		text  string
		in    nn.Input
		out   []int
		count int
		print string // "" for text
	}{
		{"conv(6,5,pad=2)", image, []int{6, 12, 10}, 6*3*25 + 6, ""},
		{"conv(6,3,2,same)", image, []int{6, 6, 5}, 6*27 + 6, "conv(6,3,stride=2,pad=1)"},
		{"conv(6,4,pad=same)", image, []int{6, 12, 10}, 6*48 + 6, ""},
		{"conv(6,3,dilation=2,groups=3,bias=false)", image, []int{6, 8, 6}, 6 * 9, ""},
		{"dwconv(3,pad=1)", image, []int{3, 12, 10}, 30, ""},
		{"conv(3,3,groups=3,bias=false)", image, []int{3, 10, 8}, 27, "dwconv(3,bias=false)"},
		{"convnorm(8,3,stride=2,pad=1,act=relu6)", image, []int{8, 6, 5}, 8*27 + 16, ""},
		{"convnorm(8,1,act=none)", image, []int{8, 12, 10}, 24 + 16, ""},
		{"convtranspose(4,2,stride=2)", image, []int{4, 24, 20}, 3*4*4 + 4, ""},
		{"convtranspose(4,3,stride=2,pad=1,output_pad=1,bias=false)", image, []int{4, 24, 20}, 3 * 4 * 9, ""},
		{"maxpool(2)", image, []int{3, 6, 5}, 0, ""},
		{"maxpool(3,stride=2,pad=1)", image, []int{3, 6, 5}, 0, ""},
		{"avgpool(3,ceil=true)", image, []int{3, 4, 4}, 0, ""},
		{"adaptive_avgpool(7)", image, []int{3, 7, 7}, 0, "adaptive_avgpool(7,7)"},
		{"globalpool linear", image, []int{5}, 20, "globalpool linear(5)"},
		{"columns linear", nn.Input{Shape: image.Shape, Outputs: 5, Line: 5}, []int{10, 5}, 36*5 + 5, "columns linear(5)"},
		{"upsample(2) upsample(3,mode=bilinear)", image, []int{3, 72, 60}, 0, ""},
		{"dropout2d(0.25) instancenorm", image, []int{3, 12, 10}, 6, "dropout2d(0.25) groupnorm(3)"},
		{"conv(6,5,pad=2) relu maxpool(2) conv(16,5) relu maxpool(2) flatten linear(120) relu linear(84) relu linear(10)",
			nn.Input{Shape: []int{1, 28, 28}, Outputs: 10}, []int{10}, 61_706, ""},
		{"embed(8) conv1d(6,3,pad=causal) relu conv1d(4,4,stride=2,pad=same) mean linear", nn.Input{Vocab: 20, Shape: []int{9}, Outputs: 2}, []int{2},
			160 + 6*24 + 6 + 4*24 + 4 + 10, "embed(8) conv1d(6,3,pad=causal) relu conv1d(4,4,stride=2,pad=same) mean linear(2)"},
		{"embed(8) conv1d(6,3,pad=1,dilation=2,bias=false)", nn.Input{Vocab: 20}, []int{nn.Any, 6}, 160 + 6*24, ""},
	} {
		s, err := nn.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		n, err := nn.Plan(s, nn.Input{Shape: c.in.Shape, Vocab: c.in.Vocab, Line: c.in.Line, Outputs: pick(strings.HasSuffix(c.text, "linear"), c.in.Outputs, 0)})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		chain, err := n.Declare()
		if err != nil {
			t.Fatal(err)
		}
		if count, _ := n.Count(); !slices.Equal(n.Out, c.out) || count != c.count {
			t.Errorf("%s: out %v with %d parameters, want %v with %d", c.text, n.Out, count, c.out, c.count)
		}
		want := c.print
		if want == "" {
			want = c.text
		}
		if got, err := nn.Print(chain); err != nil || got != want && !strings.Contains(c.text, "(120)") {
			t.Errorf("%s prints as %s (%v), want %s", c.text, got, err, want)
		}
		if c.in.Vocab > 0 {
			continue
		}
		nn.Build(chain, 1)
		y := chain.Forward(new(grad.Tape).Const(noise(1, 2*c.in.Shape[0]*c.in.Shape[1]*c.in.Shape[2]), append([]int{2}, c.in.Shape...)...))
		if !slices.Equal(y.Shape()[1:], c.out) {
			t.Errorf("%s gives %v, planned %v", c.text, y.Shape(), c.out)
		}
	}
}

func pick[T any](b bool, x, y T) T {
	if b {
		return x
	}
	return y
}

func TestImageErrors(t *testing.T) {
	for _, c := range []struct {
		text   string
		in     nn.Input
		column int
		says   string
	}{
		{"relu conv(6,13)", image, 6, "windows of 13, but images of shape (3, 12, 10)"},
		{"conv(6,11)", image, 1, "at most 10 fits"},
		{"conv(6,9,pad=1,dilation=2)", image, 1, "with 2 of padding"},
		{"4*maxpool(2)", image, 3, "windows of 2, but images of shape (3, 1, 1)"},
		{"conv(6,3,pad=-1)", image, 10, "whole number from 0, or same"},
		{"conv(6,3,pad=causal)", image, 10, "not a whole number from 0, or same"},
		{"conv(6,3,groups=2)", image, 1, "2 groups do not divide 3 channels"},
		{"flatten conv(6,3)", image, 9, "whose product is 360"},
		{"conv(6,3)", nn.Input{Shape: []int{16}, Vocab: 9}, 1, "put embed"},
		{"embed(8) conv(6,3)", nn.Input{Shape: []int{16}, Vocab: 9}, 10, "conv1d fits sequences"},
		{"embed(8) conv1d(6,20)", nn.Input{Shape: []int{16}, Vocab: 9}, 10, "windows of 20"},
		{"conv1d(6,3)", image, 1, "conv1d needs a sequence"},
		{"maxpool(2,pad=2)", image, 1, "at most 1 fits"},
		{"convtranspose(2,2,pad=20)", image, 1, "leaves nothing"},
		{"convtranspose(2,2,output_pad=1)", image, 1, "smaller than stride"},
		{"columns columns", image, 9, "columns needs images"},
		{"columns linear", image, 14, "put flatten"},
		{"columns linear", nn.Input{Shape: image.Shape, Outputs: 5, Line: 6}, 14, "a sequence of at least 11 places, each with (5); fewer pools"},
		{"flatten linear", nn.Input{Shape: image.Shape, Outputs: 5, Line: 5}, 14, "columns makes a sequence of images"},
		{"columns", nn.Input{Shape: image.Shape, Outputs: 5, Line: 5}, 7, "end in linear"},
		{"globalpool globalpool", image, 12, "needs images"},
		{"upsample(200000000)", image, 1, "at most 268435456"},
		{"conv(6,200000000,dilation=200000000,pad=same)", image, 1, "at most"},
		{"conv(6,3) linear", image, 16, "put flatten"},
	} {
		_, err := declare(c.text, c.in)
		var e *nn.StackError
		if !errors.As(err, &e) {
			t.Errorf("%q: error %v, want a StackError", c.text, err)
			continue
		}
		if e.Column != c.column || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: column %d, want %d, to say %q:\n%v", c.text, e.Column, c.column, c.says, err)
		}
	}
}

// alone runs the blocks of a chain one after another, none into another's pass.
func alone(c nn.Chain, x *nn.Var) *nn.Var {
	for _, b := range c {
		x = b.Forward(x)
	}
	return x
}

// What a chain does in fewer passes is what its blocks do one by one: the same bits in training, up to rounding where
// a norm is folded into the convolution before it.
func TestChainFuses(t *testing.T) {
	for _, text := range []string{"conv(6,3) relu", "conv(6,3,groups=3) tanh conv(4,1) silu", "conv(6,3) batchnorm relu conv(4,3) batchnorm",
		"conv(6,3,bias=false,stride=2) batchnorm gelu", "batchnorm relu conv(5,3) leaky_relu", "conv(6,3) batchnorm relu6", "conv(6,3) groupnorm(2) relu"} {
		c := stackOf(t, text, nn.Input{Shape: image.Shape})
		for _, p := range nn.Buffers(c) {
			copy(p.Data(), noise(7, p.Len()))
			for i, v := range p.Data() {
				p.Data()[i] = v*v + 0.5
			}
		}
		x := noise(2, 2*360)
		for _, training := range []bool{true, false} {
			for _, noGrad := range []bool{true, false} {
				on := func() *nn.Var {
					return (&grad.Tape{Training: training, NoGrad: noGrad}).Const(x, 2, 3, 12, 10)
				}
				y, want := c.Forward(on()).Data(), alone(c, on()).Data()
				if e := far(y, want); e > 1e-5 || e > 0 && (training || !noGrad) {
					t.Errorf("%s, training %v, without gradients %v: off by %v", text, training, noGrad, e)
				}
			}
		}
		// gradients, with recomputing too
		grads := func(forward func(*nn.Var) *nn.Var, again bool) (g [][]nn.Float) {
			in := grad.Param(x, 2, 3, 12, 10)
			for _, p := range nn.Params(c) {
				p.Clear()
			}
			y := forward((&grad.Tape{Training: true, Recompute: again}).Use(in))
			y.BackwardFrom(noise(4, y.Len()))
			g = append(g, in.Grad())
			for _, p := range nn.Params(c) {
				g = append(g, slices.Clone(p.Grad()))
			}
			return g
		}
		want := grads(func(x *nn.Var) *nn.Var { return alone(c, x) }, false)
		for _, again := range []bool{false, true} {
			for i, g := range grads(c.Forward, again) {
				if e := far(g, want[i]); e > 1e-5 {
					t.Errorf("%s, recompute %v: gradient %d off by %v", text, again, i, e)
				}
			}
		}
	}
}

// A pass that is looked at shows every block.
func TestTraceSeesEachBlock(t *testing.T) {
	c := stackOf(t, "conv(6,3) batchnorm relu conv(4,3) relu globalpool", nn.Input{Shape: image.Shape})
	seen := 0
	tape := &grad.Tape{NoGrad: true, Trace: func(grad.Block, *grad.Var) { seen++ }}
	y := c.Forward(tape.Const(noise(2, 2*360), 2, 3, 12, 10)).Data()
	if seen != len(c) {
		t.Errorf("%d blocks were seen, want %d", seen, len(c))
	}
	if e := far(y, c.Forward((&grad.Tape{NoGrad: true}).Const(noise(2, 2*360), 2, 3, 12, 10)).Data()); e > 1e-5 {
		t.Errorf("looking changes the value by %v", e)
	}
}

// A convolution commutes with shifts: the map of an image moved by stride pixels is the map moved by one.
func TestConvShifts(t *testing.T) {
	const h, w = 16, 20
	for _, stride := range []int{1, 2} {
		c := nn.Build(nn.NewConv(2, 3, 3, 1).Stride(stride, 1), 1)
		c.B.Data()[1] = 2
		x := make([]nn.Float, 2*h*w)
		moved := make([]nn.Float, 2*h*w)
		for i, v := range noise(5, 2*h*w) { // a picture with room around it
			if r, s := i/w%h, i%w; r > 3 && r < 11 && s > 3 && s < 13 {
				x[i], moved[i+stride*w+stride] = v, v
			}
		}
		run := func(x []nn.Float) *nn.Var { return c.Forward(new(grad.Tape).Const(x, 1, 2, h, w)) }
		y, z := run(x), run(moved)
		oh, ow := y.Dim(2), y.Dim(3)
		for i := range y.Data() {
			if r, s := i/ow%oh, i%ow; r+1 < oh && s+1 < ow && y.Data()[i] != z.Data()[i+ow+1] {
				t.Fatalf("stride %d: at (%d, %d) %v became %v", stride, r, s, y.Data()[i], z.Data()[i+ow+1])
			}
		}
	}
}

// A causal convolution keeps the length and sees nothing that comes later; one of padding same keeps the length and
// sees as much on both sides.
func TestConv1dPadding(t *testing.T) {
	const T = 11
	for _, c := range []struct {
		text        string
		first, last int // of the outputs that see input 5
		length      int
	}{
		{"conv1d(3,3,pad=causal)", 5, 7, T},
		{"conv1d(3,3,pad=causal,dilation=2)", 5, 9, T},
		{"conv1d(3,2,pad=causal)", 5, 6, T},
		{"conv1d(3,3,pad=same)", 4, 6, T},
		{"conv1d(3,4,pad=same)", 3, 6, T},
		{"conv1d(3,3,pad=same,dilation=2)", 3, 7, T},
		{"conv1d(3,3)", 3, 5, T - 2},
		{"conv1d(3,3,stride=2,pad=1)", 2, 3, 6},
	} {
		m := stackOf(t, c.text, nn.Input{Shape: []int{T, 2}})
		x := noise(6, 2*T)
		before := m.Forward(new(grad.Tape).Const(x, 1, T, 2))
		x[10]++ // input 5
		after := m.Forward(new(grad.Tape).Const(x, 1, T, 2))
		first, last := -1, -1
		for i := range before.Data() {
			if before.Data()[i] != after.Data()[i] {
				if first < 0 {
					first = i / 3
				}
				last = i / 3
			}
		}
		if before.Dim(1) != c.length || first != c.first || last != c.last {
			t.Errorf("%s: length %d, outputs %d to %d see input 5; want %d, %d to %d", c.text, before.Dim(1), first, last, c.length, c.first, c.last)
		}
	}
}

func TestUpsample(t *testing.T) {
	x := new(grad.Tape).Const([]nn.Float{0, 4, 8, 12}, 1, 1, 2, 2)
	nearest := (&nn.Upsample{Factor: 2}).Forward(x).Data()
	if want := []nn.Float{0, 0, 4, 4, 0, 0, 4, 4, 8, 8, 12, 12, 8, 8, 12, 12}; !slices.Equal(nearest, want) {
		t.Errorf("nearest %v, want %v", nearest, want)
	}
	bilinear := (&nn.Upsample{Factor: 2, Bilinear: true}).Forward(x).Data()
	if want := []nn.Float{0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12}; !slices.Equal(bilinear, want) {
		t.Errorf("bilinear %v, want %v", bilinear, want)
	}
}

// Channels are dropped whole, and the others scaled.
func TestDropout2d(t *testing.T) {
	ones := make([]nn.Float, 40*5*6)
	for i := range ones {
		ones[i] = 1
	}
	d := &nn.Dropout2d{P: 0.5}
	if y := d.Forward(new(grad.Tape).Const(ones, 8, 5, 5, 6)); !slices.Equal(y.Data(), ones) {
		t.Error("drops outside of training")
	}
	y := d.Forward((&grad.Tape{Training: true, Seed: 3}).Const(ones, 8, 5, 5, 6)).Data()
	kept := 0
	for i := 0; i < len(y); i += 30 {
		if y[i] != 0 && y[i] != 2 {
			t.Fatalf("channel %d is %v", i/30, y[i])
		}
		for _, v := range y[i : i+30] {
			if v != y[i] {
				t.Fatalf("channel %d holds %v and %v", i/30, y[i], v)
			}
		}
		kept += int(y[i] / 2)
	}
	if kept < 10 || kept > 30 {
		t.Errorf("%d of 40 channels kept", kept)
	}
}

// The fused norm keeps running statistics as PyTorch does, for a batch far from 0 as well.
func TestBatchNormFollows(t *testing.T) {
	x := noise(8, 6*2*9)
	for i := range x {
		x[i] = x[i]*0.1 + 30*nn.Float(i/9%2)
	}
	n := nn.Build(nn.NewBatchNorm(2), 1)
	n.ForwardAct((&grad.Tape{Training: true}).Const(x, 6, 2, 9), kernel.ReLU)
	for ch := range 2 {
		mean, square := 0.0, 0.0
		for i, v := range x {
			if i/9%2 == ch {
				mean += float64(v) / 54
			}
		}
		for i, v := range x {
			if i/9%2 == ch {
				square += (float64(v) - mean) * (float64(v) - mean) / 53
			}
		}
		if got, want := float64(n.RunningMean.Data()[ch]), 0.1*mean; math.Abs(got-want) > 1e-5 {
			t.Errorf("running mean %v, want %v", got, want)
		}
		if got, want := float64(n.RunningVar.Data()[ch]), 0.9+0.1*square; math.Abs(got-want) > 1e-6 {
			t.Errorf("running variance %v, want %v", got, want)
		}
	}
}
