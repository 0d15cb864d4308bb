package report

import (
	"cmp"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// place is where (x, y) lies on the canvas of the data.
func place(c draw.Canvas, p *plot.Plot, x, y float64) vg.Point {
	tx, ty := p.Transforms(&c)
	return vg.Point{X: tx(x), Y: ty(y)}
}

// inside is whether a point can be drawn on the axes at all.
func inside(p *plot.Plot, x, y float64) bool {
	return !math.IsNaN(x) && !math.IsNaN(y) && x >= p.X.Min && x <= p.X.Max && y >= p.Y.Min && y <= p.Y.Max
}

// gridlines are drawn at the labelled ticks of the vertical axis, and fainter at those of the horizontal one.
type gridlines struct{}

func (gridlines) Plot(c draw.Canvas, p *plot.Plot) {
	thin := draw.LineStyle{Color: hairline, Width: 0.7}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if y := p.Y.Norm(t.Value); !t.IsMinor() && y >= 0 && y <= 1 {
			c.StrokeLine2(thin, c.Min.X, c.Y(y), c.Max.X, c.Y(y))
		}
	}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if x := p.X.Norm(t.Value); !t.IsMinor() && x >= 0 && x <= 1 {
			c.StrokeLine2(thin, c.X(x), c.Min.Y, c.X(x), c.Max.Y)
		}
	}
}

// A curve joins points; what leaves the axes is cut off at their edge.
type curve struct {
	xy    plotter.XYs
	style draw.LineStyle
}

func (l curve) Plot(c draw.Canvas, p *plot.Plot) {
	var run []vg.Point
	var runs [][]vg.Point
	for _, q := range l.xy {
		if math.IsNaN(q.X) || math.IsNaN(q.Y) || q.X <= 0 && p.X.Scale == plot.Normalizer(plot.LogScale{}) || q.Y <= 0 && p.Y.Scale == plot.Normalizer(plot.LogScale{}) {
			runs, run = append(runs, run), nil
			continue
		}
		run = append(run, place(c, p, q.X, q.Y))
	}
	for _, r := range append(runs, run) {
		if len(r) > 1 {
			c.StrokeLines(l.style, c.ClipLinesXY(r)...)
		}
	}
}

// An area is a filled polygon.
type area struct {
	xy    plotter.XYs
	color color.Color
}

func (a area) Plot(c draw.Canvas, p *plot.Plot) {
	points := make([]vg.Point, len(a.xy))
	for i, q := range a.xy {
		points[i] = place(c, p, min(max(q.X, p.X.Min), p.X.Max), min(max(q.Y, p.Y.Min), p.Y.Max))
	}
	c.FillPolygon(a.color, points)
}

// marks are circles.
type marks struct {
	xy     plotter.XYs
	color  color.Color
	radius vg.Length
	hollow bool
}

func (m marks) Plot(c draw.Canvas, p *plot.Plot) {
	circle := func(at vg.Point, r vg.Length) vg.Path {
		var path vg.Path
		path.Move(vg.Point{X: at.X + r, Y: at.Y})
		path.Arc(at, r, 0, 2*math.Pi)
		path.Close()
		return path
	}
	for _, q := range m.xy {
		if !inside(p, q.X, q.Y) {
			continue
		}
		at := place(c, p, q.X, q.Y)
		if m.hollow {
			c.SetLineStyle(draw.LineStyle{Color: color.White, Width: 5})
			c.Stroke(circle(at, m.radius))
			c.SetLineStyle(draw.LineStyle{Color: m.color, Width: 2})
			c.Stroke(circle(at, m.radius))
			continue
		}
		c.SetColor(color.White)
		c.Fill(circle(at, m.radius+1.2))
		c.SetColor(m.color)
		c.Fill(circle(at, m.radius))
	}
}

// A bar is an interval at x.
type bar struct {
	x, lo, hi float64
	color     color.Color
}

func (b bar) Plot(c draw.Canvas, p *plot.Plot) {
	lo, hi := max(b.lo, p.Y.Min), min(b.hi, p.Y.Max)
	if !inside(p, b.x, lo) || !inside(p, b.x, hi) {
		return
	}
	style := draw.LineStyle{Color: b.color, Width: 1.6}
	bottom, top := place(c, p, b.x, lo), place(c, p, b.x, hi)
	c.StrokeLine2(style, bottom.X, bottom.Y, top.X, top.Y)
	for _, end := range []vg.Point{bottom, top} {
		c.StrokeLine2(style, end.X-7, end.Y, end.X+7, end.Y)
	}
}

// notes are texts at points of the data.
type notes []struct {
	x, y   float64
	s      string
	style  text.Style
	offset vg.Point
}

func (n notes) Plot(c draw.Canvas, p *plot.Plot) {
	for _, t := range n {
		if inside(p, t.x, t.y) {
			c.FillText(t.style, place(c, p, t.x, t.y).Add(t.offset), t.s)
		}
	}
}

// An endLabel names the curve that leaves the chart at height y.
type endLabel struct {
	y     float64
	name  string
	color color.Color
}

type endLabels []endLabel

func (e endLabels) Plot(c draw.Canvas, p *plot.Plot) {
	const apart = 15 // px between the middles of two lines of text
	labels := slices.DeleteFunc(slices.Clone(e), func(l endLabel) bool { return math.IsNaN(l.y) })
	slices.SortStableFunc(labels, func(a, b endLabel) int { return cmp.Compare(a.y, b.y) })
	at := make([]vg.Length, len(labels))
	for i, l := range labels {
		at[i] = place(c, p, p.X.Max, min(max(l.y, p.Y.Min), p.Y.Max)).Y
	}
	for range 200 { // neighbours that touch push each other away, evenly
		moved := false
		for i := 1; i < len(at); i++ {
			if overlap := apart - (at[i] - at[i-1]); overlap > 0.05 {
				at[i-1] -= overlap / 2
				at[i] += overlap / 2
				moved = true
			}
		}
		if !moved {
			break
		}
	}
	for i, l := range labels {
		c.FillText(textStyle(12, l.color, text.XLeft, text.YCenter), vg.Point{X: c.Max.X + 9, Y: at[i]}, l.name)
	}
}
