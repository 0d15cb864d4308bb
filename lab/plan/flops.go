package plan

// Work is floating-point operations a token, by what does them. A multiplication and an addition are two.
type Work struct {
	Products  int `json:"products"`  // of vectors and the matrices of parameters, the head's included
	Attention int `json:"attention"` // of queries and keys, weights and values, and the softmax between
	Elements  int `json:"elements"`  // everything that goes number by number: norms, biases, activations, rotary positions, sums, the loss
}

// Total is all of it.
func (w Work) Total() int { return w.Products + w.Attention + w.Elements }

func (w Work) add(v Work) Work {
	return Work{w.Products + v.Products, w.Attention + v.Attention, w.Elements + v.Elements}
}

// Forward is the operations of a forward pass over sequences of T = context tokens, the loss included.
//
//	products   2·M                                      M the matrices' parameters a token meets, a tied head's V·C too
//	attention  L·H·(T+1)/2·(2·D + 2·D′ + 5)             a token sees (T+1)/2 keys on average: what is masked is not computed
//	elements   each norm 4 (RMS) or 8, SwiGLU 5, rotary positions 3, the loss 4, anything else 1 a number
//
// L layers, H heads, D numbers of a query, D′ of a value, C width, V vocabulary.
func (s Shape) Forward(context int) Work {
	w := Work{Products: 2 * s.multiplied(), Attention: s.pairs(context, 2*s.query()+2*s.value()+5)}
	norm, ff, rotated := s.elements()
	each := 4
	if s.Norm == LayerNorm {
		each = 8
	}
	w.Elements = each*norm + s.biases() + 3*rotated + 2*s.Layers*s.Width + 4*s.Vocab
	if s.Gated {
		w.Elements += 5 * ff
	} else {
		w.Elements += ff
	}
	if s.Positions > 0 {
		w.Elements += s.Width
	}
	return w
}

// Backward is the operations of the way back after Forward. Scores are not kept but computed again (Dao et al. 2022, algorithm 4).
//
//	products   4·M                     one for the gradient of the input, one for that of the matrix
//	attention  L·H·(T+1)/2·(6·D + 4·D′ + 8)
//	elements   each norm 10 (RMS) or 14, SwiGLU 10, other activations 2, rotary positions 3, the loss 4, anything else 1 a number
func (s Shape) Backward(context int) Work {
	w := Work{Products: 4 * s.multiplied(), Attention: s.pairs(context, 6*s.query()+4*s.value()+8)}
	norm, ff, rotated := s.elements()
	each := 10
	if s.Norm == LayerNorm {
		each = 14
	}
	joined := 2 * s.Layers * s.Width // gradients of queries, keys and values add up in their one input
	if s.Gated {
		joined += s.Layers * s.Width
	}
	w.Elements = each*norm + s.biases() + 3*rotated + joined + s.Width + 4*s.Vocab
	if s.Gated {
		w.Elements += 10 * ff
	} else {
		w.Elements += 2 * ff
	}
	return w
}

// TrainingFLOPs is the floating-point operations of training a model of shape s, forward and backward, a token of sequences of context
// tokens: what the engine executes of a GPT or LLaMA stack (see Forward and Backward), without the optimizer's few operations a parameter.
// Norms and gates of some MB, which the engine computes twice to save memory, are counted once.
func TrainingFLOPs(s Shape, context int) (perToken int) {
	return s.Forward(context).add(s.Backward(context)).Total()
}

// SixN is 6·N a token, N the parameters that a token goes through, all tables included (Kaplan et al. 2020, §2.1, but for the tables).
func (s Shape) SixN() float64 { return 6 * float64(s.Params().Active) }

// ModelFLOPs is the operations a token that utilisation is stated of (Chowdhery et al. 2022, PaLM, appendix B):
//
//	6·N + 12·L·H·D·T
//
// N the parameters of matrices that a token meets, T the context, both halves of the scores counted, nothing computed again.
func (s Shape) ModelFLOPs(context int) float64 {
	return 6*float64(s.multiplied()) + 6*float64(s.Layers)*float64(s.Heads)*float64(s.query()+s.value())*float64(context)
}

// multiplied is the parameters of matrices that a token's vector is multiplied by.
func (s Shape) multiplied() int {
	mats, _ := s.attention()
	n := s.Layers*mats + s.Vocab*s.Width
	if e := s.EmbedWidth; e > 0 {
		n += s.Vocab*(e-s.Width) + 2*e*s.Width
	}
	matrices := 2
	if s.Gated {
		matrices = 3
	}
	dense, sparse := s.Layers, 0
	if e := s.Experts; e != nil {
		dense, sparse = e.Dense, s.Layers-e.Dense
		n += sparse * s.Width * (e.Count + matrices*e.FF*(e.Active+e.Shared))
	}
	return n + dense*matrices*s.Width*s.FF
}

// pairs is each operations for every pair of a token and a key that it sees, in all heads and layers.
func (s Shape) pairs(context, each int) int { return s.Layers * s.Heads * (context + 1) * each / 2 }

// elements is how many numbers a token's vectors have in all layers: those that are normalised, those inside feed-forward branches, those
// that rotary positions turn.
func (s Shape) elements() (norm, ff, rotated int) {
	norm = (s.Layers*s.BlockNorms + s.OuterNorms) * s.Width
	if s.QKNorm {
		norm += s.Layers * (s.Heads + s.KVHeads) * s.HeadDim
	}
	ff = s.Layers * s.FF
	if e := s.Experts; e != nil {
		ff = e.Dense*s.FF + (s.Layers-e.Dense)*e.FF*(e.Active+e.Shared)
	}
	switch l := s.Latent; {
	case l != nil:
		norm += s.Layers * (l.QRank + l.KVRank)
		rotated = s.Layers * (s.Heads + 1) * l.Rope
	case s.Positions == 0 && !s.Relative:
		rotated = s.Layers * (s.Heads + s.KVHeads) * s.HeadDim
	}
	return norm, ff, rotated
}

// biases is how many numbers of a token's vectors get a bias in all layers.
func (s Shape) biases() (n int) {
	if s.QKVBias {
		n += s.Layers * (s.Heads + 2*s.KVHeads) * s.HeadDim
	}
	if s.OutBias {
		n += s.Layers * s.Width
	}
	if s.FFBias {
		_, ff, _ := s.elements()
		n += ff + s.Layers*s.Width
		if s.Gated {
			n += ff
		}
	}
	if s.HeadBias {
		n += s.Vocab
	}
	return n
}
