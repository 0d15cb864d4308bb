//go:build f64

package kernel

import "math"

func exp64(x float64) float64  { return math.Exp(x) }
func tanh64(x float64) float64 { return math.Tanh(x) }
func erf64(x float64) float64  { return math.Erf(x) }
