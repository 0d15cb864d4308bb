package kernel

// A Fn2 names a function of two numbers; Fn2s holds its definition.
type Fn2 uint8

// The functions of two numbers.
const (
	AddOf  Fn2 = iota // a + b
	SubOf             // a − b
	MulOf             // a·b
	DivOf             // a/b
	PowOf2            // a^b
	MaxOf             // max(a, b); the slope goes to a on ties
	MinOf             // min(a, b); the slope goes to a on ties
	KeepOf            // b where a ≠ 0, else 0: one half of where
	DropOf            // b where a = 0, else 0: the other half
	numFn2s
)

// A Fn2Def defines a Fn2 by its value and its two slopes.
type Fn2Def struct {
	Name   string
	F      func(a, b Float) Float
	SlopeA func(a, b Float) Float // ∂f/∂a
	SlopeB func(a, b Float) Float // ∂f/∂b
}

// Fn2s is the table of functions of two numbers, by Fn2.
var Fn2s = [numFn2s]Fn2Def{
	AddOf:  {"add", func(a, b Float) Float { return a + b }, func(_, _ Float) Float { return 1 }, func(_, _ Float) Float { return 1 }},
	SubOf:  {"sub", func(a, b Float) Float { return a - b }, func(_, _ Float) Float { return 1 }, func(_, _ Float) Float { return -1 }},
	MulOf:  {"mul", func(a, b Float) Float { return a * b }, func(_, b Float) Float { return b }, func(a, _ Float) Float { return a }},
	DivOf:  {"div", func(a, b Float) Float { return a / b }, func(_, b Float) Float { return 1 / b }, func(a, b Float) Float { return -a / (b * b) }},
	PowOf2: {"pow", PowOf, func(a, b Float) Float { return b * PowOf(a, b-1) }, powSlopeB},
	MaxOf:  {"maximum", func(a, b Float) Float { return max(a, b) }, func(a, b Float) Float { return when(a >= b) }, func(a, b Float) Float { return when(a < b) }},
	MinOf:  {"minimum", func(a, b Float) Float { return min(a, b) }, func(a, b Float) Float { return when(a <= b) }, func(a, b Float) Float { return when(a > b) }},
	KeepOf: {"keep", func(a, b Float) Float { return pick(a != 0, b, 0) }, func(_, _ Float) Float { return 0 }, func(a, _ Float) Float { return when(a != 0) }},
	DropOf: {"drop", func(a, b Float) Float { return pick(a == 0, b, 0) }, func(_, _ Float) Float { return 0 }, func(a, _ Float) Float { return when(a == 0) }},
}

func (f Fn2) String() string { return Fn2s[f].Name }

// powSlopeB is  aᵇ·ln a,  and 0 at a = 0, b ≥ 0, where aᵇ stays 0.
func powSlopeB(a, b Float) Float {
	if a == 0 && b >= 0 {
		return 0
	}
	return PowOf(a, b) * LogOf(a)
}
