//go:build f64

package kernel

// Float is float64 in this build; see float32.go.
type Float = float64

// FloatBits is the size of a Float in bits.
const FloatBits = 64

const maxFloat = 0x1.fffffffffffffp1023
