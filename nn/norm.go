package nn

import "fmt"

// normEps is ε of the norms where none is given, as in GPT-2 and LLaMA.
const normEps = 1e-5

// LayerNorm centres each row and scales it to unit variance, then by w, plus b (Ba et al. 2016).
//
//	y = w ⊙ (x − mean x)/√(var x + ε) + b     x, y (..., C)
type LayerNorm struct {
	W   *Param `brick:"weight"` // (C)
	B   *Param `brick:"bias"`   // (C)
	Eps float64
}

// NewLayerNorm declares a LayerNorm over c numbers.
func NewLayerNorm(c int) *LayerNorm {
	return &LayerNorm{NewParam(Ones, c), NewParam(Zeros, c), normEps}
}

// Forward normalises the last axis of x.
func (n *LayerNorm) Forward(x *Var) *Var {
	return x.LayerNorm(n.W.Value(), n.B.Value(), Float(n.Eps))
}

// Notation is layernorm, with eps where it is not 1e-5.
func (n *LayerNorm) Notation() string { return "layernorm" + epsNote(n.Eps) }

// RMSNorm scales each row to unit root mean square, then by w (Zhang & Sennrich 2019).
//
//	y = w ⊙ x/√(mean x² + ε)     x, y (..., C)
type RMSNorm struct {
	W   *Param `brick:"weight"` // (C)
	Eps float64
}

// NewRMSNorm declares an RMSNorm over c numbers.
func NewRMSNorm(c int) *RMSNorm { return &RMSNorm{NewParam(Ones, c), normEps} }

// Forward normalises the last axis of x.
func (n *RMSNorm) Forward(x *Var) *Var { return x.RMSNorm(n.W.Value(), Float(n.Eps)) }

// Notation is rmsnorm, with eps where it is not 1e-5.
func (n *RMSNorm) Notation() string { return "rmsnorm" + epsNote(n.Eps) }

func epsNote(eps float64) string {
	if eps == normEps {
		return ""
	}
	return fmt.Sprintf("(eps=%v)", eps)
}
