package fit

import (
	"math"
	"slices"
)

// An Interval is from Low to High, both included.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Holds tells whether x lies in the interval.
func (i Interval) Holds(x float64) bool { return i.Low <= x && x <= i.High }

// Meets tells whether the two have a number in common: two fits that agree within their intervals.
func (i Interval) Meets(j Interval) bool { return i.Low <= j.High && j.Low <= i.High }

// A Constant is a fitted number and how sure it is.
type Constant struct {
	Name     string   `json:"name"`
	Value    float64  `json:"value"`
	Interval Interval `json:"interval"` // holds the truth of this constant with the fit's Level of probability
	All      Interval `json:"all"`      // these, one for each constant, hold all truths together with that probability
	Note     string   `json:"note,omitempty"`
}

// quantile of sorted values; the k-th of n stands for k/(n+1), so that few draws do not make short intervals (Hyndman and Fan 1996, type
// 6).
func quantile(sorted []float64, q float64) float64 {
	n := len(sorted)
	at := q*float64(n+1) - 1
	switch {
	case at <= 0:
		return sorted[0]
	case at >= float64(n-1):
		return sorted[n-1]
	}
	i := int(at)
	low, high := sorted[i], sorted[i+1]
	if low == high {
		return low
	}
	return low + (at-float64(i))*(high-low)
}

// percentiles is the interval that leaves as many values below as above it.
func percentiles(sorted []float64, level float64) Interval {
	return Interval{quantile(sorted, (1-level)/2), quantile(sorted, (1+level)/2)}
}

// bands are percentile intervals for each of draws' columns (draws, columns), alone and together. Together they leave out
// the same share of draws on each side of each column, chosen such that a share level of the draws lies in all of them
// (the balanced simultaneous sets of Beran 1988).
func bands(draws [][]float64, level float64) (alone, together []Interval) {
	columns := len(draws[0])
	sorted := make([][]float64, columns)
	depth := make([]float64, len(draws)) // the least share that is left out on a side when the draw is the last inside
	for i := range depth {
		depth[i] = 1
	}
	for j := range columns {
		for _, d := range draws {
			sorted[j] = append(sorted[j], d[j])
		}
		slices.Sort(sorted[j])
		for i, d := range draws {
			below, _ := slices.BinarySearch(sorted[j], d[j])
			share := float64(below+1) / float64(len(draws)+1)
			depth[i] = min(depth[i], share, 1-share)
		}
	}
	slices.Sort(depth)
	outside := quantile(depth, 1-level)
	for j := range columns {
		alone = append(alone, percentiles(sorted[j], level))
		together = append(together, percentiles(sorted[j], 1-2*outside))
	}
	return alone, together
}

// representable keeps a number within what JSON can write.
func representable(x float64) float64 {
	return max(-math.MaxFloat64, min(x, math.MaxFloat64))
}
