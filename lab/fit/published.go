package fit

import "math"

// A PublishedLaw is a compute-optimal rule that others have printed: either a law of the loss or a power law N ∝ C^a.
type PublishedLaw struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	Note   string `json:"note"`         // how parameters are counted, what was rounded
	Law    Joint  `json:"law,omitzero"` // zero where only the rule is printed

	// The rule N = Size·(C/Compute)^Power, for laws without a loss in N and D of Hoffmann's form.
	Size    float64 `json:"size,omitempty"`    // parameters at Compute
	Compute float64 `json:"compute,omitempty"` // floating-point operations
	Power   float64 `json:"power,omitempty"`

	loss func(n, d float64) float64 // where it is printed but not of Hoffmann's form
}

// petaFLOPDay is Kaplan's unit of compute in floating-point operations: 10¹⁵ a second for a day.
const petaFLOPDay = 8.64e19

// Published are the laws in the order of their years.
var Published = []PublishedLaw{
	{
		Name:   "Kaplan 2020",
		Source: "Kaplan et al. 2020, Scaling Laws for Neural Language Models (arXiv 2001.08361), section 6.1 and tables 2, 5",
		Note:   "parameters without embeddings; compute is their C_min, of batches well below the critical one; tokens are C/(6N)",
		Size:   1.3e9, Compute: petaFLOPDay, Power: 0.73,
		loss: kaplanLoss,
	},
	{
		Name:   "Hoffmann 2022, approach 1",
		Source: "Hoffmann et al. 2022, Training Compute-Optimal Large Language Models (arXiv 2203.15556), tables 2, 3",
		Note:   "the envelope of the training curves; exponent 0.50 as printed, through the row of 67 billion parameters",
		Size:   67e9, Compute: 5.76e23, Power: 0.50,
	},
	{
		Name:   "Hoffmann 2022, approach 2",
		Source: "Hoffmann et al. 2022 (arXiv 2203.15556), tables 2, A3",
		Note:   "the minima of the iso-FLOP profiles; exponent 0.49 as printed, through the row of 67 billion parameters",
		Size:   67e9, Compute: 6.88e23, Power: 0.49,
	},
	{
		Name:   "Hoffmann 2022, approach 3",
		Source: "Hoffmann et al. 2022 (arXiv 2203.15556), eq. 10",
		Note:   "constants rounded as printed: at large compute they ask for several times the 20 tokens a parameter of the same paper",
		Law:    Joint{E: 1.69, A: 406.4, B: 410.7, Alpha: 0.34, Beta: 0.28},
	},
	{
		Name:   "Hoffmann 2022, approach 3, more digits",
		Source: "Hoffmann et al. 2022 (arXiv 2203.15556), the constants in the TeX source, as reported by Besiroglu et al. 2024",
		Note:   "nearer to the paper's 40 billion parameters at Gopher's compute than the rounded constants",
		Law:    Joint{E: 1.6934, A: 406.4, B: 410.7, Alpha: 0.3392, Beta: 0.2849},
	},
	{
		Name:   "Besiroglu 2024",
		Source: "Besiroglu et al. 2024, Chinchilla Scaling: A replication attempt (arXiv 2404.10102), table 1",
		Note:   "approach 3 fitted again, to the points of Hoffmann's figure 4; agrees with approaches 1 and 2",
		Law:    Joint{E: 1.8172, A: 482.01, B: 2085.43, Alpha: 0.3478, Beta: 0.3658},
	},
}

// kaplanLoss is Kaplan et al. 2020, eq. 1.5 with the constants of table 2: L = ((N_c/N)^(α_N/α_D) + D_c/D)^α_D.
func kaplanLoss(n, d float64) float64 {
	const alphaN, alphaD, nc, dc = 0.076, 0.103, 6.4e13, 1.8e13
	return math.Pow(math.Pow(nc/n, alphaN/alphaD)+dc/d, alphaD)
}

// Optimal is the number of parameters n and of tokens d that the law advises for flops floating-point operations of training.
func (l PublishedLaw) Optimal(flops float64) (n, d float64) {
	if l.Power == 0 {
		return l.Law.Optimal(flops)
	}
	n = l.Size * math.Pow(flops/l.Compute, l.Power)
	return n, flops / (6 * n)
}

// Tokens is the number of tokens for which a model of n parameters is the one that the law advises.
func (l PublishedLaw) Tokens(n float64) float64 {
	if l.Power == 0 {
		return l.Law.Tokens(n)
	}
	return l.Compute * math.Pow(n/l.Size, 1/l.Power) / (6 * n)
}

// Loss is what the law predicts for n parameters and d tokens, in nats a token of its authors' text; false where it has no such prediction.
func (l PublishedLaw) Loss(n, d float64) (float64, bool) {
	switch {
	case l.loss != nil:
		return l.loss(n, d), true
	case l.Law != Joint{}:
		return l.Law.Loss(n, d), true
	}
	return 0, false
}
