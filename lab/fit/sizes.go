package fit

import (
	"fmt"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// sizes is, for each point, the number of its size in the order of first appearance.
func sizes(points []Point) []int {
	number, of := map[float64]int{}, make([]int, len(points))
	for i, p := range points {
		if _, seen := number[p.N]; !seen {
			number[p.N] = len(number)
		}
		of[i] = number[p.N]
	}
	return of
}

// together says so where residuals of a size are too alike for points that are independent: a one-way analysis of variance, on the
// cautious side because the law has taken up a part of what differs between sizes.
func together(residuals []float64, size []int) string {
	groups := map[int][]float64{}
	for i, r := range residuals {
		groups[size[i]] = append(groups[size[i]], r)
	}
	mean, between, within := stat.Mean(residuals, nil), 0.0, 0.0
	for k := range len(groups) { // not over the map, whose order is not fixed
		m := stat.Mean(groups[k], nil)
		between += float64(len(groups[k])) * (m - mean) * (m - mean)
		for _, r := range groups[k] {
			within += (r - m) * (r - m)
		}
	}
	k, n := float64(len(groups)), float64(len(residuals))
	if k < 2 || n <= k || within == 0 {
		return ""
	}
	f := between / (k - 1) / (within / (n - k))
	if chance := 1 - (distuv.F{D1: k - 1, D2: n - k}).CDF(f); chance > 0.01 {
		return ""
	}
	return fmt.Sprintf("the residuals of a size are alike (F = %.1f): its runs share their noise, or the law bends where the sizes do not; "+
		"the intervals take them as independent and "+
		"are too short unless the noise between seeds is given", f)
}
