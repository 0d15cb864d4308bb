package fit

import (
	"cmp"
	"math"
	"slices"
)

// EqualTokens are the points of the number of tokens that most sizes were trained on, the largest such number: what L(N) is fitted to.
// Numbers within 1 % of each other count as one.
func EqualTokens(points []Point) (tokens float64, equal []Point) {
	sizes := 0
	for _, p := range points {
		var same []Point
		for _, q := range points {
			if math.Abs(q.D/p.D-1) <= 0.01 {
				same = append(same, q)
			}
		}
		n := len(distinct(column(same, Parameters)))
		if n > sizes || n == sizes && p.D > tokens {
			sizes, tokens, equal = n, p.D, same
		}
	}
	slices.SortStableFunc(equal, func(a, b Point) int { return cmp.Compare(a.N, b.N) })
	return tokens, equal
}

// Frontier are the points that no other beats with as much compute or less, in the order of their compute: what L(C) is fitted to.
func Frontier(points []Point) []Point {
	sorted := slices.Clone(points)
	slices.SortStableFunc(sorted, func(a, b Point) int { return cmp.Or(cmp.Compare(a.C, b.C), cmp.Compare(a.L, b.L)) })
	var front []Point
	for _, p := range sorted {
		if len(front) == 0 || p.L < front[len(front)-1].L {
			front = append(front, p)
		}
	}
	return front
}
