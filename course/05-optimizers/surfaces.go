package optimizers

import (
	"math"

	"brick/solve"
)

// Surface is a loss of two numbers.
type Surface struct {
	Name    string
	Formula string
	Rates   []float64 // a rate for each of Racers, the best of its grid from Start

	Start   [2]float64
	Target  float64 // the loss to be reached
	Minima  [][2]float64
	Span    [2][2]float64 // of the picture: x and y
	Descend solve.Objective
}

// Surfaces are those that can be raced on.
var Surfaces = []Surface{
	{
		Name: "ravine", Formula: "½(x² + 30y²)", Start: [2]float64{-4, 1.4}, Target: 1e-2, Minima: [][2]float64{{0, 0}}, Span: [2][2]float64{{-5, 5}, {-3, 3}},
		Rates: []float64{0.063, 0.004, 0.04, 0.25, 0.25, 0.25, 0.04, 0.63},
		Descend: func(x, grad []float64) float64 {
			grad[0], grad[1] = x[0], 30*x[1]
			return (x[0]*x[0] + 30*x[1]*x[1]) / 2
		},
	},
	{
		Name: "turned", Formula: "½(u² + 30v²), u = (x + y)/√2, v = (y − x)/√2", Start: [2]float64{-3.8, -1.8}, Target: 1e-2, Minima: [][2]float64{{0, 0}}, Span: [2][2]float64{{-5, 5}, {-3, 3}},
		Rates: []float64{0.063, 0.004, 0.04, 0.16, 0.63, 0.63, 0.25, 1},
		Descend: func(x, grad []float64) float64 {
			u, v := (x[0]+x[1])/math.Sqrt2, (x[1]-x[0])/math.Sqrt2
			grad[0], grad[1] = (u-30*v)/math.Sqrt2, (u+30*v)/math.Sqrt2
			return (u*u + 30*v*v) / 2
		},
	},
	{
		// Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960, with 10 for 100.
		Name: "rosenbrock", Formula: "(1 − x)² + 10(y − x²)²", Start: [2]float64{-1.4, 1.6}, Target: 1e-2, Minima: [][2]float64{{1, 1}}, Span: [2][2]float64{{-2.2, 2.2}, {-1, 3}},
		Rates: []float64{0.025, 0.0063, 0.01, 0.16, 0.25, 0.25, 0.04, 0.25},
		Descend: func(x, grad []float64) float64 {
			a, b := 1-x[0], x[1]-x[0]*x[0]
			grad[0], grad[1] = -2*a-40*x[0]*b, 20*b
			return a*a + 10*b*b
		},
	},
	{
		// Himmelblau, Applied Nonlinear Programming, 1972: four minima, all of loss 0.
		Name: "himmelblau", Formula: "(x² + y − 11)² + (x + y² − 7)²", Start: [2]float64{-0.3, -0.9}, Target: 1e-2,
		Minima: [][2]float64{{3, 2}, {-2.805118, 3.131313}, {-3.779310, -3.283186}, {3.584428, -1.848127}}, Span: [2][2]float64{{-5.5, 5.5}, {-5, 5}},
		Rates: []float64{0.01, 0.0063, 0.0063, 0.1, 1, 1, 0.25, 0.63},
		Descend: func(x, grad []float64) float64 {
			a, b := x[0]*x[0]+x[1]-11, x[0]+x[1]*x[1]-7
			grad[0], grad[1] = 4*a*x[0]+2*b, 2*a+4*b*x[1]
			return a*a + b*b
		},
	},
}

// surface finds one by its name.
func surface(name string) *Surface {
	for i := range Surfaces {
		if Surfaces[i].Name == name {
			return &Surfaces[i]
		}
	}
	return nil
}
