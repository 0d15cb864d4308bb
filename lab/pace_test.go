package lab

import (
	"math"
	"testing"
	"time"
)

// What is left is foretold by the plan before anything was done, then by the pace measured.
func TestPace(t *testing.T) {
	for _, c := range []struct {
		spent   float64 // seconds
		rest    float64 // of 100
		seconds bool
		want    float64
	}{
		{0, 100, true, 100},
		{0, 100, false, 0},   // nothing tells how long an operation takes
		{150, 50, true, 146}, // 3 times as slow as planned
		{150, 50, false, 150},
		{1e3, 0, true, 0},
	} {
		p := pace{whole: 100, spent: time.Duration(c.spent * 1e9)}
		if got := p.left(c.rest, c.seconds); math.Abs(got-c.want) > 1 {
			t.Errorf("%+v: %g s are left", c, got)
		}
	}
	p := pace{whole: 100, spent: 10 * time.Second}
	p.stop() // nobody works: no time passes
	if p.skip(50); math.Abs(p.left(40, false)-40) > 1e-9 {
		t.Errorf("10 of 50 took 10 s, and 40 take %g s", p.left(40, false))
	}
}
