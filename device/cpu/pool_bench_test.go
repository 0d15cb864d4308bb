package cpu

import (
	"fmt"
	"testing"
	"time"
)

// chain is a task whose blocks take a fixed time and touch no memory: a chain of so many dependent multiplications.
type chain struct {
	n    int
	sink [8]struct {
		x float64
		_ [15]float64 // a cache line's distance
	}
}

func (c *chain) do(w, lo, hi int) {
	x := 1.0
	for range c.n * (hi - lo) {
		x = x*0.9999 + 1e-9
	}
	c.sink[w].x = x
}

// BenchmarkForkJoin is what handing work to two workers costs, beyond the work: the time of two blocks on two workers
// less the time of one block. When the workers have gone to sleep, the caller does both blocks, and cost tells what waking them adds.
func BenchmarkForkJoin(b *testing.B) {
	p := newPool(2)
	defer p.close()
	alone := newPool(1)
	for _, n := range []int{0, 500, 5000} {
		t := &chain{n: n}
		best := func(p *pool, blocks int, pause time.Duration) time.Duration {
			least := time.Hour
			for range 20 {
				rounds := 200
				if pause > 0 {
					time.Sleep(pause)
					rounds = 1
				}
				start := time.Now()
				for range rounds {
					p.run(blocks, 1, t)
				}
				least = min(least, time.Since(start)/time.Duration(rounds))
			}
			return least
		}
		for _, mode := range []struct {
			name  string
			pause time.Duration
			whole int // blocks that the caller does
		}{{"busy", 0, 1}, {"asleep", time.Millisecond, 2}} {
			b.Run(fmt.Sprintf("%s/chain=%d", mode.name, n), func(b *testing.B) {
				var one, two time.Duration
				for b.Loop() {
					one += best(alone, mode.whole, mode.pause)
					two += best(p, 2, mode.pause)
				}
				b.ReportMetric(float64(one.Nanoseconds())/float64(b.N), "ns/alone")
				b.ReportMetric(float64((two-one).Nanoseconds())/float64(b.N), "ns/cost")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
