package optimizers

import (
	"context"
	"fmt"
	"math"

	"brick/course/lesson"
	"brick/data"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// DigitsIn is the race on drawn digits. All racers start from the same network
// and see the same drawings at once, so that the loss is one function of 19,090
// numbers, as L-BFGS needs.
type DigitsIn struct {
	Factor float64 `json:"factor"` // by which all rates are multiplied
	Budget int     `json:"budget"` // gradients
	Target float64 `json:"target"` // cross-entropy to be reached, in nats
	Seed   int     `json:"seed"`   // of the network's first values
}

// Check bounds the race.
func (in DigitsIn) Check() error {
	return lesson.First(lesson.Within("factor", in.Factor, 1e-3, 1e3), lesson.Within("budget", float64(in.Budget), 1, 200),
		lesson.Within("target", in.Target, 1e-3, 2), lesson.Within("seed", float64(in.Seed), 0, 1e6))
}

const (
	digitStack = "flatten linear(24) relu linear"
	drawings   = 1000 // trained on
)

// digitRates are the best of rateGrid for each of Racers, seed 1, 80 gradients.
var digitRates = []float64{0.25, 0.16, 0.1, 0.004, 0.01, 0.01, 0.01, 0.063}

// DigitsOut is what happened since the last one.
type DigitsOut struct {
	In     DigitsIn   `json:"in"` // the race that this is of
	Points []Seen     `json:"points"`
	Racers []Standing `json:"racers"`
	Ended  bool       `json:"ended"` // the race is over: Accuracy holds
}

// Seen is a loss that racer number Racer saw with its Nth gradient, from 1.
type Seen struct {
	Racer int        `json:"racer"`
	N     int        `json:"n"`
	Loss  lesson.Num `json:"loss"`
}

// Standing is how a racer stands.
type Standing struct {
	Name     string     `json:"name"`
	Rate     lesson.Num `json:"rate"`  // NaN for L-BFGS, which takes none
	State    int        `json:"state"` // numbers that it keeps for each parameter
	N        int        `json:"n"`     // gradients so far
	Evals    int        `json:"evals"` // gradients until the target; 0: not yet
	Loss     lesson.Num `json:"loss"`
	Accuracy lesson.Num `json:"accuracy"` // of other drawings, once the race is over
}

// contest is one racer's network and optimizer.
type contest struct {
	m    model.Model
	o    optim.Optimizer
	rate float64
}

var digits = lesson.Shows(lesson.Stream("digits", DigitsIn{Factor: 1, Budget: 80, Target: 0.1, Seed: 1}, runDigits), showDigits)

func runDigits(ctx context.Context, _ *lesson.Session, in DigitsIn, j *lesson.Job) error {
	set, err := data.Digits(data.Options{Examples: drawings})
	if err != nil {
		return err
	}
	var batch data.Batch
	if err := data.Sequential(set.Train, drawings).At(&batch, 0, 0); err != nil {
		return err
	}
	field, err := contestants(in)
	if err != nil {
		return err
	}
	out := DigitsOut{In: in, Racers: make([]Standing, len(field))}
	for i, c := range field {
		s := &out.Racers[i]
		s.Name, s.Rate, s.State, s.Accuracy = lbfgs, lesson.Num(math.NaN()), 2*memory, lesson.Num(math.NaN())
		if c.o != nil {
			k, _ := optim.ByName(Racers[i])
			s.Name, s.Rate, s.State = k.Name, lesson.Num(c.rate), k.State
		}
	}
	var tape grad.Tape
	look := func(i int) (float64, error) { // the loss and its gradient
		tape.Reset()
		y := train.CrossEntropy(field[i].m.Forward(train.Input(&tape, &batch)), &batch)
		loss := y.Item()
		y.Backward()
		s := &out.Racers[i]
		s.N++
		s.Loss = lesson.Num(loss)
		if s.Evals == 0 && loss <= in.Target {
			s.Evals = s.N
		}
		out.Points = append(out.Points, Seen{i, s.N, s.Loss})
		if !j.Due() {
			return loss, nil
		}
		err := j.Emit(out)
		out.Points = out.Points[:0]
		return loss, err
	}
	last := len(field) - 1
	for range in.Budget {
		for i, c := range field[:last] {
			if _, err := look(i); err != nil {
				return err
			}
			c.o.Step(c.rate)
		}
	}
	if err := quasiNewtonOn(field[last].m, in.Budget, func() (float64, error) { return look(last) }); err != nil {
		return err
	}
	for i, c := range field {
		m, err := train.Evaluate(ctx, nil, c.m, set.Valid, nil, 100, 0)
		if err != nil {
			return err
		}
		out.Racers[i].Accuracy = lesson.Num(m.Accuracy)
	}
	out.Ended = true
	return j.Emit(out)
}

// contestants builds one network for each racer, all with the same first values.
func contestants(in DigitsIn) (field []contest, err error) {
	for i := range len(Racers) + 1 {
		c := contest{}
		if c.m, err = model.New(digitStack, nn.Input{Shape: []int{1, 28, 28}, Outputs: 10}); err != nil {
			return nil, err
		}
		nn.Build(c.m, uint64(in.Seed))
		if i < len(Racers) {
			if c.o, err = decaying(Racers[i], 0); err != nil {
				return nil, err
			}
			if err := optim.Attach(c.o, c.m); err != nil {
				return nil, err
			}
			c.rate = digitRates[i] * in.Factor
		}
		field = append(field, c)
	}
	return field, nil
}

const memory = 10 // steps that L-BFGS remembers

// quasiNewtonOn runs L-BFGS on a network until look was called budget times or
// errs. After that every place is infinitely bad, which ends its line search.
func quasiNewtonOn(m nn.Block, budget int, look func() (float64, error)) (err error) {
	o := &optim.LBFGS{Memory: memory, Iterations: budget}
	if err := optim.Attach(o, m); err != nil {
		return err
	}
	n := 0
	_, end := o.Minimise(func() float64 {
		if n++; n > budget || err != nil {
			return math.Inf(1)
		}
		var loss float64
		loss, err = look()
		return loss
	})
	if err != nil {
		return err
	}
	return end
}

func showDigits(in DigitsIn) lesson.Shown {
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"

	"brick/data"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

func main() {
	set, _ := data.Digits(data.Options{Examples: %d})
	var batch data.Batch
	data.Sequential(set.Train, %d).At(&batch, 0, 0)
	rates := %#v
	for i, name := range %#v {
		m, _ := model.New(%q, nn.Input{Shape: []int{1, 28, 28}, Outputs: 10})
		nn.Build(m, %d)
		kind, _ := optim.ByName(name)
		o := kind.New()
		switch o := o.(type) {
		case *optim.AdamW:
			o.Decay = 0
		case *optim.Lion:
			o.Decay = 0
		case *optim.Muon:
			o.Decay = 0
		}
		optim.Attach(o, m)
		var tape grad.Tape
		for n := range %d {
			tape.Reset()
			loss := train.CrossEntropy(m.Forward(train.Input(&tape, &batch)), &batch)
			if loss.Item() <= %v {
				fmt.Println(name, n+1, loss.Item())
				break
			}
			loss.Backward()
			o.Step(%v * rates[i])
		}
	}
}
`, drawings, drawings, digitRates, Racers, digitStack, in.Seed, in.Budget, in.Target, in.Factor)}
}
