package devicetest

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

func update(m *maker) {
	for k := range kernel.Rules {
		r := kernel.Rule(k)
		for _, n := range []int{0, 1, 7, 33, 1000, 40_001} {
			for _, absent := range absences(r) {
				w, g := result{m.normal("w", n), device.Set}, m.hold("g", m.coarse(n))
				var state [3]result
				for i := range kernel.Rules[r].State {
					if absent[i] {
						continue
					}
					state[i] = result{m.normal("abc"[i:i+1], n), device.Set}
					for j := range n { // sums of squares, and what is well below them
						state[i].f[j] = kernel.Float([3]float64{1, 1, 0.1}[i] * (1 + m.Float64()))
						switch {
						case i == 2 && r == kernel.StepAdam: // at times the larger one
							state[i].f[j] *= 5
						case r == kernel.StepLion && j%3 > 0: // any sign, or none
							state[i].f[j] = -g.f[j] * kernel.Float(j%3-1)
						}
					}
				}
				c := new(kernel.RuleArgs)
				for i := range c {
					c[i] = kernel.Float(0.2 + 0.2*m.Float64())
				}
				if n%2 == 0 { // else g enters scaled and bounded
					c.Clip(0, 0)
				}
				m.call(fmt.Sprintf("%v of %d, absent state %v", r, n, absent),
					func(d device.Device) {
						d.Update(r, w.buf, g.buf, [3]device.Buf{state[0].mem(), state[1].mem(), state[2].mem()}, c)
					},
					func() { updateWant(r, w, g, state, c) })
			}
		}
	}
}

// absences is which state buffers may be absent, all ways.
func absences(r kernel.Rule) [][3]bool {
	switch r {
	case kernel.StepRMSProp:
		return [][3]bool{{}, {1: true}, {2: true}, {1: true, 2: true}}
	case kernel.StepAdam:
		return [][3]bool{{}, {2: true}}
	}
	return [][3]bool{{}}
}

// A moved is an element of the parameter and of its state.
type moved struct{ w, a, b, c float64 }

// updateWant steps element by element. All that enters is about 1, so that is
// what errors are measured by.
func updateWant(r kernel.Rule, w result, g *array, state [3]result, args *kernel.RuleArgs) {
	var p [len(args)]float64
	for i, v := range args {
		p[i] = float64(v)
	}
	for i := range w.f {
		e, has := moved{w: w.at(i)}, [3]bool{}
		for k, x := range []*float64{&e.a, &e.b, &e.c} {
			if has[k] = state[k].array != nil; has[k] {
				*x = state[k].at(i)
			}
		}
		size := 1 + math.Abs(e.w) + math.Abs(g.at(i))
		e = stepped(r, e, g.at(i), has, p)
		w.put(i, e.w, size)
		for k, x := range []float64{e.a, e.b, e.c} {
			if has[k] {
				state[k].put(i, x, size*size)
			}
		}
	}
}

// stepped is one element after a step; the formulas stand beside the Rules. A
// rule that is new there and has none here is held to its loop there.
func stepped(r kernel.Rule, e moved, g float64, has [3]bool, p [len(kernel.RuleArgs{})]float64) moved {
	if s, bound := p[10], p[11]; s != 0 { // see kernel.RuleArgs.Clip
		g = min(max(s*g, -bound), bound)
	}
	α := p[0]
	adam := func() { // the two moments, as many rules keep them
		g += p[1] * e.w
		e.a = p[3]*e.a + p[4]*g
		e.b = p[5]*e.b + p[6]*g*g
	}
	switch r {
	case kernel.StepSGD:
		e.w -= α * (g + p[1]*e.w)
	case kernel.StepMomentum:
		g += p[1] * e.w
		e.a = p[2]*e.a + p[3]*g
		e.w -= α * (p[4]*g + p[5]*e.a)
	case kernel.StepAdagrad:
		g += p[1] * e.w
		e.a += g * g
		e.w -= α * g / (math.Sqrt(e.a) + p[2])
	case kernel.StepRMSProp:
		g += p[1] * e.w
		e.a = p[3]*e.a + p[4]*g*g
		variance := e.a
		if has[2] {
			e.c = p[3]*e.c + p[4]*g
			variance -= e.c * e.c
		}
		u := g / (math.Sqrt(variance) + p[2])
		if has[1] {
			e.b = p[5]*e.b + u
			u = e.b
		}
		e.w -= α * u
	case kernel.StepAdadelta:
		g += p[1] * e.w
		e.a = p[3]*e.a + p[4]*g*g
		d := math.Sqrt(e.b+p[2]) / math.Sqrt(e.a+p[2]) * g
		e.b = p[3]*e.b + p[4]*d*d
		e.w -= α * d
	case kernel.StepAdam:
		adam()
		second := e.b
		if has[2] {
			e.c = max(e.c, e.b)
			second = e.c
		}
		e.w = p[8]*e.w - α*e.a/(p[7]*math.Sqrt(second)+p[2])
	case kernel.StepAdamax:
		g += p[1] * e.w
		e.a = p[3]*e.a + p[4]*g
		e.b = max(p[5]*e.b, math.Abs(g)+p[2])
		e.w -= α * e.a / e.b
	case kernel.StepNAdam:
		adam()
		e.w -= (p[8]*g + α*e.a) / (p[7]*math.Sqrt(e.b) + p[2])
	case kernel.StepRAdam:
		adam()
		e.w -= α*e.a + p[7]*e.a/(math.Sqrt(e.b)+p[2])
	case kernel.StepLion:
		e.w = p[1]*e.w - α*signum(p[2]*e.a+p[3]*g)
		e.a = p[4]*e.a + p[5]*g
	case kernel.StepMuon:
		e.a = p[0]*e.a + p[1]*g
		e.w = p[2]*g + p[3]*e.a
	case kernel.StepAverage:
		e.w += α * (g - e.w)
	default:
		one := func(has bool, x float64) []kernel.Float {
			if !has {
				return nil
			}
			return []kernel.Float{kernel.Float(x)}
		}
		var args kernel.RuleArgs
		for i, v := range p {
			args[i] = kernel.Float(v)
		}
		w, a, b, c := one(true, e.w), one(has[0], e.a), one(has[1], e.b), one(has[2], e.c)
		kernel.Rules[r].Step(w, one(true, g), a, b, c, &args)
		e.w = float64(w[0])
		for i, x := range [][]kernel.Float{a, b, c} {
			if x != nil {
				*[]*float64{&e.a, &e.b, &e.c}[i] = float64(x[0])
			}
		}
	}
	return e
}
