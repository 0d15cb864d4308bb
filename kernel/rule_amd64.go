//go:build amd64 && !purego && !f64

package kernel

// stepVector is Step with vectors; it reports whether the level in use has them for the rule.
func stepVector(r Rule, w, g, a, b, c []Float, p *RuleArgs) bool {
	if level == Generic || len(w) == 0 {
		return false
	}
	q := *p
	q[argScale], q[argBound] = p.clip()
	if level == AVX512 {
		return stepAVX512(r, w, g, a, b, c, &q)
	}
	return stepAVX2(r, w, g, a, b, c, &q)
}

func stepAVX512(r Rule, w, g, a, b, c []Float, p *RuleArgs) bool {
	n := len(w)
	switch r {
	case StepSGD:
		stepSGDAVX512(&w[0], first(g, n), n, &p[0])
	case StepMomentum:
		stepMomentumAVX512(&w[0], first(g, n), first(a, n), n, &p[0])
	case StepAdagrad:
		stepAdagradAVX512(&w[0], first(g, n), first(a, n), n, &p[0])
	case StepRMSProp:
		if c != nil { // a variance in float64
			return false
		}
		stepRMSPropAVX512(&w[0], first(g, n), first(a, n), first(b, n), n, &p[0])
	case StepAdam:
		stepAdamAVX512(&w[0], first(g, n), first(a, n), first(b, n), first(c, n), n, &p[0])
	case StepLion:
		stepLionAVX512(&w[0], first(g, n), first(a, n), n, &p[0])
	case StepMuon:
		stepMuonAVX512(&w[0], first(g, n), first(a, n), n, &p[0])
	case StepAverage:
		stepAverageAVX512(&w[0], first(g, n), n, &p[0])
	default:
		return false
	}
	return true
}

func stepAVX2(r Rule, w, g, a, b, c []Float, p *RuleArgs) bool {
	n := len(w)
	switch r {
	case StepSGD:
		stepSGDAVX2(&w[0], first(g, n), n, &p[0])
	case StepMomentum:
		stepMomentumAVX2(&w[0], first(g, n), first(a, n), n, &p[0])
	case StepAdagrad:
		stepAdagradAVX2(&w[0], first(g, n), first(a, n), n, &p[0])
	case StepRMSProp:
		if c != nil { // a variance in float64
			return false
		}
		stepRMSPropAVX2(&w[0], first(g, n), first(a, n), first(b, n), n, &p[0])
	case StepAdam:
		stepAdamAVX2(&w[0], first(g, n), first(a, n), first(b, n), first(c, n), n, &p[0])
	case StepLion:
		stepLionAVX2(&w[0], first(g, n), first(a, n), n, &p[0])
	case StepMuon:
		stepMuonAVX2(&w[0], first(g, n), first(a, n), n, &p[0])
	case StepAverage:
		stepAverageAVX2(&w[0], first(g, n), n, &p[0])
	default:
		return false
	}
	return true
}
