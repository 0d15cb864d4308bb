package leastsquares

import (
	"context"
	"fmt"
	"math"
	"testing"

	"brick/course/lesson"
	"brick/course/lesson/lessontest"
)

// No line nearby has a smaller loss than those called best.
func TestBestLinesAreBest(t *testing.T) {
	for _, points := range []string{"", `"points":[-2.4,-1.4,-1.8,-1.2,-0.3,0.4,0.7,1.1,2.3,1.6,2.2,-2.6],`, `"points":[1,1,1,2,1,4],`} {
		l := lessontest.Ask[Lined](t, nil, line, "{"+points+`"w":0}`)
		in := LineIn{Points: start, Delta: 0.5}
		if points != "" {
			in.Points = nil
			for _, b := range l.Boxes {
				in.Points = append(in.Points, b[0], b[1])
			}
		}
		for kind, best := range map[string]Line{"l2": l.Best.L2, "l1": l.Best.L1, "huber": l.Best.Huber} {
			f := objective(in.Points, kind, in.Delta)
			for _, d := range []Pair{{1e-3, 0}, {-1e-3, 0}, {0, 1e-3}, {0, -1e-3}, {0.3, -0.2}, {-0.5, 0.5}} {
				if other := lineAt(f, best.W+d[0], best.B+d[1]); other.Loss < best.Loss-1e-12 {
					t.Errorf("%s %s: (%g, %g) has %g; (%g, %g) has %g", points, kind, best.W, best.B, best.Loss, other.W, other.B, other.Loss)
				}
			}
		}
	}
}

// Boxes have the areas of the losses, and slopes are those of the surface.
func TestBoxesAndSlopes(t *testing.T) {
	for _, kind := range []string{"l2", "huber", "l1"} {
		l := lessontest.Ask[Lined](t, nil, line, fmt.Sprintf(`{"loss":%q,"w":0.2,"b":0.8}`, kind))
		sum := 0.0
		for _, b := range l.Boxes {
			if kind == "l1" {
				sum += math.Abs(b[3] - b[1])
			} else {
				sum += math.Abs(b[2]-b[0]) * math.Abs(b[3]-b[1]) / 2
			}
		}
		if mean := sum / float64(len(l.Boxes)); math.Abs(mean-l.Loss) > 1e-12 {
			t.Errorf("%s: boxes come to %g; the loss is %g", kind, mean, l.Loss)
		}
		f, g := objective(start, kind, 0.5), make([]float64, 2)
		const h = 1e-6
		if w := (f([]float64{0.2 + h, 0.8}, g) - f([]float64{0.2 - h, 0.8}, g)) / (2 * h); math.Abs(w-l.Slope[0]) > 1e-6 {
			t.Errorf("%s: ∂L/∂w is %g; differences give %g", kind, l.Slope[0], w)
		}
	}
}

func TestValley(t *testing.T) {
	v := lessontest.Ask[Valley](t, nil, valley, "")
	here := lessontest.Ask[Lined](t, nil, line, `{"w":2.5,"b":-2.5}`)
	if got := v.Values[0][side-1]; got != here.Loss {
		t.Errorf("the corner is %g; the line there has %g", got, here.Loss)
	}
}

func TestDescentAgreesWithTheFormula(t *testing.T) {
	d := lessontest.Ask[Descended](t, nil, descend, "")
	if d.Why != "agreed" || d.Gap > 1e-9 || d.Steps < 10 || d.Steps > 100 || len(d.Path) != len(d.Gaps) {
		t.Errorf("%+v", d)
	}
	if x := lessontest.Ask[Descended](t, nil, descend, fmt.Sprintf(`{"rate":%g}`, d.Limit*1.05)); x.Why != "diverged" {
		t.Errorf("beyond the limit: %s after %d steps", x.Why, x.Steps)
	}
	if x := lessontest.Ask[Descended](t, nil, descend, `{"rate":0.001}`); x.Why != "slow" || x.Steps != maxSteps {
		t.Errorf("with a tiny rate: %s after %d steps", x.Why, x.Steps)
	}
}

// More degrees never fit the training points worse, and do overfit.
func TestDegrees(t *testing.T) {
	d := lessontest.Ask[Degrees](t, nil, degrees, `{"degree":9}`)
	for i := 1; i < len(d.Loss); i++ {
		if d.Loss[i] > d.Loss[i-1]+1e-12 {
			t.Errorf("degree %d fits worse than %d: %g, %g", i+1, i, d.Loss[i], d.Loss[i-1])
		}
	}
	if d.Best != 3 || d.Beyond[8] < 10*d.Beyond[2] || len(d.Train) != 12 || len(d.Test) != 6 {
		t.Errorf("best %d, test losses %v, %d and %d points", d.Best, d.Beyond, len(d.Train), len(d.Test))
	}
	if again := lessontest.Ask[Degrees](t, nil, degrees, `{"degree":9}`); again.Curve[60] != d.Curve[60] {
		t.Error("the same seed gives other points")
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		call *lesson.Call
		in   string
	}{{line, `{"points":[1,2]}`}, {line, `{"points":[1,2,3,4,5,6,7]}`}, {line, `{"points":[1,2,3,4,5,1e9]}`}, {line, `{"loss":"l3"}`}, {line, `{"w":11}`}, {valley, `{"delta":0}`},
		{descend, `{"rate":0}`}, {degrees, `{"degree":10}`}, {degrees, `{"count":1000000}`}, {degrees, `{"noise":-1}`}} {
		if _, err := c.call.Answer(context.Background(), nil, []byte(c.in)); err == nil {
			t.Errorf("%s %s is answered", c.call.Name, c.in)
		}
	}
}
