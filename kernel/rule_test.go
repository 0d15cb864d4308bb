package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// stepCase is a rule's arguments with n numbers each.
func stepCase(t testing.TB, r *rand.Rand, rule Rule, n int, special ...float64) (w, g []Float, state [3][]Float, p RuleArgs) {
	w, g = draws(t, r, n, special...), draws(t, r, n, special...)
	for i := range Rules[rule].State {
		state[i] = draws(t, r, n, special...)
		for j, v := range state[i] {
			if rule != StepLion && rule != StepMomentum { // they hold sums of squares
				state[i][j] = abs(v)
			}
		}
	}
	for i := range argScale {
		p[i] = Float(0.1 + 0.8*r.Float64())
	}
	return w, g, state, p
}

func TestStepLevels(t *testing.T) {
	for rule := range numRules {
		for _, special := range [][]float64{nil, odd} {
			t.Run(rule.String(), func(t *testing.T) {
				againstGeneric(t, func(t *testing.T, r *rand.Rand) (out [][]Float) {
					for _, n := range rowSizes(r) {
						for k := range 4 {
							w, g, s, p := stepCase(t, r, rule, n, special...)
							if k&1 != 0 {
								s[2] = nil
							}
							if k&2 != 0 && rule == StepRMSProp {
								s[1] = nil
							}
							if k > 0 {
								p.Clip(Float(r.Float64()), Float(k-1)/2)
							}
							Step(rule, w, g, s[0], s[1], s[2], &p)
							out = append(out, w, s[0], s[1], s[2])
						}
					}
					return out
				})
			})
		}
	}
}

// A gradient clipped as it is read gives the bits of one that was clipped before.
func TestStepClips(t *testing.T) {
	everyLevel(t, func(t *testing.T) {
		for rule := range numRules {
			r := rand.New(rand.NewPCG(5, 6))
			w, g, s, p := stepCase(t, r, rule, 100)
			g[7] = Float(math.NaN())
			again := append([]Float(nil), w...)
			var state [3][]Float
			for i := range s {
				state[i] = append([]Float(nil), s[i]...)
				if s[i] == nil {
					state[i] = nil
				}
			}
			before := append([]Float(nil), g...)
			fused := p
			fused.Clip(0.7, 0.5)
			Step(rule, w, g, s[0], s[1], s[2], &fused)
			wantBits(t, g, before, "%v: the gradient", rule)
			for i, v := range g {
				g[i] = min(max(Float(0.7)*v, -0.5), 0.5)
			}
			Step(rule, again, g, state[0], state[1], state[2], &p)
			wantBits(t, w, again, "%v", rule)
			for i := range s {
				wantBits(t, s[i], state[i], "%v, state %d", rule, i)
			}
		}
	})
}

func BenchmarkStep(b *testing.B) {
	const n = 1 << 13 // in the second cache
	for rule := range numRules {
		b.Run(rule.String(), func(b *testing.B) {
			w, g, s, p := stepCase(b, rand.New(rand.NewPCG(1, 2)), rule, n)
			s[2] = nil
			bytes := 3
			for _, x := range s {
				if x != nil {
					bytes += 2
				}
			}
			b.SetBytes(int64(bytes) * n * FloatBits / 8)
			for b.Loop() {
				Step(rule, w, g, s[0], s[1], s[2], &p)
			}
		})
	}
}
