package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"brick/grad"
)

// A beam that holds every beginning finds the likeliest text, that whose alignments, named one by one, have the greatest
// sum; a narrow one finds none that is likelier. Greedy decoding reads the likeliest alignment.
func TestReadBeam(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	differs := 0
	for range 200 {
		places, c := 1+r.IntN(5), 2+r.IntN(2)
		scores := make([]grad.Float, places*c)
		for i := range scores {
			scores[i] = grad.Float(r.NormFloat64())
		}
		sums := map[string]float64{}
		top, aligned := math.Inf(-1), ""
		for code := range int(math.Pow(float64(c), float64(places))) {
			p, last := 0.0, 0
			var text []byte
			for at := range places {
				k := code % c
				code /= c
				p += logProbabilities(scores[at*c : (at+1)*c])[k]
				if k != 0 && k != last {
					text = append(text, byte(k))
				}
				last = k
			}
			sums[string(text)] += math.Exp(p)
			if p > top {
				top, aligned = p, string(text)
			}
		}
		best := ""
		for text, p := range sums {
			if p > sums[best] {
				best = text
			}
		}
		text := func(ids []int32) (s string) {
			for _, k := range ids {
				s += string(rune(k))
			}
			return s
		}
		got, p := readBeam(scores, c, 1<<20)
		if text(got) != best || math.Abs(p-math.Log(sums[best])) > 1e-5 {
			t.Fatalf("%v of %d classes: read %v with %v, the likeliest is %q with %v", scores, c, got, p, best, math.Log(sums[best]))
		}
		if got, p := readBeam(scores, c, 2); p > math.Log(sums[text(got)])+1e-5 {
			t.Errorf("a beam of 2 finds %v at %v, its alignments have %v", got, p, math.Log(sums[text(got)]))
		}
		if greedy := text(readGreedy(nil, scores, c)); greedy != aligned {
			t.Errorf("greedy reads %q, the likeliest alignment %q", greedy, aligned)
		} else if greedy != best {
			differs++
		}
	}
	if differs == 0 {
		t.Error("greedy decoding never fell short: the cases are too easy")
	}
}
