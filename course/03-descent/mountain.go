package descent

import (
	"context"
	"math"

	"brick/course/lesson"
	"brick/solve"
)

// MountainIn names a landscape.
type MountainIn struct {
	Shape     string  `json:"shape"`     // bowl, rosenbrock
	Condition float64 `json:"condition"` // of the bowl: how many times steeper it is one way than the other
}

// Check bounds it.
func (in MountainIn) Check() error {
	return lesson.First(lesson.OneOf("shape", in.Shape, "bowl", "rosenbrock"), lesson.Within("condition", in.Condition, 1, 1000))
}

// Mountain is the landscape from above.
type Mountain struct {
	Heights [][]float64 `json:"heights"` // rows from y[0] on; of rosenbrock log₁₀(1 + f), whose walls are too high to draw
	X       Pair        `json:"x"`       // of the first and the last column
	Y       Pair        `json:"y"`
	Bottom  Pair        `json:"bottom"`
}

const side = 41 // places along each axis

// landscape is a function with where to look at it and where it is lowest.
type landscape struct {
	f      solve.Objective
	x, y   Pair
	bottom Pair
	height func(f float64) float64
}

// of makes the landscape. The bowl is steepest along 30° and is
//
//	f = ½(u² + v²/κ)    u, v = (x, y) turned by 30°
//
// and Rosenbrock's curved valley (Computer Journal 3, 1960) is
//
//	f = (1−x)² + 100·(y−x²)²
func (in MountainIn) landscape() landscape {
	if in.Shape == "rosenbrock" {
		return landscape{func(p, grad []float64) float64 {
			a, b := 1-p[0], p[1]-p[0]*p[0]
			grad[0], grad[1] = -2*a-400*p[0]*b, 200*b
			return a*a + 100*b*b
		}, Pair{-2, 2}, Pair{-1, 3}, Pair{1, 1}, func(f float64) float64 { return math.Log10(1 + f) }}
	}
	s, c := math.Sincos(math.Pi / 6)
	return landscape{func(p, grad []float64) float64 {
		u, v := c*p[0]+s*p[1], c*p[1]-s*p[0]
		gu, gv := u, v/in.Condition
		grad[0], grad[1] = c*gu-s*gv, s*gu+c*gv
		return (u*gu + v*gv) / 2
	}, Pair{-3, 3}, Pair{-3, 3}, Pair{}, func(f float64) float64 { return f }}
}

// mountain is what there is to see when the fog has lifted.
var mountain = lesson.Recorded(lesson.Ask("mountain", MountainIn{Shape: "bowl", Condition: 8}, func(_ context.Context, _ *lesson.Session, in MountainIn) (m Mountain, err error) {
	l := in.landscape()
	m.X, m.Y, m.Bottom = l.x, l.y, l.bottom
	grad := make([]float64, 2)
	for i := range side {
		row := make([]float64, side)
		for j := range row {
			row[j] = l.height(l.f([]float64{at(l.x, j, side), at(l.y, i, side)}, grad))
		}
		m.Heights = append(m.Heights, row)
	}
	return m, nil
}), MountainIn{"rosenbrock", 8})

// at is place i of n evenly spread over a range.
func at(r Pair, i, n int) float64 { return r[0] + (r[1]-r[0])*float64(i)/float64(n-1) }
