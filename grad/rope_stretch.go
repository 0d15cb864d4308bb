package grad

import "math"

// RoPEStretch changes a RoPE's frequencies so that a model reads longer texts than it was trained on. Its zero value
// changes nothing.
//
//	linear   fᵢ/s                                                              Chen et al. 2023, "Extending context window"
//	llama3   fᵢ where its wave 2π/fᵢ is shorter than n/high, fᵢ/s where it is longer than n/low, and between them
//	         (1 − m)·fᵢ/s + m·fᵢ,  m = (n·fᵢ/2π − low)/(high − low)             Grattafiori et al. 2024, "The Llama 3 herd"
//	yarn     r·fᵢ/s + (1 − r)·fᵢ,  r = (i − a)/(b − a) kept in [0, 1],          Peng et al. 2023, "YaRN"
//	         a = ⌊d(high)⌋, b = ⌈d(low)⌉,  d(w) = D·ln(n/(2π·w))/(2·ln base)  the pair that turns w times over n positions
type RoPEStretch struct {
	Kind      StretchKind
	Trained   int     // n, the positions it was trained on
	Factor    float64 // s, how many times longer
	Low, High float64 // llama3: waves over n; yarn: turns over n, β_slow and β_fast
	Size      float64 // of what is rotated, that is of cos and sin; 0 means 1
}

// A StretchKind is a way to change frequencies.
type StretchKind uint8

// The ways of RoPEStretch.
const (
	StretchNone StretchKind = iota
	StretchLinear
	StretchLlama3
	StretchYaRN
)

// numbers are the fields that are numbers with a fraction.
func (s *RoPEStretch) numbers() [4]*float64 {
	return [4]*float64{&s.Factor, &s.Low, &s.High, &s.Size}
}

func (s *RoPEStretch) size() float64 {
	if s.Size == 0 {
		return 1
	}
	return s.Size
}

// Frequencies are fᵢ, the angles of a pair from one position to the next, i < Dim/2.
func (r RoPE) Frequencies() []float64 {
	s, f := r.Stretch, make([]float64, r.Dim/2)
	low, high := r.yarnPairs()
	for i := range f {
		f[i] = math.Pow(r.Base, -2*float64(i)/float64(r.Dim))
		switch s.Kind {
		case StretchLinear:
			f[i] /= s.Factor
		case StretchLlama3:
			turns := float64(s.Trained) * f[i] / (2 * math.Pi)
			m := min(max((turns-s.Low)/(s.High-s.Low), 0), 1)
			f[i] = (1-m)*f[i]/s.Factor + m*f[i]
		case StretchYaRN:
			m := min(max((float64(i)-low)/(high-low), 0), 1)
			f[i] = m*f[i]/s.Factor + (1-m)*f[i]
		}
	}
	return f
}

// yarnPairs is a and b of YaRN.
func (r RoPE) yarnPairs() (a, b float64) {
	pair := func(turns float64) float64 {
		return float64(r.Dim) * math.Log(float64(r.Stretch.Trained)/(turns*2*math.Pi)) / (2 * math.Log(r.Base))
	}
	a, b = max(math.Floor(pair(r.Stretch.High)), 0), min(math.Ceil(pair(r.Stretch.Low)), float64(r.Dim-1))
	if a == b {
		b += 0.001 // so that there is a slope
	}
	return a, b
}
