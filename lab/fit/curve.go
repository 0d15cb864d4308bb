package fit

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/interp"
)

// A cost is what a token takes a size in floating-point operations, C/D.
type cost struct {
	n        float64
	perToken float64
}

// costs are those of the sizes, in the order of their parameters.
func costs(points []Point) []cost {
	var all []cost
	for _, n := range distinct(column(points, Parameters)) {
		flops, tokens := 0.0, 0.0
		for _, p := range points {
			if p.N == n {
				flops += p.C
				tokens += p.D
			}
		}
		all = append(all, cost{n, flops / tokens})
	}
	return all
}

// perTokenAt is C/D of exp(logN) parameters, by lines in logarithms through two sizes or more, the outer ones drawn on.
func perTokenAt(all []cost, logN float64) float64 {
	i := 1
	for i < len(all)-1 && math.Log(all[i].n) < logN {
		i++
	}
	low, high := all[i-1], all[i]
	share := (logN - math.Log(low.n)) / math.Log(high.n/low.n)
	return math.Exp(math.Log(low.perToken) + share*math.Log(high.perToken/low.perToken))
}

// A curve is what one size reaches with more and more compute: log L between its points, a monotone cubic in log C (Fritsch and Butland
// 1984).
type curve struct {
	cost
	logC    []float64 // ascending
	logL    []float64
	between interp.FittablePredictor
}

// curves are those of the sizes with at least two points, in the order of their parameters, and the number of sizes with fewer.
func curves(points []Point) (all []curve, lone int) {
	for _, size := range costs(points) {
		c := curve{cost: size}
		var own []Point
		for _, p := range points {
			if p.N == size.n {
				own = append(own, p)
			}
		}
		byC := distinct(column(own, Compute))
		if len(byC) < 2 {
			lone++
			continue
		}
		for _, flops := range byC {
			sum, count := 0.0, 0.0 // runs of the same compute, with other seeds, count as their mean
			for _, p := range own {
				if p.C == flops {
					sum += math.Log(p.L)
					count++
				}
			}
			c.logC, c.logL = append(c.logC, math.Log(flops)), append(c.logL, sum/count)
		}
		all = append(all, c.fitted())
	}
	return all, lone
}

// fitted is the curve, ready for at. Two points are joined by a line.
func (c curve) fitted() curve {
	c.between = new(interp.PiecewiseLinear)
	if len(c.logC) > 2 {
		c.between = new(interp.FritschButland)
	}
	if err := c.between.Fit(c.logC, c.logL); err != nil {
		panic(fmt.Sprintf("fit: curve of %g parameters: %v", c.n, err)) // distinct, ascending and finite by construction
	}
	return c
}

// covers tells whether the size was trained with less and with more compute than exp(logC), so that at isn't an extrapolation.
func (c curve) covers(logC float64) bool {
	const slack = 1e-9
	return c.logC[0]-slack <= logC && logC <= c.logC[len(c.logC)-1]+slack
}

// at is log L with compute exp(logC).
func (c curve) at(logC float64) float64 {
	return c.between.Predict(max(c.logC[0], min(logC, c.logC[len(c.logC)-1])))
}

// shifted is the curve whose losses are changed by noise.
func (c curve) shifted(noise func() float64) curve {
	c.logL = slices.Clone(c.logL)
	for i := range c.logL {
		c.logL[i] += noise()
	}
	return c.fitted()
}
