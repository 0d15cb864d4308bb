package plan

import "brick/optim"

// Memory is what training needs at its peak, in bytes, by part.
type Memory struct {
	Weights     float64 `json:"weights"`
	Gradients   float64 `json:"gradients"`
	Optimizer   float64 `json:"optimizer"`   // its state, and weights in f32 beside those in bf16
	Activations float64 `json:"activations"` // of the examples in hand, with the gradients of what is on the way back
	Recomputed  float64 `json:"recomputed"`  // Activations where blocks keep their inputs alone and are computed again
	Batches     float64 `json:"batches,omitempty"`
	Sequences   int     `json:"sequences"` // in hand
	How         string  `json:"how"`       // Activations are known from
}

// Total is the sum of the parts, with or without recomputation.
func (m Memory) Total(recompute bool) float64 {
	a := m.Activations
	if recompute {
		a = m.Recomputed
	}
	return m.State() + a + m.Batches
}

// State is what does not depend on the batch: weights, gradients, optimizer.
func (m Memory) State() float64 { return m.Weights + m.Gradients + m.Optimizer }

// states is the bytes a parameter of weights, gradients and optimizer.
//
//	f32    4 + 4 + 4·k                  k numbers that the optimizer keeps: 2 of AdamW
//	bf16   2 + 2 + 4 + 4·k              as Rajbhandari et al. 2020, ZeRO, §3.1 count them
func states(p Precision, k optim.Kind) (weights, gradients, optimizer float64) {
	if p == F32 {
		return 4, 4, 4 * float64(k.State)
	}
	return 2, 2, 4 + 4*float64(k.State)
}

// weightBytes is the bytes a weight that is only read.
func weightBytes(p Precision) float64 {
	switch p {
	case F32:
		return 4
	case Int8:
		return 1 + 2.0/32
	case Int4:
		return 0.5 + 2.0/32
	}
	return 2
}

// layerActivations is the numbers that a block keeps of a token for the way back, by the account of Korthikanti et al. 2022, Reducing
// activation recomputation in large transformer models, §4.1, for any shape, without dropout's masks and without the scores, which are
// computed again (their selective recomputation, §5):
//
//	attention  the inputs of its norm and of q, k, v; q, k and v; the input of its last matrix
//	branch     the inputs of its norm and of the first matrix; that of the activation; that of the last matrix, and both factors of a gate
//
// Of a GPT with H·D = C and a branch of 4·C these are 16 numbers a token and width: their 34 bytes, but for masks of 2.
func (s Shape) layerActivations() float64 {
	c, h, k := float64(s.Width), float64(s.Heads), float64(s.KVHeads)
	n := c * (1 + float64(min(s.BlockNorms, 1)))
	n += h*float64(s.query()+s.value()) + k*float64(s.query()+s.value())
	if l := s.Latent; l != nil {
		n += 2 * float64(l.QRank+l.KVRank) // each before and after its norm
	}
	n += 2 * c
	_, ff, _ := s.elements()
	each := 2.0
	if s.Gated {
		each = 3
	}
	n += each * float64(ff) / float64(s.Layers)
	if e := s.Experts; e != nil { // what the experts a token goes through are handed and give back
		n += 2 * c * float64(e.Active) * float64(s.Layers-e.Dense) / float64(s.Layers)
	}
	return n
}

// activations is the bytes of activations of so many tokens, kept and recomputed: blocks in numbers of p; the loss reads logits in f32.
func (s Shape) activations(p Precision, tokens float64) (kept, recomputed float64) {
	b := weightBytes(p)
	block := s.layerActivations() * b * tokens
	head := tokens * (2*float64(s.Width)*b + 4*float64(s.Vocab))
	inputs := float64(s.Layers) * float64(s.Width) * b * tokens
	kept = float64(s.Layers)*block + head
	return kept, min(kept, inputs+block+head)
}

// CacheBytes is the bytes of keys and values that a token leaves behind for those after it.
func (s Shape) CacheBytes(p Precision) float64 {
	if l := s.Latent; l != nil {
		return float64(s.Layers*(l.KVRank+l.Rope)) * weightBytes(p)
	}
	return float64(s.Layers*s.KVHeads*(s.query()+s.value())) * weightBytes(p)
}

// byShape is the memory of training s by these formulas.
func (s Shape) byShape(p Precision, k optim.Kind, sequences, context int) Memory {
	w, g, o := states(p, k)
	n := float64(s.Params().Total)
	kept, again := s.activations(p, float64(sequences)*float64(context))
	return Memory{Weights: n * w, Gradients: n * g, Optimizer: n * o, Activations: kept, Recomputed: again, Sequences: sequences, How: "by the formula of Korthikanti et al. 2022, without dropout and scores"}
}
