package report

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// figureWidth is that of every figure, in pixels (an SVG's units, half a PNG's).
const figureWidth = 720

// A chart is one pair of axes with what is drawn between them. Names of curves stand at their ends, not in a box.
type chart struct {
	x, y   string  // what the axes show: x is written below, y above
	height float64 // px
	right  float64 // px kept free for names at the ends of curves
	p      *plot.Plot
}

// newChart is an empty chart; x and y say what its axes show.
func newChart(x, y string) *chart {
	c := &chart{x: x, y: y, height: 440, right: 16, p: plot.New()}
	c.p.BackgroundColor = nil
	c.p.TextHandler = textStyle(12, ink, 0, 0).Handler
	c.p.X.Tick.Label = textStyle(12, ink, text.XCenter, text.YTop)
	c.p.Y.Label.TextStyle = textStyle(12, quiet, text.XCenter, text.YBottom)
	c.p.Y.Tick.Label = textStyle(12, ink, text.XRight, text.YCenter)
	for _, a := range []*plot.Axis{&c.p.X, &c.p.Y} {
		a.LineStyle = draw.LineStyle{Color: rgb(0x9aa3ad), Width: 0.8}
		a.Tick.LineStyle, a.Tick.Length, a.Padding = a.LineStyle, 5, 0
	}
	c.p.Y.LineStyle.Width, c.p.Y.Tick.Width = 0, 0
	c.p.Add(gridlines{})
	return c
}

// logX makes the horizontal axis logarithmic, with label for its numbers.
func (c *chart) logX(lo, hi float64, label func(float64) string) {
	c.p.X.Min, c.p.X.Max, c.p.X.Scale, c.p.X.Tick.Marker = lo, hi, plot.LogScale{}, logTicks(label)
}

// logLoss makes the vertical axis logarithmic with evenly spaced losses.
func (c *chart) logLoss(lo, hi float64) {
	c.p.Y.Min, c.p.Y.Max, c.p.Y.Scale, c.p.Y.Tick.Marker = lo, hi, plot.LogScale{}, evenTicks(7, plain)
}

// line joins points.
func (c *chart) line(xy plotter.XYs, col color.Color, width vg.Length, dashes ...vg.Length) {
	c.p.Add(curve{xy, draw.LineStyle{Color: col, Width: width, Dashes: dashes}})
}

// xys are points from their coordinates, x and y in turns.
func xys(coordinates ...float64) plotter.XYs {
	xy := make(plotter.XYs, len(coordinates)/2)
	for i := range xy {
		xy[i] = plotter.XY{X: coordinates[2*i], Y: coordinates[2*i+1]}
	}
	return xy
}

// rows makes the vertical axis one of names, from the bottom up.
func (c *chart) rows(names []string) {
	ticks := make([]plot.Tick, len(names))
	for i, name := range names {
		ticks[i] = plot.Tick{Value: float64(i), Label: name}
	}
	c.p.Y.Min, c.p.Y.Max, c.p.Y.Tick.Marker = -0.6, float64(len(names))-0.4, plot.ConstantTicks(ticks)
}

// function draws y = f(x) between lo and hi, evenly in log x.
func (c *chart) function(f func(float64) float64, lo, hi float64, col color.Color, width vg.Length, dashes ...vg.Length) {
	c.line(sample(f, lo, hi, 80), col, width, dashes...)
}

// sample takes n points of f, evenly in log x.
func sample(f func(float64) float64, lo, hi float64, n int) plotter.XYs {
	xy := make(plotter.XYs, n)
	for i := range xy {
		x := lo * math.Pow(hi/lo, float64(i)/float64(n-1))
		xy[i] = plotter.XY{X: x, Y: f(x)}
	}
	return xy
}

// dots draws full circles, ringed in white so that they stand out from curves.
func (c *chart) dots(xy plotter.XYs, col color.Color, radius vg.Length) {
	c.p.Add(marks{xy: xy, color: col, radius: radius})
}

// rings draws empty circles.
func (c *chart) rings(xy plotter.XYs, col color.Color, radius vg.Length) {
	c.p.Add(marks{xy: xy, color: col, radius: radius, hollow: true})
}

// trace joins points by a line and marks each. It returns their name for the line's end.
func (c *chart) trace(xy plotter.XYs, name string, col color.NRGBA) endLabel {
	c.line(xy, col, 1.8)
	c.dots(xy, col, 4.5)
	return endLabel{xy[len(xy)-1].Y, name, col}
}

// interval draws an upright bar from lo to hi with short ends.
func (c *chart) interval(x, lo, hi float64, col color.Color) {
	c.p.Add(bar{x, lo, hi, col})
}

// band fills between lo and hi, which have the same x.
func (c *chart) band(lo, hi plotter.XYs, col color.Color) {
	edge := slices.Clone(hi)
	slices.Reverse(edge)
	c.p.Add(area{append(slices.Clone(lo), edge...), col})
}

// note writes s at a point, dx and dy pixels off.
func (c *chart) note(x, y float64, s string, col color.Color, dx, dy vg.Length, align text.XAlignment) {
	c.p.Add(notes{{x, y, s, textStyle(12, col, align, text.YCenter), vg.Point{X: dx, Y: dy}}})
}

// ends writes names at the right of the chart, each at the height of its curve's end, moved apart where they would touch.
func (c *chart) ends(labels ...endLabel) {
	widest := vg.Length(0)
	for _, l := range labels {
		widest = max(widest, textStyle(12, ink, 0, 0).Width(l.name))
	}
	c.right = float64(widest) + 22
	c.p.Add(endLabels(labels))
}

// A Figure is drawn by the charts in it, one above the other.
type Figure struct {
	ID      string // its file's name, without the ending
	Title   string
	Caption string // what to see in it
	charts  []*chart
}

// height of the whole figure in pixels.
func (f Figure) height() float64 {
	h := 40.0
	for _, c := range f.charts {
		h += c.height
	}
	return h
}

// draw draws the figure on a white plate.
func (f Figure) draw(dc draw.Canvas) {
	dc.SetColor(color.White)
	dc.Fill(dc.Rectangle.Path())
	dc.FillText(bold(textStyle(15, ink, text.XLeft, text.YTop)), vg.Point{X: 16, Y: dc.Max.Y - 12}, f.Title)
	const below = 24 // the data, for the name of the horizontal axis
	rows := make([][]*plot.Plot, len(f.charts))
	for i, c := range f.charts {
		rows[i] = []*plot.Plot{c.p}
	}
	// Charts of one figure share their left and right edges.
	left, right := vg.Length(0), 0.0
	for _, c := range f.charts {
		left, right = max(left, c.p.DataCanvas(dc).Min.X), max(right, c.right)
	}
	top := dc.Max.Y - 40
	for _, c := range f.charts {
		above := vg.Length(26)
		if c.y == "" {
			above = 4
		}
		area := draw.Canvas{Canvas: dc.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: 14, Y: top - vg.Length(c.height) + 10 + below},
			Max: vg.Point{X: dc.Max.X - vg.Length(right), Y: top - above},
		}}
		area.Min.X += left - c.p.DataCanvas(area).Min.X + 14
		dc.FillText(textStyle(13, quiet, text.XLeft, text.YBottom), vg.Point{X: 16, Y: top - above + 9}, c.y)
		c.p.Draw(area)
		inner := c.p.DataCanvas(area)
		dc.FillText(textStyle(13, quiet, text.XCenter, text.YTop), vg.Point{X: inner.Center().X, Y: area.Min.Y - 5}, c.x)
		top -= vg.Length(c.height)
	}
}

// SVG is the figure as a picture that stays sharp, its text as text.
func (f Figure) SVG() ([]byte, error) {
	h := f.height()
	c := vgsvg.New(figureWidth, vg.Length(h))
	f.draw(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("report: drawing %s: %w", f.ID, err)
	}
	start := bytes.Index(b.Bytes(), []byte("<svg"))
	if start < 0 {
		return nil, fmt.Errorf("report: drawing %s: no SVG was written", f.ID)
	}
	_, body, _ := strings.Cut(b.String()[start:], ">\n") // a head of our own comes in its place
	body = strings.ReplaceAll(body, "font-family:Liberation Sans;font-variant:normal;", "font-family:"+svgFonts+";")
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%g" viewBox="0 0 %d %g" role="img"><title>%s</title>`,
		figureWidth, h, figureWidth, h, html.EscapeString(f.Title))
	return []byte(head + "\n" + body), nil
}

// PNG is the figure as pixels, two a unit of the SVG.
func (f Figure) PNG() ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(figureWidth, vg.Length(f.height())), vgimg.UseDPI(144))
	f.draw(draw.New(c))
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&b); err != nil {
		return nil, fmt.Errorf("report: drawing %s: %w", f.ID, err)
	}
	return b.Bytes(), nil
}
