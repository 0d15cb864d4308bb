package nn

import "fmt"

// Activation applies a function to each number.
type Activation struct {
	Name string  // as in stack notation
	Arg  float64 // α of leaky_relu and elu
	fn   func(x *Var, α Float) *Var
}

// Forward is f(x), element by element.
func (a *Activation) Forward(x *Var) *Var { return a.fn(x, Float(a.Arg)) }

// Notation is the name, with α where it is not the usual one.
func (a *Activation) Notation() string {
	if d := activations[a.Name]; a.Arg != d.Arg {
		return fmt.Sprintf("%s(%v)", a.Name, a.Arg)
	}
	return a.Name
}

// activations holds the Activation of each name with its usual argument.
var activations = map[string]Activation{}

func init() {
	for _, a := range []Activation{
		{"relu", 0, func(x *Var, _ Float) *Var { return x.ReLU() }},
		{"relu6", 0, func(x *Var, _ Float) *Var { return x.Clamp(0, 6) }},
		{"leaky_relu", 0.01, func(x *Var, α Float) *Var { return x.LeakyReLU(α) }},
		{"elu", 1, func(x *Var, α Float) *Var { return x.ELU(α) }},
		{"gelu", 0, func(x *Var, _ Float) *Var { return x.GELU() }},
		{"gelu_tanh", 0, func(x *Var, _ Float) *Var { return x.GELUTanh() }},
		{"silu", 0, func(x *Var, _ Float) *Var { return x.SiLU() }},
		{"sigmoid", 0, func(x *Var, _ Float) *Var { return x.Sigmoid() }},
		{"tanh", 0, func(x *Var, _ Float) *Var { return x.Tanh() }},
		{"softplus", 0, func(x *Var, _ Float) *Var { return x.Softplus() }},
		{"softmax", 0, func(x *Var, _ Float) *Var { return x.Softmax(-1) }},
		{"log_softmax", 0, func(x *Var, _ Float) *Var { return x.LogSoftmax(-1) }},
	} {
		activations[a.Name] = a
	}
}

func activation(name string, arg ...float64) *Activation {
	a := activations[name]
	if len(arg) > 0 {
		a.Arg = arg[0]
	}
	return &a
}

// ReLU is max(x, 0) as a block.
func ReLU() *Activation { return activation("relu") }

// ReLU6 is min(max(x, 0), 6) as a block (Krizhevsky 2010).
func ReLU6() *Activation { return activation("relu6") }

// LeakyReLU is x where x > 0, else α·x, as a block.
func LeakyReLU(α float64) *Activation { return activation("leaky_relu", α) }

// ELU is x where x > 0, else α·(eˣ − 1), as a block (Clevert et al. 2016).
func ELU(α float64) *Activation { return activation("elu", α) }

// GELU is x·Φ(x) as a block (Hendrycks & Gimpel 2016).
func GELU() *Activation { return activation("gelu") }

// GELUTanh is GPT-2's approximation of GELU as a block.
func GELUTanh() *Activation { return activation("gelu_tanh") }

// SiLU is x·σ(x) as a block.
func SiLU() *Activation { return activation("silu") }

// Sigmoid is σ(x) = 1/(1 + e⁻ˣ) as a block.
func Sigmoid() *Activation { return activation("sigmoid") }

// Tanh is tanh x as a block.
func Tanh() *Activation { return activation("tanh") }

// Softplus is ln(1 + eˣ) as a block.
func Softplus() *Activation { return activation("softplus") }

// Softmax is eˣ/Σeˣ over the last axis as a block. Losses named cross-entropy take logits, without it.
func Softmax() *Activation { return activation("softmax") }

// LogSoftmax is x − ln Σeˣ over the last axis as a block.
func LogSoftmax() *Activation { return activation("log_softmax") }
