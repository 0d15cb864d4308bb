package gradtest

import (
	"math/rand/v2"
	"slices"

	"brick/grad"
)

// A Case says how to try one Op. Every Op of package grad has at least one case
// with Want or Holds, and one with Wrong unless AnyShape says that no shape is wrong.
type Case struct {
	Op       string                                       // the Op's name
	Name     string                                       // this variant, "" if there is one only
	In       func(r *rand.Rand) []*grad.Var               // random inputs, made with Rand
	Run      func(t *grad.Tape, in []*grad.Var) *grad.Var // the op; in are parameters or constants placed on t
	Want     func(in []*grad.Var) []float64               // the value, by the simplest loops in float64
	Holds    func(in []*grad.Var, y []float64) error      // what else must be true of the value, or all that can be said of it
	Wrong    func(t *grad.Tape)                           // a misuse that must panic with a *grad.ShapeError
	AnyShape bool
}

// Cases are the cases of every Op, by family.
var Cases = slices.Concat(productCases, elementCases, shapeCases, rowCases, convCases, recurrentCases, lossCases, ctcCases)

// Rand is a parameter of the given shape with normal random values.
func Rand(r *rand.Rand, shape ...int) *grad.Var {
	n := 1
	for _, d := range shape {
		n *= d
	}
	data := make([]grad.Float, n)
	for i := range data {
		data[i] = grad.Float(r.NormFloat64())
	}
	return grad.Param(data, shape...)
}
