package train

import (
	"math"
	"slices"

	"brick/data"
	"brick/grad"
	"brick/nn"
)

// A Search says how a target is looked for. The zero value takes the likeliest token each time.
type Search struct {
	Beam          int     // continuations that are followed at once; 0 and 1 are greedy
	LengthPenalty float64 // α of the length penalty: 0 favours short texts, 1 compares means
}

const maxBeam = 1024

func (s Search) check() error {
	switch {
	case s.Beam < 0 || s.Beam > maxBeam:
		return usagef("predict: a beam of %d; want 1 to %d", s.Beam, maxBeam)
	case !(math.Abs(s.LengthPenalty) <= 100):
		return usagef("predict: a length penalty of %v; want a number such as 0.6", s.LengthPenalty)
	}
	return nil
}

// A hypothesis is the beginning of a target.
type hypothesis struct {
	ids   []int32
	logP  float64
	from  int     // which one it continues
	score float64 // logP over the length penalty, once it is whole
}

// search writes the target of one source (S), without EOS, and its score.
//
//	score = Σ ln p / ((5 + n)/6)^α     n tokens, EOS among them (Wu et al. 2016, eq. 14)
func (w *translator) search(source []int32, s Search) ([]int32, float64, error) {
	defer func() { w.tape.Memory = nil }()
	if err := w.begin(source); err != nil {
		return nil, 0, err
	}
	width := max(s.Beam, 1)
	alive := []hypothesis{{}}
	var done []hypothesis
	for n := 1; ; n++ {
		penalty := math.Pow((5+float64(n))/6, s.LengthPenalty)
		if width == 1 {
			penalty = 1
		}
		next := w.extend(alive, width)
		alive = alive[:0]
		for _, h := range next {
			if h.ids[n-1] == data.EOS || n == w.t {
				h.score = h.logP / penalty
				done = append(done, h)
				continue
			}
			alive = append(alive, h)
		}
		if len(alive) == 0 || len(done) >= width && likeliest(done).score >= alive[0].logP/penalty {
			break
		}
		order, last := make([]int, len(alive)), make([]int32, len(alive))
		for i, h := range alive {
			order[i], last[i] = h.from, h.ids[n-1]
		}
		if width > 1 {
			if err := nn.Pick(w.tape, order); err != nil {
				return nil, 0, err
			}
		}
		if err := w.next(last); err != nil {
			return nil, 0, err
		}
	}
	h := likeliest(done)
	if end := len(h.ids) - 1; end >= 0 && h.ids[end] == data.EOS {
		h.ids = h.ids[:end]
	}
	return h.ids, h.score, nil
}

// likeliest is the whole hypothesis of the greatest score, the first on ties.
func likeliest(list []hypothesis) hypothesis {
	top := list[0]
	for _, h := range list[1:] {
		if h.score > top.score {
			top = h
		}
	}
	return top
}

// extend returns the n likeliest continuations by one token, likeliest first; of equal ones that of the earlier
// hypothesis and the smaller id.
func (w *translator) extend(alive []hypothesis, n int) []hypothesis {
	type step struct {
		from int
		id   int32
		logP float64
	}
	var steps []step
	for i, h := range alive {
		row := w.logits[i*w.vocab : (i+1)*w.vocab]
		norm := logSum(row)
		for id, v := range row {
			if l := h.logP + float64(v) - norm; len(steps) < n || l > steps[len(steps)-1].logP {
				at, _ := slices.BinarySearchFunc(steps, l, func(s step, l float64) int {
					if s.logP >= l {
						return -1
					}
					return 1
				})
				steps = slices.Insert(steps, at, step{i, int32(id), l})
				steps = steps[:min(len(steps), n)]
			}
		}
	}
	next := make([]hypothesis, len(steps))
	for i, s := range steps {
		next[i] = hypothesis{ids: append(slices.Clone(alive[s.from].ids), s.id), logP: s.logP, from: s.from}
	}
	return next
}

// logSum is ln Σ eˣ.
func logSum(x []grad.Float) float64 {
	top, sum := float64(slices.Max(x)), 0.0
	for _, v := range x {
		sum += math.Exp(float64(v) - top)
	}
	return top + math.Log(sum)
}
