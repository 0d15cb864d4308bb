package kernel

import "math"

// The steps without two moments. Their formulas stand beside the Rules.

func stepSGD(w, g, _, _, _ []Float, p *RuleArgs) {
	α, λ := p[0], p[1]
	g = g[:len(w)]
	for i, wi := range w {
		w[i] = wi - α*(g[i]+λ*wi)
	}
}

func stepMomentum(w, g, a, _, _ []Float, p *RuleArgs) {
	α, λ, μ, κ, ν, η := p[0], p[1], p[2], p[3], p[4], p[5]
	g, a = g[:len(w)], a[:len(w)]
	for i, wi := range w {
		gi := g[i] + λ*wi
		ai := μ*a[i] + κ*gi
		a[i] = ai
		w[i] = wi - α*(ν*gi+η*ai)
	}
}

func stepAdagrad(w, g, a, _, _ []Float, p *RuleArgs) {
	α, λ, ε := p[0], p[1], p[2]
	g, a = g[:len(w)], a[:len(w)]
	for i, wi := range w {
		gi := g[i] + λ*wi
		ai := a[i] + gi*gi
		a[i] = ai
		w[i] = wi - α*gi/(SqrtOf(ai)+ε)
	}
}

func stepRMSProp(w, g, a, b, c []Float, p *RuleArgs) {
	α, λ, ε, ρ, ρ1, μ := p[0], p[1], p[2], p[3], p[4], p[5]
	g, a = g[:len(w)], a[:len(w)]
	for i, wi := range w {
		gi := g[i] + λ*wi
		ai := ρ*a[i] + ρ1*gi*gi
		a[i] = ai
		if c != nil {
			ci := ρ*c[i] + ρ1*gi
			c[i] = ci
			// a variance; rounding must not make it negative
			ai = Float(max(float64(ai)-float64(ci)*float64(ci), 0))
		}
		u := gi / (SqrtOf(ai) + ε)
		if b != nil {
			u += μ * b[i]
			b[i] = u
		}
		w[i] = wi - α*u
	}
}

func stepAdadelta(w, g, a, b, _ []Float, p *RuleArgs) {
	α, λ, ε, ρ, ρ1 := p[0], p[1], p[2], p[3], p[4]
	g, a, b = g[:len(w)], a[:len(w)], b[:len(w)]
	for i, wi := range w {
		gi := g[i] + λ*wi
		ai := ρ*a[i] + ρ1*gi*gi
		a[i] = ai
		d := SqrtOf((b[i]+ε)/(ai+ε)) * gi
		b[i] = ρ*b[i] + ρ1*d*d
		w[i] = wi - α*d
	}
}

func stepLion(w, g, a, _, _ []Float, p *RuleArgs) {
	α, ρ, β1, β1c, β2, β2c := p[0], p[1], p[2], p[3], p[4], p[5]
	g, a = g[:len(w)], a[:len(w)]
	for i, wi := range w {
		gi, ai := g[i], a[i]
		u := β1*ai + β1c*gi
		if u != 0 && u == u { // sign u, without a branch that half the time goes the other way
			u = Float(math.Copysign(1, float64(u)))
		}
		w[i] = ρ*wi - α*u
		a[i] = β2*ai + β2c*gi
	}
}

func stepMuon(w, g, a, _, _ []Float, p *RuleArgs) {
	μ, μ1, ν, η := p[0], p[1], p[2], p[3]
	g, a = g[:len(w)], a[:len(w)]
	for i := range w {
		ai := μ*a[i] + μ1*g[i]
		a[i] = ai
		w[i] = ν*g[i] + η*ai
	}
}

func stepAverage(w, g, _, _, _ []Float, p *RuleArgs) {
	κ := p[0]
	g = g[:len(w)]
	for i, wi := range w {
		w[i] = wi + κ*(g[i]-wi)
	}
}

// abs is |x|.
func abs(x Float) Float { return Float(math.Abs(float64(x))) }
