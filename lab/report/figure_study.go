package report

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"

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

// skills are measures beyond the loss by size, under the loss itself.
func (v view) skills() (Figure, bool) {
	g := v.fullest()
	names := map[string]bool{}
	for _, r := range g.results {
		for name := range r.Skills {
			names[name] = true
		}
	}
	if len(g.results) < 3 || len(names) == 0 {
		return Figure{}, false
	}
	lo, hi := span(g.results, v.n, 1.4)
	upper, lower := newChart("", v.say("axis.loss")), newChart(v.say("axis.n."+v.basis()), v.say("axis.skill"))
	upper.height, lower.height = 200, 340
	least, most := span(g.results, loss, 1)
	room := math.Pow(most/least, 0.15)
	upper.logX(lo, hi, short)
	upper.logLoss(least/room, most*room)
	upper.p.Y.Tick.Marker = evenTicks(4, plain)
	xy := points(g.results, v.n)
	upper.line(xy, ink, 1.8)
	upper.dots(xy, ink, 4)
	upper.ends(endLabel{xy[len(xy)-1].Y, v.say("label.loss"), ink})
	lower.logX(lo, hi, short)
	lower.p.Y.Min, lower.p.Y.Max = 0, 1
	lower.p.Y.Tick.Marker = evenTicks(5, func(x, _ float64) string { return plain(100*x, 1) + " %" })
	var ends []endLabel
	series := func(name string, col int, get func(lab.Result) (float64, bool)) {
		var xy plotter.XYs
		for _, r := range g.results {
			if s, ok := get(r); ok && s >= 0 && s <= 1 {
				xy = append(xy, plotter.XY{X: v.n(r), Y: s})
			}
		}
		if len(xy) < 2 {
			return
		}
		c := separate[col%len(separate)]
		lower.line(xy, c, 1.8)
		lower.dots(xy, c, 4)
		ends = append(ends, endLabel{xy[len(xy)-1].Y, name, c})
	}
	series(v.say("skill.accuracy"), 5, func(r lab.Result) (float64, bool) { return r.Accuracy, r.Accuracy > 0 })
	for i, name := range slices.Sorted(maps.Keys(names)) {
		if v.isSmooth(name) {
			continue
		}
		series(v.skillName(name), i, func(r lab.Result) (float64, bool) { s, ok := r.Skills[name]; return s, ok })
	}
	lower.ends(ends...)
	return Figure{ID: "skills", Title: v.say("title.skills", short(g.key)), charts: []*chart{upper, lower}}, true
}

// repeated is the loss when a part of the text is read again and again, beside as much of fresh text.
func (v view) repeated() (Figure, bool) {
	again := of(v.Results, lab.Repeat)
	if len(again) < 2 {
		return Figure{}, false
	}
	c := newChart(v.say("axis.epochs"), v.say("axis.loss"))
	c.height = 380
	epochs := func(r lab.Result) float64 { return tokens(r) / float64(max(r.Unique, 1)) }
	lo, hi := span(again, epochs, 1.25)
	lo = 0.8
	least, most := span(again, loss, 1)
	var ends []endLabel
	for i, g := range grouped(again, params, epochs) {
		col := ramp(sizeRamp, 2+i, 5)
		xy := points(g.results, epochs)
		if fresh, ok := v.fresh(g.results[0]); ok {
			xy = append(plotter.XYs{{X: 1, Y: fresh.Loss}}, xy...)
			least = min(least, fresh.Loss)
			c.line(plotter.XYs{{X: lo, Y: fresh.Loss}, {X: hi, Y: fresh.Loss}}, quiet, 1.4, 5, 4)
			ends = append(ends, endLabel{fresh.Loss, v.say("label.fresh"), quiet})
		}
		c.line(xy, col, 1.8)
		c.dots(xy, col, 4.5)
		ends = append(ends, endLabel{xy[len(xy)-1].Y, "N = " + short(g.key), col})
	}
	room := math.Pow(most/least, 0.12)
	c.logX(lo, hi, digits)
	c.p.X.Tick.Marker = doublings(digits)
	c.logLoss(least/room, most*room)
	c.ends(ends...)
	return Figure{ID: "repeated", Title: v.say("title.repeated"), charts: []*chart{c}}, true
}

// fresh is the family's result of the same size and about as many tokens, each read once.
func (v view) fresh(r lab.Result) (lab.Result, bool) {
	for _, f := range v.both() {
		if f.Size.Params == r.Size.Params && math.Abs(tokens(f)/tokens(r)-1) < 0.02 {
			return f, true
		}
	}
	return lab.Result{}, false
}

// doublings marks 1, 2, 4, 8, … and ½, ¼, ….
func doublings(label func(float64) string) plot.Ticker {
	return plot.TickerFunc(func(lo, hi float64) []plot.Tick {
		var ticks []plot.Tick
		for e := math.Ceil(math.Log2(lo) - 1e-9); math.Exp2(e) <= hi*(1+1e-9); e++ {
			ticks = append(ticks, plot.Tick{Value: math.Exp2(e), Label: label(math.Exp2(e))})
		}
		return ticks
	})
}

// shape is the loss of deep and narrow against wide and shallow nets of about equal parameters.
func (v view) shape() (Figure, bool) {
	trials := of(v.Results, lab.Shape)
	if len(trials) < 2 {
		return Figure{}, false
	}
	slices.SortStableFunc(trials, func(a, b lab.Result) int { return cmp.Compare(a.Size.Layers, b.Size.Layers) })
	layers := func(r lab.Result) float64 { return float64(r.Size.Layers) }
	c := newChart(v.say("axis.layers"), v.say("axis.loss"))
	c.height = 360
	lo, hi := span(trials, layers, 1.35)
	least, most := span(trials, loss, 1)
	room := math.Pow(most/least, 0.2)
	c.logX(lo, hi, digits)
	c.p.X.Tick.Marker = doublings(digits)
	c.logLoss(least/room, most*room)
	xy := points(trials, layers)
	c.line(xy, separate[0], 1.8)
	c.dots(xy, separate[0], 4.5)
	for i, r := range trials {
		// A name stands where the line does not go: the line falls to its left or rises to its right, or the other way round.
		falls := i > 0 && trials[i-1].Loss > r.Loss
		rises := i+1 < len(trials) && trials[i+1].Loss > r.Loss
		dx, dy, align := vg.Length(0), vg.Length(15), text.XCenter
		switch {
		case falls && rises:
			dy = -15
		case falls && i+1 < len(trials):
			dx, dy, align = -8, -10, text.XRight
		case rises && i > 0:
			dx, dy, align = 8, -10, text.XLeft
		}
		c.note(layers(r), r.Loss, v.say("label.shape", r.Size.Width, short(params(r))), quiet, dx, dy, align)
	}
	return Figure{ID: "shape", Title: v.say("title.shape"), charts: []*chart{c}}, true
}

// ensemble compares members, their mean and one bigger model on one line.
func (v view) ensemble() (Figure, bool) {
	e := v.Ensemble
	if e == nil || len(e.Members) == 0 || !(e.Together > 0) {
		return Figure{}, false
	}
	c := newChart(v.say("axis.loss"), "")
	c.height, c.right = 180, 70
	all := append([]float64{e.Together}, e.Members...)
	if e.Single > 0 {
		all = append(all, e.Single)
	}
	lo, hi := slices.Min(all), slices.Max(all)
	room := max(0.12*(hi-lo), 0.01)
	c.p.X.Min, c.p.X.Max, c.p.X.Tick.Marker = lo-room, hi+room, evenTicks(7, plain)
	rows := []struct {
		name string
		at   []float64
		col  int
	}{
		{v.say("label.bigger", e.Bigger), []float64{e.Single}, 1},
		{v.say("label.together", len(e.Members)), []float64{e.Together}, 0},
		{v.say("label.member", e.Member), e.Members, 5},
	}
	var ticks []plot.Tick
	for i, r := range rows {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: r.name})
		sum := 0.0
		for _, x := range r.at {
			if x > 0 {
				c.dots(plotter.XYs{{X: x, Y: float64(i)}}, separate[r.col], 5)
			}
			sum += x
		}
		if sum > 0 {
			c.note(hi+room, float64(i), plain(sum/float64(len(r.at)), 0.001), separate[r.col], 10, 0, text.XLeft)
		}
	}
	c.p.Y.Min, c.p.Y.Max, c.p.Y.Tick.Marker = -0.6, 2.6, at(ticks...)
	return Figure{ID: "ensemble", Title: v.say("title.ensemble"), charts: []*chart{c}}, true
}

// rates is what other learning rates than the rule's do to the loss.
func (v view) rates() (Figure, bool) {
	type key struct{ params, tokens int }
	curves := map[key]plotter.XYs{}
	for _, r := range of(v.Results, lab.Probe) {
		for _, f := range v.family {
			if f.Size.Params == r.Size.Params && f.Tokens == r.Tokens && f.Rate > 0 {
				k := key{r.Size.Params, r.Tokens}
				curves[k] = append(curves[k], plotter.XY{X: r.Rate / f.Rate, Y: 100 * (r.Loss/f.Loss - 1)})
			}
		}
	}
	if len(curves) == 0 {
		return Figure{}, false
	}
	c := newChart(v.say("axis.rate"), v.say("axis.change"))
	c.height = 360
	lo, hi, least, most := 1.0, 1.0, 0.0, 0.0
	keys := slices.SortedFunc(maps.Keys(curves), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.params, b.params), cmp.Compare(a.tokens, b.tokens))
	})
	var ends []endLabel
	for i, k := range keys {
		xy := append(curves[k], plotter.XY{X: 1, Y: 0})
		slices.SortFunc(xy, func(a, b plotter.XY) int { return cmp.Compare(a.X, b.X) })
		for _, q := range xy {
			lo, hi, least, most = min(lo, q.X), max(hi, q.X), min(least, q.Y), max(most, q.Y)
		}
		col := ramp(sizeRamp, i, len(keys))
		c.line(xy, col, 1.8)
		c.dots(xy, col, 4.5)
		ends = append(ends, endLabel{xy[len(xy)-1].Y, "N = " + short(float64(k.params)), col})
	}
	room := max(0.1*(most-least), 0.05)
	c.logX(lo/1.2, hi*1.2, digits)
	c.p.X.Tick.Marker = doublings(func(x float64) string { return "×" + digits(x) })
	c.p.Y.Min, c.p.Y.Max, c.p.Y.Tick.Marker = least-room, most+room, evenTicks(6, percent)
	c.ends(ends...)
	return Figure{ID: "rates", Title: v.say("title.rates"), charts: []*chart{c}}, true
}
