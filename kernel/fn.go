package kernel

import "math"

// A Fn names a function of one number; Fns holds its definition.
type Fn uint8

// Args are the constants of a Fn, such as the slope of a leaky ReLU.
type Args [2]Float

// noArgs is for functions without constants.
var noArgs Args

// The functions of one number. In their formulas α = p[0], β = p[1].
const (
	Identity  Fn = iota // x
	Neg                 // −x
	Abs                 // |x|
	Square              // x²
	Sqrt                // √x
	Exp                 // eˣ
	Log                 // ln x
	Pow                 // x^α
	Clamp               // min(max(x, α), β)
	Affine              // α·x + β
	Recip               // 1/x
	Sin                 // sin x
	Cos                 // cos x
	ReLU                // max(x, 0)
	LeakyReLU           // x if x > 0, else α·x
	ELU                 // x if x > 0, else α·(eˣ − 1)
	GELU                // x·Φ(x) = x/2·(1 + erf(x/√2))                  Hendrycks & Gimpel 2016
	GELUTanh            // x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))      the same paper's approximation
	SiLU                // x·σ(x)
	Sigmoid             // σ(x) = 1/(1 + e⁻ˣ)
	Tanh                // tanh x
	Softplus            // ln(1 + eˣ)
	Erf                 // erf x
	Sign                // −1, 0 or 1
	numFns
)

// A FnDef defines a Fn by its value and its slope. The slope is given x and
// y = F(x) and uses one of them: whichever makes it shorter or saves memory.
type FnDef struct {
	Name  string
	UsesX bool // Slope reads x
	UsesY bool // Slope reads y
	F     func(x Float, p *Args) Float
	Slope func(x, y Float, p *Args) Float
}

// Fns is the table of functions of one number, by Fn.
var Fns = [numFns]FnDef{
	Identity:  {"identity", false, false, func(x Float, _ *Args) Float { return x }, func(_, _ Float, _ *Args) Float { return 1 }},
	Neg:       {"neg", false, false, func(x Float, _ *Args) Float { return -x }, func(_, _ Float, _ *Args) Float { return -1 }},
	Abs:       {"abs", true, false, func(x Float, _ *Args) Float { return max(x, -x) }, func(x, _ Float, _ *Args) Float { return when(x > 0) - when(x < 0) }},
	Square:    {"square", true, false, func(x Float, _ *Args) Float { return x * x }, func(x, _ Float, _ *Args) Float { return 2 * x }},
	Sqrt:      {"sqrt", false, true, func(x Float, _ *Args) Float { return SqrtOf(x) }, func(_, y Float, _ *Args) Float { return 0.5 / y }},
	Exp:       {"exp", false, true, func(x Float, _ *Args) Float { return ExpOf(x) }, func(_, y Float, _ *Args) Float { return y }},
	Log:       {"log", true, false, func(x Float, _ *Args) Float { return LogOf(x) }, func(x, _ Float, _ *Args) Float { return 1 / x }},
	Pow:       {"pow_scalar", true, false, func(x Float, p *Args) Float { return PowOf(x, p[0]) }, func(x, _ Float, p *Args) Float { return p[0] * PowOf(x, p[0]-1) }},
	Clamp:     {"clamp", true, false, func(x Float, p *Args) Float { return min(max(x, p[0]), p[1]) }, func(x, _ Float, p *Args) Float { return when(x >= p[0] && x <= p[1]) }},
	Affine:    {"affine", false, false, func(x Float, p *Args) Float { return Float(p[0]*x) + p[1] }, func(_, _ Float, p *Args) Float { return p[0] }},
	Recip:     {"reciprocal", false, true, func(x Float, _ *Args) Float { return 1 / x }, func(_, y Float, _ *Args) Float { return -y * y }},
	Sin:       {"sin", true, false, func(x Float, _ *Args) Float { return Float(math.Sin(float64(x))) }, func(x, _ Float, _ *Args) Float { return Float(math.Cos(float64(x))) }},
	Cos:       {"cos", true, false, func(x Float, _ *Args) Float { return Float(math.Cos(float64(x))) }, func(x, _ Float, _ *Args) Float { return -Float(math.Sin(float64(x))) }},
	ReLU:      {"relu", false, true, func(x Float, _ *Args) Float { return max(x, 0) }, func(_, y Float, _ *Args) Float { return when(y > 0) }},
	LeakyReLU: {"leaky_relu", true, false, func(x Float, p *Args) Float { return pick(x > 0, x, p[0]*x) }, func(x, _ Float, p *Args) Float { return pick(x > 0, 1, p[0]) }},
	ELU:       {"elu", true, false, func(x Float, p *Args) Float { return pick(x > 0, x, p[0]*Expm1Of(x)) }, func(x, _ Float, p *Args) Float { return pick(x > 0, 1, p[0]*ExpOf(x)) }},
	GELU:      {"gelu", true, false, func(x Float, _ *Args) Float { return gelu(x) }, func(x, _ Float, _ *Args) Float { return geluSlope(x) }},
	GELUTanh:  {"gelu_tanh", true, false, func(x Float, _ *Args) Float { return geluTanh(x) }, func(x, _ Float, _ *Args) Float { return geluTanhSlope(x) }},
	SiLU:      {"silu", true, false, func(x Float, _ *Args) Float { return silu(x) }, func(x, _ Float, _ *Args) Float { return siluSlope(x) }},
	Sigmoid:   {"sigmoid", false, true, func(x Float, _ *Args) Float { return σ(x) }, func(_, y Float, _ *Args) Float { return y * (1 - y) }},
	Tanh:      {"tanh", false, true, func(x Float, _ *Args) Float { return TanhOf(x) }, func(_, y Float, _ *Args) Float { return tanhSlope(y) }},
	Softplus:  {"softplus", true, false, func(x Float, _ *Args) Float { return softplus(x) }, func(x, _ Float, _ *Args) Float { return σ(x) }},
	Erf:       {"erf", true, false, func(x Float, _ *Args) Float { return ErfOf(x) }, func(x, _ Float, _ *Args) Float { return erfSlope(x) }},
	Sign:      {"sign", false, false, func(x Float, _ *Args) Float { return sign(x) }, func(_, _ Float, _ *Args) Float { return 0 }},
}

func (f Fn) String() string { return Fns[f].Name }

func sign(x Float) Float {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x // 0 and NaN stay what they are
}

// when is 1 if b, else 0. Counting in whole numbers keeps it free of jumps,
// which activations of random sign would mispredict half the time.
func when(b bool) Float {
	n := int32(0)
	if b {
		n = 1
	}
	return Float(n)
}

func pick(b bool, x, y Float) Float {
	if b {
		return x
	}
	return y
}

// The other elementary functions; those of fn_smooth.go are made of them. All are within one unit of Float.

func Expm1Of(x Float) Float  { return Float(math.Expm1(float64(x))) }           // eˣ − 1
func LogOf(x Float) Float    { return Float(math.Log(float64(x))) }             // ln x
func SqrtOf(x Float) Float   { return Float(math.Sqrt(float64(x))) }            // √x
func PowOf(x, a Float) Float { return Float(math.Pow(float64(x), float64(a))) } // x^a
