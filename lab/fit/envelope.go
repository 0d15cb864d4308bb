package fit

import (
	"fmt"
	"math"
)

// Envelope is approach 1 of Hoffmann et al. 2022 (section 3.1): for each of many computes the size whose loss is lowest, of the points' curves of loss
// over compute, and power laws through these. A compute is excluded where the smallest or the largest size is best, or where a neighbour of the best wasn't trained: a size
// beyond might be better still. noise is the standard deviation of log L between seeds; 0 takes it from the joint law's residuals. It is an error
// where fewer than 2 sizes are ever known to be best.
func Envelope(points []Point, noise float64, o Options) (*Allocation, error) {
	return allocate("approach 1 (envelope)", points, noise, o, func(all []curve) (best []Best, excluded []Excluded, err error) {
		const computes = 200
		sizes := map[float64]bool{}
		for _, logC := range between(all, computes) {
			c := math.Exp(logC)
			at, l := -1, math.Inf(1)
			for i, size := range all {
				if size.covers(logC) {
					if v := size.at(logC); v < l {
						at, l = i, v
					}
				}
			}
			why := ""
			switch {
			case at < 0:
				why = "no size was trained with this compute"
			case at == 0:
				why = fmt.Sprintf("the smallest size, %.4g parameters, is best: a smaller one might be better", all[at].n)
			case at == len(all)-1:
				why = fmt.Sprintf("the largest size, %.4g parameters, is best: a larger one might be better", all[at].n)
			case !all[at-1].covers(logC):
				why = fmt.Sprintf("the size of %.4g parameters wasn't trained with this compute and might be better", all[at-1].n)
			case !all[at+1].covers(logC):
				why = fmt.Sprintf("the size of %.4g parameters wasn't trained with this compute and might be better", all[at+1].n)
			}
			if why != "" {
				excluded = append(excluded, Excluded{c, why})
				continue
			}
			sizes[all[at].n] = true
			best = append(best, Best{C: c, N: all[at].n, D: c / all[at].perToken, L: math.Exp(l)})
		}
		if len(sizes) < 2 {
			return nil, excluded, fmt.Errorf("%d of %d sizes are best between two others at some compute: at least 2 are needed; %d of %d computes were excluded, the last because %s",
				len(sizes), len(all), len(excluded), computes, excluded[len(excluded)-1].Why)
		}
		return best, excluded, nil
	})
}
