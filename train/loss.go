package train

import (
	"fmt"
	"slices"
	"strings"

	"brick/data"
	"brick/device"
	"brick/grad"
)

// Input places a batch's input on a tape: numbers of shape (B, …) or ids (B, T).
func Input(t *grad.Tape, b *data.Batch) *grad.Var {
	if b.IDs != nil {
		return t.IDs(b.IDs, b.Shape...)
	}
	return t.Const(b.X, b.Shape...)
}

// A Loss compares a model's output with a batch's targets: a single number to make small.
type Loss func(out *grad.Var, b *data.Batch) *grad.Var

// LossFor is cross-entropy where the batch has labels and the mean squared error where it has numbers.
func LossFor(out *grad.Var, b *data.Batch) *grad.Var {
	if b.Labels != nil {
		return CrossEntropy(out, b)
	}
	return MSE(out, b)
}

// CrossEntropy is the mean negative log-likelihood of the labels; out holds a logit a class on its last axis.
func CrossEntropy(out *grad.Var, b *data.Batch) *grad.Var {
	n := len(b.Labels)
	return out.Reshape(n, -1).CrossEntropy(out.Tape().IDs(b.Labels, n), grad.CrossEntropyOptions{})
}

// MSE is the mean squared error, Σ(out − y)²/n.
func MSE(out *grad.Var, b *data.Batch) *grad.Var { return out.MSE(targets(out, b), device.Mean) }

// L1 is the mean absolute error.
func L1(out *grad.Var, b *data.Batch) *grad.Var { return out.L1(targets(out, b), device.Mean) }

// Huber is the mean Huber loss with δ = 1 (Huber 1964).
func Huber(out *grad.Var, b *data.Batch) *grad.Var { return out.Huber(targets(out, b), 1, device.Mean) }

// BCE is the mean binary cross-entropy of one logit an example, with numbers in [0, 1] or two classes as targets.
func BCE(out *grad.Var, b *data.Batch) *grad.Var {
	return out.BCEWithLogits(targets(out, b), nil, device.Mean)
}

// Hinge is mean max(0, 1 − t·out), with two classes as targets t = ±1, for the perceptron's and the support vector machine's margin.
func Hinge(out *grad.Var, b *data.Batch) *grad.Var {
	return out.Hinge(targets(out, b).Scale(2).AddScalar(-1), device.Mean)
}

// targets places a batch's targets on out's tape in out's shape; classes become their numbers.
func targets(out *grad.Var, b *data.Batch) *grad.Var {
	if b.Labels == nil {
		return out.Tape().Const(b.Y, b.YShape...).Reshape(out.Shape()...)
	}
	if cap(b.Y) < len(b.Labels) {
		b.Y = make([]grad.Float, len(b.Labels))
	}
	y := b.Y[:len(b.Labels)]
	for i, c := range b.Labels {
		y[i] = grad.Float(c)
	}
	return out.Tape().Const(y, len(y)).Reshape(out.Shape()...)
}

// Losses are the losses that a run file may name.
var Losses = map[string]Loss{
	"cross-entropy": CrossEntropy, "mse": MSE, "l1": L1, "huber": Huber, "bce": BCE, "hinge": Hinge,
}

// lossByName finds a loss; "" is LossFor.
func lossByName(name string) (Loss, error) {
	if name == "" {
		return LossFor, nil
	}
	if l, ok := Losses[name]; ok {
		return l, nil
	}
	var names []string
	for n := range Losses {
		names = append(names, n)
	}
	slices.Sort(names)
	return nil, fmt.Errorf("train: no loss is called %q; there are %s", name, strings.Join(names, ", "))
}
