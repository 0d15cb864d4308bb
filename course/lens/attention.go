package lens

import (
	"math"

	"brick/device"
	"brick/grad"
	"brick/kernel"
)

type attnOptions = device.Attn
type attnDevice = device.Device

// Weights is what each query takes of each key, (H, T, S); rows sum to 1, keys that are not seen have 0.
//
// It is the device's own attention, with values that name the keys: y = p·v with v the identity, in slices of D columns.
func (a *Attention) Weights() []kernel.Float {
	H, D := a.Heads, a.Dim
	out := make([]kernel.Float, H*a.T*a.S)
	y, stat := make([]kernel.Float, a.T*H*D), make([]kernel.Float, a.T*H)
	v := make([]kernel.Float, len(a.V))
	for first := 0; first < a.S; first += D {
		clear(v)
		n := min(D, a.S-first)
		for i := range n {
			for k := range a.KeyHeads {
				v[((first+i)*a.KeyHeads+k)*D+i] = 1
			}
		}
		a.dev.Attention(device.Host(y), device.Host(stat), device.Host(a.Q), device.Host(a.K), device.Host(v), device.Buf{}, a.options)
		for h := range H {
			for t := range a.T {
				copy(out[(h*a.T+t)*a.S+first:], y[(t*H+h)*D:][:n])
			}
		}
	}
	return out
}

// Query, Key and Value are the D numbers of a head at a place.
func (a *Attention) Query(head, t int) []kernel.Float { return a.Q[(t*a.Heads+head)*a.Dim:][:a.Dim] }
func (a *Attention) Key(head, s int) []kernel.Float   { return a.part(a.K, head, s) }
func (a *Attention) Value(head, s int) []kernel.Float { return a.part(a.V, head, s) }

// Result is y of a head at a place: its values mixed by its weights.
func (a *Attention) Result(head, t int) []kernel.Float { return a.Y[(t*a.Heads+head)*a.Dim:][:a.Dim] }

func (a *Attention) part(x []kernel.Float, head, s int) []kernel.Float {
	return x[(s*a.KeyHeads+head*a.KeyHeads/a.Heads)*a.Dim:][:a.Dim]
}

// Seen are the keys from first up to end, not included, that a query sees.
func (a *Attention) Seen(t int) (first, end int) {
	if end = a.S; a.options.Causal {
		end = t + a.S - a.T + 1
	}
	if w := a.options.Window; w > 0 {
		first = max(end-w, 0)
	}
	return first, end
}

// Scores is  s = scale·q·k  of one query with every key, before the mask, (S); cap·tanh(s/cap) where the model caps scores.
func (a *Attention) Scores(head, t int) []kernel.Float {
	tape := &grad.Tape{NoGrad: true}
	var keys []kernel.Float
	for s := range a.S {
		keys = append(keys, a.Key(head, s)...)
	}
	q := tape.Const(a.Query(head, t), 1, a.Dim)
	s := q.MatMul(tape.Const(keys, a.S, a.Dim), grad.TransB).Scale(kernel.Float(a.Scale))
	if top := a.options.Cap; top != 0 {
		s = s.Scale(1 / top).Tanh().Scale(top)
	}
	return copied(s)
}

// Turn is a rotation of heads by their places (Su et al. 2021, "RoFormer"): pair i of the head at place t is turned by t·θᵢ.
type Turn struct {
	Layer         int
	Heads, Dim    int
	Pos           int // the place of the first token
	Interleaved   bool
	Before, After []kernel.Float // (T, H, D)

	angles device.Buf // (places, D/2, 2): cos and sin
}

// Rates are θᵢ, the radians that each pair turns from one place to the next, (D/2).
func (r *Turn) Rates() (θ []float64) {
	for i := range r.Dim / 2 {
		at := r.angles.F[r.Dim+2*i:] // place 1
		θ = append(θ, math.Atan2(float64(at[1]), float64(at[0])))
	}
	return θ
}

// Places is how many places the table of angles has.
func (r *Turn) Places() int { return r.angles.N / r.Dim }

// Pairs are the dials of a vector of D numbers: its pairs as (u, v).
func (r *Turn) Pairs(x []kernel.Float) (p [][2]kernel.Float) {
	for i := range r.Dim / 2 {
		if r.Interleaved {
			p = append(p, [2]kernel.Float{x[2*i], x[2*i+1]})
		} else {
			p = append(p, [2]kernel.Float{x[i], x[i+r.Dim/2]})
		}
	}
	return p
}

// Head is the D numbers of a head at a place of x, which is Before or After.
func (r *Turn) Head(x []kernel.Float, head, t int) []kernel.Float {
	return x[(t*r.Heads+head)*r.Dim:][:r.Dim]
}

// On turns a vector of D numbers on by a number of places, less than Places.
func (r *Turn) On(dev device.Device, x []kernel.Float, places int) []kernel.Float {
	y := make([]kernel.Float, r.Dim)
	dev.RoPE(device.Into(device.Host(y)), device.Host(x), r.angles, 1, 1, 1, r.Dim, places, r.Interleaved, false)
	return y
}
