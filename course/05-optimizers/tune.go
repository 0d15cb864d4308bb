package optimizers

import (
	"context"
	"math"

	"brick/course/lesson"
)

// Lap is how many gradients each racer took on one surface, from its own start
// with its own rates; 0: the loss was not at the target to stay.
type Lap struct {
	Surface string `json:"surface"`
	Evals   []int  `json:"evals"`
}

// laps races on every surface.
var laps = lesson.Ask("laps", struct{}{}, func(ctx context.Context, s *lesson.Session, _ struct{}) (list []Lap, err error) {
	for _, f := range Surfaces {
		in := race.Default.(RaceIn)
		in.Surface = f.Name
		r, err := runRace(ctx, s, in)
		if err != nil {
			return nil, err
		}
		lap := Lap{Surface: f.Name}
		for _, racer := range r.Racers {
			lap.Evals = append(lap.Evals, racer.Evals)
		}
		list = append(list, lap)
	}
	return list, nil
})

// rateGrid are the rates that tune tries: five a power of ten.
var rateGrid = func() (grid []float64) {
	for i := -20; i <= 1; i++ {
		grid = append(grid, round2(math.Pow(10, float64(i)/5)))
	}
	return grid
}()

// round2 rounds to two significant digits.
func round2(v float64) float64 {
	p := math.Pow(10, 1-math.Floor(math.Log10(v)))
	return math.Round(v*p) / p
}

// Tuned are the rates with which each racer does best.
type Tuned struct {
	Rates []float64 `json:"rates"`
}

// tune tries every rate of a grid with every racer: the fewest gradients to the
// target win, and where none reaches it the least loss.
var tune = lesson.Ask("tune", race.Default.(RaceIn), func(ctx context.Context, _ *lesson.Session, in RaceIn) (t Tuned, err error) {
	s, in := in.full()
	for _, name := range Racers {
		var best Racer
		for _, rate := range rateGrid {
			r, err := walk(s, name, rate, in)
			if err != nil {
				return t, err
			}
			if best.Name == "" || better(r, best) {
				best = r
			}
			if ctx.Err() != nil {
				return t, ctx.Err()
			}
		}
		t.Rates = append(t.Rates, float64(best.Rate))
	}
	return t, nil
})

func better(a, b Racer) bool {
	if a.Evals > 0 && b.Evals > 0 {
		return a.Evals < b.Evals
	}
	if a.Evals > 0 || b.Evals > 0 {
		return a.Evals > 0
	}
	return a.Best < b.Best
}
