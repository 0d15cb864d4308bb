package fit_test

import (
	"fmt"
	"math"

	"brick/lab/fit"
)

// sweep are 30 runs of 6 sizes, their losses from a known law with up to half a percent of error.
func sweep() []fit.Point {
	law := fit.Joint{E: 1.2, A: 60, Alpha: 0.4, B: 300, Beta: 0.4}
	var points []fit.Point
	for i := range 6 {
		n := 1e4 * math.Pow(3, float64(i))
		for j := range 5 {
			d := 3e5 * math.Pow(2.5, float64(j))
			wobble := 1 + 0.005*math.Sin(float64(17*i+5*j))
			points = append(points, fit.Point{N: n, D: d, C: 6 * n * d, L: law.Loss(n, d) * wobble})
		}
	}
	return points
}

// The law of thirty runs, and what a model three times the largest will reach.
func ExampleFit() {
	f, err := fit.Fit(sweep(), fit.Options{Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range f.Constants {
		fmt.Printf("%-5s %5.3g  %5.3g to %.3g\n", c.Name, c.Value, c.Interval.Low, c.Interval.High)
	}
	fmt.Printf("R² = %.4f\n", f.Quality.R2)
	p, err := f.Predict(7.3e6, 1.2e7, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("7.3e6 parameters, 1.2e7 tokens: %.2f, one run from %.2f to %.2f\n", p.Loss, p.Interval.Low, p.Interval.High)
	// Output:
	// E      1.19   1.13 to 1.24
	// A      65.3   56.1 to 75.1
	// alpha  0.41  0.393 to 0.425
	// B       263    210 to 332
	// beta  0.389  0.369 to 0.409
	// R² = 0.9998
	// 7.3e6 parameters, 1.2e7 tokens: 1.75, one run from 1.73 to 1.77
}

// How many tokens a model of 70 billion parameters is best trained on, by all who have said so.
func ExamplePublishedLaw() {
	for _, l := range fit.Published {
		fmt.Printf("%-39s %5.1f tokens a parameter\n", l.Name, l.Tokens(70e9)/70e9)
	}
	// Output:
	// Kaplan 2020                               0.7 tokens a parameter
	// Hoffmann 2022, approach 1                21.4 tokens a parameter
	// Hoffmann 2022, approach 2                25.6 tokens a parameter
	// Hoffmann 2022, approach 3               109.4 tokens a parameter
	// Hoffmann 2022, approach 3, more digits   65.6 tokens a parameter
	// Besiroglu 2024                           18.4 tokens a parameter
}

// Four passes over a text are worth almost four texts, forty are not worth forty.
func ExampleEffective() {
	for _, passes := range []float64{1, 4, 40} {
		fmt.Printf("%2.0f passes are worth %.1f\n", passes, fit.Effective(passes, 1, 15.4))
	}
	// Output:
	//  1 passes are worth 1.0
	//  4 passes are worth 3.7
	// 40 passes are worth 15.2
}
