package activations

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"

	"brick/course/lesson"
	"brick/grad"
	"brick/kernel"
	"brick/train"
)

// Slopes are those of differences, values those of the formulas.
func TestCurve(t *testing.T) {
	known := map[string]func(x float64) float64{
		"sigmoid":    func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
		"tanh":       math.Tanh,
		"relu":       func(x float64) float64 { return max(x, 0) },
		"leaky_relu": func(x float64) float64 { return max(x, 0.01*x) },
		"elu":        func(x float64) float64 { return max(x, 0) + math.Expm1(min(x, 0)) },
		"softplus":   func(x float64) float64 { return math.Log1p(math.Exp(x)) },
		"gelu":       func(x float64) float64 { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) },
		"silu":       func(x float64) float64 { return x / (1 + math.Exp(-x)) },
	}
	if len(known) != len(functions) {
		t.Fatalf("%d functions are known, there are %d", len(known), len(functions))
	}
	for name, f := range known {
		for _, x := range []float64{-3.7, -0.4, 0.6, 2.2} {
			a, err := curve.Answer(context.Background(), nil, fmt.Appendf(nil, `{"act":%q,"x":%v}`, name, x))
			if err != nil {
				t.Fatal(err)
			}
			o := a.(CurveOut)
			slope := (f(x+1e-5) - f(x-1e-5)) / 2e-5
			if math.Abs(o.Y-f(x)) > 1e-5 || math.Abs(o.D-slope) > 1e-4 {
				t.Errorf("%s(%g) = %g with slope %g; want %g and %g", name, x, o.Y, o.D, f(x), slope)
			}
			if want := math.Pow(o.D, 10); math.Abs(o.Powers[3]-want) > 1e-9*math.Abs(want)+1e-300 {
				t.Errorf("%s: ten slopes of %g multiply to %g; want %g", name, o.D, o.Powers[3], want)
			}
		}
	}
}

func measured(t *testing.T, s *lesson.Session, arg string) DepthOut {
	t.Helper()
	a, err := depth.Answer(context.Background(), s, []byte(arg))
	if err != nil {
		t.Fatal(err)
	}
	return a.(DepthOut)
}

// Sigmoid's gradient vanishes with depth, that of ReLU with He's start is kept.
func TestVanishes(t *testing.T) {
	s := lesson.NewDesk(nil, 1).Session()
	for seed := range 3 {
		o := measured(t, s, fmt.Sprintf(`{"act":"sigmoid","depth":50,"seed":%d}`, seed))
		if o.Sigmoid.Ratio > 1e-25 || o.ReLU.Ratio < 0.05 || o.ReLU.Ratio > 20 {
			t.Errorf("seed %d: the first layer has %v of the last's gradient with sigmoid, %v with ReLU", seed, o.Sigmoid.Ratio, o.ReLU.Ratio)
		}
		if o.Chosen.Grad[0] != o.Sigmoid.Grad[0] || len(o.Chosen.Grad) != 50 {
			t.Errorf("sigmoid with Xavier's start differs from itself: %v and %v", o.Chosen.Grad[0], o.Sigmoid.Grad[0])
		}
	}
	o := measured(t, s, `{"act":"relu","init":"he","depth":8,"layer":50}`)
	sum := 0
	for _, n := range o.Counts {
		sum += n
	}
	if sum != width*examples || o.Layer != 8 || len(o.Edges) != len(o.Counts)+1 || math.Abs(o.Asleep+o.Mean-1) > 1e-9 || o.Asleep < 0.2 || o.Asleep > 0.8 {
		t.Errorf("%d numbers in %d bars of layer %d, asleep %g, mean slope %g", sum, len(o.Counts), o.Layer, o.Asleep, o.Mean)
	}
}

// Along a layer's gradient the loss climbs by its norm.
func TestGradientNorm(t *testing.T) {
	tw, err := newTower("xavier", 1)
	if err != nil {
		t.Fatal(err)
	}
	const layers = 4
	loss := func() float64 {
		tape := &grad.Tape{NoGrad: true}
		h := functions["tanh"]().Forward(tw.first.Forward(train.Input(tape, &tw.batch)))
		for _, l := range tw.hidden[:layers] {
			h = functions["tanh"]().Forward(l.Forward(h))
		}
		return train.CrossEntropy(tw.head.Forward(h), &tw.batch).Item()
	}
	series, _ := tw.pass("tanh", layers, 0)
	for i, l := range tw.hidden[:layers] {
		// Its own gradient, anew.
		var tape grad.Tape
		h := functions["tanh"]().Forward(tw.first.Forward(train.Input(&tape, &tw.batch)))
		for _, l := range tw.hidden[:layers] {
			h = functions["tanh"]().Forward(l.Forward(h))
		}
		train.CrossEntropy(tw.head.Forward(h), &tw.batch).Backward()
		g := append([]kernel.Float(nil), l.W.Grad()...)
		for _, o := range tw.hidden[:layers] {
			o.W.Clear()
			o.B.Clear()
		}
		n, step := norm(g), 0.02
		move := func(by float64) {
			for k := range g {
				l.W.Data()[k] += kernel.Float(by * float64(g[k]) / n)
			}
		}
		move(step)
		up := loss()
		move(-2 * step)
		down := loss()
		move(step)
		if climb := (up - down) / (2 * step); math.Abs(climb-float64(series.Grad[i])) > 0.02*climb {
			t.Errorf("layer %d: the loss climbs by %g, the norm is %v", i+1, climb, series.Grad[i])
		}
	}
}

func TestRefused(t *testing.T) {
	for _, err := range []error{
		CurveIn{Act: "step"}.Check(), CurveIn{Act: "relu", X: math.Inf(1)}.Check(), DepthIn{Act: "relu", Init: "he", Depth: 51, Layer: 1}.Check(),
		DepthIn{Act: "relu", Init: "ones", Depth: 5, Layer: 1}.Check(), LearnIn{Act: "relu", Init: "he", Depth: 5, Rate: 0.1, Steps: 1 << 30}.Check(),
	} {
		var refusal *lesson.Refusal
		if !errors.As(err, &refusal) {
			t.Errorf("%v; want a refusal", err)
		}
	}
}

// Every step is told once, in order; a rate that is far too large is told too.
func TestLearn(t *testing.T) {
	s := lesson.NewDesk(nil, 1).Session()
	for _, arg := range []string{`{"depth":2,"steps":12}`, `{"depth":2,"steps":12,"act":"softplus","init":"he","rate":1}`} {
		n := 0
		err := s.Follow(context.Background(), "", learn, []byte(arg), func(raw json.RawMessage) error {
			var o LearnOut
			if err := json.Unmarshal(raw, &o); err != nil {
				return err
			}
			for i, k := range o.Steps {
				if k != n || len(o.Losses) != len(o.Steps) {
					t.Errorf("step %d is told as %d, with loss %v", n, k, o.Losses[i])
				}
				n++
			}
			return nil
		})
		if err != nil || n != 12 {
			t.Errorf("%s: %d steps, %v", arg, n, err)
		}
	}
	enough := errors.New("enough")
	if err := s.Follow(context.Background(), "", learn, nil, func(json.RawMessage) error { return enough }); err != enough || s.Busy() {
		t.Errorf("a training that is stopped gives %v", err)
	}
}
