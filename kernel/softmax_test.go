package kernel

import (
	"math"
	"testing"
)

var inf = Float(math.Inf(1))

func TestSoftmaxAtTheEdges(t *testing.T) {
	for _, c := range []struct{ x, want []Float }{
		{[]Float{1e30, 1e30}, []Float{0.5, 0.5}},
		{[]Float{-1e30, 0}, []Float{0, 1}},
		{[]Float{-inf, 3, -inf}, []Float{0, 1, 0}},
		{[]Float{7}, []Float{1}},
	} {
		y := make([]Float, len(c.x))
		Softmax(y, c.x)
		for i := range y {
			if y[i] != c.want[i] {
				t.Errorf("softmax %v: found %v, want %v", c.x, y, c.want)
			}
		}
		LogSoftmax(y, c.x)
		for i := range y {
			if want := LogOf(c.want[i]); c.x[i] > -1e29 && math.Abs(float64(y[i]-want)) > 1e-7 {
				t.Errorf("log softmax %v: found %v", c.x, y)
			}
		}
	}
	for _, x := range [][]Float{{-inf, -inf}, {inf, 0}, {inf - inf, 0}} {
		y := make([]Float, 2)
		if Softmax(y, x); y[1] == y[1] {
			t.Errorf("softmax %v: found %v, want NaN", x, y)
		}
	}
}

func TestLogSumExp(t *testing.T) {
	for _, c := range []struct {
		x    []Float
		want float64
	}{{[]Float{1000, 1000}, 1000 + math.Ln2}, {[]Float{-1000, -1000}, -1000 + math.Ln2}, {[]Float{-inf, 2}, 2}} {
		if got := float64(LogSumExp(c.x)); math.Abs(got-c.want) > 1e-4 {
			t.Errorf("ln Σ e^%v: found %v, want %v", c.x, got, c.want)
		}
	}
}

// A mean a million times the spread costs the normalised values no digits.
func TestLayerNormFarFromZero(t *testing.T) {
	x := []Float{1e6 - 1, 1e6, 1e6 + 1, 1e6 + 2}
	y := make([]Float, 4)
	LayerNorm(y, x, nil, nil, 0)
	for i, want := range []float64{-1.3416407864998738, -0.4472135954999579, 0.4472135954999579, 1.3416407864998738} {
		if math.Abs(float64(y[i])-want) > 1e-6 {
			t.Errorf("found %v, want %v", y[i], want)
		}
	}
}

// A confident and right score has loss 0, a confident and wrong one its margin.
func TestCrossEntropyAtTheEdges(t *testing.T) {
	x := []Float{0, 500, -500}
	for target, want := range []Float{500, 0, 1000} {
		loss, z := CrossEntropy(x, target, nil, 0, false)
		dx := make([]Float, 3)
		CrossEntropyBack(dx, x, target, nil, 0, z, 1, false, false)
		if loss != want || dx[target] != dx[target] || math.Abs(float64(dx[0]+dx[1]+dx[2])) > 1e-6 {
			t.Errorf("target %d: loss %v, want %v; gradient %v", target, loss, want, dx)
		}
	}
}
