package descent

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"testing"

	"brick/course/lesson"
	"brick/course/lesson/lessontest"
	"brick/data"
	"brick/model"
	"brick/nn"
	"brick/train"
)

// Gradients of the landscapes are those of their heights.
func TestLandscapes(t *testing.T) {
	for _, in := range []MountainIn{{"bowl", 1}, {"bowl", 37}, {"rosenbrock", 1}} {
		l, g := in.landscape(), make([]float64, 2)
		for _, p := range []Pair{{0.3, -0.7}, {-1.5, 2}, {1, 1}} {
			const h = 1e-6
			x := (l.f([]float64{p[0] + h, p[1]}, g) - l.f([]float64{p[0] - h, p[1]}, g)) / (2 * h)
			y := (l.f([]float64{p[0], p[1] + h}, g) - l.f([]float64{p[0], p[1] - h}, g)) / (2 * h)
			if l.f(p[:], g); math.Abs(g[0]-x) > 1e-5*max(1, math.Abs(x)) || math.Abs(g[1]-y) > 1e-5*max(1, math.Abs(y)) {
				t.Errorf("%v at %v: gradient %v; differences give %g, %g", in, p, g, x, y)
			}
		}
		if low := l.f(l.bottom[:], g); low != 0 || g[0] != 0 || g[1] != 0 {
			t.Errorf("%v: at the bottom f = %g, slope %v", in, low, g)
		}
	}
	m := lessontest.Ask[Mountain](t, nil, mountain, `{"shape":"rosenbrock"}`)
	if got, want := m.Heights[0][side-1], math.Log10(1+1+100*25); math.Abs(got-want) > 1e-12 { // (2, −1)
		t.Errorf("the corner is %g; want %g", got, want)
	}
}

func TestWalk(t *testing.T) {
	round := lessontest.Ask[Walked](t, nil, walk, `{"condition":1,"shown":3}`)
	if round.Off > 1e-6 || math.Abs(round.Length-round.Straight) > 0.01 || len(round.Path) != 4 {
		t.Errorf("in a round bowl the way is straight: %+v", round)
	}
	flat, flatter := lessontest.Ask[Walked](t, nil, walk, ""), lessontest.Ask[Walked](t, nil, walk, `{"condition":100}`)
	if flat.Why != "arrived" || flatter.Why != "arrived" || flatter.Steps < 10*flat.Steps || flat.Length <= flat.Straight {
		t.Errorf("κ 8 and 100: %d and %d steps", flat.Steps, flatter.Steps)
	}
	// λmax is 1, so 2 is the limit.
	if a, b := lessontest.Ask[Walked](t, nil, walk, `{"rate":1.95}`), lessontest.Ask[Walked](t, nil, walk, `{"rate":2.05}`); a.Why != "arrived" || b.Why != "diverged" {
		t.Errorf("below and above the limit: %s and %s", a.Why, b.Why)
	}
}

// The gradient within the plane is that of the loss, and the network is left as it was.
func TestPlane(t *testing.T) {
	m, b := net(t)
	p := newPlane(m, b, nil, 5)
	before := string(weights(m))
	const h = 0.01
	where := Pair{0.2, -0.1}
	_, g, err := p.at(where, true)
	if err != nil {
		t.Fatal(err)
	}
	for k := range g {
		up, down := where, where
		up[k], down[k] = where[k]+h, where[k]-h
		a, _, _ := p.at(up, false)
		c, _, _ := p.at(down, false)
		if d := (a - c) / (2 * h); math.Abs(d-g[k]) > 0.01*max(1, math.Abs(d)) {
			t.Errorf("slope %d is %g; differences give %g", k, g[k], d)
		}
	}
	p.move(Pair{})
	if string(weights(m)) != before {
		t.Error("the centre of the plane is not the network")
	}
}

func net(t *testing.T) (nn.Block, *data.Batch) {
	t.Helper()
	set, err := data.Open(smallData, data.Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.New(small, nn.Input{Shape: set.Info().Input, Outputs: set.Info().Outputs()})
	if err != nil {
		t.Fatal(err)
	}
	nn.Build(m, 3)
	b := new(data.Batch)
	if err := set.Train.Read(b, []int{0, 1, 2, 3, 4, 5, 6, 7}, 0); err != nil {
		t.Fatal(err)
	}
	return m, b
}

func weights(m nn.Block) []byte {
	var all []any
	for _, p := range nn.Params(m) {
		all = append(all, p.Data())
	}
	raw, _ := json.Marshal(all)
	return raw
}

func follow(t *testing.T, in string, each func(Sliced) error) error {
	t.Helper()
	return followIn(t.TempDir(), in, each)
}

func followIn(root, in string, each func(Sliced) error) error {
	return lesson.NewDesk(&lesson.Runs{Root: root}, 1).Session().Follow(context.Background(), "03-descent", slice, []byte(in), func(raw json.RawMessage) error {
		var v struct {
			Sliced
			Loss   *float64
			Values []*float64
		}
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		s := v.Sliced
		if v.Loss != nil {
			s.Loss = lesson.Num(*v.Loss)
		}
		for _, x := range v.Values {
			s.Values = append(s.Values, lesson.Num(*x))
		}
		return each(s)
	})
}

func TestSlice(t *testing.T) {
	var walked, rows []Sliced
	err := follow(t, `{"steps":30}`, func(s Sliced) error {
		switch s.Phase {
		case "walk":
			walked = append(walked, s)
		case "rows":
			rows = append(rows, s)
		}
		return nil
	})
	if err != nil || len(rows) != size || len(walked) != 31 || walked[30].Loss > walked[0].Loss/2 {
		t.Fatalf("%v: %d steps, %d rows", err, len(walked), len(rows))
	}
	middle := rows[size/2].Values[size/2]
	for _, r := range []Sliced{rows[0], rows[size-1]} {
		for _, v := range r.Values {
			if v < middle {
				t.Errorf("at the edge the loss is %g; %g in the middle", v, middle)
			}
		}
	}
}

// A learner's own run is sliced; one without classes is refused.
func TestSliceOfARun(t *testing.T) {
	root, ctx := t.TempDir(), context.Background()
	for name, job := range map[string]train.Job{
		"mine":   {Model: "linear(8) tanh linear", Data: train.DataJob{Source: "moons"}, Steps: 20},
		"number": {Model: "linear(1)", Data: train.DataJob{Source: "line"}, Steps: 1},
	} {
		job.Name = name
		r, err := train.Create(ctx, job, train.Options{Root: root})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range r.Train(ctx) {
			if err != nil {
				t.Fatal(err)
			}
		}
		r.Close()
	}
	var seen Sliced
	rows := 0
	err := followIn(root, `{"run":"mine","steps":5}`, func(s Sliced) error {
		if s.Phase == "rows" {
			rows++
		}
		seen = s
		return nil
	})
	if err != nil || rows != size || seen.Model != "linear(8) tanh linear" || seen.Params != 2*8+8+8*2+2 {
		t.Errorf("%v: %d rows of %s with %d parameters", err, rows, seen.Model, seen.Params)
	}
	var r *lesson.Refusal
	if err := followIn(root, `{"run":"number"}`, func(Sliced) error { return nil }); !errors.As(err, &r) || r.Key != "refused.kind" {
		t.Errorf("a model without classes: %v", err)
	}
}

// A job that is left stops.
func TestSliceIsStopped(t *testing.T) {
	enough, n := errors.New("enough"), 0
	if err := follow(t, "", func(Sliced) error { n++; return enough }); !errors.Is(err, enough) || n != 1 {
		t.Errorf("%v after %d values", err, n)
	}
}

func TestRefusals(t *testing.T) {
	for _, in := range []string{`{"shape":"cliff"}`, `{"condition":0}`, `{"condition":1e9}`, `{"px":9}`, `{"rate":0}`, `{"shown":1000000}`} {
		if _, err := walk.Answer(context.Background(), nil, []byte(in)); err == nil {
			t.Errorf("walk %s is answered", in)
		}
	}
	for _, in := range []string{`{"run":"nosuch"}`, `{"run":"../x"}`, `{"steps":1000000}`, `{"px":7}`} {
		if err := follow(t, in, func(Sliced) error { return nil }); err == nil {
			t.Errorf("slice %s is answered", in)
		}
	}
}
