package kernel

// The steps with two moments of the gradient. Their formulas stand beside the Rules.

func stepAdam(w, g, a, b, c []Float, p *RuleArgs) {
	α, λ, ε, β1, β1c, β2, β2c, k, ρ := p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
	g, a, b = g[:len(w)], a[:len(w)], b[:len(w)]
	for i, wi := range w {
		gi := g[i] + λ*wi
		ai := β1*a[i] + β1c*gi
		bi := β2*b[i] + β2c*gi*gi
		a[i], b[i] = ai, bi
		if c != nil {
			bi = max(c[i], bi)
			c[i] = bi
		}
		w[i] = ρ*wi - α*ai/(k*SqrtOf(bi)+ε)
	}
}

func stepAdamax(w, g, a, b, _ []Float, p *RuleArgs) {
	α, λ, ε, β1, β1c, β2 := p[0], p[1], p[2], p[3], p[4], p[5]
	g, a, b = g[:len(w)], a[:len(w)], b[:len(w)]
	for i, wi := range w {
		gi := g[i] + λ*wi
		ai := β1*a[i] + β1c*gi
		bi := max(β2*b[i], abs(gi)+ε)
		a[i], b[i] = ai, bi
		w[i] = wi - α*ai/bi
	}
}

func stepNAdam(w, g, a, b, _ []Float, p *RuleArgs) {
	α, λ, ε, β1, β1c, β2, β2c, k, γ := p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
	g, a, b = g[:len(w)], a[:len(w)], b[:len(w)]
	for i, wi := range w {
		gi := g[i] + λ*wi
		ai := β1*a[i] + β1c*gi
		bi := β2*b[i] + β2c*gi*gi
		a[i], b[i] = ai, bi
		w[i] = wi - (γ*gi+α*ai)/(k*SqrtOf(bi)+ε)
	}
}

func stepRAdam(w, g, a, b, _ []Float, p *RuleArgs) {
	α, λ, ε, β1, β1c, β2, β2c, γ := p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]
	g, a, b = g[:len(w)], a[:len(w)], b[:len(w)]
	for i, wi := range w {
		gi := g[i] + λ*wi
		ai := β1*a[i] + β1c*gi
		bi := β2*b[i] + β2c*gi*gi
		a[i], b[i] = ai, bi
		step := α * ai
		if γ != 0 { // 0/0 where b is 0 and ε is 0
			step += γ * ai / (SqrtOf(bi) + ε)
		}
		w[i] = wi - step
	}
}
