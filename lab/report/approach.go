package report

// A Value is an estimate with its interval.
type Value struct{ Value, Lo, Hi float64 }

// An Approach is one way to the compute-optimal size, N ∝ C^a (Hoffmann et al. 2022).
type Approach struct {
	Name string // approach.1 and so on: its key among the words
	A    Value
	Why  string // it could not be done; empty if it was
}

// A Profile is the losses of all sizes at one number of floating-point operations, and the parabola through them.
type Profile struct {
	FLOPs  float64
	N, L   []float64
	Curve  [3]float64 // L = c0 + c1·x + c2·x², x = ln N
	Best   float64    // the N of its minimum
	BestL  float64
	Inside bool // the minimum lies within the family
}
