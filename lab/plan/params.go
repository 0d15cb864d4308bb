package plan

// Params are the parameters of a shape by part. The parts add up to Total.
type Params struct {
	Embedding   int `json:"embedding"` // of tokens, and matrices that lead from it to the blocks' width
	Positions   int `json:"positions,omitempty"`
	Attention   int `json:"attention"` // of all blocks, biases and norms of queries and keys included
	FeedForward int `json:"feed_forward"`
	Router      int `json:"router,omitempty"`
	Norms       int `json:"norms"`
	Head        int `json:"head"` // 0 where it is the embedding's matrix
	Total       int `json:"total"`
	Active      int `json:"active"` // that a token goes through: Total, but for experts
}

// NonEmbedding is Total without the tables of tokens and places: the N of Kaplan et al. 2020, where the head is the embedding's matrix.
// A head of its own is part of it.
func (p Params) NonEmbedding() int { return p.Total - p.Embedding - p.Positions }

// Body is Total without tables and head: what the blocks and norms have. This is the N of Kaplan et al. 2020 for any model.
func (p Params) Body() int { return p.NonEmbedding() - p.Head }

// Params counts the parameters of s, each matrix and vector with the sizes that s gives it.
func (s Shape) Params() (p Params) {
	c, v := s.Width, s.Vocab
	p.Embedding = v * c
	if e := s.EmbedWidth; e > 0 {
		p.Embedding = v*e + 2*e*c
	}
	p.Positions = s.Positions * c
	mats, rest := s.attention()
	p.Attention = s.Layers * (mats + rest)
	dense, sparse := s.Layers, 0
	if e := s.Experts; e != nil {
		dense, sparse = e.Dense, s.Layers-e.Dense
		p.Router = sparse * c * e.Count
		if e.Bias {
			p.Router += sparse * e.Count
		}
	}
	p.FeedForward = dense * s.feedForward(s.FF)
	idle := 0
	if e := s.Experts; e != nil {
		p.FeedForward += sparse * (e.Count + e.Shared) * s.feedForward(e.FF)
		idle = sparse * (e.Count - e.Active) * s.feedForward(e.FF)
	}
	p.Norms = (s.Layers*s.BlockNorms + s.OuterNorms) * s.normSize(c)
	if !s.Tied {
		p.Head = v * c
	}
	if s.HeadBias {
		p.Head += v
	}
	p.Total = p.Embedding + p.Positions + p.Attention + p.FeedForward + p.Router + p.Norms + p.Head
	p.Active = p.Total - idle
	return p
}

// normSize is the parameters of a norm of vectors of n numbers.
func (s Shape) normSize(n int) int {
	if s.Norm == LayerNorm {
		return 2 * n
	}
	return n
}

// attention is the parameters of a block's attention: those of matrices, and the rest.
func (s Shape) attention() (mats, rest int) {
	c, h, k := s.Width, s.Heads, s.KVHeads
	if l := s.Latent; l != nil {
		q := h * s.query()
		mats = c*q + c*(l.KVRank+l.Rope) + l.KVRank*h*(l.Nope+l.Value) + h*l.Value*c
		rest = s.normSize(l.KVRank)
		if l.QRank > 0 {
			mats += l.QRank*(c+q) - c*q
			rest += s.normSize(l.QRank)
		}
		return mats, rest
	}
	d := s.HeadDim
	mats = c*h*d + 2*c*k*d + h*d*c
	if s.QKVBias {
		rest += (h + 2*k) * d
	}
	if s.OutBias {
		rest += c
	}
	if s.QKNorm {
		rest += 2 * s.normSize(d)
	}
	if s.Relative {
		mats += c * h * d
		rest += 2 * h * d
	}
	return mats, rest
}

// feedForward is the parameters of a feed-forward branch of width f.
func (s Shape) feedForward(f int) int {
	n, biases := 2*s.Width*f, f+s.Width
	if s.Gated {
		n, biases = 3*s.Width*f, 2*f+s.Width
	}
	if s.FFBias {
		n += biases
	}
	return n
}
