package rate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"brick/course/lesson"
	"brick/course/lesson/lessontest"
)

// The zones are those of the curvatures that the bowl was made with.
func TestZones(t *testing.T) {
	for _, max := range []float64{0.1, 1, 7} {
		for _, c := range []struct {
			times float64
			zone  string
		}{{0.3, steady}, {0.99, steady}, {1.01, ringing}, {1.99, ringing}, {2.01, diverging}, {2.5, diverging}} {
			z := lessontest.Ask[Zones](t, nil, zones, fmt.Sprintf(`{"max":%g,"rate":%g}`, max, c.times/max))
			if math.Abs(z.Max-max) > 1e-6*max || math.Abs(z.Min-max/6) > 1e-6*max || z.Zone != c.zone || z.Seen != c.zone {
				t.Errorf("λmax %g, α = %g/λmax: found %g, %g, zone %s, seen %s; want %s", max, c.times, z.Max, z.Min, z.Zone, z.Seen, c.zone)
			}
			for i, s := range z.Sides {
				if f := z.Foretold[i]; math.Abs(f[1]-s[1]) > 1e-6*max1(f[1]) {
					t.Errorf("step %d: %g; foretold %g", i, s[1], f[1])
				}
			}
		}
	}
}

func max1(v float64) float64 { return max(1, math.Abs(v)) }

// Of the line, λmax is that of the 2×2 matrix of means of x², x and 1.
func TestLine(t *testing.T) {
	for _, scale := range []float64{0.5, 1, 4} {
		var xx, x float64
		for _, v := range xs {
			xx, x = xx+scale*v*scale*v/float64(len(xs)), x+scale*v/float64(len(xs))
		}
		want := (xx + 1 + math.Sqrt((xx-1)*(xx-1)+4*x*x)) / 2
		if z := lessontest.Ask[Zones](t, nil, zones, fmt.Sprintf(`{"kind":"line","scale":%g}`, scale)); math.Abs(z.Max-want) > 1e-6*want {
			t.Errorf("scale %g: λmax %g; want %g", scale, z.Max, want)
		}
	}
	g := lessontest.Ask[Ground](t, nil, ground, `{"kind":"line","scale":2}`)
	f, bottom, _ := GroundIn{Kind: "line", Scale: 2}.function()
	grad := make([]float64, 2)
	if f(bottom[:], grad); math.Hypot(grad[0], grad[1]) > 1e-12 || g.Bottom != bottom || g.Values[0][side-1] != f([]float64{span, -span}, grad) {
		t.Errorf("the map's bottom is %v with slope %v", g.Bottom, grad)
	}
}

func TestBehaviour(t *testing.T) {
	for want, errs := range map[string][]float64{steady: {4, 2, 1, 0.5}, ringing: {4, -2, 1}, diverging: {1, -1.01, 1.02}} {
		if got := behaviour(errs); got != want {
			t.Errorf("%v is %s; want %s", errs, got, want)
		}
	}
	if got := behaviour([]float64{-3}); got != steady {
		t.Errorf("one point is %s", got)
	}
}

func TestRotation(t *testing.T) {
	q := rotation(rand.New(rand.NewPCG(1, 1)), 6)
	for i := range q {
		for j := range q {
			dot, want := 0.0, 0.0
			for k := range q[i] {
				dot += q[i][k] * q[j][k]
			}
			if i == j {
				want = 1
			}
			if math.Abs(dot-want) > 1e-14 {
				t.Errorf("%d·%d = %g", i, j, dot)
			}
		}
	}
}

func follow(in string, each func(Tried) error) error {
	return lesson.NewDesk(nil, 1).Session().Follow(context.Background(), "04-rate", trials, []byte(in), func(raw json.RawMessage) error {
		var v Tried
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		return each(v)
	})
}

// What is predicted is seen, in each of the zones.
func TestTrials(t *testing.T) {
	seen, last, n := map[string]int{}, Tried{}, 0
	if err := follow(`{"seed":7}`, func(v Tried) error {
		for _, x := range v.Trials {
			if n++; x.Number != n {
				t.Errorf("trial %d comes as number %d", x.Number, n)
			}
			seen[x.Seen]++
		}
		last = v
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if last.Done != 200 || n != 200 || last.Agreed < 199 || seen[steady] < 20 || seen[ringing] < 10 || seen[diverging] < 20 {
		t.Errorf("%d done, %d agreed, seen %v", last.Done, last.Agreed, seen)
	}
}

// A job that is left stops.
func TestTrialsAreStopped(t *testing.T) {
	enough, n := errors.New("enough"), 0
	if err := follow(`{"count":2000}`, func(Tried) error { n++; return enough }); !errors.Is(err, enough) || n != 1 {
		t.Errorf("%v after %d values", err, n)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		call *lesson.Call
		in   string
	}{{ground, `{"kind":"hill"}`}, {ground, `{"max":0}`}, {ground, `{"condition":1e9}`}, {zones, `{"rate":0}`}, {zones, `{"px":4}`}, {zones, `{"scale":0}`}} {
		if _, err := c.call.Answer(context.Background(), nil, []byte(c.in)); err == nil {
			t.Errorf("%s %s is answered", c.call.Name, c.in)
		}
	}
	if err := follow(`{"count":1000000}`, func(Tried) error { return nil }); err == nil {
		t.Error("a million trials are run")
	}
}
