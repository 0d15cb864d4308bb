package generate

import (
	"math"
	"slices"

	"brick/kernel"
)

// slow is a chain by the words of its papers: every step computes all probabilities anew. It gives the distribution that
// is drawn from, without xtc and mirostat, and how near the nearest of its decisions was.
func slow(s Sampling, logits []kernel.Float, ids []int32) (map[int32]float64, float64) {
	near := math.Inf(1)
	type tok struct {
		id int32
		l  float64
	}
	var list []tok
	for i, v := range logits {
		list = append(list, tok{int32(i), float64(v)})
	}
	softmax := func() (q []float64) {
		sum := 0.0
		for _, t := range list {
			sum += math.Exp(t.l)
		}
		for _, t := range list {
			q = append(q, math.Exp(t.l)/sum)
		}
		return q
	}
	upTo := func(p float64) {
		sum := 0.0
		for i, q := range softmax() {
			sum += q
			near = min(near, math.Abs(sum-p))
			if sum >= p {
				list = list[:i+1]
				return
			}
		}
	}
	sorted := func(key func(t tok) float64) {
		slices.SortStableFunc(list, func(a, b tok) int {
			if key(a) < key(b) {
				return -1
			}
			return 1
		})
	}
	likely := func(t tok) float64 { return -t.l + float64(t.id)*1e-9 }
	for _, name := range append(slices.Clone(s.Samplers), chain[:len(chain)*(1-min(1, len(s.Samplers)))]...) {
		switch {
		case name == "penalties":
			for i := range list {
				n := 0
				for _, id := range ids[max(0, len(ids)-64):] {
					if id == list[i].id {
						n++
					}
				}
				if n > 0 {
					if list[i].l > 0 {
						list[i].l /= s.RepeatPenalty
					} else {
						list[i].l *= s.RepeatPenalty
					}
					list[i].l -= s.PresencePenalty + s.FrequencyPenalty*float64(n)
				}
			}
		case name == "dry" && s.DryMultiplier > 0:
			for i := range list {
				longest := 0
				for j := range ids {
					n := 0
					for ids[j] == list[i].id && n < j && ids[j-1-n] == ids[len(ids)-1-n] {
						n++
					}
					longest = max(longest, n)
				}
				if longest >= 2 {
					list[i].l -= s.DryMultiplier * math.Pow(1.75, float64(longest-2))
				}
			}
		case name == "top_k" && s.TopK > 0:
			sorted(likely)
			list = list[:min(s.TopK, len(list))]
		case name == "typ_p" && s.TypicalP > 0:
			h, lse := 0.0, 0.0
			for _, q := range softmax() {
				h -= q * math.Log(q)
			}
			for _, t := range list {
				lse += math.Exp(t.l)
			}
			sorted(func(t tok) float64 { return math.Abs(math.Log(lse)-t.l-h) + likely(t)*1e-12 })
			upTo(s.TypicalP)
		case name == "top_p" && s.TopP > 0:
			sorted(likely)
			upTo(s.TopP)
		case name == "min_p":
			q := softmax()
			top := slices.Max(q)
			var kept []tok
			for i, t := range list {
				near = min(near, math.Abs(q[i]-s.MinP*top))
				if q[i] >= s.MinP*top {
					kept = append(kept, t)
				}
			}
			list = kept
		case name == "temperature":
			for i := range list {
				list[i].l /= s.Temperature
			}
		}
	}
	out := map[int32]float64{}
	for i, q := range softmax() {
		out[list[i].id] = q
	}
	return out, near
}
