package optimizers

import (
	"context"
	"fmt"
	"math"
	"slices"

	"brick/course/lesson"
	"brick/grad"
	"brick/kernel"
	"brick/optim"
	"brick/solve"
)

// Racers are the optimizers of package optim that race; L-BFGS, which takes no
// rate, comes after them.
var Racers = []string{"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "lion", "muon"}

const lbfgs = "lbfgs"

// RaceIn is a race on a surface. Every racer may ask for the gradient Budget times.
type RaceIn struct {
	Surface string    `json:"surface"`
	Start   []float64 `json:"start"`   // x, y; none: the surface's own
	Rates   []float64 `json:"rates"`   // one for each of Racers; none: the surface's own
	Factor  float64   `json:"factor"`  // by which all rates are multiplied
	Decay   float64   `json:"decay"`   // λ of AdamW, Lion and Muon
	Falling bool      `json:"falling"` // rates fall to 0 along a half cosine over the budget
	Budget  int       `json:"budget"`  // gradients
}

// Check bounds the race.
func (in RaceIn) Check() error {
	names := make([]string, len(Surfaces))
	for i, s := range Surfaces {
		names[i] = s.Name
	}
	err := lesson.First(lesson.OneOf("surface", in.Surface, names...), lesson.Within("factor", in.Factor, 1e-3, 1e3),
		lesson.Within("decay", in.Decay, 0, 1), lesson.Within("budget", float64(in.Budget), 1, 400))
	if n := len(in.Start); n != 0 {
		err = lesson.First(err, lesson.Within("start", float64(n), 2, 2))
	}
	if n := len(in.Rates); n != 0 {
		err = lesson.First(err, lesson.Within("rates", float64(n), float64(len(Racers)), float64(len(Racers))))
	}
	for _, v := range in.Start {
		err = lesson.First(err, lesson.Within("start", v, -10, 10))
	}
	for _, v := range in.Rates {
		err = lesson.First(err, lesson.Within("rates", v, 1e-6, 100))
	}
	return err
}

// full puts in what the argument leaves to the surface.
func (in RaceIn) full() (*Surface, RaceIn) {
	s := surface(in.Surface)
	if len(in.Start) == 0 {
		in.Start = s.Start[:]
	}
	if len(in.Rates) == 0 {
		in.Rates = s.Rates
	}
	return s, in
}

// Race is how it went.
type Race struct {
	Target float64       `json:"target"` // the loss to be reached
	Start  []float64     `json:"start"`
	Minima [][2]float64  `json:"minima"`
	Span   [2][2]float64 `json:"span"`   // of the picture: x and y
	Valley [][]float64   `json:"valley"` // ln(loss + 0.01) over the picture, rows from the least y
	Racers []Racer       `json:"racers"`
}

// Racer is one optimizer's way.
type Racer struct {
	Name   string          `json:"name"`
	Rate   lesson.Num      `json:"rate"` // used; NaN for L-BFGS, which takes none
	Path   [][2]lesson.Num `json:"path"` // where it asked for a gradient
	Losses []lesson.Num    `json:"losses"`
	Evals  int             `json:"evals"` // gradients until the loss was at the target, and stayed there; 0: it did not
	Best   lesson.Num      `json:"best"`  // least loss it saw
}

const valleySize = 41

var race = lesson.Shows(lesson.Ask("race", RaceIn{Surface: "ravine", Start: []float64{}, Rates: []float64{}, Factor: 1, Budget: 100}, runRace), showRace)

func runRace(_ context.Context, _ *lesson.Session, in RaceIn) (Race, error) {
	s, in := in.full()
	r := Race{Target: s.Target, Start: in.Start, Minima: s.Minima, Span: s.Span, Valley: s.valley()}
	for i, name := range Racers {
		racer, err := walk(s, name, in.Rates[i]*in.Factor, in)
		if err != nil {
			return r, err
		}
		r.Racers = append(r.Racers, racer)
	}
	r.Racers = append(r.Racers, quasiNewton(s, in))
	return r, nil
}

// valley is the surface as the picture shows it.
func (s *Surface) valley() [][]float64 {
	rows, grad := make([][]float64, valleySize), make([]float64, 2)
	for i := range rows {
		rows[i] = make([]float64, valleySize)
		y := along(s.Span[1], i)
		for j := range rows[i] {
			rows[i][j] = math.Log(s.Descend([]float64{along(s.Span[0], j), y}, grad) + 0.01)
		}
	}
	return rows
}

func along(span [2]float64, i int) float64 {
	return span[0] + (span[1]-span[0])*float64(i)/(valleySize-1)
}

// see notes one gradient's place and loss.
func (r *Racer) see(s *Surface, x []float64, loss float64) {
	r.Path = append(r.Path, [2]lesson.Num{lesson.Num(x[0]), lesson.Num(x[1])})
	r.Losses = append(r.Losses, lesson.Num(loss))
	if len(r.Losses) == 1 || loss < float64(r.Best) {
		r.Best = lesson.Num(loss)
	}
	if !(loss <= s.Target) {
		r.Evals = 0
	} else if r.Evals == 0 {
		r.Evals = len(r.Losses)
	}
}

// walk races an optimizer of package optim: both numbers are one parameter, a
// matrix of one row, which is what Muon moves.
func walk(s *Surface, name string, rate float64, in RaceIn) (Racer, error) {
	r := Racer{Name: name, Rate: lesson.Num(rate)}
	o, err := decaying(name, in.Decay)
	if err != nil {
		return r, err
	}
	p := grad.Param([]kernel.Float{kernel.Float(in.Start[0]), kernel.Float(in.Start[1])}, 1, 2)
	if err := o.Init(nil, []optim.Named{{Name: "xy", P: p, Decay: true, Matrix: true}}); err != nil {
		return r, err
	}
	schedule := optim.Schedule{LR: rate}
	if in.Falling {
		schedule.Kind, schedule.Total = "cosine", in.Budget
	}
	var tape grad.Tape
	x, g := make([]float64, 2), make([]float64, 2)
	for n := range in.Budget {
		x[0], x[1] = float64(p.Data()[0]), float64(p.Data()[1])
		loss := s.Descend(x, g)
		r.see(s, x, loss)
		if !(loss < 1e12) { // it has run away, and will not come back
			break
		}
		tape.Reset()
		tape.Use(p).BackwardFrom([]kernel.Float{kernel.Float(g[0]), kernel.Float(g[1])})
		o.Step(schedule.At(n))
	}
	return r, nil
}

// decaying is an optimizer of package optim; those that decay weights beside
// the gradient do so with λ, the others not at all.
func decaying(name string, decay float64) (optim.Optimizer, error) {
	k, err := optim.ByName(name)
	if err != nil {
		return nil, err
	}
	o := k.New()
	switch o := o.(type) {
	case *optim.AdamW:
		o.Decay = decay
	case *optim.Lion:
		o.Decay = decay
	case *optim.Muon:
		o.Decay = decay
	}
	return o, nil
}

// quasiNewton races L-BFGS, whose line search asks for gradients too: each
// place counts once.
func quasiNewton(s *Surface, in RaceIn) Racer {
	r := Racer{Name: lbfgs, Rate: lesson.Num(math.NaN())}
	var last []float64
	f := func(x, g []float64) float64 {
		loss := s.Descend(x, g)
		if !slices.Equal(x, last) && len(r.Losses) < in.Budget {
			r.see(s, x, loss)
		}
		last = append(last[:0], x...)
		return loss
	}
	// Its errors say that it stopped short of a minimum, which the losses show.
	solve.Minimize(f, in.Start, solve.Minimum{MaxSteps: in.Budget})
	return r
}

func showRace(in RaceIn) lesson.Shown {
	s, in := in.full()
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
	"fmt"

	optimizers "brick/course/05-optimizers"
	"brick/grad"
	"brick/kernel"
	"brick/optim"
)

func main() { // L = %s
	var s optimizers.Surface
	for _, s = range optimizers.Surfaces {
		if s.Name == %q {
			break
		}
	}
	rates := %#v
	for i, name := range optimizers.Racers {
		kind, _ := optim.ByName(name)
		o := kind.New()
		p := grad.Param([]kernel.Float{%v, %v}, 1, 2)
		o.Init(nil, []optim.Named{{Name: "xy", P: p, Matrix: true}})
		var tape grad.Tape
		for n := range %d {
			x, g := []float64{float64(p.Data()[0]), float64(p.Data()[1])}, make([]float64, 2)
			if loss := s.Descend(x, g); loss <= s.Target {
				fmt.Println(name, n+1, x, loss)
				break
			}
			tape.Reset()
			tape.Use(p).BackwardFrom([]kernel.Float{kernel.Float(g[0]), kernel.Float(g[1])})
			o.Step(%v * rates[i])
		}
	}
}
`, s.Formula, s.Name, in.Rates, in.Start[0], in.Start[1], in.Budget, in.Factor)}
}
