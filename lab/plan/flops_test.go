package plan

import (
	"math"
	"testing"

	"brick/device"
	"brick/device/dry"
	"brick/grad"
	"brick/model"
	"brick/nn"
)

// executed is the operations of a training step's kernels, forward and backward, on a device that counts.
func executed(t *testing.T, stack string, vocab, batch, context int) (total int, kernels map[string]dry.Count) {
	t.Helper()
	m, err := model.New(stack, nn.Input{Vocab: vocab, Shape: []int{context}})
	if err != nil {
		t.Fatal(err)
	}
	dev := new(dry.Device)
	nn.BuildOn[nn.Block](dev, m, 0)
	dev.Reset()
	tape := &grad.Tape{Device: dev, Training: true}
	n := batch * context
	ids := tape.IDs(make([]int32, n), batch, context)
	y := m.Forward(ids).Reshape(n, -1)
	y.CrossEntropy(tape.IDs(make([]int32, n), n), grad.CrossEntropyOptions{Reduction: device.Mean}).Backward()
	return dev.Total().FLOPs, dev.Kernels()
}

// The formula agrees with the operations that a training step executes, for the smallest models too, where a percent is the norms'.
func TestTrainingFLOPs(t *testing.T) {
	for _, c := range []struct {
		stack                 string
		vocab, batch, context int
		exact                 bool
	}{
		{"embed(16) llama(heads=2) rmsnorm linear(tied=true)", 64, 2, 8, true},
		{"embed(64) 2*llama(heads=4) rmsnorm linear(tied=true)", 512, 4, 128, true},
		{"embed(64) 2*llama(heads=4,kv=2,ff=160) rmsnorm linear", 512, 1, 32, true},
		{"embed(96) 3*llama(heads=4,dim=16,bias=true,mlp_bias=true) rmsnorm linear(tied=true)", 256, 2, 64, false},
		{"embed(128) 3*llama(heads=4,ff=344) rmsnorm linear(tied=true)", 4096, 3, 128, true},
		{"embed(512) 8*llama(heads=8,kv=2,ff=1376) rmsnorm linear(tied=true)", 4096, 1, 256, true},
		{"embed(32,pos=64) 2*gpt(heads=2) layernorm linear", 256, 3, 64, false},
		{"embed(128,pos=256) 6*gpt(heads=4) layernorm linear", 1000, 2, 200, false},
		{"embed(96,pos=64) gpt(heads=3,ff=200) layernorm linear(tied=false)", 100, 1, 64, false},
		{"gpt2", 50257, 1, 1024, false},
		{"llama-7b", 32000, 1, 2048, false}, // its large values are made twice, see TrainingFLOPs
	} {
		got, kernels := executed(t, c.stack, c.vocab, c.batch, c.context)
		s, err := ShapeOfStack(c.stack, nn.Input{Vocab: c.vocab, Shape: []int{c.context}})
		if err != nil {
			t.Fatal(err)
		}
		n := c.batch * c.context
		want := float64(TrainingFLOPs(s, c.context)) * float64(n)
		off := want/float64(got) - 1
		t.Logf("%-80s executed %d a token, by formula %d: %+.3f %%", c.stack, got/n, TrainingFLOPs(s, c.context), 100*off)
		if math.Abs(off) > 0.005 {
			t.Errorf("%s: executed %d a token, by formula %d", c.stack, got/n, TrainingFLOPs(s, c.context))
		}
		// Attention is exact, but for halves of an operation a token that are cut off.
		work := s.Forward(c.context).add(s.Backward(c.context))
		if at := kernels["attention"].FLOPs + kernels["attention_back"].FLOPs; at < n*work.Attention || at > n*(work.Attention+1) {
			t.Errorf("%s: attention executes %d a token, by formula %d", c.stack, at/n, work.Attention)
		}
		if c.exact && math.Abs(float64(got)-want) > 0.5 {
			t.Errorf("%s: executed %d, by formula %.0f", c.stack, got, want)
		}
	}
}

// 6·N·D of GPT-3 is the figure of its paper's table D.1.
func TestGPT3FLOPs(t *testing.T) {
	m, ok := FindModel("gpt-3")
	if got := m.Shape.SixN() * m.Tokens; !ok || math.Abs(got/3.14e23-1) > 0.005 {
		t.Errorf("%s: %.4g operations, the paper has 3.14e23", m.Name, got)
	}
}

// What is planned of PaLM 540B is what its appendix B computes: 6·N + 12·L·H·D·T a token.
func TestModelFLOPs(t *testing.T) {
	m, _ := FindModel("PaLM 540B")
	s := *m.Shape
	p := s.Params()
	want := 6*float64(p.Total-p.Norms) + 12*118*48*256*2048
	if got := s.ModelFLOPs(2048); math.Abs(got/want-1) > 1e-12 {
		t.Errorf("%.6g a token, want %.6g", got, want)
	}
}
