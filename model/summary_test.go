package model_test

import (
	"strings"
	"testing"

	"brick/kernel"
	"brick/model"
	"brick/nn"
)

func summary(t *testing.T, stack string, in nn.Input, o model.SummaryOptions) *model.Report {
	t.Helper()
	m, err := model.New(stack, in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := model.Summary(m, in, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The operations of GPT-2 on 1024 tokens against the closed formula: matrix products 2·N′ a
// token forward and 6·N′ in training, N′ the matrices including the head, plus attention.
func TestSummaryFLOPs(t *testing.T) {
	const T, C, L, H, V = 1024, 768, 12, 12, 50257
	r := summary(t, "gpt2", nn.Input{}, model.SummaryOptions{Length: T})
	matrices := L*12*C*C + V*C
	seen := T * (T + 1) / 2 // pairs of query and key a head
	forward := 2*T*matrices + L*H*seen*4*(C/H)
	training := 6*T*matrices + L*H*seen*14*(C/H)
	if got := float64(r.Forward) / float64(forward); got < 1 || got > 1.01 {
		t.Errorf("forward: %d operations, %.4f of the formula's %d", r.Forward, got, forward)
	}
	if got := float64(r.Training) / float64(training); got < 1 || got > 1.015 {
		t.Errorf("training: %d operations, %.4f of the formula's %d", r.Training, got, training)
	}
	sixND := 6 * r.Params * T
	t.Logf("training/6ND = %.3f, training/(6N′D + attention) = %.4f", float64(r.Training)/float64(sixND), float64(r.Training)/float64(training))
	elem := kernel.FloatBits / 8
	if m := r.Memory; m.Weights != elem*124_439_808 || m.Gradients != m.Weights || m.Optimizer != 2*m.Weights || m.Activations < elem*T*(V+L*10*C) || m.Activations > elem*T*(V+L*10*C)*105/100 {
		t.Errorf("memory %+v", m)
	}
	const body = "embed(768,pos=1024) 12*gpt(heads=12) layernorm linear" // of a small vocabulary, so that logits do not outweigh it
	most := summary(t, body, nn.Input{Vocab: 1000}, model.SummaryOptions{Length: T})
	least := summary(t, body, nn.Input{Vocab: 1000}, model.SummaryOptions{Length: T, Recompute: true})
	if a, b := least.Memory.Activations+least.Memory.Scratch, most.Memory.Activations+most.Memory.Scratch; a > b*6/10 {
		t.Errorf("recomputing needs %d bytes of activations, %d without", a, b)
	}
}

// The parts' figures add up to the whole's.
func TestSummaryAddsUp(t *testing.T) {
	for _, c := range []struct {
		stack string
		in    nn.Input
	}{
		{"gpt-tiny", nn.Input{}},
		{"llama-tiny", nn.Input{}},
		{"mlp", nn.Input{Shape: []int{1, 28, 28}, Outputs: 10}},
		{"linear(16) residual[layernorm linear(32) relu linear(16)] linear(3)", nn.Input{Shape: []int{5}}},
	} {
		r := summary(t, c.stack, c.in, model.SummaryOptions{Batch: 4})
		params, flops := 0, 0
		for _, row := range r.Rows {
			if row.Path == "" || len(row.Out) == 0 {
				t.Errorf("%s: row %+v", c.stack, row)
			}
			if row.Level == 0 {
				params += row.Params
				flops += row.FLOPs
			}
		}
		if params != r.Params || flops > r.Forward || flops < r.Forward*98/100 {
			t.Errorf("%s: rows have %d of %d parameters and %d of %d operations", c.stack, params, r.Params, flops, r.Forward)
		}
	}
}

// A model that is built stays as it is.
func TestSummaryLeavesTheModel(t *testing.T) {
	m, _ := model.New("linear(3) tanh linear(1)", nn.Input{Shape: []int{2}})
	nn.Build(m, 1)
	before := make([]nn.Float, 0)
	for _, p := range nn.Params(m) {
		before = append(before, p.Data()...)
	}
	if _, err := model.Summary(m, nn.Input{Shape: []int{2}}, model.SummaryOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, p := range nn.Params(m) {
		for _, v := range p.Data() {
			if v != before[0] {
				t.Fatal("a value changed")
			}
			before = before[1:]
		}
	}
	if _, err := model.Summary(m, nn.Input{Shape: []int{3}}, model.SummaryOptions{}); err == nil {
		t.Error("an input of three numbers fits a layer of two")
	}
}

func TestReportText(t *testing.T) {
	text := summary(t, "gpt2", nn.Input{}, model.SummaryOptions{Length: 64}).String()
	for _, want := range []string{"transformer.h.0…11", "12*gpt(heads=12)", "124,439,808", "embed(768,pos=1024) 12*gpt(heads=12) layernorm linear"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
	t.Logf("\n%s", text)
}
