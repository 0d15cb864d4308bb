//go:build f64

package kernel

import "math"

// ExpOf is eˣ.
func ExpOf(x Float) Float { return math.Exp(x) }

// TanhOf is tanh x.
func TanhOf(x Float) Float { return math.Tanh(x) }

// ErfOf is  2/√π ∫₀ˣ exp(−t²) dt.
func ErfOf(x Float) Float { return math.Erf(x) }

// Φ is the standard normal distribution.
func Φ(x Float) Float { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// σ is the logistic function  1/(1 + e⁻ˣ).  It overflows on neither side: e⁻ˣ may reach +∞.
func σ(x Float) Float { return 1 / (1 + math.Exp(-x)) }
