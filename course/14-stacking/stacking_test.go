package stacking

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"testing"

	"brick/course/lesson"
)

// GPT-1, 2 and 3 have as many parameters as their checkpoints, and the formula
// is within 0.2 % of each.
func TestGPTs(t *testing.T) {
	v, err := gpts.Answer(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []int{116534784, 1557611200, 174604259328}
	for i, g := range v.([]GPT) {
		if g.Exact != want[i] || math.Abs(g.Formula/float64(g.Exact)-1) > 2e-3 {
			t.Errorf("%s: exact %d, formula %.0f; want %d", g.Name, g.Exact, g.Formula, want[i])
		}
		in, _ := json.Marshal(g.In)
		c, err := count.Answer(context.Background(), nil, in)
		if err != nil {
			t.Fatal(err)
		}
		// GPT-1 has no norm after its last block: two vectors of its width less.
		if n := c.(Count).Exact; n != g.Exact && n != g.Exact+2*g.In.Width {
			t.Errorf("%s as a stack has %d parameters; want %d", g.Name, n, g.Exact)
		}
	}
}

func TestBounds(t *testing.T) {
	for in, call := range map[string]*lesson.Call{`{"width":100}`: count, `{"layers":0}`: count, `{"vocab":1}`: count, `{"context":0}`: count} {
		if v, err := call.Answer(context.Background(), nil, []byte(in)); err == nil {
			t.Errorf("%s gives %v", in, v)
		}
	}
	for _, in := range []GrowIn{{0, 16, 10, 0}, {1, 17, 10, 0}, {1, 16, 0, 0}, {7, 16, 10, 0}, {1, 112, 10, 0}} {
		if in.Check() == nil {
			t.Errorf("%+v is let through", in)
		}
	}
}

// The added block changes nothing at first, and the same seed gives the same numbers.
func TestGrow(t *testing.T) {
	var runs [2][]Grown
	for i := range runs {
		s := lesson.NewDesk(nil, 1).Session()
		err := s.Follow(context.Background(), Chapter.Dir, grow, []byte(`{"layers":1,"width":16,"steps":10}`), func(raw json.RawMessage) error {
			var g Grown
			if err := json.Unmarshal(raw, &g); err != nil {
				return err
			}
			if g.Mark != "" {
				runs[i] = append(runs[i], g)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(runs[0]) != 4 {
		t.Fatalf("%d marks", len(runs[0]))
	}
	for k, g := range runs[0] {
		if g != runs[1][k] {
			t.Errorf("mark %d is %+v, then %+v", k, g, runs[1][k])
		}
	}
	if trained, added := runs[0][0], runs[0][1]; trained.Loss != added.Loss || added.Params <= trained.Params {
		t.Errorf("before %+v, added %+v", trained, added)
	}
}

func TestGrowStops(t *testing.T) {
	s := lesson.NewDesk(nil, 1).Session()
	ctx, cancel := context.WithCancel(context.Background())
	err := s.Follow(ctx, Chapter.Dir, grow, []byte(`{"layers":1,"width":16,"steps":4000}`), func(json.RawMessage) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
