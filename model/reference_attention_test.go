package model_test

import (
	"math"
	"strings"
)

// attend is causal attention of H query heads over K key heads that lie side by side: scores times scale, capped, of the
// last window positions.
func attend(q, k, v [][]float64, H, K int, scale, cap float64, window int) [][]float64 {
	D, V := len(q[0])/H, len(v[0])/K
	y := make([][]float64, len(q))
	for t := range q {
		y[t] = make([]float64, H*V)
		for h := range H {
			kh := h / (H / K)
			p, sum, top := make([]float64, t+1), 0.0, math.Inf(-1)
			for s := range t + 1 {
				for d := range D {
					p[s] += q[t][h*D+d] * k[s][kh*D+d]
				}
				if p[s] *= scale; cap > 0 {
					p[s] = cap * math.Tanh(p[s]/cap)
				}
				if window > 0 && t-s >= window {
					p[s] = math.Inf(-1)
				}
				top = max(top, p[s])
			}
			for s := range p {
				p[s] = math.Exp(p[s] - top)
				sum += p[s]
			}
			for s := range p {
				for d := range V {
					y[t][h*V+d] += p[s] / sum * v[s][kh*V+d]
				}
			}
		}
	}
	return y
}

// frequencies follow transformers' modeling_rope_utils: a frequency of each pair, and what cos and sin are multiplied by.
func (r *formulas) frequencies(dim int, base float64, scaled bool) (f []float64, size float64) {
	s, _ := r.c["rope_scaling"].(map[string]any)
	if p, ok := r.c["rope_parameters"].(map[string]any); ok {
		s, base = p, p["rope_theta"].(float64)
	}
	get := func(name string, d float64) float64 {
		if v, ok := s[name].(float64); ok {
			return v
		}
		return d
	}
	kind, _ := s["rope_type"].(string)
	if kind == "" {
		kind, _ = s["type"].(string)
	}
	if !scaled {
		kind = ""
	}
	size = 1
	factor, old := get("factor", 1), get("original_max_position_embeddings", r.num("max_position_embeddings", 0))
	mscale := func(s, m float64) float64 { return 0.1*m*math.Log(s) + 1 }
	for i := 0; i < dim; i += 2 {
		x := 1 / math.Pow(base, float64(i)/float64(dim))
		switch kind {
		case "linear":
			x /= factor
		case "llama3":
			low, high := get("low_freq_factor", 0), get("high_freq_factor", 0)
			wavelen := 2 * math.Pi / x
			if wavelen > old/low {
				x /= factor
			} else if wavelen >= old/high {
				smooth := (old/wavelen - low) / (high - low)
				x = (1-smooth)*x/factor + smooth*x
			}
		case "yarn":
			dimOf := func(rotations float64) float64 {
				return float64(dim) * math.Log(old/(rotations*2*math.Pi)) / (2 * math.Log(base))
			}
			low, high := math.Max(math.Floor(dimOf(get("beta_fast", 32))), 0), math.Min(math.Ceil(dimOf(get("beta_slow", 1))), float64(dim-1))
			if low == high {
				high += 0.001
			}
			ramp := math.Min(math.Max((float64(i/2)-low)/(high-low), 0), 1)
			keep := 1 - ramp
			x = x/factor*(1-keep) + x*keep
			size = mscale(factor, 1)
			if m, all := get("mscale", 0), get("mscale_all_dim", 0); m != 0 && all != 0 {
				size = mscale(factor, m) / mscale(factor, all)
			}
		}
		f = append(f, x)
	}
	return f, size
}

// rotate turns each of the heads in x in halves, or in neighbours.
func rotate(x []float64, dim, pos int, f []float64, size float64, neighbours bool) {
	for at := 0; at < len(x); at += dim {
		for i, w := range f {
			a, b := at+i, at+i+dim/2
			if neighbours {
				a, b = at+2*i, at+2*i+1
			}
			sin, cos := math.Sincos(float64(pos) * w)
			x[a], x[b] = size*(x[a]*cos-x[b]*sin), size*(x[b]*cos+x[a]*sin)
		}
	}
}

// window is that of layer l, 0 for none.
func (r *formulas) window(l int) int {
	if types, ok := r.c["layer_types"].([]any); ok {
		if types[l] == "full_attention" {
			return 0
		}
		return r.int("sliding_window", 0)
	}
	switch r.kind {
	case "mistral", "mixtral", "phi3":
		return r.int("sliding_window", 0)
	case "qwen2", "qwen3":
		if r.c["use_sliding_window"] == true && l >= r.int("max_window_layers", 28) {
			return r.int("sliding_window", 0)
		}
	case "gemma2":
		if l%2 == 0 {
			return r.int("sliding_window", 0)
		}
	case "gemma3_text":
		if (l+1)%r.int("sliding_window_pattern", 6) != 0 {
			return r.int("sliding_window", 0)
		}
	}
	return 0
}

// attention is the branch of layer l.
func (r *formulas) attention(p string, l int, x [][]float64) (y [][]float64) {
	if strings.HasPrefix(r.kind, "deepseek") {
		return r.latent(p, x)
	}
	H, D := r.int("num_attention_heads", 0), r.int("head_dim", 0)
	K := r.int("num_key_value_heads", H)
	base, window := r.num("rope_theta", 10000), r.window(l)
	f, size := r.frequencies(D, base, true)
	if r.kind == "gemma3_text" && window > 0 {
		f, size = r.frequencies(D, r.num("rope_local_base_freq", 10000), false)
	}
	var q, k, v [][]float64
	for t := range x {
		var a, b, c []float64
		if r.kind == "phi3" {
			qkv := r.linear(p+".qkv_proj", x[t])
			a, b, c = qkv[:H*D], qkv[H*D:(H+K)*D], qkv[(H+K)*D:]
		} else {
			a, b, c = r.linear(p+".q_proj", x[t]), r.linear(p+".k_proj", x[t]), r.linear(p+".v_proj", x[t])
		}
		if r.w[p+".q_norm.weight"] != nil {
			for h := range H {
				copy(a[h*D:], r.norm(p+".q_norm", a[h*D:][:D], r.num("rms_norm_eps", 0)))
			}
			for h := range K {
				copy(b[h*D:], r.norm(p+".k_norm", b[h*D:][:D], r.num("rms_norm_eps", 0)))
			}
		}
		rotate(a, D, t, f, size, false)
		rotate(b, D, t, f, size, false)
		q, k, v = append(q, a), append(k, b), append(v, c)
	}
	scale := 1 / math.Sqrt(r.num("query_pre_attn_scalar", float64(D)))
	for _, row := range attend(q, k, v, H, K, scale, r.num("attn_logit_softcapping", 0), window) {
		y = append(y, r.linear(p+".o_proj", row))
	}
	return y
}

// latent is the attention of DeepSeek-V2 and V3.
func (r *formulas) latent(p string, x [][]float64) (y [][]float64) {
	H, N, R, V, rank := r.int("num_attention_heads", 0), r.int("qk_nope_head_dim", 0), r.int("qk_rope_head_dim", 0), r.int("v_head_dim", 0), r.int("kv_lora_rank", 0)
	f, size := r.frequencies(R, r.num("rope_theta", 10000), true)
	var q, k, v [][]float64
	for t := range x {
		var a []float64
		if r.num("q_lora_rank", 0) > 0 {
			a = r.linear(p+".q_b_proj", r.norm(p+".q_a_layernorm", r.linear(p+".q_a_proj", x[t]), 1e-6))
		} else {
			a = r.linear(p+".q_proj", x[t])
		}
		kv := r.linear(p+".kv_a_proj_with_mqa", x[t])
		made := r.linear(p+".kv_b_proj", r.norm(p+".kv_a_layernorm", kv[:rank], 1e-6))
		turned := kv[rank:]
		rotate(turned, R, t, f, size, true)
		var b, c []float64
		for h := range H {
			rotate(a[h*(N+R)+N:][:R], R, t, f, size, true)
			b = append(append(b, made[h*(N+V):][:N]...), turned...)
			c = append(c, made[h*(N+V)+N:][:V]...)
		}
		q, k, v = append(q, a), append(k, b), append(v, c)
	}
	scale := 1 / math.Sqrt(float64(N+R))
	if s, ok := r.c["rope_scaling"].(map[string]any); ok {
		m := 0.1*s["mscale_all_dim"].(float64)*math.Log(s["factor"].(float64)) + 1
		scale *= m * m
	}
	for _, row := range attend(q, k, v, H, H, scale, 0, 0) {
		y = append(y, r.linear(p+".o_proj", row))
	}
	return y
}
