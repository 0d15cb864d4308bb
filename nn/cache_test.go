package nn_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"brick/device/cpu"
	"brick/grad"
	"brick/nn"
)

// A cache that grows as texts are read piece by piece gives the bits of attention over whole texts, and so do sequences that are
// picked from it.
func TestCacheGrows(t *testing.T) {
	const T, H, K, D = 150, 6, 2, 5
	r := rand.New(rand.NewPCG(1, 1))
	draw := func(heads int) []nn.Float {
		x := make([]nn.Float, 2*T*heads*D)
		for i := range x {
			x[i] = nn.Float(r.NormFloat64())
		}
		return x
	}
	qs, ks, vs := draw(H), draw(K), draw(K)
	o := grad.AttentionOptions{Causal: true, Window: 140}
	tape := &grad.Tape{NoGrad: true}
	whole := grad.Attention(tape.Const(qs, 2, T, H, D), tape.Const(ks, 2, T, K, D), tape.Const(vs, 2, T, K, D), o).Data()

	// part is positions lo to hi of the sequences in order.
	part := func(x []nn.Float, order []int, heads, lo, hi int) (y []nn.Float) {
		for _, b := range order {
			y = append(y, x[(b*T+lo)*heads*D:(b*T+hi)*heads*D]...)
		}
		return y
	}
	for _, second := range [][]int{{0, 1}, {1, 1, 0}} {
		var m nn.Cache
		order, at := []int{0, 1}, 0
		for i, n := range []int{3, 1, 60, 1, 64, 2, 1, 18} {
			if i == 4 {
				order = second
				m.Pick(cpu.Default(), order)
			}
			x := func(x []nn.Float, heads int) *nn.Var {
				return tape.Const(part(x, order, heads, at, at+n), len(order), n, heads, D)
			}
			y := m.Attend(x(qs, H), x(ks, K), x(vs, K), 0, o).Data()
			if !slices.Equal(y, part(whole, order, H, at, at+n)) {
				t.Fatalf("sequences %v, positions %d to %d: other bits than of the whole", order, at, at+n-1)
			}
			at += n
		}
	}
}

func TestCacheRefuses(t *testing.T) {
	tape := &grad.Tape{NoGrad: true}
	x := tape.Shaped
	over := func(q, k *nn.Var, n int) func() {
		return func() { grad.AttentionOver(q, k, k, n, grad.AttentionOptions{}) }
	}
	for want, call := range map[string]func(){
		"room for 5 positions": over(x(1, 1, 2, 4), x(1, 2, 4, 4), 5),
		"of a cache":           over(x(1, 1, 2, 4), x(1, 2, 4, 3), 2),
		"multiple of":          over(x(1, 1, 3, 4), x(1, 2, 4, 4), 2),
		"read only":            func() { y := new(grad.Tape); over(y.Shaped(1, 1, 2, 4), y.Shaped(1, 2, 4, 4), 2)() },
		"2 heads of keys of 4": func() {
			var m nn.Cache
			m.Attend(x(1, 1, 2, 4), x(1, 1, 2, 4), x(1, 1, 2, 4), 0, grad.AttentionOptions{})
			m.Attend(x(1, 1, 4, 2), x(1, 1, 4, 2), x(1, 1, 4, 2), 0, grad.AttentionOptions{})
		},
	} {
		if err := grad.Catch(call); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("found %v, want an error that says %q", err, want)
		}
	}
}
