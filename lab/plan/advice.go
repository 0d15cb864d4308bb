package plan

import (
	"math"
	"strings"

	"brick/lab/fit"
)

// Advice is what a published law says of a plan.
type Advice struct {
	Law    string  `json:"law"`
	Source string  `json:"source"`
	Note   string  `json:"note"`
	Tokens float64 `json:"tokens"`         // for which the planned size is the compute-optimal one
	Size   float64 `json:"size"`           // compute-optimal for the planned compute, 0 where none is planned
	For    float64 `json:"for"`            // tokens of that size
	Loss   float64 `json:"loss,omitempty"` // predicted of the plan, nats a token of the authors' text; 0 where the law says none
}

// advise asks all published laws about n parameters, body of them in the blocks, on d tokens.
func advise(n, body, d float64) (list []Advice) {
	for _, l := range fit.Published {
		a := Advice{Law: l.Name, Source: l.Source, Note: l.Note}
		size := n
		if strings.HasPrefix(l.Name, "Kaplan") { // who counts no tables
			size = body
		}
		a.Tokens = l.Tokens(size)
		if d > 0 {
			a.Size, a.For = l.Optimal(6 * size * d)
			a.Loss, _ = l.Loss(size, d)
		}
		list = append(list, a)
	}
	return list
}

// Ratio is the tokens a parameter that a law finds optimal at a number of operations.
func Ratio(l fit.PublishedLaw, flops float64) float64 {
	n, d := l.Optimal(flops)
	return d / n
}

// chinchillaFLOPs is: what Hoffmann et al. trained their 70 billion parameters with, at 20 tokens for each.
const chinchillaFLOPs = 5.88e23

// Contradiction compares what the laws of Hoffmann's form say of tokens a parameter at Chinchilla's compute with the 20 that it was
// trained at.
func Contradiction() (rounded, refit float64) {
	rounded, refit = math.NaN(), math.NaN()
	for _, l := range fit.Published {
		switch l.Name {
		case "Hoffmann 2022, approach 3":
			rounded = Ratio(l, chinchillaFLOPs)
		case "Besiroglu 2024":
			refit = Ratio(l, chinchillaFLOPs)
		}
	}
	return rounded, refit
}
