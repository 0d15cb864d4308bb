package fit

import "testing"

// The cost of one draw of the bootstrap, which a fit makes a thousand of.
func BenchmarkDraw(b *testing.B) {
	points := plans[0].points(0)
	m := newModel(Options{Delta: 1e-3}, column(points, Parameters), column(points, Tokens))
	theta, _ := m.minimise(logLoss(points), 5)
	y := logLoss(plans[0].points(1))
	for b.Loop() {
		m.minimise(y, 0, theta)
	}
}

// A whole fit of 30 points, as a report wants it.
func BenchmarkFit(b *testing.B) {
	points := plans[0].points(0)
	for b.Loop() {
		if _, err := Fit(points, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
