package perceptron

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"brick/course/lesson"
	"brick/solve"
)

func learnt(t *testing.T, points []float64) Learnt {
	t.Helper()
	l, err := learnPoints(context.Background(), nil, LearnIn{points})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Each correction is the rule, on a point that was wrong; the boundary drawn is w·x + b = 0.
func TestMoves(t *testing.T) {
	in := learn.Default.(LearnIn)
	l := learnt(t, in.Points)
	w, b := [2]float64{}, 0.0
	for i, m := range l.Moves {
		x, y := [2]float64(in.Points[3*m.Row:]), 2*in.Points[3*m.Row+2]-1
		if s := w[0]*x[0] + w[1]*x[1] + b; s*y > 0 || math.Abs(s-m.Score) > 1e-12 || m.Step != [2]float64{y * x[0], y * x[1]} {
			t.Errorf("correction %d is on a point of score %g, said to be %g, and label %g", i, s, m.Score, y)
		}
		before := w
		w[0], w[1], b = w[0]+y*x[0], w[1]+y*x[1], b+y
		if math.Hypot(w[0]-m.After[0], w[1]-m.After[1]) > 1e-12 || b != m.B || math.Hypot(before[0]-m.Before[0], before[1]-m.Before[1]) > 1e-12 {
			t.Errorf("correction %d leads to %v, %g; want %v, %g", i, m.After, m.B, w, b)
		}
		for _, e := range m.Line {
			if s := w[0]*e[0] + w[1]*e[1] + b; math.Abs(s) > 1e-9 || max(math.Abs(e[0]), math.Abs(e[1])) > reach+1e-9 {
				t.Errorf("the end %v of the boundary has score %g", e, s)
			}
		}
	}
	if !l.Done || l.Mistakes != len(l.Moves) || l.Mistakes != 10 {
		t.Errorf("%d mistakes, %d corrections, done %v; want 10", l.Mistakes, len(l.Moves), l.Done)
	}
}

// The bound holds on random sets, and its margin is that of a search over all directions.
func TestBound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 10 {
		var points []float64
		for len(points) < 30 {
			x, y := 5*r.Float64()-2.5, 5*r.Float64()-2.5
			if s := 0.6*x + 0.8*y - 0.7; math.Abs(s) > 0.2 {
				class := 0.0
				if s > 0 {
					class = 1
				}
				points = append(points, x, y, class)
			}
		}
		l := learnt(t, points)
		if !l.Done || float64(l.Mistakes) > l.Bound.Mistakes {
			t.Fatalf("set %d: %d mistakes, bound %+v", n, l.Mistakes, l.Bound)
		}
		x, labels := LearnIn{points}.table()
		widest := 0.0
		for i := range 400 {
			for k := range 200 {
				a, e := 2*math.Pi*float64(i)/400, math.Pi*(float64(k)/200-0.5)
				w := []float64{math.Cos(e) * math.Cos(a), math.Cos(e) * math.Sin(a), math.Sin(e)}
				least := math.Inf(1)
				for row, y := range labels {
					least = min(least, float64(y)*(dot(x.Row(row), w[:2])+w[2]))
				}
				widest = max(widest, least)
			}
		}
		if l.Bound.Margin < 0.999*widest || l.Bound.Margin > 1.15*widest+0.02 {
			t.Errorf("set %d: margin %g; a search finds %g", n, l.Bound.Margin, widest)
		}
	}
}

func TestNotSeparable(t *testing.T) {
	l := learnt(t, []float64{-1, -1, 0, 1, 1, 0, -1, 1, 1, 1, -1, 1})
	if l.Done || l.Bound != nil || l.Mistakes < maxPasses || len(l.Moves) != maxMoves {
		t.Errorf("XOR: done %v, bound %v, %d mistakes, %d of them shown", l.Done, l.Bound, l.Mistakes, len(l.Moves))
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		call *lesson.Call
		arg  string
	}{
		{learn, `{"points":[]}`}, {learn, `{"points":[0,0,0,1]}`}, {learn, `{"points":[0,0,0,1,1,2]}`}, {learn, `{"points":[0,9,0,1,1,1]}`},
		{images, `{"a":3,"b":3}`}, {images, `{"a":10}`}, {images, `{"inputs":5}`}, {images, `{"passes":100000}`}, {sizes, `{"a":9,"b":9}`},
	} {
		var refusal *lesson.Refusal
		if _, err := c.call.Answer(context.Background(), nil, []byte(c.arg)); !errors.As(err, &refusal) {
			t.Errorf("%s %s gives %v; want a refusal", c.call.Name, c.arg, err)
		}
	}
}

func TestShrunk(t *testing.T) {
	x := make([]float64, pixels*pixels)
	for i := range x {
		x[i] = float64(i)
	}
	for _, s := range Sizes {
		sum := 0.0
		for _, v := range shrunk(x, s.Rows, s.Cols) {
			sum += v
		}
		if mean := sum / float64(s.N); s.N != s.Rows*s.Cols || math.Abs(mean-float64(len(x)-1)/2) > 1e-9 {
			t.Errorf("%d cells of a mean of %g", s.N, mean)
		}
	}
	if h := shrunk(x, 1, 2); math.Abs(h[0]-384.5) > 1e-9 || math.Abs(h[1]-398.5) > 1e-9 {
		t.Errorf("the two halves are %v", h)
	}
}

// More inputs separate what few do not, within the bound, and on drawings that were not learnt.
func TestImages(t *testing.T) {
	s := lesson.NewDesk(nil, 1).Session()
	ask := func(arg string) ImagesOut {
		t.Helper()
		a, err := images.Answer(context.Background(), s, []byte(arg))
		if err != nil {
			t.Fatal(err)
		}
		return a.(ImagesOut)
	}
	if o := ask(`{"inputs":2}`); o.Done || o.Bound != nil || o.Test > 0.7 || len(o.W) != 2 || len(o.ByPass) != maxPassesOn {
		t.Errorf("2 inputs: done %v, bound %v, right %g, %d passes", o.Done, o.Bound, o.Test, len(o.ByPass))
	}
	o := ask(`{"inputs":196}`)
	if !o.Done || float64(o.Mistakes) > o.Bound.Mistakes || o.Train != 1 || o.Test < 0.9 || len(o.Samples) != 2*samples {
		t.Errorf("196 inputs: done %v, %d mistakes, bound %+v, right %g and %g", o.Done, o.Mistakes, o.Bound, o.Train, o.Test)
	}
	sum := 0
	for _, n := range o.ByPass {
		sum += n
	}
	p := solve.Perceptron{W: o.W, B: o.B}
	by, err := drawn()
	if err != nil || sum != o.Mistakes || p.Predict(shrunk(by[4][0], 14, 14)) != -1 || p.Predict(shrunk(by[9][0], 14, 14)) != 1 {
		t.Errorf("%v: passes make %d mistakes of %d, or a digit is on the wrong side", err, sum, o.Mistakes)
	}
}
