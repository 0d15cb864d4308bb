package model_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"brick/model"
	"brick/nn"
)

// Every entry of the table declares, prints back, and is found in any case.
func TestTable(t *testing.T) {
	for _, e := range model.Table {
		m, err := model.New(strings.ToUpper(e.Name), nn.Input{})
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		again, err := model.New(m.Notation(), e.Typical)
		if err != nil {
			t.Errorf("%s prints as %s: %v", e.Name, m.Notation(), err)
			continue
		}
		if model.Count(again) != model.Count(m) || again.Notation() != m.Notation() || fmt.Sprintf("%T", again) != fmt.Sprintf("%T", m) {
			t.Errorf("%s prints as %s, which is another model", e.Name, m.Notation())
		}
	}
	if _, err := model.New("gpt5", nn.Input{Shape: []int{2}}); err == nil || !strings.Contains(err.Error(), "llama-7b") {
		t.Errorf("an unknown name: %v", err)
	}
}

// A stack that is a GPT-2 or a LLaMA has the names of its checkpoints; others are numbered.
func TestNames(t *testing.T) {
	ids := nn.Input{Vocab: 50, Shape: []int{8}}
	for _, c := range []struct {
		stack, kind, names string
	}{
		{"embed(16,pos=8) 2*gpt(heads=2) layernorm linear", "*model.GPT2", "transformer.wte.weight transformer.wpe.weight " +
			"transformer.h.0.ln_1.weight transformer.h.0.ln_1.bias transformer.h.0.attn.c_attn.weight transformer.h.0.attn.c_attn.bias " +
			"transformer.h.0.attn.c_proj.weight transformer.h.0.attn.c_proj.bias transformer.h.0.ln_2.weight transformer.h.0.ln_2.bias " +
			"transformer.h.0.mlp.c_fc.weight transformer.h.0.mlp.c_fc.bias transformer.h.0.mlp.c_proj.weight transformer.h.0.mlp.c_proj.bias transformer.h.1.ln_1.weight"},
		{"embed(16,pos=8) dropout(0.1) gpt(heads=2,ff=24,dropout=0.2) layernorm linear(tied=false)", "*model.GPT2", "transformer.wte.weight"},
		{"embed(16) 2*llama(heads=2,kv=1,ff=24,rope=500) rmsnorm linear", "*model.Llama", "model.embed_tokens.weight " +
			"model.layers.0.input_layernorm.weight model.layers.0.self_attn.q_proj.weight model.layers.0.self_attn.k_proj.weight " +
			"model.layers.0.self_attn.v_proj.weight model.layers.0.self_attn.o_proj.weight model.layers.0.post_attention_layernorm.weight " +
			"model.layers.0.mlp.gate_proj.weight model.layers.0.mlp.up_proj.weight model.layers.0.mlp.down_proj.weight model.layers.1.input_layernorm.weight"},
		{"embed(16) llama(heads=2) rmsnorm linear(tied=true)", "*model.Llama", "model.embed_tokens.weight"},
		{"embed(16) llama(heads=2) gpt(heads=2) rmsnorm linear", "nn.Chain", "0.weight 1.input_layernorm.weight"},
		{"embed(16) 2*gpt(heads=2) layernorm linear", "nn.Chain", "0.weight 1.ln_1.weight"},
		{"embed(16,pos=8) gpt(heads=2) gpt(heads=4) layernorm linear", "nn.Chain", "0.wte.weight 0.wpe.weight"},
		{"embed(16) llama(heads=2) rmsnorm linear(50)", "nn.Chain", "0.weight 1.input_layernorm.weight"},
		{"embed(16) rmsnorm linear", "nn.Chain", "0.weight 1.weight 2.weight"},
	} {
		m, err := model.New(c.stack, ids)
		if err != nil {
			t.Errorf("%s: %v", c.stack, err)
			continue
		}
		var names []string
		for name := range nn.Params(m) {
			names = append(names, name)
		}
		if kind := fmt.Sprintf("%T", m); kind != c.kind || !strings.HasPrefix(strings.Join(names, " "), c.names) {
			t.Errorf("%s: %s with %v", c.stack, kind, names)
		}
		again, err := model.New(m.Notation(), ids)
		if err != nil || again.Notation() != m.Notation() || model.Count(again) != model.Count(m) {
			t.Errorf("%s prints as %s: %v", c.stack, m.Notation(), err)
		}
		if n := model.Context(m); n != 8 && strings.Contains(c.stack, "pt") {
			t.Errorf("%s: context %d", c.stack, n)
		}
	}
}

// What is not usual survives the struct and its config.json.
func TestNotation(t *testing.T) {
	for _, stack := range []string{
		"embed(16,pos=8) dropout(0.1) 3*gpt(heads=2,ff=24,dropout=0.2) layernorm linear(tied=false)",
		"embed(16,pos=8) gpt(heads=2,eps=1e-06,act=relu) layernorm(eps=1e-06) linear",
		"embed(16) 2*llama(heads=3,kv=1,ff=24,rope=500,dim=6,eps=1e-06,bias=true,mlp_bias=true) rmsnorm(eps=1e-06) linear(tied=true)",
	} {
		survives(t, stack)
	}
}

func survives(t *testing.T, stack string) {
	t.Helper()
	m, err := model.New(stack, nn.Input{Vocab: 50})
	if err != nil {
		t.Fatal(err)
	}
	if m.Notation() != stack {
		t.Errorf("prints as %s", m.Notation())
	}
	js, err := model.Config(m)
	if err != nil {
		t.Fatal(err)
	}
	again, err := model.FromConfig(js)
	if err != nil || again.Notation() != stack {
		t.Errorf("config.json gives %v, %v:\n%s", again, err, js)
	}
}

func TestBlockErrors(t *testing.T) {
	for _, c := range []struct{ stack, says string }{
		{"embed(130) gpt(heads=4) linear", "heads must divide 130: 1, 2, 5, 10, 13, 26, 65, 130"},
		{"embed(128) gpt(head=4) linear", "did you mean heads"},
		{"embed(128) gtp(heads=4) linear", "did you mean gpt(heads=width/64, ff=4*width, dropout=0, eps=1e-5, act=gelu_new)"},
		{"embed(128) llama(heads=4,kv=3) linear", "does not divide"},
		{"embed(12) llama(heads=4) linear", "odd"},
		{"embed(128) gpt(act=quick) linear", "word: gelu, gelu_new"},
		{"embed(128) gpt(eps=-1) linear", "negative"},
		{"embed(128) llama(rope=-1) linear", "rope_theta"},
		{"gpt(heads=4)", "put embed"},
	} {
		_, err := model.New(c.stack, nn.Input{Vocab: 50})
		var e *nn.StackError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.stack, err, c.says)
		}
	}
}

func FuzzNew(f *testing.F) {
	f.Add("embed(768,pos=1024) 12*gpt(heads=12) layernorm linear", 50257, 0)
	f.Add("embed(64) 32*llama(heads=4,ff=11008) rmsnorm linear", 32000, 16)
	f.Add("flatten linear(256) relu linear", 0, 4)
	f.Add("mlp", 0, 0)
	f.Fuzz(func(t *testing.T, stack string, vocab, size int) {
		in := nn.Input{Vocab: vocab, Shape: []int{size}}
		n, err := model.CountStack(stack, in)
		if err != nil {
			return
		}
		m, err := model.New(stack, in)
		if err != nil {
			return // too many blocks to declare
		}
		if got := model.Count(m); got != n {
			t.Fatalf("%q: %d planned, %d declared", stack, n, got)
		}
		again, err := model.New(m.Notation(), in)
		if err != nil || model.Count(again) != n {
			t.Fatalf("%q prints as %q: %v", stack, m.Notation(), err)
		}
	})
}
