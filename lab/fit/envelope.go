package fit

import (
	"fmt"
	"math"
)

// Envelope is approach 1 of Hoffmann et al. 2022 (section 3.1): for each of many computes the size whose loss is lowest, of the points'
// curves of loss over compute, and power laws through these. A compute is excluded where the smallest or the largest size is best, or
// where a neighbour of the best wasn't trained: a size beyond might be better still. noise is the standard deviation of log L between
// seeds; 0 takes it from the joint law's residuals. It is an error where fewer than 2 sizes are ever known to be best.
func Envelope(points []Point, noise float64, o Options) (*Allocation, error) {
	a, err := approach{"approach 1 (envelope)", 200, 2, envelope}.allocate(points, noise, o)
	if err != nil {
		return nil, err
	}
	// log N goes up in stairs about a line; a line through stairs is off by at most about a stair over the whole length.
	best := distinct(bestSizes(a.Best))
	k := len(best) - 1
	stair := math.Log(best[k]/best[0]) / float64(k)
	a.Notes = append(a.Notes, fmt.Sprintf("the best size is always one of %d, a factor of %.2g apart: "+
		"exponents are off by up to about %.2g for that reason alone, which the intervals do not hold",
		k+1, math.Exp(stair), stair/math.Log(a.Best[len(a.Best)-1].C/a.Best[0].C)))
	return a, nil
}

func bestSizes(best []Best) []float64 {
	n := make([]float64, len(best))
	for i, b := range best {
		n[i] = b.N
	}
	return n
}

// envelope is the lowest curve at exp(logC).
func envelope(all []curve, _ []cost, logC float64) (b Best, why string) {
	at, l := -1, math.Inf(1)
	for i, size := range all {
		if size.covers(logC) {
			if v := size.at(logC); v < l {
				at, l = i, v
			}
		}
	}
	if at < 0 {
		return b, "no size was trained with this compute"
	}
	b = Best{C: math.Exp(logC), N: all[at].n, D: math.Exp(logC) / all[at].perToken, L: math.Exp(l)}
	switch {
	case at == 0:
		why = fmt.Sprintf("the smallest size, %.4g parameters, is best: a smaller one might be better", b.N)
	case at == len(all)-1:
		why = fmt.Sprintf("the largest size, %.4g parameters, is best: a larger one might be better", b.N)
	case !all[at-1].covers(logC):
		why = fmt.Sprintf("the size of %.4g parameters wasn't trained with this compute and might be better", all[at-1].n)
	case !all[at+1].covers(logC):
		why = fmt.Sprintf("the size of %.4g parameters wasn't trained with this compute and might be better", all[at+1].n)
	}
	return b, why
}
