package nn

import (
	"math"

	"brick/kernel"
)

// An Init says how a parameter starts: the value of its element i, drawn from the
// stream named key. It is a rule, not an action, so that a model can be declared,
// counted and named without memory, and any core can draw any element.
type Init func(key uint64, i int, fan Fan) float64

// Fan is how many inputs and outputs one neuron has.
type Fan struct{ In, Out int }

// Zeros starts at 0.
func Zeros(uint64, int, Fan) float64 { return 0 }

// Ones starts at 1.
func Ones(uint64, int, Fan) float64 { return 1 }

// Constant starts at c.
func Constant(c float64) Init { return func(uint64, int, Fan) float64 { return c } }

// Normal draws from N(0, σ²).
func Normal(σ float64) Init {
	return func(key uint64, i int, _ Fan) float64 { return scaled(key, i, σ) }
}

// TruncatedNormal draws from N(0, σ²) within ±2σ.
func TruncatedNormal(σ float64) Init {
	tail := 0.5 * math.Erfc(math.Sqrt2) // P(z < −2)
	return func(key uint64, i int, _ Fan) float64 {
		p := tail + (1-2*tail)*uniform(key, i)
		return σ * math.Sqrt2 * math.Erfinv(2*p-1)
	}
}

// ResidualNormal draws from N(0, σ²/(2n)) for the matrix that ends a branch of one of n
// residual blocks of two branches, so that their sum keeps its variance (Radford et al. 2019).
func ResidualNormal(σ float64, n int) Init { return Normal(σ / math.Sqrt(2*float64(max(n, 1)))) }

// Uniform draws from U(−bound, bound).
func Uniform(bound float64) Init {
	return func(key uint64, i int, _ Fan) float64 { return bound * (2*uniform(key, i) - 1) }
}

// LeCun draws from N(0, 1/fan_in), which keeps the variance of x·Wᵀ at x's (LeCun et al. 1998).
func LeCun(key uint64, i int, f Fan) float64 {
	return normal(key, i) / math.Sqrt(float64(max(f.In, 1)))
}

// XavierUniform draws from U(±√(6/(fan_in + fan_out))), for tanh and sigmoid (Glorot & Bengio 2010).
func XavierUniform(key uint64, i int, f Fan) float64 {
	return math.Sqrt(6/float64(max(f.In+f.Out, 1))) * (2*uniform(key, i) - 1)
}

// XavierNormal draws from N(0, 2/(fan_in + fan_out)) (Glorot & Bengio 2010).
func XavierNormal(key uint64, i int, f Fan) float64 {
	return scaled(key, i, math.Sqrt(2/float64(max(f.In+f.Out, 1))))
}

// HeUniform draws from U(±√(6/fan_in)), for ReLU (He et al. 2015).
func HeUniform(key uint64, i int, f Fan) float64 {
	return math.Sqrt(6/float64(max(f.In, 1))) * (2*uniform(key, i) - 1)
}

// HeNormal draws from N(0, 2/fan_in), for ReLU (He et al. 2015).
func HeNormal(key uint64, i int, f Fan) float64 {
	return scaled(key, i, math.Sqrt(2/float64(max(f.In, 1))))
}

// HeFanOut draws from N(0, 2/fan_out), which keeps the variance of gradients on the way back through ReLU and
// convolutions (He et al. 2015).
func HeFanOut(key uint64, i int, f Fan) float64 {
	return scaled(key, i, math.Sqrt(2/float64(max(f.Out, 1))))
}

// Torch draws from U(±1/√fan_in), PyTorch's start of linear and convolution layers.
func Torch(key uint64, i int, f Fan) float64 {
	return (2*uniform(key, i) - 1) / math.Sqrt(float64(max(f.In, 1)))
}

// TorchBias is Torch for a bias, whose own shape does not tell the layer's fan_in.
func TorchBias(fanIn int) Init { return Uniform(1 / math.Sqrt(float64(max(fanIn, 1)))) }

// uniform is number i of the stream named key, uniform in (0, 1).
func uniform(key uint64, i int) float64 {
	return (float64(kernel.Random(key, i)>>11) + 0.5) / (1 << 53)
}
