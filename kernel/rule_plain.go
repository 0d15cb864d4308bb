package kernel

import "math"

// The steps without two moments. Their formulas stand beside the Rules.

func stepSGD(w, g, _, _, _ []Float, p *RuleArgs) {
	α, λ := p[0], p[1]
	s, β := p.clip()
	g = g[:len(w)]
	for i, wi := range w {
		w[i] = wi - Float(α*(bounded(g[i], s, β)+Float(λ*wi)))
	}
}

func stepMomentum(w, g, a, _, _ []Float, p *RuleArgs) {
	α, λ, μ, κ, ν, η := p[0], p[1], p[2], p[3], p[4], p[5]
	s, β := p.clip()
	g, a = g[:len(w)], a[:len(w)]
	for i, wi := range w {
		gi := bounded(g[i], s, β) + Float(λ*wi)
		ai := Float(μ*a[i]) + Float(κ*gi)
		a[i] = ai
		w[i] = wi - Float(α*(Float(ν*gi)+Float(η*ai)))
	}
}

func stepAdagrad(w, g, a, _, _ []Float, p *RuleArgs) {
	α, λ, ε := p[0], p[1], p[2]
	s, β := p.clip()
	g, a = g[:len(w)], a[:len(w)]
	for i, wi := range w {
		gi := bounded(g[i], s, β) + Float(λ*wi)
		ai := a[i] + Float(gi*gi)
		a[i] = ai
		w[i] = wi - α*gi/(SqrtOf(ai)+ε)
	}
}

func stepRMSProp(w, g, a, b, c []Float, p *RuleArgs) {
	α, λ, ε, ρ, ρ1, μ := p[0], p[1], p[2], p[3], p[4], p[5]
	s, β := p.clip()
	g, a = g[:len(w)], a[:len(w)]
	for i, wi := range w {
		gi := bounded(g[i], s, β) + Float(λ*wi)
		ai := Float(ρ*a[i]) + Float(ρ1*gi*gi)
		a[i] = ai
		if c != nil {
			ci := Float(ρ*c[i]) + Float(ρ1*gi)
			c[i] = ci
			// a variance; rounding must not make it negative
			ai = Float(max(float64(ai)-float64(float64(ci)*float64(ci)), 0))
		}
		u := gi / (SqrtOf(ai) + ε)
		if b != nil {
			u += Float(μ * b[i])
			b[i] = u
		}
		w[i] = wi - Float(α*u)
	}
}

func stepAdadelta(w, g, a, b, _ []Float, p *RuleArgs) {
	α, λ, ε, ρ, ρ1 := p[0], p[1], p[2], p[3], p[4]
	s, β := p.clip()
	g, a, b = g[:len(w)], a[:len(w)], b[:len(w)]
	for i, wi := range w {
		gi := bounded(g[i], s, β) + Float(λ*wi)
		ai := Float(ρ*a[i]) + Float(ρ1*gi*gi)
		a[i] = ai
		d := SqrtOf((b[i]+ε)/(ai+ε)) * gi
		b[i] = Float(ρ*b[i]) + Float(ρ1*d*d)
		w[i] = wi - Float(α*d)
	}
}

func stepLion(w, g, a, _, _ []Float, p *RuleArgs) {
	α, ρ, β1, β1c, β2, β2c := p[0], p[1], p[2], p[3], p[4], p[5]
	s, β := p.clip()
	g, a = g[:len(w)], a[:len(w)]
	for i, wi := range w {
		gi, ai := bounded(g[i], s, β), a[i]
		u := Float(β1*ai) + Float(β1c*gi)
		if u != 0 && u == u { // sign u, without a branch that half the time goes the other way
			u = Float(math.Copysign(1, float64(u)))
		}
		w[i] = Float(ρ*wi) - Float(α*u)
		a[i] = Float(β2*ai) + Float(β2c*gi)
	}
}

func stepMuon(w, g, a, _, _ []Float, p *RuleArgs) {
	μ, μ1, ν, η := p[0], p[1], p[2], p[3]
	s, β := p.clip()
	g, a = g[:len(w)], a[:len(w)]
	for i := range w {
		gi := bounded(g[i], s, β)
		ai := Float(μ*a[i]) + Float(μ1*gi)
		a[i] = ai
		w[i] = Float(ν*gi) + Float(η*ai)
	}
}

func stepAverage(w, g, _, _, _ []Float, p *RuleArgs) {
	κ := p[0]
	s, β := p.clip()
	g = g[:len(w)]
	for i, wi := range w {
		w[i] = wi + Float(κ*(bounded(g[i], s, β)-wi))
	}
}

// abs is |x|.
func abs(x Float) Float { return Float(math.Abs(float64(x))) }
