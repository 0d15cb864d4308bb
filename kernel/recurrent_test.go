package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A step and its way back against the formulas, one number at a time in float64, at every level.
func TestCells(t *testing.T) {
	for _, level := range Levels() {
		restore := SetLevel(level)
		for cell := TanhCell; cell <= GRUCell; cell++ {
			for _, n := range []int{1, 5, 16, 33, 130} {
				testCell(t, cell, n)
			}
		}
		restore()
	}
}

func testCell(t *testing.T, cell Cell, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(n), uint64(cell)))
	random := func(n int) []Float {
		x := make([]Float, n)
		for i := range x {
			x[i] = Float(r.NormFloat64())
		}
		return x
	}
	g := cell.Gates()
	h, x, u, c, kept := random(n), random(g*n), random(g*n), random(n), make([]Float, n)
	dh, dc := random(n), random(n)
	near := func(what string, i int, got Float, want float64) {
		t.Helper()
		if d := math.Abs(float64(got) - want); !(d <= 2e-6*(1+math.Abs(want))) {
			t.Fatalf("cell %d of %d, level %v: %s[%d] is %v, want %v", cell, n, level, what, i, got, want)
		}
	}
	h2, gates, tmp := append([]Float{}, h...), append([]Float{}, x...), make([]Float, 2*n)
	cell.Step(h2, gates, u, c, kept, tmp[:n])
	dh2, dc2, dx, dkept := append([]Float{}, dh...), append([]Float{}, dc...), append([]Float{}, gates...), append([]Float{}, kept...)
	cell.StepBack(dh2, dc2, dx, dkept, h, c, tmp)

	σ := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	for j := range n {
		in := func(k int) float64 { return float64(x[k*n+j]) }
		hidden := func(k int) float64 { return float64(u[k*n+j]) }
		hj, cj, d := float64(h[j]), float64(c[j]), float64(dh[j])
		switch cell {
		case LSTMCell:
			i, f, g, o := σ(in(0)+hidden(0)), σ(in(1)+hidden(1)), math.Tanh(in(2)+hidden(2)), σ(in(3)+hidden(3))
			after := f*cj + i*g
			th := math.Tanh(after)
			near("c′", j, kept[j], after)
			near("h′", j, h2[j], o*th)
			da := float64(dc[j]) + d*o*(1-th*th)
			near("∂i", j, dx[j], da*g*i*(1-i))
			near("∂f", j, dx[n+j], da*cj*f*(1-f))
			near("∂g", j, dx[2*n+j], da*i*(1-g*g))
			near("∂o", j, dx[3*n+j], d*th*o*(1-o))
			near("∂c", j, dc2[j], da*f)
			near("∂h", j, dh2[j], 0)
		case GRUCell:
			r, z, hn := σ(in(0)+hidden(0)), σ(in(1)+hidden(1)), hidden(2)+cj
			new := math.Tanh(in(2) + r*hn)
			near("u + b", j, kept[j], hn)
			near("h′", j, h2[j], new+z*(hj-new))
			dn := d * (1 - z) * (1 - new*new)
			near("∂r", j, dx[j], dn*hn*r*(1-r))
			near("∂z", j, dx[n+j], d*(hj-new)*z*(1-z))
			near("∂n", j, dx[2*n+j], dn)
			near("∂u", j, dkept[j], dn*r)
			near("∂h", j, dh2[j], d*z)
		case ReLUCell:
			near("h′", j, h2[j], max(in(0)+hidden(0), 0))
			if in(0)+hidden(0) <= 0 {
				d = 0
			}
			near("∂x", j, dx[j], d)
		default:
			y := math.Tanh(in(0) + hidden(0))
			near("h′", j, h2[j], y)
			near("∂x", j, dx[j], d*(1-y*y))
		}
	}
}
