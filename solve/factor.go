package solve

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// centred is a copy of a problem with the means taken out (all zero without an
// intercept).
type centred struct {
	X, Y         Matrix
	xMean, yMean []float64
	yShift       []float64 // the mean of Y as it stands now: ȳ without an intercept, else 0
}

func centre(X, Y Matrix, o FitOptions) (*centred, error) {
	if err := X.check("X"); err != nil {
		return nil, err
	}
	if err := Y.check("y"); err != nil {
		return nil, err
	}
	if X.Rows != Y.Rows {
		return nil, &InputError{Name: "y", Row: -1, Col: -1,
			Problem: fmt.Sprintf("has %d rows, X has %d: one row of y for each row of X is needed", Y.Rows, X.Rows)}
	}
	if o.Tolerance < 0 || o.Tolerance >= 1 || math.IsNaN(o.Tolerance) {
		return nil, fmt.Errorf("solve: least squares: Tolerance %v is not in [0, 1)", o.Tolerance)
	}
	c := &centred{X: X.clone(), Y: Y.clone(), xMean: make([]float64, X.Cols), yMean: make([]float64, Y.Cols)}
	c.yShift = means(c.Y)
	if !o.NoIntercept {
		takeMeans(c.X, c.xMean)
		takeMeans(c.Y, c.yMean)
		c.yShift = make([]float64, Y.Cols)
	}
	for k, v := range c.X.Data {
		if !finite(v) {
			return nil, &InputError{Name: "X", Row: -1, Col: k % X.Cols,
				Problem: fmt.Sprintf("cannot be centred: %v", ErrOverflow)}
		}
	}
	return c, nil
}

func means(m Matrix) []float64 {
	mean := make([]float64, m.Cols)
	for i := range m.Rows {
		for j, v := range m.Row(i) {
			mean[j] += v / float64(m.Rows)
		}
	}
	return mean
}

// takeMeans subtracts each column's mean, twice: the second pass removes what
// rounding left of the first.
func takeMeans(m Matrix, mean []float64) {
	for range 2 {
		shift := means(m)
		for i := range m.Rows {
			for j := range m.Row(i) {
				m.Row(i)[j] -= shift[j]
			}
		}
		for j, s := range shift {
			mean[j] += s
		}
	}
	// A column that varies by no more than its own rounding is constant.
	for j := range m.Cols {
		var spread float64
		for i := range m.Rows {
			spread = max(spread, math.Abs(m.At(i, j)))
		}
		if spread <= 2*0x1p-52*math.Abs(mean[j]) {
			for i := range m.Rows {
				m.Data[i*m.Cols+j] = 0
			}
		}
	}
}

// equilibrate brings the columns of X to a length in [½, 1) by powers of two,
// which round nothing, and gives the factors.
func (c *centred) equilibrate() []float64 {
	scale := make([]float64, c.X.Cols)
	column := make([]float64, c.X.Rows)
	for j := range scale {
		for i := range column {
			column[i] = c.X.At(i, j)
		}
		_, e := math.Frexp(norm(column))
		e = max(-1000, min(1000, e)) // keeps 2⁻ᵉ itself a normal number
		scale[j] = math.Ldexp(1, -e)
		for i := range column {
			c.X.Data[i*c.X.Cols+j] *= scale[j]
		}
	}
	return scale
}

// system is what QR leaves of X·W = Y, and its singular values.
//
//	N ≥ D:  X = Q·M, M upper triangular (D, D), Z = Qᵀ·Y (D, K)
//	N < D:  M = X (N, D), Z = Y
//	M = U·diag(Sigma)·Vᵀ, thin: U and V have min(N, D) columns
type system struct {
	M, Z  Matrix
	Sigma []float64 // descending
	U, V  mat.Dense
}

const maxUnits = 1 << 20

var errSVD = errors.New("solve: the singular value decomposition did not converge")

func reduce(X, Y Matrix) (*system, error) {
	s := &system{M: X, Z: Y}
	if d := X.Cols; X.Rows >= d {
		a, b := X.clone(), Y.clone()
		tau := make([]float64, d)
		size := make([]float64, 1)
		lapack64.Geqrf(a.general(), tau, size, -1)
		work := make([]float64, int(size[0]))
		lapack64.Geqrf(a.general(), tau, work, len(work))
		lapack64.Ormqr(blas.Left, blas.Trans, a.general(), tau, b.general(), size, -1)
		work = make([]float64, int(size[0]))
		lapack64.Ormqr(blas.Left, blas.Trans, a.general(), tau, b.general(), work, len(work))
		s.M = Matrix{Rows: d, Cols: d, Data: a.Data[:d*d]}
		for i := range d {
			clear(s.M.Row(i)[:i])
		}
		s.Z = Matrix{Rows: d, Cols: Y.Cols, Data: b.Data[:d*Y.Cols]}
	}
	if !allFinite(s.M.Data) || !allFinite(s.Z.Data) {
		return nil, fmt.Errorf("solve: %w", ErrOverflow)
	}
	var svd mat.SVD
	if !svd.Factorize(mat.NewDense(s.M.Rows, s.M.Cols, s.M.Data), mat.SVDThin) {
		return nil, errSVD
	}
	s.Sigma = svd.Values(nil)
	svd.UTo(&s.U)
	svd.VTo(&s.V)
	return s, nil
}

func (m Matrix) general() blas64.General {
	return blas64.General{Rows: m.Rows, Cols: m.Cols, Stride: m.Cols, Data: m.Data}
}

// rank counts the singular values above tolerance × the largest.
func (s *system) rank(tolerance float64) int {
	r := 0
	for _, sigma := range s.Sigma {
		if sigma > tolerance*s.Sigma[0] {
			r++
		}
	}
	return r
}

// backSubstitute gives W = M⁻¹·Z for a triangular M.
func (s *system) backSubstitute() Matrix {
	w := s.Z.clone()
	lapack64.Trtrs(blas.NoTrans, blas64.Triangular{
		Uplo: blas.Upper, Diag: blas.NonUnit, N: s.M.Rows, Stride: s.M.Cols, Data: s.M.Data,
	}, w.general())
	return w
}

// filtered gives W = V·diag(g(σ))·Uᵀ·Z over the first rank singular values.
func (s *system) filtered(rank int, g func(sigma float64) float64) Matrix {
	d, k := s.M.Cols, s.Z.Cols
	w := Matrix{Rows: d, Cols: k, Data: make([]float64, d*k)}
	for r := range rank {
		for t := range k {
			var c float64
			for i := range s.Z.Rows {
				c += s.U.At(i, r) * s.Z.At(i, t)
			}
			c *= g(s.Sigma[r])
			for j := range d {
				w.Data[j*k+t] += c * s.V.At(j, r)
			}
		}
	}
	return w
}

// shorten projects W on the row space of the unscaled X, so that of all
// minimisers the shortest is left. With D = diag(scale), X·D = U·Σ·Vᵀ and the
// row space of X is that of D⁻¹·V₁, V₁ the first rank columns of V. Where the
// columns' units differ more than maxUnits times, projecting would round the fit
// away: W is then left as it is, shortest in the scaled columns' units.
func (s *system) shorten(w Matrix, rank int, scale []float64) error {
	if rank == 0 {
		clear(w.Data)
		return nil
	}
	if slices.Max(scale)/slices.Min(scale) > maxUnits {
		return nil
	}
	d, k := w.Rows, w.Cols
	rows := mat.NewDense(d, rank, nil)
	smallest := slices.Min(scale)
	for j := range d {
		for r := range rank {
			rows.Set(j, r, s.V.At(j, r)*(smallest/scale[j]))
		}
	}
	var svd mat.SVD
	if !svd.Factorize(rows, mat.SVDThin) {
		return errSVD
	}
	var basis mat.Dense
	svd.UTo(&basis)
	short := make([]float64, d)
	for t := range k {
		clear(short)
		for r := range rank {
			var along float64
			for j := range d {
				along += basis.At(j, r) * w.At(j, t)
			}
			for j := range d {
				short[j] += along * basis.At(j, r)
			}
		}
		for j := range d {
			w.Data[j*k+t] = short[j]
		}
	}
	// Projecting rounds every coefficient by a share of the largest; what that
	// does to the fit where units differ is put right here.
	left := &system{M: s.M, Z: s.Z.clone(), Sigma: s.Sigma, U: s.U, V: s.V}
	for i := range left.Z.Rows {
		for t := range k {
			for j, m := range s.M.Row(i) {
				left.Z.Data[i*k+t] -= m * (w.At(j, t) / scale[j])
			}
		}
	}
	for i, v := range left.filtered(rank, func(sigma float64) float64 { return 1 / sigma }).Data {
		w.Data[i] += v * scale[i/k]
	}
	return nil
}
