package kernel

import "math"

// A Rule names an optimizer's step on one parameter; Rules holds its definition.
type Rule uint8

// RuleArgs are the numbers of one step, the same for every element: learning
// rate, decay rates, bias corrections. What each place means stands beside the Rule; the last two
// bound the gradient as it is read, so that clipping it writes nothing: see Clip.
type RuleArgs [12]Float

// The places of the bounds among RuleArgs.
const (
	argScale = 10
	argBound = 11
)

// Clip makes g enter every rule as  min(max(s·g, −β), β),  the product rounded: the same bits as if the gradient had
// been scaled and clamped before. Without it g enters as it is. s = 0 or β = 0 stands for 1 or ∞.
func (p *RuleArgs) Clip(s, β Float) { p[argScale], p[argBound] = s, β }

// clip is what Clip set.
func (p *RuleArgs) clip() (s, β Float) {
	if s = p[argScale]; s == 0 {
		s = 1
	}
	if β = p[argBound]; β == 0 {
		β = Float(math.Inf(1))
	}
	return s, β
}

// bounded is  min(max(s·g, −β), β),  NaN if g is.
func bounded(g, s, β Float) Float {
	g = Float(s * g)
	if g > β {
		return β
	}
	if g < -β {
		return -β
	}
	return g
}

// The rules. w is the parameter, g its gradient, a, b, c the state buffers in
// their order, and the other letters the RuleArgs in the order of the bracket.
// A weight decay λ enters the gradient first, g += λ·w, except where a factor ρ
// shrinks w instead, ρ = 1 − lr·λ.
const (
	// StepSGD [α λ]:  w −= α·g.
	StepSGD Rule = iota

	// StepMomentum [α λ μ κ ν η]:  a = μ·a + κ·g,  w −= α·(ν·g + η·a).
	// Plain momentum has ν = 0, η = 1, Nesterov's ν = 1, η = μ.
	StepMomentum

	// StepAdagrad [α λ ε]:  a += g²,  w −= α·g/(√a + ε).
	StepAdagrad

	// StepRMSProp [α λ ε ρ 1−ρ μ]:  a = ρ·a + (1−ρ)·g²,  u = g/(√a + ε);
	// if b is present  b = μ·b + u,  w −= α·b,  else  w −= α·u.
	// If c is present  c = ρ·c + (1−ρ)·g  and √(a − c²) stands for √a.
	StepRMSProp

	// StepAdadelta [α λ ε ρ 1−ρ]:  a = ρ·a + (1−ρ)·g²,  d = √(b+ε)/√(a+ε)·g,
	// b = ρ·b + (1−ρ)·d²,  w −= α·d.
	StepAdadelta

	// StepAdam [α λ ε β₁ 1−β₁ β₂ 1−β₂ k ρ]:  a = β₁·a + (1−β₁)·g,
	// b = β₂·b + (1−β₂)·g²,  w = ρ·w − α·a/(k·√b + ε),  where α holds the first bias
	// correction and k = 1/√(1−β₂ᵗ) is the second.
	// If c is present (AMSGrad)  c = max(c, b)  stands for b.
	StepAdam

	// StepAdamax [α λ ε β₁ 1−β₁ β₂]:  a = β₁·a + (1−β₁)·g,
	// b = max(β₂·b, |g| + ε),  w −= α·a/b.
	StepAdamax

	// StepNAdam [α λ ε β₁ 1−β₁ β₂ 1−β₂ k γ]:  a and b as Adam,
	// w −= (γ·g + α·a)/(k·√b + ε).
	StepNAdam

	// StepRAdam [α λ ε β₁ 1−β₁ β₂ 1−β₂ γ]:  a and b as Adam,
	// w −= α·a + γ·a/(√b + ε);  the caller sets α or γ to 0.
	StepRAdam

	// StepLion [α ρ β₁ 1−β₁ β₂ 1−β₂]:  w = ρ·w − α·sign(β₁·a + (1−β₁)·g),
	// a = β₂·a + (1−β₂)·g.
	StepLion

	// StepMuon [μ 1−μ ν η]:  a = μ·a + (1−μ)·g,  w = ν·g + η·a.  Here w is the direction
	// that is made orthogonal before the parameter moves along it.
	StepMuon

	// StepAverage [κ]:  w += κ·(g − w),  the moving average w of g.
	StepAverage

	numRules
)

// A RuleDef defines a Rule by its loop in plain Go. The slices have one length; absent
// state is nil.
type RuleDef struct {
	Name  string
	State int // state buffers it reads and writes, at most
	Step  func(w, g, a, b, c []Float, p *RuleArgs)
}

// Rules is the table of optimizer steps, by Rule.
var Rules = [numRules]RuleDef{
	StepSGD:      {"sgd", 0, stepSGD},
	StepMomentum: {"momentum", 1, stepMomentum},
	StepAdagrad:  {"adagrad", 1, stepAdagrad},
	StepRMSProp:  {"rmsprop", 3, stepRMSProp},
	StepAdadelta: {"adadelta", 2, stepAdadelta},
	StepAdam:     {"adam", 3, stepAdam},
	StepAdamax:   {"adamax", 2, stepAdamax},
	StepNAdam:    {"nadam", 2, stepNAdam},
	StepRAdam:    {"radam", 2, stepRAdam},
	StepLion:     {"lion", 1, stepLion},
	StepMuon:     {"muon", 1, stepMuon},
	StepAverage:  {"average", 0, stepAverage},
}

// Step takes the step r of RuleDef.Step, with vectors where the level in use has them. All levels give the same bits.
func Step(r Rule, w, g, a, b, c []Float, p *RuleArgs) {
	if !stepVector(r, w, g, a, b, c, p) {
		Rules[r].Step(w, g, a, b, c, p)
	}
}

func (r Rule) String() string { return Rules[r].Name }
