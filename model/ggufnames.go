package model

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"brick/nn"
)

// A place is where the values of a parameter lie in a file, and how.
type place struct {
	name  string
	part  int     // which of the tensors stacked along the first axis, experts, where there are parts
	parts int     // 0 for one that is not stacked
	heads int     // rows of so many heads lie as the pairs (2i, 2i+1) rotate, not as (i, i+D/2); 0 for none
	turn  bool    // transposed
	plus  bool    // one more than here, as norms of Gemma
	two   *latent // the two tensors that it is made of; nil for one
}

// plain reports whether the tensor is the parameter as it is.
func (p place) plain() bool {
	return p.parts == 0 && p.heads == 0 && !p.turn && !p.plus && p.two == nil
}

// blockNames are the names of a layer's parts: Hugging Face's, and llama.cpp's (gguf-py's tensor_mapping).
var blockNames = map[string]string{
	"input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "pre_feedforward_layernorm": "ffn_norm", "post_feedforward_layernorm": "post_ffw_norm",
	"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
	"self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "self_attn.qkv_proj": "attn_qkv",
	"self_attn.q_a_proj": "attn_q_a", "self_attn.q_a_layernorm": "attn_q_a_norm", "self_attn.q_b_proj": "attn_q_b",
	"self_attn.kv_a_proj_with_mqa": "attn_kv_a_mqa", "self_attn.kv_a_layernorm": "attn_kv_a_norm", "self_attn.kv_b_proj": "attn_kv_b",
	"mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "mlp.gate_up_proj": "ffn_up",
	"mlp.gate": "ffn_gate_inp", "block_sparse_moe.gate": "ffn_gate_inp", "mlp.shared_expert_gate": "ffn_gate_inp_shexp",
	"ln_1": "attn_norm", "ln_2": "ffn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down",
}

// expertNames are the parts of an expert.
var expertNames = map[string]string{"gate_proj": "ffn_gate", "up_proj": "ffn_up", "down_proj": "ffn_down", "w1": "ffn_gate", "w3": "ffn_up", "w2": "ffn_down"}

// outerNames are the parameters outside the layers.
var outerNames = map[string]string{
	"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
	"transformer.wte": "token_embd", "transformer.wpe": "position_embd", "transformer.ln_f": "output_norm",
}

// ggufPlaces is where a GGUF file has each parameter of m, and the parameters in the order of a file.
func ggufPlaces(m published) (at map[*nn.Param]place, order []*nn.Param, err error) {
	g, err := ggufOf(m.modelType())
	if err != nil {
		return nil, nil, err
	}
	heads, kv := headsOf(m)
	at = map[*nn.Param]place{}
	parts := map[string]int{}
	for name, p := range nn.State(m.(nn.Block)) {
		where, ok := g.place(name, heads, kv)
		if !ok {
			return nil, nil, fmt.Errorf("model: a GGUF file of %s has no place for %q", g.arch, name)
		}
		where.turn = where.turn && len(p.Shape) == 2
		where.two = halves(m, where.name)
		at[p] = where
		order = append(order, p)
		parts[where.name]++
	}
	for p, where := range at {
		if where.parts > 0 {
			where.parts = parts[where.name]
			at[p] = where
		}
	}
	return at, order, nil
}

// place is where a file of the architecture has the parameter of a name.
func (g *ggufArch) place(name string, heads, kv int) (p place, ok bool) {
	base, kind := name, ""
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		base, kind = name[:dot], name[dot:] // .weight or .bias
	}
	if kind == ".e_score_correction_bias" {
		base, kind = strings.TrimSuffix(base, ".mlp.gate")+".exp_probs_b", ".bias"
	}
	p.plus = g.plus && strings.HasSuffix(base, "norm")
	if outer, is := outerNames[base]; is {
		p.name = outer + kind
		return p, true
	}
	rest, is := strings.CutPrefix(base, "model.layers.")
	if !is {
		if rest, is = strings.CutPrefix(base, "transformer.h."); !is {
			return p, false
		}
	}
	layer, part, is := strings.Cut(rest, ".")
	if !is {
		return p, false
	}
	in, is := blockNames[part]
	switch {
	case part == "exp_probs_b":
		in = part
	case g.plus && g.after && part == "post_attention_layernorm":
		in = "post_attention_norm"
	case !is:
		in, is = expertPlace(part, &p)
		if !is {
			return p, false
		}
	}
	switch {
	case g.pairs && in == "attn_q":
		p.heads = heads
	case g.pairs && in == "attn_k":
		p.heads = kv
	}
	p.turn = g.turn
	p.name = "blk." + layer + "." + in + kind
	return p, true
}

// expertPlace is the name of a part of an expert, one of those that tokens choose, which are stacked, or one they share.
func expertPlace(part string, p *place) (name string, ok bool) {
	for _, shared := range []string{"mlp.shared_experts.", "mlp.shared_expert."} {
		if rest, is := strings.CutPrefix(part, shared); is {
			name, ok = expertNames[rest]
			return name + "_shexp", ok
		}
	}
	for _, routed := range []string{"mlp.experts.", "block_sparse_moe.experts."} {
		if rest, is := strings.CutPrefix(part, routed); is {
			number, rest, _ := strings.Cut(rest, ".")
			e, err := strconv.Atoi(number)
			name, ok = expertNames[rest]
			p.part, p.parts = e, 1
			return name + "_exps", ok && err == nil
		}
	}
	return "", false
}

// tensors are the names and shapes that a file has for a parameter of a shape.
func (p place) tensors(shape []int) iter.Seq2[string, []int] {
	return func(yield func(string, []int) bool) {
		if p.two == nil {
			yield(p.name, p.shapeIn(shape))
			return
		}
		for i, in := range p.two.shapesIn(shape[1]) {
			if !yield(p.two.names[i], in) {
				return
			}
		}
	}
}

// shapeIn is the shape that a file has for a parameter.
func (p place) shapeIn(shape []int) []int {
	s := slices.Clone(shape)
	if p.turn && len(s) == 2 {
		slices.Reverse(s)
	}
	if p.parts > 0 {
		return append([]int{p.parts}, s...)
	}
	if len(s) == 2 && s[0] == 1 { // the gate of a shared expert
		return s[1:]
	}
	return s
}
