package solve

import (
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func rows(t testing.TB, r [][]float64) Matrix {
	t.Helper()
	m, err := FromRows(r)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.17g, want %.17g ± %g", what, got, want, tolerance)
	}
}

func randomMatrix(r *rand.Rand, n, d int) Matrix {
	m := Matrix{Rows: n, Cols: d, Data: make([]float64, n*d)}
	for i := range m.Data {
		m.Data[i] = r.NormFloat64()
	}
	return m
}

func drawMatrix(t *rapid.T, name string, n, d int) Matrix {
	v := rapid.SliceOfN(rapid.Float64Range(-10, 10), n*d, n*d).Draw(t, name)
	for i := range v { // numbers of 10⁻³⁰⁰ have coefficients of 10³⁰⁰, which have a test of their own
		v[i] = math.Round(v[i]*1e3) / 1e3
	}
	return Matrix{Rows: n, Cols: d, Data: v}
}

func TestLineThroughPoints(t *testing.T) {
	x, y := Column([]float64{0, 1, 2, 3}), Column([]float64{1, 3, 4, 6})
	for _, m := range []Method{QR, SVD} {
		fit, err := LeastSquares(x, y, FitOptions{Method: m})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "slope", fit.W.At(0, 0), 1.6, 1e-14)
		near(t, "intercept", fit.Intercept[0], 1.1, 1e-14)
		near(t, "RSS", fit.RSS[0], 0.2, 1e-14)
		near(t, "L", fit.Loss, 0.2/8, 1e-15)
		near(t, "MSE", fit.MSE, 0.2/4, 1e-15)
		near(t, "R²", fit.R2[0], 1-0.2/13, 1e-14)
		if fit.Rank != 1 || fit.Method != m || fit.DoF != 1 {
			t.Errorf("rank %d, method %v, degrees of freedom %v", fit.Rank, fit.Method, fit.DoF)
		}
		// σ² of [1 x] are the eigenvalues 9 ± √61 of [[4, 6], [6, 14]].
		near(t, "condition", fit.Condition, math.Sqrt((9+math.Sqrt(61))/(9-math.Sqrt(61))), 1e-12)
	}
	fit, err := LeastSquares(x, y, FitOptions{NoIntercept: true})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "slope through the origin", fit.W.At(0, 0), 29.0/14, 1e-14)
	near(t, "no intercept", fit.Intercept[0], 0, 0)
	near(t, "R²", fit.R2[0], 1-fit.RSS[0]/13, 1e-14)
}

// The fit's limit on the rate is the one power iteration finds on the same loss.
func TestFitStepLimit(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	X, y := randomMatrix(r, 40, 3), randomMatrix(r, 40, 1)
	fit, err := LeastSquares(X, y, FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	loss := func(p, grad []float64) float64 {
		clear(grad)
		var l float64
		for i := range X.Rows {
			e := dot(X.Row(i), p[:3]) + p[3] - y.At(i, 0)
			l += e * e / 80
			for j, v := range X.Row(i) {
				grad[j] += e * v / 40
			}
			grad[3] += e / 40
		}
		return l
	}
	rates, err := StepLimit(loss, make([]float64, 4), PowerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "limit", rates.Limit, fit.StepLimit(), 1e-7)
	near(t, "√κ", math.Sqrt(rates.Condition), fit.Condition, 1e-5)
	p, err := Last(Descend(loss, make([]float64, 4), Descent{Rate: rates.Best}))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "loss by descent", p.F, fit.Loss, 1e-14)
	for j := range 3 {
		near(t, "w by descent", p.X[j], fit.W.At(j, 0), 1e-10)
	}
	if q, err := Minimize(loss, make([]float64, 4), Minimum{}); err != nil {
		t.Error(err)
	} else {
		near(t, "b by L-BFGS", q.X[3], fit.Intercept[0], 1e-7)
	}
}

// The residual of a least-squares fit is orthogonal to every column and, with
// an intercept, sums to zero: the normal equations Xᵀ(y − Xw) = 0.
func TestNormalEquations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, d, k := rapid.IntRange(1, 12).Draw(t, "n"), rapid.IntRange(1, 5).Draw(t, "d"), rapid.IntRange(1, 3).Draw(t, "k")
		X, y := drawMatrix(t, "X", n, d), drawMatrix(t, "y", n, k)
		if rapid.Bool().Draw(t, "dependent") && d > 1 {
			for i := range n {
				X.Row(i)[d-1] = 2 * X.Row(i)[0]
			}
		}
		o := FitOptions{NoIntercept: rapid.Bool().Draw(t, "no intercept"), Method: Method(rapid.IntRange(0, 1).Draw(t, "method"))}
		fit, err := LeastSquares(X, y, o)
		if err != nil {
			t.Fatal(err)
		}
		f, err := fit.Predict(X)
		if err != nil {
			t.Fatal(err)
		}
		wMax := 1.0
		for _, w := range fit.W.Data {
			wMax = max(wMax, math.Abs(w))
		}
		for c := range k {
			var sum float64
			along := make([]float64, d)
			for i := range n {
				r := y.At(i, c) - f.At(i, c)
				sum += r
				for j := range d {
					along[j] += r * X.At(i, j)
				}
			}
			if !o.NoIntercept && math.Abs(sum) > 1e-9*wMax {
				t.Fatalf("residuals of target %d sum to %g", c, sum)
			}
			for j, a := range along {
				if math.Abs(a) > 1e-9*wMax {
					t.Fatalf("residual of target %d along column %d: %g", c, j, a)
				}
			}
		}
	})
}

func TestMethodsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	X, y := randomMatrix(r, 30, 6), randomMatrix(r, 30, 2)
	a, err := LeastSquares(X, y, FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := LeastSquares(X, y, FitOptions{Method: SVD})
	if err != nil {
		t.Fatal(err)
	}
	for i := range a.W.Data {
		near(t, "W", b.W.Data[i], a.W.Data[i], 1e-13)
	}
}

func TestMinimumNorm(t *testing.T) {
	// x₁ = 2·x₀ and y = 5·x₀ + 1: the shortest w with w₀ + 2·w₁ = 5 is (1, 2).
	X := rows(t, [][]float64{{0, 0, 7}, {1, 2, 7}, {2, 4, 7}, {5, 10, 7}})
	y := Column([]float64{1, 6, 11, 26})
	for _, m := range []Method{QR, SVD} {
		fit, err := LeastSquares(X, y, FitOptions{Method: m})
		if err != nil {
			t.Fatal(err)
		}
		if fit.Rank != 1 || fit.Method != SVD || !math.IsInf(fit.Condition, 1) {
			t.Errorf("rank %d, method %v, condition %v", fit.Rank, fit.Method, fit.Condition)
		}
		near(t, "w₀", fit.W.At(0, 0), 1, 1e-13)
		near(t, "w₁", fit.W.At(1, 0), 2, 1e-13)
		near(t, "w₂", fit.W.At(2, 0), 0, 1e-13)
		near(t, "b", fit.Intercept[0], 1, 1e-12)
		want := "rank 1 of 3: columns 0 and 1 depend on one another; column 2 is constant, as the intercept is; of the many solutions with the least loss this is the one of smallest norm"
		if fit.Note != want {
			t.Errorf("note %q\nwant %q", fit.Note, want)
		}
	}
	// Fewer examples than columns, and units 10¹² apart.
	wide := rows(t, [][]float64{{1, 1e12, 3}, {2, -1e12, 1}})
	fit, err := LeastSquares(wide, Column([]float64{1, 2}), FitOptions{NoIntercept: true})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := fit.Predict(wide)
	near(t, "f(x₀)", f.At(0, 0), 1, 1e-12)
	near(t, "f(x₁)", f.At(1, 0), 2, 1e-12)
	if !strings.Contains(fit.Note, "2 examples cannot fix 3 coefficients") {
		t.Errorf("note %q", fit.Note)
	}
}

// Rank is a matter of directions, not of units.
func TestRankIgnoresUnits(t *testing.T) {
	X := rows(t, [][]float64{{1e-200, 3}, {2e-200, 1}, {4e-200, 2}, {3e-200, 9}})
	y := Column([]float64{1 + 6, 2 + 2, 4 + 4, 3 + 18})
	fit, err := LeastSquares(X, y, FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if fit.Rank != 2 || fit.Method != QR {
		t.Errorf("rank %d by %v", fit.Rank, fit.Method)
	}
	near(t, "w₀", fit.W.At(0, 0)/1e200, 1, 1e-13)
	near(t, "w₁", fit.W.At(1, 0), 2, 1e-13)
	if !strings.Contains(fit.Note, "units") {
		t.Errorf("note %q", fit.Note)
	}
}

func TestNearCollinear(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	X := randomMatrix(r, 50, 4)
	for i := range X.Rows { // x₃ = x₁ + 10⁻⁶·noise
		X.Row(i)[3] = X.Row(i)[1] + 1e-6*X.Row(i)[3]
	}
	fit, err := LeastSquares(X, Column(randomMatrix(r, 50, 1).Data), FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if fit.Rank != 4 || fit.Condition < 1e6 || fit.Condition > 1e7 {
		t.Errorf("rank %d, condition %g", fit.Rank, fit.Condition)
	}
	if len(fit.Collinear) != 1 || len(fit.Collinear[0]) != 2 || fit.Collinear[0][0] != 1 || fit.Collinear[0][1] != 3 {
		t.Errorf("collinear %v, want [[1 3]]", fit.Collinear)
	}
	if !strings.Contains(fit.Note, "columns 1 and 3 are nearly collinear") {
		t.Errorf("note %q", fit.Note)
	}
}

// The condition number of a known design: σ of [[1, 1], [1, 1+δ]] multiply to δ.
func TestConditionKnown(t *testing.T) {
	const delta = 1e-5
	X := rows(t, [][]float64{{1, 1}, {1, 1 + delta}})
	fit, err := LeastSquares(X, Column([]float64{1, 2}), FitOptions{NoIntercept: true})
	if err != nil {
		t.Fatal(err)
	}
	frobenius := 1 + 1 + 1 + (1+delta)*(1+delta)
	near(t, "κ + 1/κ", (fit.Condition+1/fit.Condition)/(frobenius/delta), 1, 1e-10)
}

func TestConstantTarget(t *testing.T) {
	x := Column([]float64{1, 2, 3})
	fit, err := LeastSquares(x, Column([]float64{0.1, 0.1, 0.1}), FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "R²", fit.R2[0], 1, 0)
	near(t, "b", fit.Intercept[0], 0.1, 1e-16)
	fit, err = LeastSquares(x, Column([]float64{1, 1, 1}), FitOptions{NoIntercept: true})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "R² of a missed constant", fit.R2[0], 0, 0)
}

// A large offset costs no digits: the columns are centred first.
func TestOffset(t *testing.T) {
	x, y := make([]float64, 20), make([]float64, 20)
	for i := range x {
		x[i], y[i] = 1e9+float64(i), 3*float64(i)+1
	}
	fit, err := LeastSquares(Column(x), Column(y), FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "slope", fit.W.At(0, 0), 3, 1e-13)
	near(t, "R²", fit.R2[0], 1, 1e-13)
}

func TestBadFits(t *testing.T) {
	x, y := Column([]float64{1, 2, 3}), Column([]float64{1, 2, 4})
	nan := rows(t, [][]float64{{1, 2}, {3, math.NaN()}, {5, 6}})
	for name, c := range map[string]struct {
		X, y Matrix
		o    FitOptions
		says string
	}{
		"NaN in X":      {nan, y, FitOptions{}, "X row 1, column 1: is NaN"},
		"Inf in y":      {x, Column([]float64{1, 2, math.Inf(-1)}), FitOptions{}, "y row 2, column 0: is -Inf"},
		"rows differ":   {x, Column([]float64{1, 2}), FitOptions{}, "y has 2 rows, X has 3"},
		"no rows":       {Matrix{Cols: 2}, y, FitOptions{}, "X has no rows"},
		"no columns":    {Matrix{Rows: 3}, y, FitOptions{}, "X has no columns"},
		"short data":    {Matrix{Rows: 3, Cols: 2, Data: []float64{1}}, y, FitOptions{}, "shape (3, 2) but holds 1"},
		"huge shape":    {Matrix{Rows: math.MaxInt, Cols: 8, Data: []float64{1}}, y, FitOptions{}, "but holds 1"},
		"negative":      {Matrix{Rows: -3, Cols: -1, Data: x.Data}, y, FitOptions{}, "cannot be negative"},
		"method":        {x, y, FitOptions{Method: 7}, "unknown method Method(7)"},
		"tolerance":     {x, y, FitOptions{Tolerance: math.NaN()}, "Tolerance NaN"},
		"overflow in X": {Column([]float64{-1.7e308, 1.7e308, 1.7e308}), y, FitOptions{}, "outside float64's range"},
		"underflow":     {Column([]float64{0, 1e-308, 0}), y, FitOptions{NoIntercept: true}, "outside float64's range"},
		"overflow in y": {x, Column([]float64{-1.7e308, 1.7e308, 0}), FitOptions{}, "outside float64's range"},
	} {
		_, err := LeastSquares(c.X, c.y, c.o)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.says)
		}
	}
	if _, err := FromRows([][]float64{{1, 2}, {3}}); err == nil || !strings.Contains(err.Error(), "row 1") {
		t.Errorf("ragged rows: %v", err)
	}
	fit, _ := LeastSquares(x, y, FitOptions{})
	var bad *InputError
	if _, err := fit.Predict(nan); !errors.As(err, &bad) || bad.Row != 1 || bad.Col != 1 {
		t.Errorf("predict: %v", err)
	}
	if _, err := fit.Predict(rows(t, [][]float64{{1, 2}})); err == nil {
		t.Error("predict takes two columns for one coefficient")
	}
}

// All zeros is not an error, and nothing in the answer is NaN.
func TestZeroDesign(t *testing.T) {
	for _, o := range []FitOptions{{}, {NoIntercept: true}} {
		fit, err := LeastSquares(Matrix{Rows: 3, Cols: 2, Data: make([]float64, 6)}, Column([]float64{1, 2, 3}), o)
		if err != nil {
			t.Fatal(err)
		}
		if fit.Rank != 0 || fit.W.Data[0] != 0 || math.IsNaN(fit.R2[0]) {
			t.Errorf("%+v", fit)
		}
	}
}

// The same bits for any number of processors.
func TestFitIsDeterministic(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	X, y := randomMatrix(r, 400, 90), randomMatrix(r, 400, 2)
	var first *Fit
	for _, procs := range []int{1, 2, 3, 5} {
		before := runtime.GOMAXPROCS(procs)
		fit, err := LeastSquares(X, y, FitOptions{})
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = fit
		}
		for i, w := range fit.W.Data {
			if math.Float64bits(w) != math.Float64bits(first.W.Data[i]) {
				t.Fatalf("%d processors: coefficient %d differs", procs, i)
			}
		}
	}
}
