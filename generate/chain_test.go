package generate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"brick/kernel"
)

// Any settings, in any order, leave the probabilities that the slow way leaves.
func TestChainEqualsSlow(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	maybe := func(x float64) float64 { return x * float64(r.IntN(2)) }
	compared := 0
	for range 1500 {
		logits := make([]kernel.Float, 2+r.IntN(60))
		for i := range logits {
			logits[i] = kernel.Float(r.NormFloat64() * 2)
		}
		ids := make([]int32, r.IntN(100))
		for i := range ids {
			ids[i] = int32(r.IntN(1 + r.IntN(len(logits))))
		}
		s := Sampling{Temperature: 0.2 + 2*r.Float64(), TopK: r.IntN(2) * (1 + r.IntN(50)), TopP: maybe(0.05 + 0.94*r.Float64()), MinP: maybe(r.Float64() / 5),
			TypicalP: maybe(0.05 + 0.94*r.Float64()), RepeatPenalty: 0.5 + r.Float64(), PresencePenalty: r.NormFloat64(), FrequencyPenalty: r.NormFloat64() / 4,
			DryMultiplier: maybe(r.Float64())}
		if r.IntN(2) == 0 {
			s.Samplers = slices.Clone(chain)
			r.Shuffle(len(chain), func(i, j int) { s.Samplers[i], s.Samplers[j] = s.Samplers[j], s.Samplers[i] })
			s.Samplers = s.Samplers[:1+r.IntN(len(chain))]
		}
		want, near := slow(s, logits, ids)
		if near < 1e-9 {
			continue // rounding decides
		}
		compared++
		d := &sampler{Sampling: s}
		if _, err := d.collect(logits, 0); err != nil {
			t.Fatal(err)
		}
		d.ids = ids
		l := d.left()
		d.weigh(l)
		sum := total(l)
		if len(l) != len(want) {
			t.Fatalf("%+v: %d are left, want %d", s, len(l), len(want))
		}
		for _, c := range l {
			if p, ok := want[c.id]; !ok || math.Abs(p-c.p/sum) > 1e-9 {
				t.Fatalf("%+v: token %d has %v, want %v", s, c.id, c.p/sum, p)
			}
		}
	}
	if compared < 1000 {
		t.Errorf("%d compared", compared)
	}
}

// Mirostat keeps the mean surprise at what is wanted, whatever the temperature of the model.
func TestMirostat(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	logits := make([]kernel.Float, 1000)
	for _, tau := range []float64{2, 4} {
		for _, sharp := range []float64{1.5, 3} {
			d := &sampler{Sampling: Sampling{Temperature: 1, Mirostat: 2, MirostatTau: tau, TopK: 1}}
			bits, n := 0.0, 3000
			for k := range n {
				for i := range logits {
					logits[i] = kernel.Float(r.NormFloat64() * sharp)
				}
				before := d.mu
				id, _, err := d.draw(logits, nil, k)
				if err != nil {
					t.Fatal(err)
				}
				if k == 0 {
					before = 2 * tau
				}
				// μ moves by η (τ − surprise): read the surprise back.
				bits += (before-d.mu)/0.1 + tau
				if id < 0 {
					t.Fatal(id)
				}
			}
			if mean := bits / float64(n); math.Abs(mean-tau) > 0.05 {
				t.Errorf("τ %v, logits of deviation %v: mean surprise %v", tau, sharp, mean)
			}
		}
	}
	// By hand: q = ½, ¼, ⅛, ⅛ surprise by 1, 2, 3, 3 bits; μ = 2 keeps two, of which q′ = ⅔ surprises by 0.585, ⅓ by 1.585.
	d := &sampler{Sampling: Sampling{Temperature: 1, Mirostat: 2, MirostatTau: 1.001, MirostatEta: 1}}
	id, _, err := d.draw(logs(0.5, 0.25, 0.125, 0.125), nil, 0)
	want := map[int32]float64{0: 2.002 - (math.Log2(1.5) - 1.001), 1: 2.002 - (math.Log2(3) - 1.001)}[id]
	if err != nil || math.Abs(d.mu-want) > 1e-6 {
		t.Errorf("token %d, μ %v, want %v; %v", id, d.mu, want, err)
	}
}

// Repetitions do not go across a breaker, wherever its text lies in the tokens.
func TestBreakers(t *testing.T) {
	words := []string{"a", "b", "c", "\n", "x:", ": ", "<|", "|>", "d"}
	says := func(id int32) string { return words[id] }
	for _, c := range []struct {
		breaks []string
		ids    []int32
		want   string // a mark where a break ends
	}{
		{nil, []int32{0, 3, 1, 4, 5, 2}, ".x.xx."},
		{[]string{}, []int32{0, 3, 4}, "..."},
		{[]string{"<||>"}, []int32{6, 7, 7, 0, 6, 0, 7}, ".x....."},
		{[]string{"ab", "bc"}, []int32{0, 1, 2, 2, 1, 0}, ".xx..."},
		{[]string{"abcab"}, []int32{0, 1, 2, 0, 1, 2, 0, 1}, "....x..x"},
	} {
		b := breaker(c.breaks, says)
		var got strings.Builder
		for _, id := range c.ids {
			got.WriteByte(".x"[map[bool]int{true: 1}[b(id)]])
		}
		if got.String() != c.want {
			t.Errorf("%q of %v: %s, want %s", c.breaks, c.ids, &got, c.want)
		}
	}
	// a b | a b: the break before keeps the second from counting as more than two.
	penalty := func(ids ...int32) float64 {
		d := &sampler{Sampling: Sampling{DryMultiplier: 1, DryBase: 2}, breaks: breaker(nil, says)}
		if _, err := d.collect(make([]kernel.Float, len(words)), 0); err != nil {
			t.Fatal(err)
		}
		d.ids = ids
		return d.left()[2].logit
	}
	for want, ids := range map[float64][]int32{-4: {8, 0, 8, 1, 2, 0, 8, 0, 8, 1}, -1: {8, 3, 0, 1, 2, 8, 3, 0, 1}, 0: {0, 3, 1, 2, 0, 3, 1}} {
		if got := penalty(ids...); got != want {
			t.Errorf("after %v: %v, want %v", ids, got, want)
		}
	}
}

// The likeliest are those that sorting gives.
func TestLikeliest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	logits := make([]kernel.Float, 300)
	for i := range logits {
		logits[i] = kernel.Float(r.IntN(40))
	}
	var all []candidate
	for i, v := range logits {
		all = append(all, candidate{id: int32(i), logit: float64(v)})
	}
	slices.SortFunc(all, order)
	for _, n := range []int{1, 5, 20} {
		for i, c := range likeliest(logits, n, 2) {
			if c.ID != all[i].id || c.LogProb != all[i].logit-2 {
				t.Errorf("%d of %d: %v, want %v", i, n, c, all[i])
			}
		}
	}
	if got := fmt.Sprint(len(likeliest(logits[:3], 20, 0)), len(likeliest(logits, 20, 0))); got != "3 20" {
		t.Error(got)
	}
}
