package model

import (
	"math"

	"brick/nn"
)

// DeepSeekMoE gives each token to the experts with the highest scores, of the groups with the highest scores, and to one
// that all tokens share (Dai et al. 2024, "DeepSeekMoE").
//
//	s = softmax(x·Gᵀ) or σ(x·Gᵀ)    y = scale·Σ_{e chosen} s_e·expert_e(x) + shared(x)     s over its sum, if norm_topk_prob
//
// V3 chooses by s + b, where b, which is learnt by no gradient, evens the experts' loads out (Wang et al. 2024).
type DeepSeekMoE struct {
	Gate    *DeepSeekGate `brick:"gate"`
	Experts []*SwiGLU     `brick:"experts"`
	Shared  *SwiGLU       `brick:"shared_experts"` // or nil

	config *DeepSeekConfig
}

// DeepSeekGate scores the experts.
type DeepSeekGate struct {
	W *nn.Param `brick:"weight"`                  // (E, C)
	B *nn.Param `brick:"e_score_correction_bias"` // (E), or nil
}

// Forward is x·Wᵀ.    x (N, C) → y (N, E)
func (g *DeepSeekGate) Forward(x *nn.Var) *nn.Var { return x.Linear(g.W.Value(), nil) }

func newDeepSeekMoE(c *DeepSeekConfig) *DeepSeekMoE {
	m := &DeepSeekMoE{Gate: &DeepSeekGate{W: nn.NewParam(nn.Normal(c.Sigma), c.Routed, c.Width)}, Experts: newExperts(&c.DecoderConfig, c.Routed, c.Inner), config: c}
	if c.Method == "noaux_tc" {
		m.Gate.B = nn.NewBuffer(nn.Zeros, c.Routed)
	}
	if c.Shared > 0 {
		m.Shared = newSwiGLU(&c.DecoderConfig, c.Inner*c.Shared, false)
	}
	return m
}

// Forward maps (B, T, C) to (B, T, C).
func (m *DeepSeekMoE) Forward(x *nn.Var) *nn.Var {
	c := m.config
	B, T, C := x.Dim(0), x.Dim(1), x.Dim(2)
	rows := x.Reshape(B*T, C)
	scores := nn.Scope(m.Gate, rows) // (N, E)
	if c.Scoring == "sigmoid" {
		scores = scores.Sigmoid()
	} else {
		scores = scores.Softmax(-1)
	}
	chosen := m.choose(scores)
	w := scores.Gather(-1, chosen) // (N, k)
	if c.Shares && c.Active > 1 {
		w = w.Div(w.SumKeep(1).AddScalar(1e-20))
	}
	y := mixture(m.Experts, rows, chosen, w.Scale(nn.Float(c.Scale)))
	if m.Shared != nil {
		y = y.Add(nn.Scope(m.Shared, rows))
	}
	return y.Reshape(B, T, C)
}

// choose is the experts of each token.    s (N, E) → ids (N, k)
func (m *DeepSeekMoE) choose(s *nn.Var) *nn.Var {
	c := m.config
	s = s.Detach()
	if m.Gate.B != nil {
		s = s.Add(m.Gate.B.Value())
	}
	if c.Method == "greedy" || c.Method == "" {
		return s.TopK(c.Active)
	}
	N, G, each := s.Dim(0), c.Groups, c.Routed/c.Groups
	members := s.Reshape(N, G, each)
	best := members.Max(2) // (N, G)
	if c.Method == "noaux_tc" {
		best = members.Gather(2, members.TopK(2)).Sum(2)
	}
	hidden := make([]nn.Float, N*c.Routed) // −∞ for the experts of other groups
	for i := range hidden {
		hidden[i] = nn.Float(math.Inf(-1))
	}
	for i, g := range best.TopK(c.Chosen).IDs() {
		clear(hidden[i/c.Chosen*c.Routed+int(g)*each:][:each])
	}
	return s.Add(s.Tape().Const(hidden, N, c.Routed)).TopK(c.Active)
}
