package model

import (
	"fmt"
	"math"

	"brick/tensor"
)

// freqsName is the tensor of what each frequency of LLaMA 3.1's rotary positions is divided by.    (D/2)
const freqsName = "rope_freqs.weight"

// usualTrained is the context that LLaMA 3 was first trained on, which files do not say.
const usualTrained = 8192

// llama3Divisors is what LLaMA 3.1 divides the frequencies θᵢ = base^(−2i/D) by: 1 for those of short waves, the factor for those
// of long ones, and between them
//
//	1/dᵢ = (1−s)/factor + s     s = (trained·θᵢ/2π − low)/(high − low), from 0 to 1
func llama3Divisors(s *RopeScaling, base float64, dim int) []float64 {
	out := make([]float64, dim/2)
	for i := range out {
		turns := float64(s.Original) / (2 * math.Pi) * math.Pow(base, -2*float64(i)/float64(dim)) // in the trained context
		t := min(max((turns-s.Low)/(s.High-s.Low), 0), 1)
		out[i] = 1 / ((1-t)/s.Factor + t)
	}
	return out
}

// ggufLlama3 is the scaling whose divisors a file has. The published numbers are tried first; others follow from two of the
// divisors between 1 and the factor.
func ggufLlama3(t *tensor.Tensor, c map[string]any, trained int) (any, error) {
	base, dim := c["rope_theta"].(float64), c["head_dim"].(int)
	if len(t.Shape) != 1 || t.Shape[0] != dim/2 || dim < 2 {
		return nil, fmt.Errorf("tensor %q has shape %v; heads of %d want [%d]", freqsName, t.Shape, dim, dim/2)
	}
	d := t.Floats(nil)
	if trained < 1 {
		trained = usualTrained
	}
	factor := 1.0
	for _, v := range d {
		if !(v >= 1 && v <= 1e6) {
			return nil, fmt.Errorf("tensor %q has %v; want numbers from 1 to 1e6", freqsName, v)
		}
		factor = max(factor, shortest(float64(v)))
	}
	s := &RopeScaling{Type: "llama3", Factor: factor, Low: 1, High: 4, Original: trained}
	fits := func() bool {
		for i, v := range llama3Divisors(s, base, dim) {
			if math.Abs(v-float64(d[i])) > 1e-4*v {
				return false
			}
		}
		return s.Low > 0 && s.High > s.Low
	}
	if fits() {
		return s, nil
	}
	var turns, shares []float64
	for i, v := range d {
		if share := (1/float64(v) - 1/factor) / (1 - 1/factor); share > 1e-3 && share < 1-1e-3 {
			turns = append(turns, float64(trained)/(2*math.Pi)*math.Pow(base, -2*float64(i)/float64(dim)))
			shares = append(shares, share)
		}
	}
	if n := len(turns) - 1; n > 0 {
		width := (turns[0] - turns[n]) / (shares[0] - shares[n])
		s.Low = math.Round(1e4*(turns[0]-shares[0]*width)) / 1e4
		s.High = math.Round(1e4*(turns[0]-shares[0]*width+width)) / 1e4
	}
	if !fits() {
		return nil, fmt.Errorf("tensor %q: its divisors are not those of LLaMA 3.1 for a context of %d", freqsName, trained)
	}
	return s, nil
}
