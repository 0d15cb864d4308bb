package cpu

import (
	"math"
	"testing"
)

func TestUsable(t *testing.T) {
	for _, c := range []struct {
		procs, cpus int
		quota       float64
		want        int
	}{
		{8, 8, math.Inf(1), 8}, {2, 8, math.Inf(1), 2}, {8, 4, math.Inf(1), 4},
		{8, 8, 0.1, 1}, {8, 8, 1, 1}, {8, 8, 1.4, 1}, {8, 8, 1.5, 2}, {8, 8, 2.4, 2}, {2, 8, 3, 2}, {8, 8, 1e30, 8},
	} {
		if got := usable(c.procs, c.cpus, c.quota); got != c.want {
			t.Errorf("GOMAXPROCS %d, %d CPUs, quota %v: %d workers, want %d", c.procs, c.cpus, c.quota, got, c.want)
		}
	}
}
