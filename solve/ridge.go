package solve

import "fmt"

// Ridge finds W and b at which Σ‖y − (x·W + b)‖² + λ‖W‖² is least; the intercept
// b is not penalised.
//
//	X' = X − x̄ = U·Σ·Vᵀ     W = V·diag(σ/(σ²+λ))·Uᵀy'     b = ȳ − x̄·W
//	effective degrees of freedom  Σ σ²/(σ²+λ)
//
// λ ≥ 0 is in the units of the sum of squares: a weight decay of wd/2·‖W‖² added
// to L = 1/2n Σ(y−f(x))² is λ = n·wd. λ = 0 is [LeastSquares]. The loss and
// figures of the Fit are without the penalty. The penalty depends on the
// columns' units, so nothing is scaled: standardise first if units differ.
// FitOptions.Method is ignored: the SVD is used. (Hoerl and Kennard, 1970.)
func Ridge(X, y Matrix, lambda float64, o FitOptions) (*Fit, error) {
	if !finite(lambda) || lambda < 0 {
		return nil, fmt.Errorf("solve: ridge: λ = %v: a finite number ≥ 0 is needed", lambda)
	}
	o.Method = SVD
	if lambda == 0 {
		return LeastSquares(X, y, o)
	}
	c, err := centre(X, y, o)
	if err != nil {
		return nil, err
	}
	s, err := reduce(c.X, c.Y)
	if err != nil {
		return nil, err
	}
	// σ/(σ²+λ) written so that σ² cannot overflow; directions that are only
	// rounding stay out.
	rank := s.rank(o.tolerance(X))
	fit := &Fit{Method: SVD, Rank: rank, Lambda: lambda}
	fit.W = s.filtered(rank, func(sigma float64) float64 { return 1 / (sigma + lambda/sigma) })
	for _, sigma := range s.Sigma[:rank] {
		fit.DoF += sigma / (sigma + lambda/sigma)
	}
	ones := make([]float64, X.Cols)
	for j := range ones {
		ones[j] = 1
	}
	if err := fit.measure(c, ones); err != nil {
		return nil, err
	}
	// Conditioning is said of the same scaled columns as for least squares; M
	// stands for X, as it has its column lengths.
	small := &centred{X: s.M.clone(), Y: s.Z}
	scale := small.equilibrate()
	if s, err = reduce(small.X, small.Y); err != nil {
		return nil, err
	}
	fit.Conditioning, err = c.conditioning(s, scale, s.rank(o.tolerance(X)), !o.NoIntercept, "the penalty makes the solution unique")
	if err != nil {
		return nil, err
	}
	return fit, nil
}
