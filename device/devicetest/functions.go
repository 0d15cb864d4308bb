package devicetest

import (
	"math"

	"brick/kernel"
)

// A function of one number, in float64. y is its value; slope is f′ where
// y = f(x), made of x or y as kernel.Fns says. Where what they are the sum of may
// be larger than they are, size and steep say how large; nil is for |y| and |slope|.
type function struct {
	y     func(x float64, p [2]float64) float64
	slope func(x, y float64, p [2]float64) float64
	size  func(x float64, p [2]float64) float64
	steep func(x, y float64) float64
}

// functions holds the formulas beside the names in package kernel. What it lacks
// is held to the table there instead, see functionOf.
var functions = map[kernel.Fn]function{
	kernel.Identity: {y: func(x float64, _ [2]float64) float64 { return x }, slope: func(_, _ float64, _ [2]float64) float64 { return 1 }},
	kernel.Neg:      {y: func(x float64, _ [2]float64) float64 { return -x }, slope: func(_, _ float64, _ [2]float64) float64 { return -1 }},
	kernel.Abs:      {y: func(x float64, _ [2]float64) float64 { return math.Abs(x) }, slope: func(x, _ float64, _ [2]float64) float64 { return signum(x) }},
	kernel.Square:   {y: func(x float64, _ [2]float64) float64 { return x * x }, slope: func(x, _ float64, _ [2]float64) float64 { return 2 * x }},
	kernel.Sqrt:     {y: func(x float64, _ [2]float64) float64 { return math.Sqrt(x) }, slope: func(_, y float64, _ [2]float64) float64 { return 1 / (2 * y) }},
	kernel.Exp:      {y: func(x float64, _ [2]float64) float64 { return math.Exp(x) }, slope: func(_, y float64, _ [2]float64) float64 { return y }},
	kernel.Log:      {y: func(x float64, _ [2]float64) float64 { return math.Log(x) }, slope: func(x, _ float64, _ [2]float64) float64 { return 1 / x }},
	kernel.Pow:      {y: func(x float64, p [2]float64) float64 { return math.Pow(x, p[0]) }, slope: func(x, _ float64, p [2]float64) float64 { return p[0] * math.Pow(x, p[0]-1) }},
	kernel.Clamp: {
		y: func(x float64, p [2]float64) float64 { return min(max(x, p[0]), p[1]) },
		slope: func(x, _ float64, p [2]float64) float64 {
			if x < p[0] || x > p[1] {
				return 0
			}
			return 1
		}},
	kernel.Affine: {
		y:     func(x float64, p [2]float64) float64 { return p[0]*x + p[1] },
		slope: func(_, _ float64, p [2]float64) float64 { return p[0] },
		size:  func(x float64, p [2]float64) float64 { return math.Abs(p[0]*x) + math.Abs(p[1]) }},
	kernel.Recip: {y: func(x float64, _ [2]float64) float64 { return 1 / x }, slope: func(_, y float64, _ [2]float64) float64 { return -y * y }},
	kernel.Sin: {
		y:     func(x float64, _ [2]float64) float64 { return math.Sin(x) },
		slope: func(x, _ float64, _ [2]float64) float64 { return math.Cos(x) },
		size:  func(x float64, _ [2]float64) float64 { return 1 },
		steep: func(x, _ float64) float64 { return 1 }},
	kernel.Cos: {
		y:     func(x float64, _ [2]float64) float64 { return math.Cos(x) },
		slope: func(x, _ float64, _ [2]float64) float64 { return -math.Sin(x) },
		size:  func(x float64, _ [2]float64) float64 { return 1 },
		steep: func(x, _ float64) float64 { return 1 }},
	kernel.ReLU: {y: func(x float64, _ [2]float64) float64 { return max(x, 0) }, slope: func(_, y float64, _ [2]float64) float64 { return step(y > 0, 0) }},
	kernel.LeakyReLU: {
		y:     func(x float64, p [2]float64) float64 { return x * step(x > 0, p[0]) },
		slope: func(x, _ float64, p [2]float64) float64 { return step(x > 0, p[0]) }},
	kernel.ELU: {
		y: func(x float64, p [2]float64) float64 {
			if x > 0 {
				return x
			}
			return p[0] * math.Expm1(x)
		},
		slope: func(x, _ float64, p [2]float64) float64 { return step(x > 0, p[0]*math.Exp(x)) }},
	kernel.GELU: {
		y: func(x float64, _ [2]float64) float64 { return fade(x, (1+math.Erf(x/math.Sqrt2))/2) },
		slope: func(x, _ float64, _ [2]float64) float64 {
			return (1+math.Erf(x/math.Sqrt2))/2 + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
		},
		size:  func(x float64, _ [2]float64) float64 { return math.Abs(x) },
		steep: func(x, _ float64) float64 { return 1 + math.Abs(x) }},
	kernel.GELUTanh: {
		y: func(x float64, _ [2]float64) float64 { return fade(x, (1+math.Tanh(bend(x)))/2) },
		slope: func(x, _ float64, _ [2]float64) float64 {
			t := math.Tanh(bend(x))
			return (1+t)/2 + x/2*(1-t*t)*math.Sqrt(2/math.Pi)*(1+3*0.044715*x*x)
		},
		size:  func(x float64, _ [2]float64) float64 { return math.Abs(x) * (1 + min(math.Abs(bend(x)), 10)) },
		steep: func(x, _ float64) float64 { return 1 + math.Abs(x*x*x) }},
	kernel.SiLU: {
		y: func(x float64, _ [2]float64) float64 { return fade(x, logistic(x)) },
		slope: func(x, _ float64, _ [2]float64) float64 {
			return logistic(x) * (1 + x*logistic(-x))
		},
		steep: func(x, _ float64) float64 { return 1 + math.Abs(x) }},
	kernel.Sigmoid: {y: func(x float64, _ [2]float64) float64 { return logistic(x) }, slope: func(_, y float64, _ [2]float64) float64 { return y * (1 - y) }},
	kernel.Tanh: {
		y:     func(x float64, _ [2]float64) float64 { return math.Tanh(x) },
		slope: func(_, y float64, _ [2]float64) float64 { return 1 - y*y },
		steep: func(_, y float64) float64 { return 1 }},
	kernel.Softplus: {
		y:     func(x float64, _ [2]float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) },
		slope: func(x, _ float64, _ [2]float64) float64 { return logistic(x) }},
	kernel.Erf: {
		y:     func(x float64, _ [2]float64) float64 { return math.Erf(x) },
		slope: func(x, _ float64, _ [2]float64) float64 { return 2 / math.Sqrt(math.Pi) * math.Exp(-x*x) },
		steep: func(x, _ float64) float64 { return (1 + x*x) * math.Exp(-x*x) * 2 }},
	kernel.Sign: {y: func(x float64, _ [2]float64) float64 { return signum(x) }, slope: func(_, _ float64, _ [2]float64) float64 { return 0 }},
}

// functionOf is f's formula. A function that is new in kernel.Fns and has none
// here is held to its definition there.
func functionOf(f kernel.Fn) function {
	if g, ok := functions[f]; ok {
		return g
	}
	def := kernel.Fns[f]
	return function{
		y: func(x float64, p [2]float64) float64 {
			return float64(def.F(kernel.Float(x), &kernel.Args{kernel.Float(p[0]), kernel.Float(p[1])}))
		},
		slope: func(x, y float64, p [2]float64) float64 {
			return float64(def.Slope(kernel.Float(x), kernel.Float(y), &kernel.Args{kernel.Float(p[0]), kernel.Float(p[1])}))
		},
	}
}

// value is f(x), and what its tolerance is relative to.
func (f function) value(x float64, p [2]float64) (y, size float64) {
	y = f.y(x, p)
	if f.size == nil {
		return y, math.Abs(y)
	}
	return y, f.size(x, p)
}

// slopeAt is f′, and what its tolerance is relative to.
func (f function) slopeAt(x, y float64, p [2]float64) (slope, size float64) {
	slope = f.slope(x, y, p)
	if f.steep == nil {
		return slope, math.Abs(slope)
	}
	return slope, f.steep(x, y)
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// fade is x·s where s falls to 0 faster than x grows to −∞: there it is 0.
func fade(x, s float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return x * s
}

// bend is what the tanh in GELUTanh is of.
func bend(x float64) float64 { return math.Sqrt(2/math.Pi) * (x + 0.044715*x*x*x) }

func signum(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// step is 1 if so, else other.
func step(so bool, other float64) float64 {
	if so {
		return 1
	}
	return other
}

// A function2 is a function of two numbers with its slopes, in float64.
type function2 struct {
	y, slopeA, slopeB func(a, b float64) float64
}

var functions2 = map[kernel.Fn2]function2{
	kernel.AddOf: {
		func(a, b float64) float64 { return a + b },
		func(_, _ float64) float64 { return 1 },
		func(_, _ float64) float64 { return 1 }},
	kernel.SubOf: {
		func(a, b float64) float64 { return a - b },
		func(_, _ float64) float64 { return 1 },
		func(_, _ float64) float64 { return -1 }},
	kernel.MulOf: {
		func(a, b float64) float64 { return a * b },
		func(_, b float64) float64 { return b },
		func(a, _ float64) float64 { return a }},
	kernel.DivOf: {
		func(a, b float64) float64 { return a / b },
		func(_, b float64) float64 { return 1 / b },
		func(a, b float64) float64 { return -a / (b * b) }},
	kernel.PowOf2: {
		math.Pow,
		func(a, b float64) float64 { return b * math.Pow(a, b-1) },
		func(a, b float64) float64 {
			if a == 0 && b >= 0 {
				return 0
			}
			return math.Pow(a, b) * math.Log(a)
		}},
	kernel.MaxOf: {
		func(a, b float64) float64 { return max(a, b) },
		func(a, b float64) float64 { return step(a >= b, 0) },
		func(a, b float64) float64 { return step(a < b, 0) }},
	kernel.MinOf: {
		func(a, b float64) float64 { return min(a, b) },
		func(a, b float64) float64 { return step(a <= b, 0) },
		func(a, b float64) float64 { return step(a > b, 0) }},
	kernel.KeepOf: {
		func(a, b float64) float64 {
			if a != 0 {
				return b
			}
			return 0
		},
		func(_, _ float64) float64 { return 0 },
		func(a, _ float64) float64 { return step(a != 0, 0) }},
	kernel.DropOf: {
		func(a, b float64) float64 {
			if a == 0 {
				return b
			}
			return 0
		},
		func(_, _ float64) float64 { return 0 },
		func(a, _ float64) float64 { return step(a == 0, 0) }},
}

// function2Of is functionOf for functions of two numbers.
func function2Of(f kernel.Fn2) function2 {
	if g, ok := functions2[f]; ok {
		return g
	}
	wide := func(g func(a, b kernel.Float) kernel.Float) func(a, b float64) float64 {
		return func(a, b float64) float64 { return float64(g(kernel.Float(a), kernel.Float(b))) }
	}
	def := kernel.Fn2s[f]
	return function2{wide(def.F), wide(def.SlopeA), wide(def.SlopeB)}
}
