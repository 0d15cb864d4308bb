//go:build !f64

package kernel

// Float is the number the whole engine computes in. Building with -tags f64
// turns it into float64: slow, but exact enough to check gradients to 1e-6.
type Float = float32

// FloatBits is the size of a Float in bits.
const FloatBits = 32

// maxFloat is the largest finite Float.
const maxFloat = 0x1.fffffep127
