package solve

import "math"

// Objective is a function to descend: it gives f(x) and writes ∇f(x) into grad,
// of x's length. It must not keep or change x.
type Objective func(x, grad []float64) float64

// OneVariable makes an Objective of f and its derivative df, for x of length 1.
func OneVariable(f, df func(float64) float64) Objective {
	return func(x, grad []float64) float64 {
		grad[0] = df(x[0])
		return f(x[0])
	}
}

// Negate is −f, whose descent is f's ascent.
func Negate(f Objective) Objective {
	return func(x, grad []float64) float64 {
		y := f(x, grad)
		for i := range grad {
			grad[i] = -grad[i]
		}
		return -y
	}
}

// NumericGradient makes an Objective of a function without a gradient, by
// central differences:
//
//	∂f/∂x_i ≈ (f(x + h·e_i) − f(x − h·e_i))/2h     h = ∛ε·max(1, |x_i|)
//
// It calls f 2n+1 times for n variables, and is right to about ten digits where
// f's third derivative is moderate.
func NumericGradient(f func(x []float64) float64) Objective {
	return func(x, grad []float64) float64 {
		at := append([]float64(nil), x...)
		for i, v := range x {
			h := differenceStep(math.Abs(v))
			at[i] = v + h
			up, right := f(at), at[i]
			at[i] = v - h
			down, left := f(at), at[i]
			at[i] = v
			grad[i] = (up - down) / (right - left) // the step that was really taken
		}
		return f(at)
	}
}

// differenceStep balances truncation, ∝ h², with rounding, ∝ ε/h.
func differenceStep(size float64) float64 { return 0x1p-17 * max(1, size) }
