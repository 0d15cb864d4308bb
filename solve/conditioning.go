package solve

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Conditioning says how far a solution can be trusted, and how hard gradient
// descent would find the same problem.
type Conditioning struct {
	// Condition is σmax/σmin of the design matrix in the units it came in, with
	// its column of ones if there is an intercept; +Inf when the rank is short.
	Condition float64

	// ScaledCondition is the same after centring and bringing the columns to
	// like lengths: what is left of Condition once units are taken out
	// (Belsley, Kuh and Welsch, Regression Diagnostics, 1980).
	ScaledCondition float64

	SigmaMax, SigmaMin float64 // the extreme singular values behind Condition

	// Collinear lists groups of columns, by index, that nearly or exactly
	// depend on one another; a group of one is a column that is constant.
	Collinear [][]int

	// Note is the same in a sentence.
	Note string

	examples int
}

// StepLimit is 2/λmax for the lecture's loss L = 1/2n Σ(y−f(x))², whose Hessian
// is XᵀX/n: gradient descent with a constant rate diverges above it. For the
// mean squared error, twice that loss, the limit is half as large.
func (c Conditioning) StepLimit() float64 {
	return 2 * float64(c.examples) / c.SigmaMax / c.SigmaMax
}

const (
	nearlyCollinear = 100  // scaled condition numbers from here on are named
	maxNamedColumns = 2000 // beyond this many columns, pairs are not searched
)

// conditioning describes c.X, which has had its columns multiplied by scale and
// was reduced to s; ifShort says what the solution is when the rank is short.
func (c *centred) conditioning(s *system, scale []float64, rank int, intercept bool, ifShort string) (Conditioning, error) {
	k := Conditioning{examples: c.X.Rows}
	d := c.X.Cols
	// [1 X] = Q·[[√n, √n·x̄ᵀ], [0, M·D⁻¹]], so the small matrix has its singular values.
	off := 0
	if intercept {
		off = 1
	}
	design := mat.NewDense(s.M.Rows+off, d+off, nil)
	rootN := math.Sqrt(float64(c.X.Rows))
	for j := range d {
		for i := range s.M.Rows {
			design.Set(i+off, j+off, s.M.At(i, j)/scale[j])
		}
		if intercept {
			design.Set(0, 0, rootN)
			design.Set(0, j+1, rootN*c.xMean[j])
		}
	}
	if !allFinite(design.RawMatrix().Data) {
		return k, fmt.Errorf("solve: condition number: %w", ErrOverflow)
	}
	var svd mat.SVD
	if !svd.Factorize(design, mat.SVDNone) {
		return k, errSVD
	}
	sigma := svd.Values(nil)
	k.SigmaMax, k.SigmaMin = sigma[0], sigma[len(sigma)-1]
	k.Condition, k.ScaledCondition = math.Inf(1), math.Inf(1)
	if rank == d {
		k.Condition = k.SigmaMax / k.SigmaMin
		k.ScaledCondition = s.Sigma[0] / s.Sigma[rank-1]
	} else {
		k.SigmaMin = 0
	}
	k.Collinear = s.collinear(rank)
	k.Note = k.sentence(rank, d, intercept, ifShort)
	return k, nil
}

// collinear groups columns by the projector on the directions X hardly sees:
// P = I − V₁·V₁ᵀ, V₁ the right singular vectors with σ > σmax/100. Columns j and
// k are in one group when P_jk is not small beside P_jj and P_kk.
func (s *system) collinear(rank int) [][]int {
	d, seen := s.M.Cols, 0
	if d > maxNamedColumns {
		return nil
	}
	for r := range rank {
		if s.Sigma[r]*nearlyCollinear > s.Sigma[0] {
			seen = r + 1
		}
	}
	if seen == d {
		return nil
	}
	p := func(j, k int) float64 {
		var v float64
		if j == k {
			v = 1
		}
		for r := range seen {
			v -= s.V.At(j, r) * s.V.At(k, r)
		}
		return v
	}
	group := make([]int, d)
	for j := range group {
		group[j] = -1
		if p(j, j) > 0.01 {
			group[j] = j
		}
	}
	for j := range d {
		for k := range j {
			if group[j] < 0 || group[k] < 0 || group[j] == group[k] {
				continue
			}
			if v := p(j, k); v*v > 0.0025*p(j, j)*p(k, k) {
				from, to := max(group[j], group[k]), min(group[j], group[k])
				for i, g := range group {
					if g == from {
						group[i] = to
					}
				}
			}
		}
	}
	var groups [][]int
	for j := range d {
		var members []int
		for i, g := range group {
			if g == j {
				members = append(members, i)
			}
		}
		if members != nil {
			groups = append(groups, members)
		}
	}
	return groups
}

func (k Conditioning) sentence(rank, d int, intercept bool, ifShort string) string {
	var parts []string
	for _, g := range k.Collinear {
		switch {
		case len(g) == 1 && intercept:
			parts = append(parts, fmt.Sprintf("column %d is constant, as the intercept is", g[0]))
		case len(g) == 1:
			parts = append(parts, fmt.Sprintf("column %d is zero", g[0]))
		case rank < d:
			parts = append(parts, list(g)+" depend on one another")
		default:
			parts = append(parts, list(g)+" are nearly collinear")
		}
	}
	names := strings.Join(parts, "; ")
	if rank < d {
		if k.examples <= d {
			names = fmt.Sprintf("%d examples cannot fix %d coefficients", k.examples, d)
		}
		return fmt.Sprintf("rank %d of %d: %s; %s", rank, d, names, ifShort)
	}
	digits := max(0, int(math.Floor(15.95-math.Log10(k.ScaledCondition))))
	switch {
	case names != "":
		return fmt.Sprintf("condition number %.3g: %s; of the coefficients' 16 digits about %d can be trusted, and noise in y is enlarged up to %.0f times", k.Condition, names, digits, k.ScaledCondition)
	case k.ScaledCondition >= nearlyCollinear:
		return fmt.Sprintf("condition number %.3g: columns are nearly collinear; of the coefficients' 16 digits about %d can be trusted", k.Condition, digits)
	case k.Condition >= nearlyCollinear*max(1, k.ScaledCondition):
		return fmt.Sprintf("condition number %.3g from the columns' units and offsets alone (%.3g once standardised): harmless here, slow for gradient descent", k.Condition, k.ScaledCondition)
	}
	return fmt.Sprintf("condition number %.3g: well conditioned", k.Condition)
}

func list(columns []int) string {
	const most = 8
	names := make([]string, 0, most+1)
	for _, c := range columns[:min(most, len(columns))] {
		names = append(names, fmt.Sprint(c))
	}
	if more := len(columns) - most; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	last := len(names) - 1
	return "columns " + strings.Join(names[:last], ", ") + " and " + names[last]
}
