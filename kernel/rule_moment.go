package kernel

// The steps with two moments of the gradient. Their formulas stand beside the Rules. The conversions
// to Float keep a compiler from fusing products and sums, which would change the bits.

func stepAdam(w, g, a, b, c []Float, p *RuleArgs) {
	α, λ, ε, β1, β1c, β2, β2c, k, ρ := p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
	s, β := p.clip()
	g, a, b = g[:len(w)], a[:len(w)], b[:len(w)]
	for i, wi := range w {
		gi := bounded(g[i], s, β) + Float(λ*wi)
		ai := Float(β1*a[i]) + Float(β1c*gi)
		bi := Float(β2*b[i]) + Float(β2c*gi*gi)
		a[i], b[i] = ai, bi
		if c != nil {
			bi = max(c[i], bi)
			c[i] = bi
		}
		w[i] = Float(ρ*wi) - α*ai/(Float(k*SqrtOf(bi))+ε)
	}
}

func stepAdamax(w, g, a, b, _ []Float, p *RuleArgs) {
	α, λ, ε, β1, β1c, β2 := p[0], p[1], p[2], p[3], p[4], p[5]
	s, β := p.clip()
	g, a, b = g[:len(w)], a[:len(w)], b[:len(w)]
	for i, wi := range w {
		gi := bounded(g[i], s, β) + Float(λ*wi)
		ai := Float(β1*a[i]) + Float(β1c*gi)
		bi := max(β2*b[i], abs(gi)+ε)
		a[i], b[i] = ai, bi
		w[i] = wi - α*ai/bi
	}
}

func stepNAdam(w, g, a, b, _ []Float, p *RuleArgs) {
	α, λ, ε, β1, β1c, β2, β2c, k, γ := p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
	s, β := p.clip()
	g, a, b = g[:len(w)], a[:len(w)], b[:len(w)]
	for i, wi := range w {
		gi := bounded(g[i], s, β) + Float(λ*wi)
		ai := Float(β1*a[i]) + Float(β1c*gi)
		bi := Float(β2*b[i]) + Float(β2c*gi*gi)
		a[i], b[i] = ai, bi
		w[i] = wi - (Float(γ*gi)+Float(α*ai))/(Float(k*SqrtOf(bi))+ε)
	}
}

func stepRAdam(w, g, a, b, _ []Float, p *RuleArgs) {
	α, λ, ε, β1, β1c, β2, β2c, γ := p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]
	s, β := p.clip()
	g, a, b = g[:len(w)], a[:len(w)], b[:len(w)]
	for i, wi := range w {
		gi := bounded(g[i], s, β) + Float(λ*wi)
		ai := Float(β1*a[i]) + Float(β1c*gi)
		bi := Float(β2*b[i]) + Float(β2c*gi*gi)
		a[i], b[i] = ai, bi
		step := Float(α * ai)
		if γ != 0 { // 0/0 where b is 0 and ε is 0
			step += γ * ai / (SqrtOf(bi) + ε)
		}
		w[i] = wi - step
	}
}
