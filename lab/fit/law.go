package fit

import "math"

// Joint is a law of the loss in nats a token, of N parameters and D tokens:
//
//	L(N, D) = E + ((A/N^α)^p + (B/D^β)^p)^(1/p)
//
// p = 1, the sum, is eq. 2 of Hoffmann et al. 2022 (arXiv 2203.15556). The larger p is, the more the larger of the two terms decides: a
// model that is too small for a text gains little from more of it, and the other way round. E = 0 with p = 1/β is eq. 1.5 of Kaplan et al.
// 2020 (arXiv 2001.08361).
type Joint struct {
	E     float64 `json:"E"` // what no model gets below: the entropy of the text
	A     float64 `json:"A"`
	B     float64 `json:"B"`
	Alpha float64 `json:"alpha"`
	Beta  float64 `json:"beta"`
	P     float64 `json:"p,omitempty"` // how the terms join; 0 means 1
}

// Loss is L(n, d) in nats a token, for n parameters and d tokens above 0.
func (l Joint) Loss(n, d float64) float64 {
	a, b := l.A*math.Pow(n, -l.Alpha), l.B*math.Pow(d, -l.Beta)
	if p := l.join(); p != 1 && a > 0 && b > 0 {
		most := max(a, b)
		return l.E + most*math.Pow(math.Pow(a/most, p)+math.Pow(b/most, p), 1/p)
	}
	return l.E + a + b
}

// Formula is how the law is written, its constants by name.
func (l Joint) Formula() string {
	if l.join() == 1 {
		return "L(N, D) = E + A/N^α + B/D^β"
	}
	return "L(N, D) = E + ((A/N^α)^p + (B/D^β)^p)^(1/p)"
}

// join is p.
func (l Joint) join() float64 {
	if l.P == 0 {
		return 1
	}
	return l.P
}

// Exponents are those of the compute-optimal sizes, N ∝ C^a and D ∝ C^b: a = β/(α+β), b = α/(α+β).
func (l Joint) Exponents() (a, b float64) {
	return l.Beta / (l.Alpha + l.Beta), l.Alpha / (l.Alpha + l.Beta)
}

// Optimal is the n and d of lowest loss that flops floating-point operations can train, at 6 for a parameter and a token
// (Hoffmann et al. 2022, eq. 4). Where the law has none, because an exponent or a constant is not positive, both are NaN.
//
//	n = G·(C/6)^a    d = (C/6)^b / G    G = (α·A^p / β·B^p)^(1/(p·(α+β)))
func (l Joint) Optimal(flops float64) (n, d float64) {
	if !(l.Alpha > 0 && l.Beta > 0 && l.A > 0 && l.B > 0 && flops > 0) {
		return math.NaN(), math.NaN()
	}
	a, _ := l.Exponents()
	n = l.spread() * math.Pow(flops/6, a)
	return n, flops / 6 / n
}

// Tokens is the d for which n parameters are compute-optimal: where d·∂L/∂d = n·∂L/∂n, β·(B/d^β)^p = α·(A/n^α)^p. It is NaN where Optimal is.
func (l Joint) Tokens(n float64) float64 {
	if !(l.Alpha > 0 && l.Beta > 0 && l.A > 0 && l.B > 0 && n > 0) {
		return math.NaN()
	}
	return math.Pow(math.Pow(l.Beta/l.Alpha, 1/l.join())*l.B/l.A*math.Pow(n, l.Alpha), 1/l.Beta)
}

// TokensTo is the d at which n parameters reach a loss: +Inf where no number of tokens is enough.
func (l Joint) TokensTo(loss, n float64) float64 {
	p := l.join()
	whole, part := loss-l.E, l.A*math.Pow(n, -l.Alpha)
	if !(whole > part) {
		return math.Inf(1)
	}
	return math.Pow(l.B/(whole*math.Pow(1-math.Pow(part/whole, p), 1/p)), 1/l.Beta)
}

// spread is the G of Optimal.
func (l Joint) spread() float64 {
	return math.Pow(math.Pow(l.Alpha/l.Beta, 1/l.join())*l.A/l.B, 1/(l.Alpha+l.Beta))
}

// One is a law of the loss in one variable, in nats a token: L(x) = E + A/x^α, x parameters, tokens or floating-point operations.
//
// Kaplan et al. 2020, eqs. 1.1 to 1.3 (arXiv 2001.08361), with E = 0: their (x_c/x)^α has A = x_c^α.
type One struct {
	E     float64 `json:"E"`
	A     float64 `json:"A"`
	Alpha float64 `json:"alpha"`
}

// Loss is L(x) in nats a token, for an x above 0.
func (l One) Loss(x float64) float64 { return l.E + l.A*math.Pow(x, -l.Alpha) }
