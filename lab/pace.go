package lab

import (
	"sync"
	"time"
)

// A pace tells from the time that work took how long the rest takes.
type pace struct {
	mu    sync.Mutex
	whole float64 // cost of the work, in the plan's seconds or in operations
	spent time.Duration
	since time.Time // zero while nobody works
}

// trusted is the share of the work after which its time counts as much as the plan.
const trusted = 0.02

func (p *pace) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since = time.Now()
}

// stop leaves out the time until start: whoever asked for the work lets it wait.
func (p *pace) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.since.IsZero() {
		p.spent += time.Since(p.since)
		p.since = time.Time{}
	}
}

// skip leaves out work that was done before.
func (p *pace) skip(cost float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.whole -= cost
}

// left is how many seconds a rest takes. The plan's seconds count at first, where costs are such, and the measured pace more and more.
//
//	left = rest · (spent + a) / (done + a)    a = trusted·whole, or 0 where costs are operations
func (p *pace) left(rest float64, seconds bool) float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	spent, done, a := p.spent.Seconds(), p.whole-rest, 0.0
	if !p.since.IsZero() {
		spent += time.Since(p.since).Seconds()
	}
	if seconds {
		a = trusted * p.whole
	}
	if done+a <= 0 {
		return 0
	}
	return rest * (spent + a) / (done + a)
}
