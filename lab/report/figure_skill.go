package report

import (
	"maps"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/plotter"

	"brick/lab"
)

// fullest is the number of tokens that most sizes were trained on, the larger where two are equal.
func (v view) fullest() group {
	var best group
	for _, g := range v.budgets {
		if len(g.results) >= len(best.results) {
			best = g
		}
	}
	return best
}

// skills are measures beyond the loss by size, under the loss itself: the share of right answers and, below, their log-probability,
// since a share that jumps may stand on a probability that rises evenly (Schaeffer et al. 2023).
func (v view) skills() (Figure, bool) {
	g := v.fullest()
	if len(g.results) < 3 {
		return Figure{}, false
	}
	names := map[string]bool{}
	for _, r := range g.results {
		for name := range r.Skills {
			if base, _, _ := strings.Cut(name, "_"); base == name {
				names[name] = true
			}
		}
	}
	series := func(get func(lab.Result) (float64, bool)) (xy plotter.XYs) {
		for _, r := range g.results {
			if y, ok := get(r); ok && y-y == 0 {
				xy = append(xy, plotter.XY{X: v.n(r), Y: y})
			}
		}
		return xy
	}
	skill := func(name string) plotter.XYs {
		return series(func(r lab.Result) (float64, bool) { y, ok := r.Skills[name]; return y, ok })
	}
	top, middle, bottom := newChart("", v.say("axis.loss")), newChart("", v.say("axis.skill")), newChart("", v.say("axis.nats"))
	top.height, middle.height, bottom.height = 190, 300, 220
	lo, hi := span(g.results, v.n, 1.4)
	for _, c := range []*chart{top, middle, bottom} {
		c.logX(lo, hi, short)
	}
	least, most := span(g.results, loss, 1)
	room := math.Pow(most/least, 0.15)
	top.logLoss(least/room, most*room)
	top.p.Y.Tick.Marker = evenTicks(4, plain)
	top.ends(top.trace(points(g.results, v.n), v.say("label.loss"), ink))

	highest := 0.2
	middle.p.Y.Tick.Marker = evenTicks(5, func(x, _ float64) string { return plain(100*x, 1) + "\u00a0%" })
	shares := []endLabel{middle.trace(series(func(r lab.Result) (float64, bool) { return r.Accuracy, true }), v.skillName("accuracy"), separate[5])}
	var nats []endLabel
	low, high := 0.0, math.Inf(-1)
	for i, name := range slices.Sorted(maps.Keys(names)) {
		col := separate[i%5]
		if xy := skill(name); len(xy) > 1 {
			for _, q := range xy {
				highest = max(highest, q.Y)
			}
			shares = append(shares, middle.trace(xy, v.skillName(name), col))
		}
		middle.line(skill(name+"_base"), faint(col, 190), 1.2, 2, 3)
		if xy := skill(name + "_nats"); len(xy) > 1 {
			nats = append(nats, bottom.trace(xy, v.skillName(name), col))
			for _, q := range xy {
				low, high = min(low, q.Y), max(high, q.Y)
			}
		}
	}
	for _, r := range g.results {
		highest = max(highest, r.Accuracy)
	}
	middle.p.Y.Min, middle.p.Y.Max = 0, min(1, 1.15*highest)
	middle.ends(shares...)
	charts := []*chart{top, middle}
	if len(nats) > 0 {
		bottom.p.Y.Min, bottom.p.Y.Max, bottom.p.Y.Tick.Marker = low-0.08*(high-low)-0.01, min(high+0.15*(high-low)+0.01, 0), evenTicks(4, plain)
		bottom.ends(nats...)
		charts = append(charts, bottom)
	}
	charts[len(charts)-1].x = v.say("axis.n." + v.basis())
	return Figure{ID: "skills", Title: v.say("title.skills", short(g.key)), charts: charts}, true
}
