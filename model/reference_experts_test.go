package model_test

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// mlp is the feed-forward branch of the layer at p, for one position.
func (r *formulas) mlp(p string, l int, x []float64) []float64 {
	switch r.kind {
	case "phi3":
		y := r.linear(p+".mlp.gate_up_proj", x)
		return r.gatedBy(y[:len(y)/2], y[len(y)/2:], p+".mlp.down_proj")
	case "mixtral":
		return r.experts(p+".block_sparse_moe", x, "w1", "w3", "w2", softmax, nil)
	case "qwen2_moe", "qwen3_moe":
		dense, _ := r.c["mlp_only_layers"].([]any)
		if (l+1)%r.int("decoder_sparse_step", 1) != 0 || slices.Contains(dense, any(float64(l))) {
			break
		}
		y := r.experts(p+".mlp", x, "gate_proj", "up_proj", "down_proj", softmax, nil)
		if r.kind == "qwen2_moe" {
			g := 1 / (1 + math.Exp(-r.linear(p+".mlp.shared_expert_gate", x)[0]))
			for i, v := range r.branch(p+".mlp.shared_expert", x) {
				y[i] += g * v
			}
		}
		return y
	case "deepseek_v2", "deepseek_v3":
		if l < r.int("first_k_dense_replace", 0) {
			break
		}
		score := softmax
		if r.kind == "deepseek_v3" {
			score = sigmoids
		}
		y := r.experts(p+".mlp", x, "gate_proj", "up_proj", "down_proj", score, r.w[p+".mlp.gate.e_score_correction_bias"])
		for i := range y {
			y[i] *= r.num("routed_scaling_factor", 1)
		}
		return plus(y, r.branch(p+".mlp.shared_experts", x))
	}
	return r.branch(p+".mlp", x)
}

func (r *formulas) branch(p string, x []float64) []float64 {
	return r.gated(x, p+".gate_proj", p+".up_proj", p+".down_proj")
}

func softmax(x []float64) []float64 {
	y, sum := make([]float64, len(x)), 0.0
	for i, v := range x {
		y[i] = math.Exp(v - slices.Max(x))
		sum += y[i]
	}
	for i := range y {
		y[i] /= sum
	}
	return y
}

func sigmoids(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = 1 / (1 + math.Exp(-v))
	}
	return y
}

// experts is the sum of the chosen ones, by their shares. bias takes part in the choice alone.
func (r *formulas) experts(p string, x []float64, gate, up, down string, score func([]float64) []float64, bias []float64) []float64 {
	s := score(r.linear(p+".gate", x))
	by := slices.Clone(s)
	for i := range bias {
		by[i] += bias[i]
	}
	order := r.allowed(by)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(by[b], by[a]) })
	order = order[:r.int("num_experts_per_tok", 0)]
	sum := 1.0
	if r.kind == "mixtral" || r.c["norm_topk_prob"] == true {
		sum = 0
		for _, e := range order {
			sum += s[e]
		}
	}
	y := make([]float64, len(x))
	for _, e := range order {
		q := p + ".experts." + strconv.Itoa(e) + "."
		for i, v := range r.gated(x, q+gate, q+up, q+down) {
			y[i] += s[e] / sum * v
		}
	}
	return y
}

// allowed are the experts of the groups that a token may choose from: all, or those of the best groups, by their best
// expert in V2 and by their best two in V3.
func (r *formulas) allowed(by []float64) (list []int) {
	groups := r.int("n_group", 1)
	if r.text("topk_method") != "group_limited_greedy" && r.kind != "deepseek_v3" {
		groups = 1
	}
	each := len(by) / groups
	worth, order := make([]float64, groups), make([]int, groups)
	for g := range groups {
		row := slices.Sorted(slices.Values(by[g*each:][:each]))
		order[g], worth[g] = g, row[each-1]
		if r.kind == "deepseek_v3" {
			worth[g] += row[each-2]
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(worth[b], worth[a]) })
	if groups > 1 {
		order = order[:r.int("topk_group", 0)]
	}
	for _, g := range order {
		for e := range each {
			list = append(list, g*each+e)
		}
	}
	slices.Sort(list)
	return list
}
