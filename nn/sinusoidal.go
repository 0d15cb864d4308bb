package nn

import (
	"fmt"
	"math"
)

// SinusoidalPositions is the table of fixed waves that tell places apart (Vaswani
// et al. 2017), for places first to first+n−1, row by row.
//
//	w[t, 2i] = sin(t·base^(−2i/C))    w[t, 2i+1] = cos(t·base^(−2i/C))     w (n, C)
func SinusoidalPositions(n, c, first int, base float64) []Float {
	w := make([]Float, n*c)
	for t := range n {
		for j := range c {
			w[t*c+j] = Float(wave(first+t, j, c, base))
		}
	}
	return w
}

// Sinusoidal adds fixed waves to a sequence of limited length; see SinusoidalPositions.
//
//	y[b, t] = x[b, t] + w[p + t]     x, y (B, T, C)   p the positions before this pass
type Sinusoidal struct {
	W *Param `brick:"waves"` // (Limit, C): a buffer
}

// NewSinusoidal declares waves over c numbers for p places.
func NewSinusoidal(p, c int) *Sinusoidal {
	return &Sinusoidal{NewBuffer(func(_ uint64, i int, _ Fan) float64 { return wave(i/c, i%c, c, 10000) }, p, c)}
}

// wave is number j of place t.
func wave(t, j, c int, base float64) float64 {
	angle := float64(t) * math.Pow(base, -float64(j-j%2)/float64(c))
	if j%2 == 0 {
		return math.Sin(angle)
	}
	return math.Cos(angle)
}

// Forward adds the waves.
func (s *Sinusoidal) Forward(x *Var) *Var {
	if x.Rank() != 3 || x.Dim(2) != s.W.Shape[1] {
		Refuse("sinusoidal", "want x (B, T, C) with the C of the waves", x.Shape(), s.W.Shape)
	}
	return addPlaces(s, x, s.W)
}

// Notation is sinusoidal(p).
func (s *Sinusoidal) Notation() string { return fmt.Sprintf("sinusoidal(%d)", s.W.Shape[0]) }
