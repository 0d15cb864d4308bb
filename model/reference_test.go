package model_test

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"brick/model"
	"brick/nn"
)

// formulas computes what an architecture's papers and Hugging Face's transformers library say, a position at a time
// in float64, from config.json and weights by name. It shares no code with the engine.
type formulas struct {
	t    *testing.T
	c    map[string]any
	w    map[string][]float64
	kind string
}

func newFormulas(t *testing.T, js string, m model.Model) *formulas {
	r := &formulas{t: t, w: map[string][]float64{}}
	if err := json.Unmarshal([]byte(js), &r.c); err != nil {
		t.Fatal(err)
	}
	for name, p := range nn.State(m) {
		for _, v := range p.Data() {
			r.w[name] = append(r.w[name], float64(v))
		}
	}
	r.kind = r.text("model_type")
	return r
}

func (r *formulas) text(name string) string { s, _ := r.c[name].(string); return s }

// num is a number of config.json, d where it is not there.
func (r *formulas) num(name string, d float64) float64 {
	if v, ok := r.c[name].(float64); ok {
		return v
	}
	return d
}

func (r *formulas) int(name string, d int) int { return int(r.num(name, float64(d))) }

// linear is W·x + b by name; W (out, in).
func (r *formulas) linear(name string, x []float64) []float64 {
	w := r.weight(name + ".weight")
	y := make([]float64, len(w)/len(x))
	for o := range y {
		if b := r.w[name+".bias"]; b != nil {
			y[o] = b[o]
		}
		for i, v := range x {
			y[o] += w[o*len(x)+i] * v
		}
	}
	return y
}

func (r *formulas) weight(name string) []float64 {
	if r.w[name] == nil {
		r.t.Fatalf("no weight %s", name)
	}
	return r.w[name]
}

func isGemma(kind string) bool { return strings.HasPrefix(kind, "gemma") }

// norm is RMS norm by name; Gemma's scales by 1 + w.
func (r *formulas) norm(name string, x []float64, eps float64) []float64 {
	w, sum := r.weight(name+".weight"), 0.0
	for _, v := range x {
		sum += v * v
	}
	y := make([]float64, len(x))
	for i, v := range x {
		s := w[i]
		if isGemma(r.kind) {
			s++
		}
		y[i] = v / math.Sqrt(sum/float64(len(x))+eps) * s
	}
	return y
}

func silu(x float64) float64 { return x / (1 + math.Exp(-x)) }
func geluTanh(x float64) float64 {
	return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
}

func plus(a, b []float64) []float64 {
	y := make([]float64, len(a))
	for i := range a {
		y[i] = a[i] + b[i]
	}
	return y
}

// gated is down(act(gate x) ⊙ up x).
func (r *formulas) gated(x []float64, gate, up, down string) []float64 {
	return r.gatedBy(r.linear(gate, x), r.linear(up, x), down)
}

func (r *formulas) gatedBy(g, u []float64, down string) []float64 {
	h := make([]float64, len(g))
	for i := range h {
		if h[i] = silu(g[i]) * u[i]; isGemma(r.kind) {
			h[i] = geluTanh(g[i]) * u[i]
		}
	}
	return r.linear(down, h)
}

// logits of each position.
func (r *formulas) logits(ids []int32) [][]float64 {
	if r.kind == "gpt2" {
		return r.gpt2(ids)
	}
	C := r.int("hidden_size", 0)
	eps := r.num("rms_norm_eps", 0)
	x := make([][]float64, len(ids))
	for t, id := range ids {
		x[t] = slices.Clone(r.weight("model.embed_tokens.weight")[int(id)*C:][:C])
		if isGemma(r.kind) {
			for i := range x[t] {
				x[t][i] *= math.Sqrt(float64(C))
			}
		}
	}
	for l := range r.int("num_hidden_layers", 0) {
		p := "model.layers." + strconv.Itoa(l)
		n := make([][]float64, len(x))
		for t := range x {
			n[t] = r.norm(p+".input_layernorm", x[t], eps)
		}
		a := r.attention(p+".self_attn", l, n)
		for t := range x {
			if r.kind == "gemma2" || r.kind == "gemma3_text" {
				x[t] = plus(x[t], r.norm(p+".post_attention_layernorm", a[t], eps))
				f := r.mlp(p, l, r.norm(p+".pre_feedforward_layernorm", x[t], eps))
				x[t] = plus(x[t], r.norm(p+".post_feedforward_layernorm", f, eps))
				continue
			}
			x[t] = plus(x[t], a[t])
			x[t] = plus(x[t], r.mlp(p, l, r.norm(p+".post_attention_layernorm", x[t], eps)))
		}
	}
	y := make([][]float64, len(x))
	for t := range x {
		h := r.norm("model.norm", x[t], eps)
		if r.w["lm_head.weight"] == nil {
			r.w["lm_head.weight"] = r.weight("model.embed_tokens.weight")
		}
		y[t] = r.linear("lm_head", h)
		if cap := r.num("final_logit_softcapping", 0); cap > 0 {
			for i, v := range y[t] {
				y[t][i] = cap * math.Tanh(v/cap)
			}
		}
	}
	return y
}

// gpt2 is Radford et al. 2019.
func (r *formulas) gpt2(ids []int32) [][]float64 {
	C, H := r.int("n_embd", 0), r.int("n_head", 0)
	conv := func(name string, x []float64) []float64 { // W (in, out)
		w, b := r.weight(name+".weight"), r.weight(name+".bias")
		y := slices.Clone(b)
		for i, v := range x {
			for o := range y {
				y[o] += v * w[i*len(y)+o]
			}
		}
		return y
	}
	ln := func(name string, x []float64) []float64 {
		w, b, mean, va := r.weight(name+".weight"), r.weight(name+".bias"), 0.0, 0.0
		for _, v := range x {
			mean += v / float64(C)
		}
		for _, v := range x {
			va += (v - mean) * (v - mean) / float64(C)
		}
		y := make([]float64, C)
		for i, v := range x {
			y[i] = (v-mean)/math.Sqrt(va+1e-5)*w[i] + b[i]
		}
		return y
	}
	x := make([][]float64, len(ids))
	for t, id := range ids {
		x[t] = plus(r.weight("transformer.wte.weight")[int(id)*C:][:C], r.weight("transformer.wpe.weight")[t*C:][:C])
	}
	for l := range r.int("n_layer", 0) {
		p := "transformer.h." + strconv.Itoa(l)
		var q, k, v [][]float64
		for t := range x {
			a := conv(p+".attn.c_attn", ln(p+".ln_1", x[t]))
			q, k, v = append(q, a[:C]), append(k, a[C:2*C]), append(v, a[2*C:])
		}
		y := attend(q, k, v, H, H, 1/math.Sqrt(float64(C/H)), 0, 0)
		for t := range x {
			x[t] = plus(x[t], conv(p+".attn.c_proj", y[t]))
			h := conv(p+".mlp.c_fc", ln(p+".ln_2", x[t]))
			for i := range h {
				h[i] = geluTanh(h[i])
			}
			x[t] = plus(x[t], conv(p+".mlp.c_proj", h))
		}
	}
	y := make([][]float64, len(x))
	for t := range x {
		h := ln("transformer.ln_f", x[t])
		for id := range len(r.weight("transformer.wte.weight")) / C {
			s := 0.0
			for i, v := range r.weight("transformer.wte.weight")[id*C:][:C] {
				s += v * h[i]
			}
			y[t] = append(y[t], s)
		}
	}
	return y
}
