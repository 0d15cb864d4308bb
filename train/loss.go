package train

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"brick/data"
	"brick/device"
	"brick/grad"
)

// Input places a batch's input on a tape: numbers of shape (B, …) or ids (B, T). Sequences with one label each are of
// different lengths, filled up with data.Pad.
func Input(t *grad.Tape, b *data.Batch) *grad.Var {
	t.Lengths = nil
	if b.IDs != nil {
		ids := t.IDs(b.IDs, b.Shape...)
		if len(b.YShape) == 1 {
			t.Lengths = ids.Lengths()
		}
		return ids
	}
	return t.Const(b.X, b.Shape...)
}

// A Loss compares a model's output with a batch's targets: a single number to make small.
type Loss func(out *grad.Var, b *data.Batch) *grad.Var

// LossFor is CTC where the batch has lines, else cross-entropy where it has labels (of a single logit an example: binary cross-entropy) and the mean squared error where it has numbers.
func LossFor(out *grad.Var, b *data.Batch) *grad.Var {
	if b.Lines {
		return CTC(out, b)
	}
	if b.Labels != nil && out.Len() == len(b.Labels) {
		return BCE(out, b)
	}
	if b.Labels != nil {
		return CrossEntropy(out, b)
	}
	return MSE(out, b)
}

// CrossEntropy is the mean negative log-likelihood of the labels; out holds a logit a class on its last axis. Where mixup gave
// each example two labels it is the likelihood of both, which is that of the mixed target since ℓ is linear in it:
//
//	y = λ·ℓ(Labels) + (1−λ)·ℓ(Other)
func CrossEntropy(out *grad.Var, b *data.Batch) *grad.Var {
	n := len(b.Labels)
	of := func(labels []int32) *grad.Var {
		return out.Reshape(n, -1).CrossEntropy(out.Tape().IDs(labels, n), grad.CrossEntropyOptions{})
	}
	if len(b.Other) == 0 {
		return of(b.Labels)
	}
	return of(b.Labels).Scale(grad.Float(b.Lambda)).Add(of(b.Other).Scale(grad.Float(1 - b.Lambda)))
}

// MSE is the mean squared error, Σ(out − y)²/n. Of two classes the targets are −1 and 1, as in Widrow & Hoff's
// Adaline (1960), so that the sign of out is the class; so they are for L1 and Huber.
func MSE(out *grad.Var, b *data.Batch) *grad.Var { return new(numeric).mse(out, b) }

// L1 is the mean absolute error.
func L1(out *grad.Var, b *data.Batch) *grad.Var { return new(numeric).l1(out, b) }

// Huber is the mean Huber loss with δ = 1 (Huber 1964).
func Huber(out *grad.Var, b *data.Batch) *grad.Var { return new(numeric).huber(out, b) }

// BCE is the mean binary cross-entropy of one logit an example, with numbers in [0, 1] or two classes as targets.
func BCE(out *grad.Var, b *data.Batch) *grad.Var { return new(numeric).bce(out, b) }

// Hinge is mean max(0, 1 − t·out), with two classes or numbers ±1 as targets t, for the perceptron's and the support vector machine's margin.
func Hinge(out *grad.Var, b *data.Batch) *grad.Var { return new(numeric).hinge(out, b) }

// numeric is the losses of numbers, with memory for those that stand for classes.
type numeric struct{ y []grad.Float }

func (m *numeric) mse(out *grad.Var, b *data.Batch) *grad.Var {
	return out.MSE(m.targets(-1, out, b), device.Mean)
}

func (m *numeric) l1(out *grad.Var, b *data.Batch) *grad.Var {
	return out.L1(m.targets(-1, out, b), device.Mean)
}

func (m *numeric) huber(out *grad.Var, b *data.Batch) *grad.Var {
	return out.Huber(m.targets(-1, out, b), 1, device.Mean)
}

func (m *numeric) bce(out *grad.Var, b *data.Batch) *grad.Var {
	return out.BCEWithLogits(m.targets(0, out, b), nil, device.Mean)
}

func (m *numeric) hinge(out *grad.Var, b *data.Batch) *grad.Var {
	return out.Hinge(m.targets(-1, out, b), device.Mean)
}

// targets places a batch's targets on out's tape in out's shape; two classes become low and 1.
func (m *numeric) targets(low grad.Float, out *grad.Var, b *data.Batch) *grad.Var {
	y := b.Y
	if b.Labels != nil {
		if cap(m.y) < len(b.Labels) {
			m.y = make([]grad.Float, len(b.Labels))
		}
		y = m.y[:len(b.Labels)]
		for i, c := range b.Labels {
			if y[i] = low; c == 1 {
				y[i] = 1
			}
		}
		for i, c := range b.Other { // mixed targets
			other := low
			if c == 1 {
				other = 1
			}
			y[i] += grad.Float(1-b.Lambda) * (other - y[i])
		}
	}
	return out.Tape().Const(y, len(y)).Reshape(out.Shape()...)
}

// lossFits errs where a loss of that name cannot be taken of the data.
func lossFits(name string, info *data.Info) error {
	two := info.Task == data.Classification && len(info.Classes) == 2
	what, ok := info.Task.String(), true
	switch name {
	case "":
	case "cross-entropy":
		ok = info.Task != data.Regression && info.Task != data.Reading
	case "ctc":
		ok = info.Task == data.Reading
	case "hinge":
		ok = two
	default: // bce, mse, l1, huber
		ok = two || info.Task == data.Regression
	}
	if ok {
		return nil
	}
	if info.Task == data.Classification {
		what = fmt.Sprintf("classification with %d classes", len(info.Classes))
	}
	fitting := "cross-entropy"
	if info.Task == data.Reading {
		fitting = "ctc"
	}
	if info.Task == data.Regression {
		fitting = "mse, l1, huber, or bce for numbers in [0, 1]"
	}
	return usagef("train: loss %s does not fit %s (%s); want %s", name, info.Name, what, fitting)
}

// lossByName finds a loss; "" is LossFor.
func lossByName(name string) (Loss, error) {
	if name == "" {
		return LossFor, nil
	}
	m := new(numeric) // of this loss alone: a step reuses its memory
	own := map[string]Loss{"cross-entropy": CrossEntropy, "ctc": CTC, "mse": m.mse, "l1": m.l1, "huber": m.huber, "bce": m.bce, "hinge": m.hinge}
	if l, ok := own[name]; ok {
		return l, nil
	}
	return nil, usagef("train: no loss is called %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(own)), ", "))
}
