package optimizers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"brick/course/lesson"
	"brick/solve"
)

func raceOn(t *testing.T, arg string) Race {
	t.Helper()
	a, err := race.Answer(context.Background(), nil, []byte(arg))
	if err != nil {
		t.Fatal(err)
	}
	return a.(Race)
}

// The surfaces' gradients are their slopes, and their minima are minima.
func TestSurfaces(t *testing.T) {
	for _, s := range Surfaces {
		numeric := solve.NumericGradient(func(x []float64) float64 { return s.Descend(x, make([]float64, 2)) })
		g, n := make([]float64, 2), make([]float64, 2)
		for _, x := range [][]float64{{0.3, -1.2}, {-2, 1.5}, {1, 2}} {
			s.Descend(x, g)
			numeric(x, n)
			if math.Hypot(g[0]-n[0], g[1]-n[1]) > 1e-6*(1+math.Hypot(n[0], n[1])) {
				t.Errorf("%s at %v: gradient %v, by differences %v", s.Name, x, g, n)
			}
		}
		for _, m := range s.Minima {
			if loss := s.Descend(m[:], g); loss > 1e-9 || math.Hypot(g[0], g[1]) > 1e-4 {
				t.Errorf("%s: loss %g and gradient %v at its minimum %v", s.Name, loss, g, m)
			}
		}
	}
}

// On the ravine SGD is a formula, and momentum a recurrence.
func TestKnownWalks(t *testing.T) {
	r := raceOn(t, `{"budget":40,"rates":[0.05,0.02,0.02,0.1,0.1,0.1,0.1,0.1]}`)
	for n, at := range r.Racers[0].Path {
		x, y := -4*math.Pow(1-0.05, float64(n)), 1.4*math.Pow(1-0.05*30, float64(n))
		if math.Hypot(float64(at[0])-x, float64(at[1])-y) > 1e-5 {
			t.Fatalf("SGD after %d steps at %v; want %g, %g", n, at, x, y)
		}
	}
	x, v := [2]float64{-4, 1.4}, [2]float64{}
	for n, at := range r.Racers[1].Path {
		if math.Hypot(float64(at[0])-x[0], float64(at[1])-x[1]) > 1e-4 {
			t.Fatalf("momentum after %d steps at %v; want %v", n, at, x)
		}
		for i, g := range []float64{x[0], 30 * x[1]} {
			v[i] = 0.9*v[i] + g
			x[i] -= 0.02 * v[i]
		}
	}
}

// Without decay AdamW is Adam; with it, it stops nearer to zero.
func TestDecay(t *testing.T) {
	end := func(arg string, i int) float64 {
		p := raceOn(t, arg).Racers[i].Path
		return math.Hypot(float64(p[len(p)-1][0]), float64(p[len(p)-1][1]))
	}
	const far = `{"surface":"rosenbrock","budget":400,"rates":[0.01,0.01,0.01,0.1,0.1,0.1,0.1,0.1],"decay":`
	if adam, adamw := end(far+`0}`, 4), end(far+`0}`, 5); adam != adamw || math.Abs(adam-math.Sqrt2) > 0.05 {
		t.Errorf("without decay Adam ends %g from zero, AdamW %g; want both √2", adam, adamw)
	}
	if adamw := end(far+`0.5}`, 5); adamw > 1.35 {
		t.Errorf("with decay AdamW ends %g from zero; want less than √2", adamw)
	}
}

// Evals counts until the loss is at the target to stay.
func TestEvals(t *testing.T) {
	s := &Surface{Target: 1}
	var r Racer
	for _, loss := range []float64{3, 0.5, 2, 1, 0.9} {
		r.see(s, []float64{0, 0}, loss)
	}
	if r.Evals != 4 || r.Best != 0.5 {
		t.Errorf("evals %d, best %v; want 4 and 0.5", r.Evals, r.Best)
	}
}

// What turning the ravine changes, as the page says.
func TestLaps(t *testing.T) {
	a, err := laps.Answer(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	straight, turned := a.([]Lap)[0].Evals, a.([]Lap)[1].Evals
	sgd, rms, newton := 0, 3, len(Racers)
	if straight[sgd] == 0 || straight[sgd] != turned[sgd] || straight[newton] != turned[newton] {
		t.Errorf("SGD %d and %d, L-BFGS %d and %d; want the same on both", straight[sgd], turned[sgd], straight[newton], turned[newton])
	}
	if straight[rms] == 0 || turned[rms] < 5*straight[rms] {
		t.Errorf("RMSProp %d and %d; want it much slower", straight[rms], turned[rms])
	}
}

// The surfaces' rates are those that tune finds.
func TestTuned(t *testing.T) {
	for _, s := range Surfaces {
		a, err := tune.Answer(context.Background(), nil, fmt.Appendf(nil, `{"surface":%q}`, s.Name))
		if err != nil {
			t.Fatal(err)
		}
		if got := a.(Tuned).Rates; !slices.Equal(got, s.Rates) {
			t.Errorf("%s: %v; the surface says %v", s.Name, got, s.Rates)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, arg := range []string{`{"surface":"hill"}`, `{"start":[1]}`, `{"start":[1,99]}`, `{"rates":[1]}`, `{"rates":[1,1,1,1,1,1,1,1e9]}`, `{"factor":0}`, `{"decay":-1}`, `{"budget":1000000}`} {
		var refusal *lesson.Refusal
		if _, err := race.Answer(context.Background(), nil, []byte(arg)); !errors.As(err, &refusal) {
			t.Errorf("%s gives %v; want a refusal", arg, err)
		}
	}
	if err := (DigitsIn{Factor: 1, Budget: 1e6, Target: 0.1}).Check(); err == nil {
		t.Error("a budget of a million is not refused")
	}
	// Rates at which everything runs away end the race, not the server.
	for _, r := range raceOn(t, `{"surface":"himmelblau","factor":1000}`).Racers {
		if len(r.Path) > 100 {
			t.Errorf("%s asked for %d gradients of 100", r.Name, len(r.Path))
		}
	}
}

// All start from the same loss, see every gradient they may, and L-BFGS no more.
func TestDigits(t *testing.T) {
	s := lesson.NewDesk(nil, 1).Session()
	firsts, counts := map[float64]bool{}, make([]int, len(Racers)+1)
	var last DigitsOut
	err := s.Follow(context.Background(), "", digits, []byte(`{"budget":3}`), func(raw json.RawMessage) error {
		last = DigitsOut{}
		if err := json.Unmarshal(raw, &last); err != nil {
			return err
		}
		for _, p := range last.Points {
			counts[p.Racer]++
			if p.N == 1 {
				firsts[float64(p.Loss)] = true
			}
		}
		return nil
	})
	if err != nil || !last.Ended || len(firsts) != 1 {
		t.Errorf("%v, ended %v, first losses %v; want one", err, last.Ended, firsts)
	}
	for i, n := range counts {
		if n != 3 || last.Racers[i].N != 3 {
			t.Errorf("%s: %d losses, %d gradients; want 3", last.Racers[i].Name, n, last.Racers[i].N)
		}
	}
	enough := errors.New("enough")
	if err := s.Follow(context.Background(), "", digits, nil, func(json.RawMessage) error { return enough }); err != enough {
		t.Errorf("a race that is stopped gives %v", err)
	}
}
