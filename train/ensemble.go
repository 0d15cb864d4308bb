package train

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"brick/data"
	"brick/grad"
	"brick/nn"
)

// An Ensemble is several models of one task whose predictions are averaged (Hansen & Salamon 1990): numbers, or
// the probabilities of classes and tokens.
//
//	regression      y = 1/k·Σ yᵢ
//	of one logit    p = 1/k·Σ σ(zᵢ)           y = log p − log(1−p)
//	otherwise       p = 1/k·Σ softmax(zᵢ)     y = log p, so that softmax(y) = p and the losses mean what they meant
type Ensemble struct {
	Members []nn.Block
	Task    data.Task
}

// least is the smallest probability whose logarithm is taken.
const least = 1e-30

// Forward is the members' average for x.
func (e *Ensemble) Forward(x *grad.Var) *grad.Var {
	var sum *grad.Var
	single := false
	for _, m := range e.Members {
		y := nn.Scope(m, x)
		if e.Task != data.Regression {
			if single = y.Dim(-1) == 1; single {
				y = y.Sigmoid()
			} else {
				y = y.Softmax(-1)
			}
		}
		if sum == nil {
			sum = y
		} else {
			sum = sum.Add(y)
		}
	}
	p := sum.Scale(1 / grad.Float(len(e.Members)))
	switch {
	case e.Task == data.Regression:
		return p
	case single:
		return p.Clamp(least, 1).Log().Sub(p.Neg().AddScalar(1).Clamp(least, 1).Log())
	}
	return p.Clamp(least, 1).Log()
}

// Notation is the members in stack notation, joined by +.
func (e *Ensemble) Notation() string {
	var parts []string
	for _, m := range e.Members {
		parts = append(parts, nn.Chain{m}.Notation())
	}
	return strings.Join(parts, " + ")
}

// scaled is a member whose data were standardised otherwise than those of the first: its inputs are scaled to what it
// learnt on, and the numbers it predicts back.
//
//	y = m(x·a + b)·c + d     x (B, …) with a, b of one example     c, d a target
type scaled struct {
	nn.Block
	a, b, c, d []grad.Float
	in         []int
}

// Forward is the member on the first one's scale.
func (s *scaled) Forward(x *grad.Var) *grad.Var {
	t := x.Tape()
	if s.a != nil {
		x = x.Mul(t.Const(s.a, s.in...)).Add(t.Const(s.b, s.in...))
	}
	y := nn.Scope(s.Block, x)
	if s.c != nil {
		y = y.Mul(t.Const(s.c, len(s.c))).Add(t.Const(s.d, len(s.d)))
	}
	return y
}

// Notation is the member's.
func (s *scaled) Notation() string { return nn.Chain{s.Block}.Notation() }

// OpenEnsemble loads several runs as one whose Model averages theirs, see Ensemble. Their tasks, inputs and classes must
// agree; data and settings are those of the first.
func OpenEnsemble(dirs []string, o Options) (*Run, error) {
	if len(dirs) == 0 {
		return nil, usagef("train: an ensemble of no runs; want at least one")
	}
	var first *Run
	e := new(Ensemble)
	for _, dir := range dirs {
		r, err := Open(dir, o)
		if err != nil {
			return nil, err
		}
		if first == nil {
			first = r
			e.Task = r.Info.Task
			e.Members = append(e.Members, r.Model)
			continue
		}
		m, err := first.member(r)
		if err != nil {
			return nil, usagef("train: ensemble: %s and %s: %w", first.Dir, r.Dir, err)
		}
		if first.Job.Seed != r.Job.Seed && first.Job.Data.Source == r.Job.Data.Source {
			o.note("%s has seed %d, %s has %d: where seeds decide what is held out, one has learnt from what tests the other; --data FILE tests both", first.Dir, first.Job.Seed, r.Dir, r.Job.Seed)
		}
		e.Members = append(e.Members, m)
	}
	if len(dirs) > 1 {
		first.Model = e
	}
	return first, nil
}

// member is other's model on r's scale. It errs where they do not predict the same from the same.
func (r *Run) member(other *Run) (nn.Block, error) {
	a, b := &r.Info, &other.Info
	switch {
	case a.Task != b.Task:
		return nil, fmt.Errorf("one is %v, the other %v", a.Task, b.Task)
	case !slices.Equal(a.Input, b.Input) && !a.Tokens || a.Tokens != b.Tokens:
		return nil, fmt.Errorf("inputs of shape %v and %v", a.Input, b.Input)
	case a.Outputs() != b.Outputs() || !slices.Equal(a.Classes, b.Classes):
		return nil, fmt.Errorf("%d outputs %.100q and %d %.100q", a.Outputs(), a.Classes, b.Outputs(), b.Classes)
	case r.outputs() != other.outputs():
		return nil, errors.New("one has a logit for two classes, the other two")
	case !slices.Equal(a.Symbols, b.Symbols):
		return nil, errors.New("they read different symbols")
	case (r.Tokenizer == nil) != (other.Tokenizer == nil) || r.Tokenizer != nil && newEncoder(r.Tokenizer).fingerprint != newEncoder(other.Tokenizer).fingerprint:
		return nil, errors.New("their tokenizers differ")
	case (a.Columns == nil) != (b.Columns == nil):
		return nil, errors.New("one reads a table, the other does not")
	case a.Labelled():
		return other.Model, nil
	case a.Columns != nil:
		return scaledTable(a.Columns, b.Columns, other.Model, a.Task)
	case slices.Equal(a.Mean, b.Mean) && slices.Equal(a.Std, b.Std):
		return other.Model, nil
	case len(a.Mean) != len(b.Mean) || len(a.Mean) == 0:
		return nil, fmt.Errorf("normalised with %d and %d means", len(a.Mean), len(b.Mean))
	}
	s := &scaled{Block: other.Model, in: a.Input}
	plane := r.width() / len(a.Mean)
	for i := range r.width() { // (x·σ + μ − μ′)/σ′ by channel
		c := i / plane
		s.a = append(s.a, grad.Float(a.Std[c]/b.Std[c]))
		s.b = append(s.b, grad.Float((a.Mean[c]-b.Mean[c])/b.Std[c]))
	}
	return s, nil
}

// scaledTable is m, learnt on b's columns, for rows that were scaled as a's.
func scaledTable(a, b *data.Columns, m nn.Block, task data.Task) (nn.Block, error) {
	if len(a.Columns) != len(b.Columns) || !slices.Equal(a.Targets, b.Targets) || !slices.Equal(a.Inputs(), b.Inputs()) {
		return nil, fmt.Errorf("columns %.100q and %.100q", a.Inputs(), b.Inputs())
	}
	s := &scaled{Block: m, in: []int{a.Width()}}
	plain := true
	for i, was := range a.Columns {
		now := b.Columns[i]
		if was.Width() != now.Width() {
			return nil, fmt.Errorf("column %s makes %d inputs and %d", was.Name, was.Width(), now.Width())
		}
		μ, σ := scaling(was)
		μʹ, σʹ := scaling(now)
		plain = plain && (μ == μʹ && σ == σʹ || task != data.Regression && slices.Contains(a.Targets, i))
		for range was.Width() {
			s.a, s.b = append(s.a, grad.Float(σ/σʹ)), append(s.b, grad.Float((μ-μʹ)/σʹ))
		}
	}
	if plain {
		return m, nil
	}
	for _, i := range a.Targets {
		if task == data.Regression {
			μ, σ := scaling(a.Columns[i])
			μʹ, σʹ := scaling(b.Columns[i])
			s.c, s.d = append(s.c, grad.Float(σʹ/σ)), append(s.d, grad.Float((μʹ-μ)/σ))
		}
	}
	return s, nil
}

// scaling is a column's mean and deviation, 0 and 1 where it is not scaled.
func scaling(c data.Column) (μ, σ float64) {
	if c.Scaled {
		return c.Mean, c.Std
	}
	return 0, 1
}
