package model_test

import (
	"slices"
	"testing"
	"time"

	"brick/device"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/optim"
)

// task is one batch that a model learns by heart.
type task struct {
	stack string
	in    nn.Input
	steps int
	lr    float64
	below float64 // the loss it must reach
	loss  func(t *grad.Tape, m nn.Block) *nn.Var
}

// text is a language task: 4 sequences of 16 ids.
func text(tape *grad.Tape, m nn.Block) *nn.Var {
	return m.Forward(tape.IDs(passage, 4, 16)).Reshape(64, -1).CrossEntropy(tape.IDs(follows, 64), grad.CrossEntropyOptions{})
}

var passage, follows = func() (x, y []int32) {
	for i := range int32(64) {
		x = append(x, (i*i*7+i*13)%50)
		y = append(y, (i*i*11+i*5+3)%50)
	}
	return x, y
}()

// pairInput is 4 pairs of a source of up to 9 ids and a target of 7.
var pairInput = nn.Input{Vocab: 50, Outputs: 50, Shape: []int{16}, Source: 9, Picture: []int{1, 3, 3}}

// pairs is a translation task; the sources have lengths of their own.
func pairs(tape *grad.Tape, m nn.Block) *nn.Var {
	return m.Forward(tape.IDs(pairIDs, 4, 16)).Reshape(28, -1).CrossEntropy(tape.IDs(follows[:28], 28), grad.CrossEntropyOptions{})
}

var pairIDs = func() []int32 {
	ids := slices.Clone(passage)
	for b := range 4 {
		for i := range 16 {
			ids[16*b+i] = max(ids[16*b+i], 1)
		}
		clear(ids[16*b+5+b : 16*b+9]) // lengths 5 to 8
	}
	return ids
}()

var xorX, xorY = []nn.Float{0, 0, 0, 1, 1, 0, 1, 1}, []int32{0, 1, 1, 0}

func labels(x []nn.Float, y []int32) func(*grad.Tape, nn.Block) *nn.Var {
	return func(t *grad.Tape, m nn.Block) *nn.Var {
		return m.Forward(t.Const(x, len(y), len(x)/len(y))).CrossEntropy(t.IDs(y, len(y)), grad.CrossEntropyOptions{})
	}
}

func numbers(x, y []nn.Float, loss func(out, want *nn.Var) *nn.Var) func(*grad.Tape, nn.Block) *nn.Var {
	return func(t *grad.Tape, m nn.Block) *nn.Var {
		return loss(m.Forward(t.Const(x, len(y), len(x)/len(y))), t.Const(y, len(y), 1))
	}
}

// drawn is 6 pictures of 2 channels in 3 classes.
func drawn(t *grad.Tape, m nn.Block) *nn.Var {
	return m.Forward(t.Const(pixels, 6, 2, 8, 8)).CrossEntropy(t.IDs(kinds, 6), grad.CrossEntropyOptions{})
}

var (
	pictures = nn.Input{Shape: []int{2, 8, 8}, Outputs: 3}
	kinds    = []int32{0, 1, 2, 2, 1, 0}
	pixels   = func() (x []nn.Float) {
		for i := range 6 * 2 * 8 * 8 {
			x = append(x, nn.Float(i*i*7%23)/11-1)
		}
		return x
	}()
)

var tasks = []task{
	{"linear-regression", nn.Input{Shape: []int{1}, Outputs: 1}, 300, 0.1, 1e-6,
		numbers([]nn.Float{0, 1, 2, 3}, []nn.Float{1, 3, 5, 7}, func(o, w *nn.Var) *nn.Var { return o.MSE(w, device.Mean) })},
	{"logistic-regression", nn.Input{Shape: []int{1}, Outputs: 2}, 300, 0.2, 0.02,
		numbers([]nn.Float{-2, -1, 1, 2}, []nn.Float{0, 0, 1, 1}, func(o, w *nn.Var) *nn.Var { return o.BCEWithLogits(w, nil, device.Mean) })},
	{"perceptron", nn.Input{Shape: []int{1}, Outputs: 2}, 100, 0.2, 1e-9,
		numbers([]nn.Float{-2, -1, 1, 2}, []nn.Float{-1, -1, 1, 1}, func(o, w *nn.Var) *nn.Var { return o.Hinge(w, device.Mean) })},
	{"softmax-regression", nn.Input{Shape: []int{2}, Outputs: 3}, 300, 0.2, 0.02,
		labels([]nn.Float{0, 0, 3, 0, 0, 3}, []int32{0, 1, 2})},
	{"mlp-tiny", nn.Input{Shape: []int{2}, Outputs: 2}, 300, 0.05, 0.01, labels(xorX, xorY)},
	{"mlp", nn.Input{Shape: []int{2}, Outputs: 2}, 50, 3e-3, 0.01, labels(xorX, xorY)},
	{"2*[conv(6,3,pad=1) relu maxpool(2)] flatten linear(20) relu linear(16) relu linear", pictures, 40, 1e-2, 0.05, drawn},
	{"conv(8,3,pad=1,bias=false) batchnorm relu resblock(8) resblock(12,stride=2,zero=true) bottleneck(16) globalpool linear", pictures, 30, 1e-2, 0.05, drawn},
	{"convnorm(8,3,pad=1,act=relu6) mobileblock(8,expand=1) mobileblock(12,stride=2) globalpool linear", pictures, 60, 1e-2, 0.05, drawn},
	{"unet(2,width=4,depth=2) globalpool linear", pictures, 100, 2e-2, 0.05, drawn},
	{"gpt-tiny", nn.Input{Vocab: 50, Shape: []int{16}}, 60, 1e-2, 0.2, text},
	{"llama-tiny", nn.Input{Vocab: 50, Shape: []int{16}}, 60, 1e-2, 0.2, text},
	{"embed(32) sinusoidal 2*encoder(heads=4) linear", nn.Input{Vocab: 50, Shape: []int{16}}, 60, 1e-2, 0.2, text},
	{"embed(16) rnn(32) linear", nn.Input{Vocab: 50, Shape: []int{16}}, 200, 2e-2, 0.2, text},
	{"embed(16) lstm(32,layers=2) linear", nn.Input{Vocab: 50, Shape: []int{16}}, 300, 2e-2, 0.2, text},
	{"embed(16) gru(32) linear", nn.Input{Vocab: 50, Shape: []int{16}}, 300, 2e-2, 0.2, text},
	{"seq2seq-tiny", pairInput, 400, 2e-2, 0.2, pairs},
	{"seq2seq(hidden=32,cell=gru) linear", pairInput, 300, 2e-2, 0.2, pairs},
	{"transformer-tiny", pairInput, 60, 1e-2, 0.2, pairs},
	{"caption(width=32,layers=2,heads=4,ff=64) linear", pairInput, 60, 1e-2, 0.2, pairs},
	{"transformer(width=32,layers=2,heads=4,ff=64,norm_first=true) linear", pairInput, 60, 1e-2, 0.2, pairs},
}

// Each architecture learns one batch by heart in less than a second.
func TestOverfit(t *testing.T) {
	for _, c := range tasks {
		if c.in.Vocab > 0 && testing.Short() {
			continue
		}
		t.Run(c.stack, func(t *testing.T) {
			m := build(t, c.stack, c.in)
			opt := optim.NewAdamW()
			opt.Decay = 0
			if err := optim.Attach(opt, m); err != nil {
				t.Fatal(err)
			}
			tape := &grad.Tape{Training: true}
			begin, last := time.Now(), 0.0
			for range c.steps {
				tape.Reset()
				l := c.loss(tape, m)
				l.Backward()
				opt.Step(c.lr)
				last = l.Item()
			}
			took := time.Since(begin)
			t.Logf("loss %.2g after %d steps in %v", last, c.steps, took.Round(time.Millisecond))
			if !(last <= c.below) {
				t.Errorf("loss %v, want %v", last, c.below)
			}
			if took > time.Second {
				t.Logf("slow: want less than 1 s on two idle cores")
			}
		})
	}
}

// A warmed-up step of each model allocates nothing, with recomputation too, whose
// gradients are the same bits.
func TestStepAllocations(t *testing.T) {
	for _, c := range tasks {
		m := build(t, c.stack, c.in)
		var grads [][]nn.Float
		for _, recompute := range []bool{false, true} {
			tape := &grad.Tape{Training: true, Recompute: recompute}
			parts := nn.SlabOf(m).Parts
			step := func() {
				tape.Reset()
				for _, p := range parts {
					p.Param.Clear()
				}
				c.loss(tape, m).Backward()
			}
			step()
			if n := testing.AllocsPerRun(5, step); n != 0 {
				t.Errorf("%s: recompute %v: a step allocates %v times", c.stack, recompute, n)
			}
			var all []nn.Float
			for _, p := range nn.Params(m) {
				all = append(all, p.Grad()...)
			}
			grads = append(grads, all)
		}
		if !slices.Equal(grads[0], grads[1]) {
			t.Errorf("%s: recomputation gives other gradients", c.stack)
		}
	}
}

// Dropout of each kind runs and is off outside training; the network is the same without it.
func TestDropout(t *testing.T) {
	c := model.GPT2Config{Vocab: 50, Context: 16, Width: 32, Layers: 1, Heads: 2, Eps: 1e-5, Sigma: 0.02, Act: "gelu_new", Tied: true}
	plain, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	c.Resid, c.EmbDrop, c.AttDrop = 0.1, 0.1, 0.1
	dropping, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	nn.Build(plain, 1)
	nn.Build(dropping, 1)
	a := text(&grad.Tape{NoGrad: true}, plain).Item()
	if b := text(&grad.Tape{NoGrad: true}, dropping).Item(); a != b {
		t.Errorf("loss %v with dropout off, %v without dropout", b, a)
	}
	one := &grad.Tape{Training: true, Seed: 1}
	l := text(one, dropping)
	l.Backward()
	if l.Item() == a {
		t.Error("dropout drops nothing")
	}
	// With no weight dropped the composed attention is the fused one.
	tape := new(grad.Tape)
	x := make([]nn.Float, 2*5*2*8)
	for i := range x {
		x[i] = nn.Float(i%7) - 3
	}
	v := tape.Const(x, 2, 5, 2, 8)
	got, want := nn.AttendDropping(v, v, v, 0).Data(), grad.Attention(v, v, v, grad.AttentionOptions{Causal: true}).Data()
	for i := range got {
		if d := got[i] - want[i]; d > 1e-5 || d < -1e-5 {
			t.Fatalf("element %d: %v composed, %v fused", i, got[i], want[i])
		}
	}
}
