package solve

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const precision = 300 // bits, of the arithmetic the library is judged by

func bigFloat(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

// bigLog is ln m + e·ln 2 with ln m = 2·artanh((m−1)/(m+1)), m in [½, 1).
func bigLog(x float64) *big.Float {
	series := func(z *big.Float) *big.Float { // 2·artanh z
		term, square, sum := new(big.Float).Copy(z), new(big.Float).Mul(z, z), bigFloat(0)
		for k := 1; term.Sign() != 0 && term.MantExp(nil) > -precision-20; k += 2 {
			sum.Add(sum, new(big.Float).Quo(term, bigFloat(float64(k))))
			term.Mul(term, square)
		}
		return sum.Mul(sum, bigFloat(2))
	}
	m, e := math.Frexp(x)
	z := new(big.Float).Quo(new(big.Float).Sub(bigFloat(m), bigFloat(1)), new(big.Float).Add(bigFloat(m), bigFloat(1)))
	ln2 := series(new(big.Float).Quo(bigFloat(1), bigFloat(3)))
	return new(big.Float).Add(series(z), ln2.Mul(ln2, bigFloat(float64(e))))
}

// bigExp is (Taylor of x/2ᵏ) squared k times.
func bigExp(x float64) *big.Float {
	const k = 20
	z := bigFloat(x)
	z.SetMantExp(z, -k)
	term, sum := bigFloat(1), bigFloat(1)
	for n := 1; n < 60; n++ {
		term.Quo(term.Mul(term, z), bigFloat(float64(n)))
		sum.Add(sum, term)
	}
	for range k {
		sum.Mul(sum, sum)
	}
	return sum
}

func encloses(i Interval, x *big.Float) bool {
	return (math.IsInf(i.Lo, -1) || bigFloat(i.Lo).Cmp(x) <= 0) && (math.IsInf(i.Hi, 1) || x.Cmp(bigFloat(i.Hi)) <= 0)
}

// The 4 ulp allowed to math.Log and math.Exp hold against 300-bit arithmetic.
func TestLibraryULP(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := math.Exp2(rapid.Float64Range(-1074, 1023).Draw(t, "log₂ x"))
		if x > 0 && !encloses(At(x).Log(), bigLog(x)) {
			t.Fatalf("ln %v is not in %v", x, At(x).Log())
		}
		x = rapid.Float64Range(0.5, 2).Draw(t, "x near 1")
		if !encloses(At(x).Log(), bigLog(x)) {
			t.Fatalf("ln %v is not in %v", x, At(x).Log())
		}
		x = rapid.Float64Range(-745, 709).Draw(t, "x")
		if !encloses(At(x).Exp(), bigExp(x)) {
			t.Fatalf("exp %v is not in %v", x, At(x).Exp())
		}
	})
}

func drawInterval(t *rapid.T, name string) Interval {
	a, b := rapid.Float64().Draw(t, name), rapid.Float64().Draw(t, name+"'")
	if rapid.Bool().Draw(t, name+" tame") {
		a, b = rapid.Float64Range(-5, 5).Draw(t, name), rapid.Float64Range(-5, 5).Draw(t, name+"'")
	}
	return Between(min(a, b), max(a, b))
}

// inside draws a number of i.
func inside(t *rapid.T, name string, i Interval) float64 {
	switch u := rapid.Float64Range(0, 1).Draw(t, name); {
	case u < 0.1:
		return i.Lo
	case u > 0.9:
		return i.Hi
	default:
		return min(max(i.Lo*(1-u)+i.Hi*u, i.Lo), i.Hi)
	}
}

// Whatever numbers are taken from the arguments, the exact result is in the
// interval's result.
func TestIntervalsEnclose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawInterval(t, "a"), drawInterval(t, "b")
		x, y := inside(t, "x", a), inside(t, "y", b)
		p, q := bigFloat(x), bigFloat(y)
		exact := func() *big.Float { return new(big.Float).SetPrec(2200) } // sums of any two float64 are exact
		checks := map[string]bool{
			"a + b": encloses(a.Add(b), exact().Add(p, q)),
			"a − b": encloses(a.Sub(b), exact().Sub(p, q)),
			"a · b": encloses(a.Mul(b), exact().Mul(p, q)),
			"a²":    encloses(a.Sqr(), exact().Mul(p, p)),
			"−a":    encloses(a.Neg(), exact().Neg(p)),
			"hull":  a.Within(a.Hull(b)) && b.Within(a.Hull(b)),
			"mid":   a.Contains(a.Mid()),
			"width": a.Width() >= math.Abs(x-a.Lo),
		}
		if y != 0 {
			checks["a / b"] = encloses(a.Div(b), exact().Quo(p, q))
		}
		if tame := math.Abs(x) < 700; tame {
			checks["eᵃ"] = encloses(a.Exp(), bigExp(x))
		}
		if a.Lo > 0 {
			checks["ln a"] = encloses(a.Log(), bigLog(x))
		}
		if a.Less(b) {
			checks["a < b"] = x < y
		}
		if s := a.Sign(); s != 0 {
			checks["sign"] = float64(s)*x > 0
		}
		for name, ok := range checks {
			if !ok {
				t.Fatalf("%s does not hold for a = %v, b = %v at x = %v, y = %v", name, a, b, x, y)
			}
		}
	})
}

// The exam's enclosures contain the function's values on random pieces.
func TestExamEncloses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Float64Range(1e-6, 3).Draw(t, "lo")
		i := Between(lo, lo+rapid.Float64Range(0, 1).Draw(t, "width"))
		x := inside(t, "x", i)
		ln := bigLog(x)
		two, one, bx := bigFloat(2), bigFloat(1), bigFloat(x)
		n := func() *big.Float { return new(big.Float).SetPrec(precision) }
		d := n().Sub(n().Sub(n().Mul(two, bx), two), ln)
		f := n().Mul(bx, n().Sub(n().Sub(bx, one), ln))
		d2 := n().Sub(two, n().Quo(one, bx))
		if !encloses(Exam.Enclose.F(i), f) || !encloses(Exam.Enclose.D(i), d) || !encloses(Exam.Enclose.D2(i), d2) {
			t.Fatalf("at %v of %v", x, i)
		}
	})
}

func TestIntervalEdges(t *testing.T) {
	inf := math.Inf(1)
	if got := At(1).Div(Between(-1, 1)); got != wholeLine {
		t.Errorf("1/[−1, 1] = %v", got)
	}
	if got := At(0).Mul(wholeLine); !got.Contains(0) || got.Width() > 1e-300 {
		t.Errorf("0·ℝ = %v", got)
	}
	if got := Between(0, 1).Log(); !math.IsInf(got.Lo, -1) || got.Hi < 0 {
		t.Errorf("ln [0, 1] = %v", got)
	}
	if got := At(1e308).Add(At(1e308)); !math.IsInf(got.Hi, 1) || math.IsInf(got.Lo, 1) {
		t.Errorf("10³⁰⁸ + 10³⁰⁸ = %v", got)
	}
	if got := Between(1, inf).Div(Between(1, inf)); !got.Contains(1e-300) || !got.Contains(1e300) {
		t.Errorf("[1, ∞]/[1, ∞] = %v", got)
	}
	// What is undefined stays so, and proves nothing.
	for name, i := range map[string]Interval{
		"ln −1": At(-1).Log(), "ln 0": At(0).Log(), "[2, 1]": Between(2, 1), "NaN + 1": undefined.Add(At(1)), "1 − NaN": At(1).Sub(undefined),
		"NaN·0": undefined.Mul(At(0)), "1/NaN": At(1).Div(undefined), "NaN²": undefined.Sqr(), "e^NaN": undefined.Exp(), "hull": At(1).Hull(undefined),
		"∞ − ∞": At(inf).Sub(At(inf)),
	} {
		if i.ok() || i.Sign() != 0 || i.Less(At(9)) || At(-9).Less(i) || i.Contains(0) || i.Within(wholeLine) || !math.IsNaN(i.Mid()) {
			t.Errorf("%s = %v proves something", name, i)
		}
	}
}

// Decimals shown enclose the numbers, whatever the number of digits.
func TestIntervalText(t *testing.T) {
	for want, got := range map[string]string{
		"[0.3, 0.4]":              Between(0.32, 0.38).Text(1),
		"[-0.381, -0.32]":         Between(-0.38, -0.32).Text(3),
		"[-0.4, -0.3]":            Between(-0.38, -0.32).Text(1),
		"[0, 10]":                 Between(0, 9.7).Text(1),
		"[-Inf, +Inf]":            wholeLine.Text(3),
		"[1.2e-07, 1.3e-07]":      At(1.23e-7).Text(2),
		"[12000, 13000]":          At(12345).Text(2),
		"[0.25, 0.25]":            At(0.25).String(),
		"[1.2e+20, 1.3e+20]":      At(1.23e20).Text(2),
		"[0.1, 0.10000000000001]": At(0.1).Text(14),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		x, digits := rapid.Float64().Draw(t, "x"), rapid.IntRange(1, 17).Draw(t, "digits")
		lo, hi, _ := strings.Cut(strings.Trim(At(x).Text(digits), "[]"), ", ")
		below, ok1 := new(big.Rat).SetString(lo)
		above, ok2 := new(big.Rat).SetString(hi)
		exact := new(big.Rat).SetFloat64(x)
		if !ok1 || !ok2 || below.Cmp(exact) > 0 || above.Cmp(exact) < 0 {
			t.Fatalf("%v is shown as [%s, %s]", x, lo, hi)
		}
	})
}

func TestCertifyExam(t *testing.T) {
	p, err := Certify(ExamClaim())
	if err != nil {
		t.Fatal(err)
	}
	if !p.Proved() || !p.Root.Contains(examRoot) || p.Root.Width() > 1.01e-10 {
		t.Errorf("root in %v", p.Root)
	}
	if !p.Value.Contains(examRoot-examRoot*examRoot) || p.Value.Width() > 1e-14 {
		t.Errorf("f(x₀) in %v, width %g", p.Value, p.Value.Width())
	}
}

// What is false, or cannot be seen, is not certified, and the line is named.
func TestCertifyRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Claim)
		says   string
	}{
		"bound too high":  {func(c *Claim) { c.Below = At(0.1619025595) }, "e⁻²"},
		"bound too low":   {func(c *Claim) { c.Above = At(0.16) }, "2⁻²"},
		"bound undefined": {func(c *Claim) { c.Above = undefined }, "2⁻²"},
		"two roots":       {func(c *Claim) { c.Domain = Interval{0, 2} }, "not certainly opposite"},
		"root at the end": {func(c *Claim) { c.Domain.Hi = 1 }, "not certainly opposite"},
		"outside":         {func(c *Claim) { c.Domain.Lo = -1 }, "not certainly opposite"},
		"too narrow":      {func(c *Claim) { c.Width = 1e-17 }, "at least 1e-14"},
		"NaN width":       {func(c *Claim) { c.Width = math.NaN() }, "at least 1e-14"},
		"infinite":        {func(c *Claim) { c.Domain.Hi = math.Inf(1) }, "finite domain"},
		"wrong f″":        {func(c *Claim) { c.F.Enclose.D2 = func(Interval) Interval { return At(1) } }, "f″"},
	} {
		claim := ExamClaim()
		c.change(&claim)
		p, err := Certify(claim)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.says)
		}
		if errors.Is(err, ErrNotCertified) && p.Proved() {
			t.Errorf("%s: the certificate says it is proved", name)
		}
	}
	claim := ExamClaim()
	claim.Above = At(0.16)
	if p, _ := Certify(claim); !strings.Contains(p.String(), "2⁻² ∈ [0.16, 0.160000000001] > f(x₀) NOT PROVED") || strings.Contains(p.String(), "⇒") {
		t.Errorf("certificate of a false claim:\n%v", p)
	}
}
