// Package rate is the chapter on the learning rate: which ones settle, which
// ring, which run away, and how to know beforehand.
package rate

import (
	"embed"
	"math"

	"brick/course/lesson"
	"brick/solve"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Chapter is chapter 4.
var Chapter = &lesson.Chapter{Dir: "04-rate", Files: files, Calls: []*lesson.Call{ground, zones, trials}}

// Pair is a point of the map or of a curve.
type Pair [2]float64

// The zones of a rate α, by the largest eigenvalue λmax of the Hessian: along
// its direction a step multiplies the error by 1 − αλmax, which is
//
//	steady      above 0          α < 1/λmax
//	ringing     from −1 to 0     1/λmax ≤ α < 2/λmax
//	diverging   below −1         2/λmax ≤ α
const (
	steady    = "steady"
	ringing   = "ringing"
	diverging = "diverging"
)

// zone is where a rate belongs.
func zone(rate float64, b solve.StepBounds) string {
	switch {
	case rate < b.Limit/2:
		return steady
	case rate < b.Limit:
		return ringing
	}
	return diverging
}

// behaviour is the zone that a walk shows by its errors along the steepest
// direction, one a step, the first that of the start. Far below the first error
// rounding decides the sign, so it is looked at no further.
func behaviour(errors []float64) string {
	flips := false
	for i := 1; i < len(errors) && math.Abs(errors[i]) > 1e-9*math.Abs(errors[0]); i++ {
		flips = flips || errors[i]*errors[i-1] < 0
	}
	switch last, first := errors[len(errors)-1], errors[0]; {
	case last*last > first*first:
		return diverging
	case flips:
		return ringing
	}
	return steady
}
