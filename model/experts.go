package model

import (
	"brick/grad"
	"brick/nn"
	"brick/tensor/wire"
)

// mixture sends each token to the experts that were chosen for it and mixes what they make of it (Shazeer et al. 2017,
// "Outrageously large neural networks"; Fedus et al. 2021, "Switch transformers").
//
//	y[n] = Σ_j w[n,j]·expert_e(x[n]),  e = chosen[n,j]     x, y (N, C)   chosen ids, w (N, k)
//
// An expert sees its tokens together, in their order; one without tokens is not asked, and learns nothing from the pass.
// A token's sum is taken in the order of its choices, whoever is beside it.
func mixture[E nn.Block](experts []E, x, chosen, w *nn.Var) *nn.Var {
	t, n, k := x.Tape(), x.Dim(0), chosen.Dim(1)
	ids := chosen.IDs()
	tokens := make([][]int32, len(experts)) // of each expert
	for i, e := range ids {
		tokens[e] = append(tokens[e], int32(i/k))
	}
	next := make([]int32, len(experts)) // row of the expert's next token in what they make together
	var made []*nn.Var
	total := int32(0)
	for e, of := range tokens {
		if next[e] = total; len(of) > 0 {
			made = append(made, experts[e].Forward(x.Index(0, t.IDs(of, len(of)))))
			total += int32(len(of))
		}
	}
	if total == 0 {
		return x
	}
	rows := make([]int32, len(ids))
	for i, e := range ids {
		rows[i] = next[e]
		next[e]++
	}
	y := grad.Concat(0, made...).Index(0, t.IDs(rows, n, k)) // (N, k, C)
	return y.Mul(w.Reshape(n, k, 1)).Sum(1)
}

// chosenShares is the softmax of the scores of the k likeliest experts among themselves, and which they are.
func chosenShares(scores *nn.Var, k int) (chosen, w *nn.Var) {
	chosen = scores.TopK(k)
	return chosen, scores.Gather(-1, chosen).Softmax(-1)
}

// newExperts declares n gated feed-forward branches of an inner width.
func newExperts(c *DecoderConfig, n, inner int) (list []*SwiGLU) {
	for range n {
		list = append(list, newSwiGLU(c, inner, false))
	}
	return list
}

// newRouter declares the scores of n experts.
func newRouter(c *DecoderConfig, n int) *nn.Linear {
	return nn.NewLinear(c.Width, n).NoBias().Start(nn.Normal(c.Sigma))
}

// checkExperts errs for numbers of experts that do not fit each other, or more than files have tensors for.
func checkExperts(c *DecoderConfig, kind, count string, experts, active, inner int) error {
	return firstError(checkSizes(kind, []size{{count, experts}, {"num_experts_per_tok", active}, {"width of an expert", inner}}),
		atMost(kind, count, experts, maxExperts), atMost(kind, "num_experts_per_tok", active, experts),
		atMost(kind, "number of experts of all layers", c.Layers*experts, wire.MaxTensors/3))
}

// maxExperts bounds the experts that a config.json may ask for.
const maxExperts = 4096
