package grad_test

import (
	"slices"
	"testing"

	"brick/grad"
	"brick/kernel"
	"brick/tensor/goldentest"
)

// goldenElement is the ops of this family by the goldens' name: how to run
// each, what it gives (one value but for split) and whether float32 must be exact.
var goldenElement = map[string]struct {
	run   func(t *grad.Tape, c goldentest.Case, in map[string]*grad.Var) []*grad.Var
	exact bool
}{
	"add": {elementBinary((*grad.Var).Add), false},
	"sub": {elementBinary((*grad.Var).Sub), false},
	"mul": {elementBinary((*grad.Var).Mul), false},
	"div": {elementBinary((*grad.Var).Div), false},
	"pow": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var { return in["x"].PowVar(in["e"]) }), false},
	"pow_scalar": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		return in["x"].Pow(elementNumber(c, "exponent"))
	}), false},
	"neg": {elementUnary((*grad.Var).Neg), true},
	"abs": {elementUnary((*grad.Var).Abs), true},
	"clip": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		return in["x"].Clamp(elementNumber(c, "lo"), elementNumber(c, "hi"))
	}), true},
	"exp":     {elementUnary((*grad.Var).Exp), false},
	"log":     {elementUnary((*grad.Var).Log), false},
	"sqrt":    {elementUnary((*grad.Var).Sqrt), false},
	"tanh":    {elementUnary((*grad.Var).Tanh), false},
	"sigmoid": {elementUnary((*grad.Var).Sigmoid), false},
	"relu":    {elementUnary((*grad.Var).ReLU), true},
	"leaky_relu": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		return in["x"].LeakyReLU(elementNumber(c, "slope"))
	}), false},
	"elu": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		return in["x"].ELU(elementNumber(c, "alpha"))
	}), false},
	"gelu":      {elementUnary((*grad.Var).GELU), false},
	"gelu_tanh": {elementUnary((*grad.Var).GELUTanh), false},
	"silu":      {elementUnary((*grad.Var).SiLU), false},
	"softplus":  {elementUnary((*grad.Var).Softplus), false},
	"sum":       {elementReduce((*grad.Var).Sum, (*grad.Var).SumKeep), false},
	"mean":      {elementReduce((*grad.Var).Mean, (*grad.Var).MeanKeep), false},
	"max":       {elementReduce((*grad.Var).Max, (*grad.Var).MaxKeep), true},
	"argmax":    {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var { return in["x"].ArgMax(c.Int("axis", 0)) }), true},
	"concat": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		return grad.Concat(c.Int("axis", 0), in["x0"], in["x1"], in["x2"])
	}), true},
	"stack": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		return grad.Stack(c.Int("axis", 0), in["x0"], in["x1"], in["x2"])
	}), true},
	"split": {func(_ *grad.Tape, c goldentest.Case, in map[string]*grad.Var) []*grad.Var {
		return in["x"].Split(c.Int("axis", 0), c.Ints("sizes")...)
	}, true},
	"slice": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		x, step := in["x"], c.Ints("step")
		for i, lo := range c.Ints("start") {
			x = x.Slice(i, lo, c.Ints("stop")[i], step[i])
		}
		return x
	}), true},
	"pad": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		var pads [][2]int
		for _, p := range c.Attrs["pads"].([]any) {
			p := p.([]any)
			pads = append(pads, [2]int{int(p[0].(float64)), int(p[1].(float64))})
		}
		return in["x"].Pad(pads, elementNumber(c, "value"))
	}), true},
	"gather": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		return in["x"].Gather(c.Int("axis", 0), in["index"])
	}), true},
	"index_select": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		return in["x"].Index(c.Int("axis", 0), in["index"])
	}), true},
	"where": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		return grad.Where(in["cond"], in["a"], in["b"])
	}), true},
	"transpose": {elementOne(elementTranspose), true},
	"permute":   {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var { return in["x"].Permute(c.Ints("dims")...) }), true},
	"reshape":   {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var { return in["x"].Reshape(c.Ints("shape")...) }), true},
	"transpose_reshape": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		return elementTranspose(c, in).Reshape(c.Ints("shape")...)
	}), true},
	"embedding": {elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var { return in["ids"].Embed(in["weight"]) }), true},
}

type elementRun = func(t *grad.Tape, c goldentest.Case, in map[string]*grad.Var) []*grad.Var

func elementOne(f func(c goldentest.Case, in map[string]*grad.Var) *grad.Var) elementRun {
	return func(_ *grad.Tape, c goldentest.Case, in map[string]*grad.Var) []*grad.Var {
		return []*grad.Var{f(c, in)}
	}
}

func elementUnary(f func(x *grad.Var) *grad.Var) elementRun {
	return elementOne(func(_ goldentest.Case, in map[string]*grad.Var) *grad.Var { return f(in["x"]) })
}

func elementBinary(f func(a, b *grad.Var) *grad.Var) elementRun {
	return elementOne(func(_ goldentest.Case, in map[string]*grad.Var) *grad.Var { return f(in["a"], in["b"]) })
}

func elementReduce(f, keep func(x *grad.Var, axes ...int) *grad.Var) elementRun {
	return elementOne(func(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
		if c.Bool("keepdim", false) {
			return keep(in["x"], c.Ints("axes")...)
		}
		return f(in["x"], c.Ints("axes")...)
	})
}

func elementTranspose(c goldentest.Case, in map[string]*grad.Var) *grad.Var {
	return in["x"].Transpose(c.Int("dim0", 0), c.Int("dim1", 1))
}

func elementNumber(c goldentest.Case, name string) grad.Float { return grad.Float(c.Float(name, 0)) }

// Every case of ops and nn that belongs to this family, against PyTorch: what
// only moves or compares numbers must be exact in float32, the rest good to 1e-5.
func TestGoldenElement(t *testing.T) {
	for _, group := range []string{"ops", "nn"} {
		t.Run(group, func(t *testing.T) {
			for _, c := range goldentest.Load(t, group) {
				op, ok := goldenElement[c.Op]
				if !ok {
					continue // another family's, see the other golden tests
				}
				t.Run(c.Name, func(t *testing.T) { checkElementGolden(t, c, op.run, op.exact) })
			}
		})
	}
}

func checkElementGolden(t *testing.T, c goldentest.Case, run elementRun, exact bool) {
	tape := new(grad.Tape)
	in, params := map[string]*grad.Var{}, map[string]*grad.Var{}
	for name, x := range c.In {
		switch {
		case c.Grad[name] != nil || c.Op == "argmax":
			params[name] = grad.Param(x.Floats(nil), x.Shape...)
			in[name] = tape.Use(params[name])
		case name == "ids" || name == "index":
			var ids []int32
			for _, v := range x.Floats(nil) {
				ids = append(ids, int32(v))
			}
			in[name] = tape.IDs(ids, x.Shape...)
		default:
			in[name] = tape.Const(x.Floats(nil), x.Shape...)
		}
	}
	tol := goldentest.Tol(1e-5)
	ys := run(tape, c, in)
	var total *grad.Var
	for i, y := range ys {
		name := "y"
		if len(ys) > 1 {
			name += string(rune('0' + i))
		}
		want := c.Out[name]
		if !slices.Equal(y.Shape(), want.Shape) {
			t.Fatalf("out.%s: found shape %v, want %v", name, y.Shape(), want.Shape)
		}
		val := y.Data()
		if y.IDs() != nil {
			val = nil
			for _, id := range y.IDs() {
				val = append(val, grad.Float(id))
			}
		}
		c.Compare(t, "out."+name, val, tol)
		if exact && kernel.FloatBits == 32 && !slices.Equal(val, want.Floats(nil)) {
			t.Errorf("out.%s: found %v, want exactly %v", name, val, want.Floats(nil))
		}
		if c.Gout[name] != nil {
			part := y.Mul(tape.Const(c.Gout[name].Floats(nil), want.Shape...)).Sum()
			if total == nil {
				total = part
			} else {
				total = total.Add(part)
			}
		}
	}
	if total == nil {
		return
	}
	total.Backward()
	for name := range c.Grad {
		c.Compare(t, "grad."+name, params[name].Grad(), tol)
	}
}
