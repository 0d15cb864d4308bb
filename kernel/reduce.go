package kernel

// A Reducer names a way to fold many numbers into one.
type Reducer uint8

// The reducers.
const (
	SumAll    Reducer = iota // Σ x
	MeanAll                  // Σ x / n
	MaxAll                   // max x
	MinAll                   // min x
	SumSquare                // Σ x²
	SumAbs                   // Σ |x|
	MaxAbs                   // max |x|
)
