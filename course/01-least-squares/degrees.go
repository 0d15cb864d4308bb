package leastsquares

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"brick/course/lesson"
	"brick/solve"
)

// DegreesIn is a set of noisy points and the polynomial that is looked at.
type DegreesIn struct {
	Seed   uint64  `json:"seed"`
	Count  int     `json:"count"`  // points, of which every third is kept for the test
	Noise  float64 `json:"noise"`  // its standard deviation
	Degree int     `json:"degree"` // 1 to 9
}

// Check bounds them.
func (in DegreesIn) Check() error {
	return lesson.First(lesson.Within("seed", float64(in.Seed), 0, 1e9), lesson.Within("count", float64(in.Count), 9, 90),
		lesson.Within("noise", in.Noise, 0, 1), lesson.Within("degree", float64(in.Degree), 1, solve.MaxDegree))
}

// Degrees is what polynomials of degree 1 to 9 make of the points.
type Degrees struct {
	Train  []Pair    `json:"train"`
	Test   []Pair    `json:"test"`
	Truth  []Pair    `json:"truth"`  // the curve that the points are from
	Curve  []Pair    `json:"curve"`  // the polynomial of the degree asked for
	Loss   []float64 `json:"loss"`   // 1/2n Σ(y−f(x))² on the training points, by degree from 1
	Beyond []float64 `json:"beyond"` // the same on the test points, which no fit has seen
	Best   int       `json:"best"`   // the degree whose test loss is least
}

// truth is the curve that points are drawn from.
func truth(x float64) float64 { return math.Sin(3*x) + 0.3*x }

// draw gives the points, on [−1, 1].
func (in DegreesIn) draw() (train, test []Pair) {
	r := rand.New(rand.NewPCG(in.Seed, 1))
	for i := range in.Count {
		x := -1 + 2*(float64(i)+r.Float64())/float64(in.Count)
		p := Pair{x, truth(x) + in.Noise*r.NormFloat64()}
		if i%3 == 1 {
			test = append(test, p)
		} else {
			train = append(train, p)
		}
	}
	return train, test
}

var someDegree = DegreesIn{Seed: 5, Count: 18, Noise: 0.3, Degree: 3}

// everyDegree is someDegree with each degree in turn.
func everyDegree() (list []DegreesIn) {
	for d := 1; d <= solve.MaxDegree; d++ {
		in := someDegree
		in.Degree = d
		list = append(list, in)
	}
	return list
}

// degrees fits all nine by least squares.
var degrees = lesson.Recorded(lesson.Shows(lesson.Ask("degrees", someDegree, func(_ context.Context, _ *lesson.Session, in DegreesIn) (d Degrees, err error) {
	d.Train, d.Test = in.draw()
	x, y := split(d.Train)
	testX, _ := split(d.Test)
	grid := make([]float64, 121)
	for i := range grid {
		grid[i] = -1 + 2*float64(i)/120
		d.Truth = append(d.Truth, Pair{grid[i], truth(grid[i])})
	}
	for degree := 1; degree <= solve.MaxDegree; degree++ {
		fit, err := fitDegree(x, y, degree)
		if err != nil {
			return d, err
		}
		of, err := predict(fit, testX, degree)
		if err != nil {
			return d, err
		}
		d.Loss, d.Beyond = append(d.Loss, fit.Loss), append(d.Beyond, halfMean(of, d.Test))
		if d.Beyond[degree-1] <= d.Beyond[max(d.Best, 1)-1] {
			d.Best = degree
		}
		if degree == in.Degree {
			of, err := predict(fit, grid, degree)
			if err != nil {
				return d, err
			}
			for i, v := range of {
				d.Curve = append(d.Curve, Pair{grid[i], v})
			}
		}
	}
	return d, nil
}), func(in DegreesIn) lesson.Shown {
	train, test := in.draw()
	x, y := split(train)
	testX, testY := split(test)
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"

	"brick/solve"
)

func main() {
	x := %#v
	y := %#v
	testX := %#v
	testY := %#v
	for degree := 1; degree <= solve.MaxDegree; degree++ {
		powers, _ := solve.Polynomial(x, degree)
		fit, err := solve.LeastSquares(powers, solve.Column(y), solve.FitOptions{})
		if err != nil {
			fmt.Println(err)
			return
		}
		powers, _ = solve.Polynomial(testX, degree)
		of, _ := fit.Predict(powers)
		loss := 0.0
		for i := range testY {
			r := of.At(i, 0) - testY[i]
			loss += r * r / float64(2*len(testY))
		}
		fmt.Println(degree, "train", fit.Loss, "test", loss)
	}
}
`, x, y, testX, testY)}
}), everyDegree()...)

func split(list []Pair) (x, y []float64) {
	for _, p := range list {
		x, y = append(x, p[0]), append(y, p[1])
	}
	return x, y
}

func fitDegree(x, y []float64, degree int) (*solve.Fit, error) {
	powers, err := solve.Polynomial(x, degree)
	if err != nil {
		return nil, err
	}
	return solve.LeastSquares(powers, solve.Column(y), solve.FitOptions{})
}

func predict(fit *solve.Fit, x []float64, degree int) ([]float64, error) {
	powers, err := solve.Polynomial(x, degree)
	if err != nil {
		return nil, err
	}
	of, err := fit.Predict(powers)
	return of.Data, err
}

// halfMean is 1/2n Σ(f−y)².
func halfMean(of []float64, list []Pair) (l float64) {
	for i, p := range list {
		l += (of[i] - p[1]) * (of[i] - p[1]) / float64(2*len(list))
	}
	return l
}
