package optim

import (
	"testing"

	"brick/device"
	"brick/device/cpu"
	"brick/grad"
	"brick/nn"
)

// BenchmarkLinearRegression is a whole step of y = w·x + b on 100 points: the cost of everything that is not arithmetic.
func BenchmarkLinearRegression(b *testing.B) {
	step := regression(b)
	for b.Loop() {
		step()
	}
}

// regression returns a training step of a line through 100 points, on one worker.
func regression(t testing.TB) func() {
	const points = 100
	x, target := make([]grad.Float, points), make([]grad.Float, points)
	for i := range x {
		x[i] = grad.Float(i) / points
		target[i] = 3*x[i] - 1
	}
	m := nn.NewLinear(1, 1)
	dev := cpu.New(1)
	t.Cleanup(dev.Close)
	nn.BuildOn(dev, m, 1)
	o := NewSGD()
	if err := Attach(o, m); err != nil {
		t.Fatal(err)
	}
	tape := &grad.Tape{Device: dev}
	return func() {
		tape.Reset()
		y := m.Forward(tape.Const(x, points, 1))
		y.MSE(tape.Const(target, points, 1), device.Mean).Backward()
		o.Step(0.1)
	}
}

// A step of the line allocates nothing and finds it.
func TestLinearRegression(t *testing.T) {
	step := regression(t)
	if n := testing.AllocsPerRun(200, step); n != 0 {
		t.Errorf("a step allocates %v times", n)
	}
}
