package report

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// repeated is the loss when a part of the text is read again and again, between as much of fresh text and the part read once.
func (v view) repeated() (Figure, bool) {
	f := v.Findings.Repeat
	if f == nil || len(f.Points) == 0 || !(f.Fresh > 0) {
		return Figure{}, false
	}
	c := newChart(v.say("axis.epochs"), v.say("axis.loss"))
	c.height = 380
	again, alone := plotter.XYs{{X: 1, Y: f.Fresh}}, plotter.XYs{{X: 1, Y: f.Fresh}}
	least, most, hi := f.Fresh, f.Fresh, 2.0
	for _, p := range f.Points {
		again = append(again, plotter.XY{X: p.Epochs, Y: p.Loss})
		least, most, hi = min(least, p.Loss), max(most, p.Loss), max(hi, p.Epochs)
		if p.Alone != nil {
			alone = append(alone, plotter.XY{X: p.Epochs, Y: *p.Alone})
			most = max(most, *p.Alone)
		}
	}
	lo, hi := 0.8, hi*1.25
	room := math.Pow(most/least, 0.12)
	c.logX(lo, hi, digits)
	c.p.X.Tick.Marker = doublings(digits)
	c.logLoss(least/room, most*room)
	c.line(xys(lo, f.Fresh, hi, f.Fresh), quiet, 1.4, 5, 4)
	ends := []endLabel{{f.Fresh, v.say("label.fresh"), quiet}}
	if len(alone) > 1 {
		ends = append(ends, c.trace(alone, v.say("label.alone"), separate[3]))
	}
	c.ends(append(ends, c.trace(again, v.say("label.again"), separate[0]))...)
	return Figure{ID: "repeated", Title: v.say("title.repeated", f.Size, short(float64(f.Tokens))), charts: []*chart{c}}, true
}

// doublings marks 1, 2, 4, 8, … and 0.5, 0.25, ….
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
	f := v.Findings.Shape
	if f == nil || len(f.Shapes) < 2 {
		return Figure{}, false
	}
	c := newChart(v.say("axis.layers"), v.say("axis.loss"))
	c.height = 360
	xy := make(plotter.XYs, len(f.Shapes))
	least, most := math.Inf(1), 0.0
	var ticks []plot.Tick
	for i, s := range f.Shapes {
		xy[i] = plotter.XY{X: float64(s.Layers), Y: s.Loss}
		least, most = min(least, s.Loss), max(most, s.Loss)
		ticks = append(ticks, plot.Tick{Value: xy[i].X, Label: digits(xy[i].X)})
	}
	room := math.Pow(most/least, 0.25)
	c.logX(xy[0].X/1.5, xy[len(xy)-1].X*1.5, digits)
	c.p.X.Tick.Marker = plot.ConstantTicks(ticks)
	c.logLoss(least/room, most*room)
	c.trace(xy, "", separate[0])
	for i, s := range f.Shapes {
		// A name stands where the line does not go: it comes down from the left, or up to the right, or both.
		falls := i > 0 && xy[i-1].Y > xy[i].Y
		rises := i+1 < len(xy) && xy[i+1].Y > xy[i].Y
		dx, dy, align := vg.Length(0), vg.Length(15), text.XCenter
		switch {
		case falls && (rises || i+1 == len(xy)), rises && i == 0:
			dy = -15
		case falls:
			dx, dy, align = -8, -10, text.XRight
		case rises:
			dx, dy, align = 8, -10, text.XLeft
		}
		c.note(xy[i].X, xy[i].Y, v.say("label.shape", s.Width, short(float64(s.Params))), quiet, dx, dy, align)
	}
	return Figure{ID: "shape", Title: v.say("title.shape", short(float64(f.Tokens))), charts: []*chart{c}}, true
}

// ensemble compares members, their mean and one bigger model on one line.
func (v view) ensemble() (Figure, bool) {
	e := v.Findings.Ensemble
	if e == nil || len(e.Losses) == 0 || !(e.Together > 0) {
		return Figure{}, false
	}
	type row struct {
		name string
		at   []float64
		col  int
	}
	var rows []row
	if e.BigLoss > 0 {
		rows = append(rows, row{v.say("label.bigger", e.Bigger), []float64{e.BigLoss}, 1})
	}
	rows = append(rows, row{v.say("label.together", len(e.Losses)), []float64{e.Together}, 0}, row{v.say("label.member", e.Size), e.Losses, 5})
	c := newChart(v.say("axis.loss"), "")
	c.height, c.right = 90+30*float64(len(rows)), 70
	lo, hi := math.Inf(1), 0.0
	for _, r := range rows {
		lo, hi = min(lo, slices.Min(r.at)), max(hi, slices.Max(r.at))
	}
	room := max(0.12*(hi-lo), 0.01)
	c.p.X.Min, c.p.X.Max, c.p.X.Tick.Marker = lo-room, hi+room, evenTicks(7, plain)
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.name
		for _, x := range r.at {
			c.dots(xys(x, float64(i)), separate[r.col], 5)
		}
		c.note(hi+room, float64(i), loss3(stat.Mean(r.at, nil)), separate[r.col], 10, 0, text.XLeft)
	}
	c.rows(names)
	return Figure{ID: "ensemble", Title: v.say("title.ensemble", short(float64(e.Tokens))), charts: []*chart{c}}, true
}

// rates is what other learning rates than the rule's do to the loss.
func (v view) rates() (Figure, bool) {
	f := v.Findings.Probes
	if f == nil {
		return Figure{}, false
	}
	c := newChart(v.say("axis.rate"), v.say("axis.change"))
	c.height = 360
	lo, hi, least, most := 1.0, 1.0, 0.0, 0.0
	var ends []endLabel
	for i, s := range f.Sizes {
		rule := slices.Index(s.Rates, s.Rule)
		if rule < 0 || len(s.Rates) < 2 || len(s.Losses) != len(s.Rates) {
			continue
		}
		var xy plotter.XYs
		for j, r := range s.Rates {
			q := plotter.XY{X: r / s.Rule, Y: 100 * (s.Losses[j]/s.Losses[rule] - 1)}
			lo, hi, least, most = min(lo, q.X), max(hi, q.X), min(least, q.Y), max(most, q.Y)
			xy = append(xy, q)
		}
		ends = append(ends, c.trace(xy, v.say("label.rate", s.Size, short(float64(s.Tokens))), ramp(sizeRamp, 1+i, 1+len(f.Sizes))))
	}
	if len(ends) == 0 {
		return Figure{}, false
	}
	room := max(0.1*(most-least), 0.05)
	c.logX(lo/1.2, hi*1.2, digits)
	c.p.X.Tick.Marker = doublings(func(x float64) string { return "×" + digits(x) })
	c.p.Y.Min, c.p.Y.Max, c.p.Y.Tick.Marker = least-room, most+room, evenTicks(6, percent)
	c.ends(ends...)
	return Figure{ID: "rates", Title: v.say("title.rates"), charts: []*chart{c}}, true
}
