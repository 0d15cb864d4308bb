package solve

import (
	"errors"
	"fmt"
	"math"
)

// Method is how a linear system of least squares is solved.
type Method int

const (
	QR  Method = iota // Householder QR, then back substitution; needs full column rank
	SVD               // singular values; gives the minimum-norm solution when rank is short
)

func (m Method) String() string {
	switch m {
	case QR:
		return "QR"
	case SVD:
		return "SVD"
	}
	return fmt.Sprintf("Method(%d)", int(m))
}

// FitOptions chooses how a line is fitted; the zero value fits an intercept by QR.
type FitOptions struct {
	Method      Method
	NoIntercept bool // f(x) = x·W, through the origin

	// Tolerance is the singular value, as a share of the largest, below which a
	// direction counts as absent; 0 means max(N, D)·2⁻⁵².
	Tolerance float64
}

// ErrOverflow reports that numbers so large or so small were given that a result
// would be infinite.
var ErrOverflow = errors.New("a result is outside float64's range: rescale the columns")

// Fit is a fitted linear map f(x) = x·W + Intercept, with what can be said about it.
// N examples, D features, K targets.
type Fit struct {
	W         Matrix    // (D, K), the coefficients
	Intercept []float64 // (K); zeros without an intercept

	RSS  []float64 // (K), residual sum of squares Σ(y−f(x))² of each target
	R2   []float64 // (K), 1 − RSS/Σ(y−ȳ)²; for a constant target 1 if it is met, else 0
	Loss float64   // the lecture's L = 1/2n Σ(y−f(x))², summed over targets
	MSE  float64   // mean of (y−f(x))² over all N·K numbers

	Method Method  // the one used: QR turns to SVD when the rank is short
	Rank   int     // number of independent columns of X, beside the intercept's
	DoF    float64 // effective degrees of freedom, intercept not counted: Rank, or ridge's Σ σ²/(σ²+λ)
	Lambda float64 // ridge's penalty λ; 0 for least squares

	Conditioning
}

// LeastSquares finds W and b at which L = 1/2n Σ‖y − (x·W + b)‖² is least,
// exactly up to rounding, without iterating.
//
//	X (N, D)   y (N, K)   W (D, K)   b (K)
//	columns centred:  X' = X − x̄,  y' = y − ȳ,  b = ȳ − x̄·W
//	QR:   X' = Q·R        W = R⁻¹·Qᵀy'
//	SVD:  X' = U·Σ·Vᵀ     W = V·Σ⁺·Uᵀy'
//
// When columns depend on one another, or N < D, many W reach the least L; the one
// of smallest ‖W‖ is given, which is also the limit of [Ridge] for λ → 0 (‖W‖ is
// measured in standardised units if the columns' lengths differ a million times).
// Columns are scaled by powers of two while solving, so that rank does not
// depend on the units they are in. Shapes that do not fit, NaN and ±Inf are an
// *InputError naming row and column. (Golub and Van Loan, Matrix Computations,
// ch. 5; QR before the SVD is from Chan, 1982.)
func LeastSquares(X, y Matrix, o FitOptions) (*Fit, error) {
	if o.Method != QR && o.Method != SVD {
		return nil, fmt.Errorf("solve: least squares: unknown method %v: QR and SVD are known", o.Method)
	}
	c, err := centre(X, y, o)
	if err != nil {
		return nil, err
	}
	scale := c.equilibrate()
	s, err := reduce(c.X, c.Y)
	if err != nil {
		return nil, err
	}
	rank := s.rank(o.tolerance(X))
	fit := &Fit{Method: o.Method, Rank: rank, DoF: float64(rank)}
	if rank < X.Cols {
		fit.Method = SVD
	}
	if fit.Method == QR {
		fit.W = s.backSubstitute()
	} else {
		fit.W = s.filtered(rank, func(sigma float64) float64 { return 1 / sigma })
	}
	for j, d := range scale { // (X·D)·w = X·(D·w)
		scaleRow(fit.W.Row(j), d)
	}
	if rank < X.Cols {
		if err := s.shorten(fit.W, rank, scale); err != nil {
			return nil, err
		}
	}
	fit.Conditioning, err = c.conditioning(s, scale, rank, !o.NoIntercept,
		"of the many solutions with the least loss this is the one of smallest norm")
	if err != nil {
		return nil, err
	}
	return fit, fit.measure(c, scale)
}

func (o FitOptions) tolerance(X Matrix) float64 {
	if o.Tolerance > 0 {
		return o.Tolerance
	}
	return float64(max(X.Rows, X.Cols)) * 0x1p-52
}

// measure fills in the intercept and the figures of fit. The columns of c.X are
// multiplied by 1/scale.
func (f *Fit) measure(c *centred, scale []float64) error {
	n, k := c.Y.Rows, c.Y.Cols
	f.Intercept, f.RSS, f.R2 = make([]float64, k), make([]float64, k), make([]float64, k)
	for t := range k {
		f.Intercept[t] = c.yMean[t]
		for j, m := range c.xMean {
			f.Intercept[t] -= m * f.W.At(j, t)
		}
	}
	tss, largest := make([]float64, k), make([]float64, k)
	for i := range n {
		x := c.X.Row(i)
		for t, y := range c.Y.Row(i) {
			r := y
			for j, v := range x {
				r -= v / scale[j] * f.W.At(j, t)
			}
			f.RSS[t] += r * r
			spread := y - c.yShift[t]
			tss[t] += spread * spread
			largest[t] = max(largest[t], math.Abs(y+c.yMean[t]))
		}
	}
	for t, rss := range f.RSS {
		f.Loss += rss / (2 * float64(n))
		f.MSE += rss / float64(n*k)
		noise := float64(n) * (4 * 0x1p-52 * largest[t]) * (4 * 0x1p-52 * largest[t])
		switch {
		case tss[t] > noise:
			f.R2[t] = 1 - rss/tss[t]
		case rss <= noise:
			f.R2[t] = 1
		}
	}
	if !allFinite(f.W.Data) || !allFinite(f.Intercept) || !finite(f.Loss) || !allFinite(f.R2) {
		return fmt.Errorf("solve: least squares: %w", ErrOverflow)
	}
	return nil
}

// Predict gives x·W + Intercept, (N, K), for the rows of X (N, D).
func (f *Fit) Predict(X Matrix) (Matrix, error) {
	if err := X.check("X"); err != nil {
		return Matrix{}, err
	}
	if X.Cols != f.W.Rows {
		return Matrix{}, &InputError{Name: "X", Row: -1, Col: -1,
			Problem: fmt.Sprintf("has %d columns, the fit has %d coefficients", X.Cols, f.W.Rows)}
	}
	y := Matrix{Rows: X.Rows, Cols: f.W.Cols, Data: make([]float64, X.Rows*f.W.Cols)}
	for i := range X.Rows {
		out := y.Row(i)
		copy(out, f.Intercept)
		for j, v := range X.Row(i) {
			for t, w := range f.W.Row(j) {
				out[t] += v * w
			}
		}
	}
	return y, nil
}

func scaleRow(row []float64, d float64) {
	for i := range row {
		row[i] *= d
	}
}
