package report

import (
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"

	"brick/lab"
)

// points are (x, loss) of results.
func points(results []lab.Result, x func(lab.Result) float64) plotter.XYs {
	xy := make(plotter.XYs, len(results))
	for i, r := range results {
		xy[i] = plotter.XY{X: x(r), Y: r.Loss}
	}
	return xy
}

// trained and heldOut split a group.
func split(results []lab.Result) (trained, heldOut []lab.Result) {
	for _, r := range results {
		if r.HeldOut {
			heldOut = append(heldOut, r)
		} else {
			trained = append(trained, r)
		}
	}
	return trained, heldOut
}

// byParameters is L(N), a curve for each number of tokens.
func (v view) byParameters() (Figure, bool) {
	if len(v.sizes) < 2 {
		return Figure{}, false
	}
	c := newChart(v.say("axis.n."+v.basis()), v.say("axis.loss"))
	lo, hi := span(v.both(), v.n, 1)
	for _, p := range v.forecasts {
		hi = max(hi, p.n)
	}
	lo, hi = lo/1.5, hi*1.5
	c.logX(lo, hi, short)
	c.logLoss(v.losses())
	var ends []endLabel
	for i, g := range v.budgets {
		col := ramp(tokenRamp, i, len(v.budgets))
		trained, _ := split(g.results)
		xy := points(trained, v.n)
		end := g.results[len(g.results)-1].Loss
		if v.law != nil {
			at := func(n float64) float64 { return v.law.Loss(n, g.key) }
			_, known := span(v.family, v.n, 1)
			c.function(at, lo, known, col, 1.8)
			c.function(at, known, hi, col, 1.4, 4, 3) // beyond what it was fitted to
			end = at(hi)
		} else {
			c.line(xy, col, 1.8)
		}
		c.dots(xy, col, 4)
		ends = append(ends, endLabel{end, v.say("label.tokens", short(g.key)), col})
	}
	v.drawHeldOut(c, v.n, func(f forecast) float64 { return f.n })
	if p, ok := v.headline(); ok {
		c.note(p.n, min(p.lo, p.measured), v.say("label.verdict", plain(p.loss, 0.001), plain(p.measured, 0.001)), vermilion, 8, -16, text.XRight)
	}
	c.ends(ends...)
	title := v.say("title.by-parameters")
	if falls(v.budgets) {
		title = v.say("title.loss-parameters")
	}
	return Figure{ID: "loss-parameters", Title: title, charts: []*chart{c}}, true
}

// drawHeldOut draws what was predicted as intervals and what was measured as dots.
func (v view) drawHeldOut(c *chart, x func(lab.Result) float64, px func(forecast) float64) {
	for _, f := range v.forecasts {
		c.interval(px(f), f.lo, f.hi, vermilion)
	}
	c.dots(points(v.held, x), vermilion, 4)
}

// byTokens is L(D), a curve for each size.
func (v view) byTokens() (Figure, bool) {
	if len(v.budgets) < 2 {
		return Figure{}, false
	}
	c := newChart(v.say("axis.d"), v.say("axis.loss"))
	lo, hi := span(v.both(), tokens, 1.25)
	c.logX(lo, hi, short)
	c.logLoss(v.losses())
	var ends []endLabel
	for i, g := range v.sizes {
		trained, held := split(g.results)
		col := ramp(sizeRamp, i, len(v.sizes))
		if len(held) > 0 {
			col = vermilion
		}
		n, end := v.n(g.results[0]), g.results[len(g.results)-1].Loss
		xy := points(g.results, tokens)
		if v.law != nil {
			at := func(d float64) float64 { return v.law.Loss(n, d) }
			c.function(at, lo, hi, col, 1.8)
			end = at(hi)
		} else {
			c.line(xy, col, 1.8)
		}
		c.dots(points(trained, tokens), col, 4)
		ends = append(ends, endLabel{end, "N = " + short(n), col})
	}
	v.drawHeldOut(c, tokens, func(f forecast) float64 { return f.d })
	c.ends(ends...)
	title := v.say("title.by-tokens")
	if falls(v.sizes) {
		title = v.say("title.loss-tokens")
	}
	return Figure{ID: "loss-tokens", Title: title, charts: []*chart{c}}, true
}

// perToken is the floating-point operations of training on a token as a function of n, straight between the sizes in logarithms.
func (v view) perToken(n float64) float64 {
	at := func(g group) (x, y float64) {
		r := g.results[0]
		return math.Log(v.n(r)), math.Log(r.FLOPs / tokens(r))
	}
	k := 1
	for k < len(v.sizes)-1 && math.Log(n) > math.Log(v.n(v.sizes[k].results[0])) {
		k++
	}
	x0, y0 := at(v.sizes[k-1])
	x1, y1 := at(v.sizes[k])
	return math.Exp(y0 + (y1-y0)*(math.Log(n)-x0)/(x1-x0))
}

// bestSize is the size between lo and hi to which the law gives the least loss for c operations; NaN where that is at an end.
func (v view) bestSize(c, lo, hi float64) float64 {
	const steps = 300
	best, where := math.Inf(1), 0
	for i := 0; i <= steps; i++ {
		n := lo * math.Pow(hi/lo, float64(i)/steps)
		if l := v.law.Loss(n, c/v.perToken(n)); l < best {
			best, where = l, i
		}
	}
	if where == 0 || where == steps {
		return math.NaN()
	}
	return lo * math.Pow(hi/lo, float64(where)/steps)
}

// byCompute is L(C): each size bends off where another is the better buy.
func (v view) byCompute() (Figure, bool) {
	if len(v.sizes) < 2 {
		return Figure{}, false
	}
	c := newChart(v.say("axis.c"), v.say("axis.loss"))
	lo, hi := span(v.both(), flops, 1.6)
	c.logX(lo, hi, power)
	c.logLoss(v.losses())
	for i, g := range v.sizes {
		trained, held := split(g.results)
		col := ramp(sizeRamp, i, len(v.sizes))
		if len(held) > 0 {
			col = vermilion
		}
		r := g.results[0]
		n, per := v.n(r), r.FLOPs/tokens(r)
		xy := points(g.results, flops)
		name := xy[0]
		if v.law != nil {
			c.function(func(x float64) float64 { return v.law.Loss(n, x/per) }, name.X/1.5, hi, faint(col, 170), 1.5)
		} else {
			c.line(xy, col, 1.5)
		}
		c.dots(points(trained, flops), col, 4)
		c.note(name.X, name.Y, short(n), col, 7, 8, text.XLeft)
	}
	title, caption := v.say("title.by-compute"), v.say("caption.by-compute")
	if v.law != nil {
		small, big := v.n(v.sizes[0].results[0]), v.n(v.sizes[len(v.sizes)-1].results[0])
		edge := sample(func(x float64) float64 {
			n := v.bestSize(x, small, big)
			return v.law.Loss(n, x/v.perToken(n))
		}, lo, hi, 120)
		c.line(edge, ink, 2.2, 6, 4)
		if slices.ContainsFunc(edge, func(q plotter.XY) bool { return inside(c.p, q.X, q.Y) }) {
			title, caption = v.say("title.loss-compute"), v.say("caption.loss-compute")
		}
		for _, q := range edge { // the name stands in the empty corner below the frontier
			if q.Y < c.p.Y.Min*math.Pow(c.p.Y.Max/c.p.Y.Min, 0.4) {
				c.note(q.X, q.Y, v.say("label.frontier"), ink, -12, -8, text.XRight)
				break
			}
		}
	}
	v.drawHeldOut(c, flops, func(f forecast) float64 { return f.d * v.perToken(f.n) })
	return Figure{ID: "loss-compute", Title: title, Caption: caption, charts: []*chart{c}}, true
}
