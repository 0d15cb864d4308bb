package report

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"

	"brick/lab"
)

// surface is the fitted L over N and D as contours: each level is a curve D(N) of the law, solved.
//
//	D = (B / ((ℓ − E)^p − (A/N^α)^p)^(1/p))^(1/β)
func (v view) surface() (Figure, bool) {
	if v.law == nil || len(v.sizes) < 2 || len(v.budgets) < 2 {
		return Figure{}, false
	}
	c := newChart(v.say("axis.n."+v.basis()), v.say("axis.d"))
	c.height, c.right = 500, 64
	nLo, nHi := span(v.both(), v.n, 1.6)
	dLo, dHi := span(v.both(), tokens, 1.6)
	c.logX(nLo, nHi, short)
	c.p.Y.Min, c.p.Y.Max, c.p.Y.Scale, c.p.Y.Tick.Marker = dLo, dHi, c.p.X.Scale, logTicks(short)
	least, most := v.law.Loss(nHi, dHi), v.law.Loss(nLo, dLo)
	const levels = 12
	plate := func(xy plotter.XYs, col color.NRGBA) {
		top := make(plotter.XYs, len(xy))
		for i, q := range xy {
			top[i] = plotter.XY{X: q.X, Y: dHi}
		}
		c.band(xy, top, col)
	}
	plate(xys(nLo, dLo, nHi, dLo), blend(surfaceRamp, 0))
	var names []func()
	for k := 1; k < levels; k++ {
		level := most * math.Pow(least/most, float64(k)/levels)
		contour := sample(func(n float64) float64 {
			if d := v.law.TokensTo(level, n); !math.IsInf(d, 1) {
				return d
			}
			return dHi * 1e3
		}, nLo, nHi, 160)
		plate(contour, blend(surfaceRamp, float64(k)/(levels-1)))
		c.line(contour, faint(ink, 70), 0.8)
		if end := contour[len(contour)-1].Y; end > dLo && end < dHi {
			names = append(names, func() { c.note(nHi, end, plain(level, 0.01), quiet, 8, 0, text.XLeft) })
		}
	}
	for _, name := range names {
		name()
	}
	c.note(nHi, dHi, v.say("label.loss"), quiet, 8, 8, text.XLeft)
	caption := v.say("caption.surface")
	best := sample(v.law.Tokens, nLo, nHi, 60)
	if slices.ContainsFunc(best, func(q plotter.XY) bool { return inside(c.p, q.X, q.Y) }) {
		caption += v.space() + v.say("caption.optimal")
	}
	c.line(best, ink, 2, 6, 4)
	for i, q := range best {
		if q.Y > dLo*1.6 && i > 2 {
			c.note(q.X, q.Y, v.say("label.optimal"), ink, 8, -8, text.XLeft)
			break
		}
	}
	dn := func(results []lab.Result) plotter.XYs {
		xy := make(plotter.XYs, len(results))
		for i, r := range results {
			xy[i] = plotter.XY{X: v.n(r), Y: tokens(r)}
		}
		return xy
	}
	c.dots(dn(v.family), ink, 3.5)
	c.dots(dn(v.held), vermilion, 4.5)
	return Figure{ID: "surface", Title: v.say("title.surface"), Caption: caption, charts: []*chart{c}}, true
}
