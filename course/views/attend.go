package views

import (
	"context"
	"fmt"
	"math"

	"brick/course/lens"
	"brick/course/lesson"
	"brick/kernel"
)

// Bounds of pictures.
const (
	maxMatrix = 40   // tokens whose weights are shown as a matrix
	maxVector = 64   // numbers of a vector that are shown
	maxCells  = 6e4  // of all small pictures together
	rounding  = 1e-4 // of what is drawn as a colour
)

// HeadsIn asks for all heads at once.
type HeadsIn struct {
	In
}

// Heads are small pictures of what every head looks at.
type Heads struct {
	Info
	Side  int    `json:"side"` // of a picture: rows are queries, columns keys; where there are more tokens, the mean of several
	Heads []Head `json:"heads"`
	Shown int    `json:"shown"` // layers that are shown; of a larger model the first ones
	Of    int    `json:"of"`    // layers
}

// Head is the picture of one head.
type Head struct {
	Layer  int       `json:"layer"`
	Head   int       `json:"head"`
	Pixels []float64 `json:"pixels"` // Side·Side weights in [0, 1]
}

var heads = lesson.Shows(lesson.Ask("heads", HeadsIn{In{Text: example}}, func(ctx context.Context, s *lesson.Session, in HeadsIn) (out Heads, err error) {
	err = in.look(ctx, s, func(_ lens.Model, p *lens.Pass, i Info) error {
		out = Heads{Info: i, Side: min(p.T(), 24), Of: p.Layers()}
		for _, a := range p.Attentions {
			if (len(out.Heads)+a.Heads)*out.Side*out.Side > maxCells {
				break
			}
			w := a.Weights()
			for h := range a.Heads {
				out.Heads = append(out.Heads, Head{a.Layer, h, pooled(w[h*a.T*a.S:][:a.T*a.S], a.T, out.Side)})
			}
			out.Shown = a.Layer + 1
		}
		return nil
	})
	return out, err
}), func(in HeadsIn) lesson.Shown {
	return in.shown(`for _, a := range p.Attentions {
	fmt.Println("layer", a.Layer, "weights (H, T, S):", a.Heads, a.T, a.S)
	fmt.Println(a.Weights())
}`)
})

// pooled is an n×n picture as one of side×side: the mean of what falls into each cell.
func pooled(w []kernel.Float, n, side int) []float64 {
	out, count := make([]float64, side*side), make([]float64, side*side)
	for i := range n {
		for j := range n {
			at := i*side/n*side + j*side/n
			out[at] += float64(w[i*n+j])
			count[at]++
		}
	}
	for i := range out {
		out[i] = round(out[i] / count[i])
	}
	return out
}

func round(v float64) float64 { return math.Round(v/rounding) * rounding }

// At is a place in a model: a layer, a head of it and a token that looks.
type At struct {
	In
	Layer int `json:"layer"` // beyond the last one: the last one
	Head  int `json:"head"`  // likewise
	Query int `json:"query"` // place of the token that looks; −1 is the last one
}

// Check bounds the places.
func (in At) Check() error {
	return lesson.First(in.In.Check(), lesson.Within("layer", float64(in.Layer), 0, 999), lesson.Within("head", float64(in.Head), 0, 999), lesson.Within("query", float64(in.Query), -1, maxText-1))
}

// within moves the place into the model and the text. The attention is the first one of its layer.
func (in At) within(p *lens.Pass) (at At, a *lens.Attention) {
	in.Layer = min(in.Layer, p.Layers()-1)
	for i := range p.Attentions {
		if a = &p.Attentions[i]; a.Layer == in.Layer {
			break
		}
	}
	in.Head = min(in.Head, a.Heads-1)
	if in.Query = min(in.Query, p.T()-1); in.Query < 0 {
		in.Query = p.T() - 1
	}
	return in, a
}

// Attend is one head at work for one token: scores, mask, softmax, mixture.
type Attend struct {
	Info
	Layer   int            `json:"layer"`
	Head    int            `json:"head"`
	Query   int            `json:"query"`
	Layers  int            `json:"layers"`
	Heads   int            `json:"heads"`   // of this layer
	Scores  []lesson.Num   `json:"scores"`  // q·k/√D with every token; those behind the mask too
	Weights []lesson.Num   `json:"weights"` // softmax of the scores that are seen; 0 behind the mask
	From    int            `json:"from"`    // first token that is seen: above 0 where the layer sees a window
	Seen    int            `json:"seen"`    // tokens before the mask
	Matrix  [][]lesson.Num `json:"matrix"`  // weights of all queries, NaN behind the mask; nil for a long text
	Q       []kernel.Float `json:"q"`       // the query's first numbers
	Top     []Taken        `json:"top"`     // what it takes most of
	Mix     []kernel.Float `json:"mix"`     // Σ weight·v of all that is seen
	Dim     int            `json:"dim"`     // D
	Entropy float64        `json:"entropy"` // of the weights, in bits: 0 looks at one token
}

// Taken is a token that a head takes a part of.
type Taken struct {
	Place  int            `json:"place"`
	Token  string         `json:"token"`
	Weight lesson.Num     `json:"weight"`
	K      []kernel.Float `json:"k"`
	V      []kernel.Float `json:"v"`
}

var attend = lesson.Shows(lesson.Ask("attend", At{In: In{Text: example}, Query: -1}, func(ctx context.Context, s *lesson.Session, in At) (out Attend, err error) {
	err = in.look(ctx, s, func(_ lens.Model, p *lens.Pass, i Info) error {
		at, a := in.within(p)
		all := a.Weights()[at.Head*a.T*a.S:][:a.T*a.S]
		row := all[at.Query*a.S:][:a.S]
		from, end := a.Seen(at.Query)
		out = Attend{Info: i, Layer: at.Layer, Head: at.Head, Query: at.Query, Layers: p.Layers(), Heads: a.Heads,
			Scores: lesson.Nums(a.Scores(at.Head, at.Query)), Weights: lesson.Nums(row), From: from, Seen: end, Dim: a.Dim,
			Q: short(a.Query(at.Head, at.Query)), Mix: short(a.Result(at.Head, at.Query))}
		if a.T <= maxMatrix {
			for q := range a.T {
				line := lesson.Nums(all[q*a.S:][:a.S])
				first, end := a.Seen(q)
				for k := range line {
					if k < first || k >= end {
						line[k] = lesson.Num(math.NaN())
					}
				}
				out.Matrix = append(out.Matrix, line)
			}
		}
		for _, w := range row {
			if w > 0 {
				out.Entropy -= float64(w) * math.Log2(float64(w))
			}
		}
		for _, k := range largest(row, 4) {
			out.Top = append(out.Top, Taken{k, i.Tokens[k], lesson.Num(row[k]), short(a.Key(at.Head, k)), short(a.Value(at.Head, k))})
		}
		return nil
	})
	return out, err
}), func(in At) lesson.Shown {
	return in.shown(fmt.Sprintf(`a := p.Attentions[%d] // of this layer
query := %d // the token that looks
if query < 0 {
	query = a.T - 1
}
fmt.Println("scores", a.Scores(%d, query))
fmt.Println("weights", a.Weights()[(%d*a.T+query)*a.S:][:a.S])
fmt.Println("mixture", a.Result(%d, query))`, in.Layer, in.Query, in.Head, in.Head, in.Head))
})

// short is the part of a vector that is shown.
func short(x []kernel.Float) []kernel.Float { return x[:min(len(x), maxVector)] }

// largest are the places of the n largest numbers that are above 0, the largest first.
func largest(x []kernel.Float, n int) (places []int) {
	for range n {
		best := -1
		for i, v := range x {
			taken := false
			for _, p := range places {
				taken = taken || p == i
			}
			if !taken && v > 0 && (best < 0 || v > x[best]) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		places = append(places, best)
	}
	return places
}
