package report

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"

	"brick/lab"
	"brick/lab/fit"
)

// verdict is what was predicted for the held-out size, with its interval, and what was then measured: shares of what was measured.
func (v view) verdict() (Figure, bool) {
	if _, ok := v.headline(); !ok {
		return Figure{}, false
	}
	c := newChart(v.say("axis.off"), v.say("axis.tokens-of", short(v.forecasts[0].n)))
	c.height = 100 + 34*float64(len(v.forecasts))
	c.right = 190
	most := 0.5
	var names []string
	off := func(x float64, f forecast) float64 {
		if f.measured > 0 {
			return 100 * (x - f.loss) / f.measured
		}
		return 100 * (x/f.loss - 1)
	}
	for _, f := range v.forecasts {
		most = max(most, -off(f.lo, f), off(f.hi, f))
		if f.measured > 0 {
			most = max(most, math.Abs(off(f.measured, f)))
		}
		names = append(names, "D = "+short(f.d))
	}
	most *= 1.15
	c.p.X.Min, c.p.X.Max, c.p.X.Tick.Marker = -most, most, evenTicks(7, percent)
	c.rows(names)
	c.line(xys(0, c.p.Y.Min, 0, c.p.Y.Max), quiet, 1.2)
	for i, f := range v.forecasts {
		y := float64(i)
		c.line(xys(off(f.lo, f), y, off(f.hi, f), y), faint(vermilion, 90), 8)
		if f.measured > 0 {
			c.dots(xys(off(f.measured, f), y), ink, 5)
			c.note(most, y, fmt.Sprintf("%s → %s  (%s)", loss3(f.loss), loss3(f.measured), percent(off(f.measured, f), 0.1)), ink, 12, 0, text.XLeft)
		}
	}
	return Figure{ID: "verdict", Title: v.say("title.verdict"), charts: []*chart{c}}, true
}

// residuals are how far each measured loss is from the law.
func (v view) residuals() (Figure, bool) {
	if v.law == nil || len(v.family) == 0 {
		return Figure{}, false
	}
	c := newChart(v.say("axis.n."+v.basis()), v.say("axis.residual"))
	c.height = 360
	lo, hi := span(v.both(), v.n, 1.5)
	c.logX(lo, hi, short)
	off := func(r lab.Result) float64 { return 100 * (r.Loss/v.law.Loss(v.n(r), tokens(r)) - 1) }
	most := 0.0
	for _, r := range v.both() {
		if far := math.Abs(off(r)); far < 100 {
			most = max(most, far)
		}
	}
	most = max(1.15*most, 0.2)
	c.p.Y.Min, c.p.Y.Max, c.p.Y.Tick.Marker = -most, most, evenTicks(7, percent)
	if s := 100 * v.noise; s > 0 {
		c.band(xys(lo, -2*s, hi, -2*s), xys(lo, 2*s, hi, 2*s), faint(rgb(0x8f9aa6), 45))
		c.y += v.say("label.noise")
	}
	c.line(xys(lo, 0, hi, 0), quiet, 1.2)
	var ends []endLabel
	for i, g := range v.budgets {
		col := ramp(tokenRamp, i, len(v.budgets))
		trained, held := split(g.results)
		at := func(results []lab.Result) plotter.XYs {
			xy := make(plotter.XYs, len(results))
			for j, r := range results {
				xy[j] = plotter.XY{X: v.n(r), Y: off(r)}
			}
			return xy
		}
		c.dots(at(trained), col, 4.5)
		c.dots(at(held), vermilion, 4.5)
		ends = append(ends, endLabel{most - 2*most*(0.1+0.8*float64(len(v.budgets)-1-i)/float64(max(1, len(v.budgets)-1))), "● " + v.say("label.tokens", short(g.key)), col})
	}
	c.ends(ends...)
	return Figure{ID: "residuals", Title: v.say("title.residuals"), charts: []*chart{c}}, true
}

// predicted is what the law says against what was measured; on the line both agree.
func (v view) predicted() (Figure, bool) {
	if v.law == nil || len(v.family) == 0 {
		return Figure{}, false
	}
	c := newChart(v.say("axis.measured"), v.say("axis.predicted"))
	c.height, c.right = 470, 200
	lo, hi := v.losses()
	c.p.X.Min, c.p.X.Max, c.p.X.Scale, c.p.X.Tick.Marker = lo, hi, plot.LogScale{}, evenTicks(7, plain)
	c.logLoss(lo, hi)
	c.line(xys(lo, lo, hi, hi), quiet, 1.2)
	var names []endLabel
	place := func(i int) float64 { return lo * math.Pow(hi/lo, 0.08+0.07*float64(i)) }
	for i, g := range v.sizes {
		trained, held := split(g.results)
		col := ramp(sizeRamp, i, len(v.sizes))
		if len(held) > 0 {
			col = vermilion
		}
		var xy plotter.XYs
		for _, r := range trained {
			xy = append(xy, plotter.XY{X: r.Loss, Y: v.law.Loss(v.n(r), tokens(r))})
		}
		c.dots(xy, col, 4)
		var tested plotter.XYs
		for _, r := range held {
			if f, ok := v.forecast(r); ok {
				c.interval(r.Loss, f.lo, f.hi, col)
				tested = append(tested, plotter.XY{X: r.Loss, Y: f.loss})
			}
		}
		c.dots(tested, col, 4)
		names = append(names, endLabel{place(i), "● N = " + short(v.n(g.results[0])), col})
	}
	if len(v.held) > 0 {
		names[len(names)-1].name += v.say("label.held-out")
	}
	c.ends(names...)
	return Figure{ID: "predicted", Title: v.say("title.predicted"), charts: []*chart{c}}, true
}

// counting is L(N) of the most tokens with the embedding counted and without: the same losses, two laws.
func (v view) counting() (Figure, bool) {
	if v.law == nil || v.other == nil || len(v.sizes) < 2 {
		return Figure{}, false
	}
	g := v.fullest()
	if len(g.results) < 2 {
		return Figure{}, false
	}
	c := newChart(v.say("axis.n"), v.say("axis.loss"))
	lo, hi := span(g.results, inner, 1)
	_, most := span(g.results, params, 1)
	lo, hi = lo/1.6, max(hi, most)*1.6
	least, high := span(g.results, loss, 1)
	room := math.Pow(high/least, 0.12)
	c.logX(lo, hi, short)
	c.logLoss(least/room, high*room)
	all, body := v.law, v.other
	if v.inner {
		all, body = body, all
	}
	for _, s := range []struct {
		law   *fit.Joint
		n     func(lab.Result) float64
		name  string
		k     int
		dx    vg.Length
		align text.XAlignment
	}{
		{body, inner, "label.inner", 2, -9, text.XRight},
		{all, params, "label.all", 0, 9, text.XLeft},
	} {
		col := separate[s.k]
		from, _ := span(g.results, s.n, 1.3)
		c.function(func(n float64) float64 { return s.law.Loss(n, g.key) }, from, hi, col, 1.8)
		xy := points(g.results, s.n)
		c.dots(xy, col, 4.5)
		c.note(xy[1].X, xy[1].Y, v.say(s.name, plain(s.law.Alpha, 0.01)), col, s.dx, s.dx, s.align)
	}
	return Figure{ID: "counting", Title: v.say("title.counting", short(g.key)), charts: []*chart{c}}, true
}
