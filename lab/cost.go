package lab

import (
	"math"
	"slices"
)

// Lanes say how trials share the machine: so many at a time, each on so many threads.
type Lanes struct {
	Count   int `json:"count"`
	Threads int `json:"threads"`
}

// A Cost is what training of a size takes in a lane while the other lanes do the like.
//
//	seconds of a step = Step + Token·tokens
type Cost struct {
	Size  Size    `json:"size"`
	Lanes Lanes   `json:"lanes"`
	Step  float64 `json:"seconds_per_step"`  // whatever the batch: the optimizer, above all
	Token float64 `json:"seconds_per_token"` // forward and backward
}

// Costs are what was measured on a machine.
type Costs struct {
	Sizes []Cost  `json:"sizes"`
	Open  float64 `json:"seconds_to_open_a_run"`
}

// of is the cost of a size; of one that was not measured by its operations, beside the measured one that is nearest in them.
func (c *Costs) of(s Size, l Lanes) (Cost, bool) {
	var best *Cost
	far := math.Inf(1)
	for i := range c.Sizes {
		m := &c.Sizes[i]
		if m.Lanes != l {
			continue
		}
		if d := math.Abs(math.Log(float64(m.Size.FLOPs) / float64(s.FLOPs))); d < far {
			best, far = m, d
		}
	}
	if best == nil {
		return Cost{}, false
	}
	by := float64(s.FLOPs) / float64(best.Size.FLOPs)
	return Cost{s, l, best.Step * by, best.Token * by}, true
}

// has says whether a size was measured itself.
func (c *Costs) has(s Size) bool {
	return slices.ContainsFunc(c.Sizes, func(m Cost) bool { return m.Size.Stack == s.Stack })
}

// lanes are the ways to share the machine that were measured, one trial on all threads first.
func (c *Costs) lanes() (out []Lanes) {
	for _, m := range c.Sizes {
		if !slices.Contains(out, m.Lanes) {
			out = append(out, m.Lanes)
		}
	}
	slices.SortFunc(out, func(a, b Lanes) int { return a.Count - b.Count })
	return out
}

// seconds is how long a trial takes in a lane by itself: its own steps, the opening of its run, and its evaluation, whose forward passes are
// a third of training's.
func (c *Costs) seconds(t Trial, l Lanes, evalTokens int) float64 {
	m, _ := c.of(t.Size, l)
	own := float64(t.Steps - t.At)
	perStep := float64(t.Tokens) / float64(max(t.Steps, 1))
	return c.Open + own*(m.Step+m.Token*perStep) + float64(evalTokens)/3*m.Token
}

// work is a trial to be done, and those that come out of it on the way.
type work struct {
	seconds  float64
	branches []branch
}

type branch struct {
	at      float64 // share of the trunk
	seconds float64
}

// makespan is when the last of the list is done, if each lane takes the longest that is there whenever it is free.
func makespan(lanes int, list []work) float64 {
	type item struct {
		work
		from float64
	}
	var waiting []item
	for _, w := range list {
		waiting = append(waiting, item{w, 0})
	}
	free, end := make([]float64, max(lanes, 1)), 0.0
	for len(waiting) > 0 {
		lane := 0
		for i := range free {
			if free[i] < free[lane] {
				lane = i
			}
		}
		next, first := -1, 0
		for i, w := range waiting {
			if w.from < waiting[first].from {
				first = i
			}
			if w.from <= free[lane] && (next < 0 || w.seconds > waiting[next].seconds) {
				next = i
			}
		}
		if next < 0 {
			next = first
		}
		w := waiting[next]
		waiting = slices.Delete(waiting, next, next+1)
		start := max(free[lane], w.from)
		free[lane] = start + w.seconds
		end = max(end, free[lane])
		for _, b := range w.branches {
			waiting = append(waiting, item{work{seconds: b.seconds}, start + b.at*w.seconds})
		}
	}
	return end
}
