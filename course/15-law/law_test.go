package law

import (
	"context"
	"encoding/json"
	"math"
	"testing"

	"brick/course/lesson"
	"brick/lab"
	"brick/lab/fit"
)

func TestBounds(t *testing.T) {
	s := lesson.NewDesk(&lesson.Runs{Root: t.TempDir()}, 1).Session()
	for _, c := range []struct {
		call *lesson.Call
		in   string
	}{
		{results, `{"axis":"x"}`}, {results, `{"seed":0}`}, {results, `{"guess":[1,2,3,4,5,6,7,8,9,10,11,12,13]}`}, {results, `{"guess":[-1]}`},
		{published, `{"flops":1}`}, {published, `{"flops":1e99}`}, {plan, `{"seed":10}`},
	} {
		if v, err := c.call.Answer(context.Background(), s, []byte(c.in)); err == nil {
			t.Errorf("%s %s gives %v", c.call.Name, c.in, v)
		}
	}
}

// The family rises, the held-out size is at least two and a half times the largest that is fitted.
func TestPlan(t *testing.T) {
	v, err := plan.Answer(context.Background(), lesson.NewDesk(nil, 1).Session(), nil)
	if err != nil {
		t.Fatal(err)
	}
	sizes := v.(PlanOut).Sizes
	for i, s := range sizes[1:] {
		if s.Params <= sizes[i].Params || s.HeldOut != (i == len(sizes)-2) {
			t.Errorf("%s with %d parameters after %d", s.Name, s.Params, sizes[i].Params)
		}
	}
	if n := len(sizes); n != 5 || float64(sizes[n-1].Params) < 2.5*float64(sizes[n-2].Params) {
		t.Errorf("sizes %v", sizes)
	}
}

// Before anything was trained there is nothing to show, and no error.
func TestNothingYet(t *testing.T) {
	v, err := results.Answer(context.Background(), lesson.NewDesk(&lesson.Runs{Root: t.TempDir()}, 1).Session(), nil)
	if r, ok := v.(Results); err != nil || !ok || r.Begun || r.Law != nil {
		t.Errorf("%+v, %v", v, err)
	}
}

// Hoffmann's approach 3 and Kaplan's rule, at GPT-3's compute, as their papers give them.
func TestPublished(t *testing.T) {
	v, err := published.Answer(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	list := v.([]PublishedOut)
	if len(list) != len(fit.Published) || list[0].Name != "Kaplan 2020" || math.Abs(float64(list[0].Params)*float64(list[0].Tokens)*6/3.14e23-1) > 0.5 {
		t.Errorf("%+v", list)
	}
	if _, err := json.Marshal(list); err != nil {
		t.Error(err)
	}
}

// A learner's curve is compared with what was measured.
func TestGuess(t *testing.T) {
	var r Results
	r.compare([]float64{4, 3}, result(3.5, 2.5), 100)
	if g := r.Guess; g == nil || math.Abs(g.Off-0.5) > 1e-12 || math.Abs(g.Ratio-1) > 1e-12 {
		t.Errorf("%+v", r.Guess)
	}
}

// result is a list of results with these losses, all of 100 tokens.
func result(losses ...float64) (list []lab.Result) {
	for _, l := range losses {
		list = append(list, lab.Result{Trial: lab.Trial{Tokens: 100}, Loss: l})
	}
	return list
}
