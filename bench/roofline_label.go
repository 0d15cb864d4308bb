package bench

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// labels draws the points of a roofline and all names in it, each where no other name or point is.
type labels struct {
	plot  *plot.Plot
	lines []lineName
	rows  []Row
}

// A lineName is the name of a line: with a slope it stands along it from (x, slope·x) on, without it ends at (x, y).
type lineName struct {
	x, y, slope float64
	text        string
	color       color.Color
}

func (l *labels) slanted(x, slope float64, name string, c color.Color) {
	l.lines = append(l.lines, lineName{x, x * slope, slope, name, c})
}

func (l *labels) level(x, y float64, name string, c color.Color) {
	l.lines = append(l.lines, lineName{x, y, 0, name, c})
}

func (l *labels) points(rows []Row) { l.rows = rows }

// Plot draws them.
func (l *labels) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	at := func(x, y float64) vg.Point { return vg.Point{X: trX(x), Y: trY(y)} }
	var taken []vg.Rectangle
	for _, n := range l.lines {
		from := at(n.x, n.y)
		if n.slope == 0 {
			s := style(n.color, 0)
			s.Font.Size, s.XAlign, s.YAlign = 10, text.XRight, text.YBottom
			c.FillText(s, from.Add(vg.Point{X: -4, Y: 3}), n.text)
			taken = append(taken, box(s, from.Add(vg.Point{X: -4, Y: 3}), n.text))
			continue
		}
		to := at(10*n.x, 10*n.y)
		d := to.Sub(from)
		s := style(n.color, math.Atan2(float64(d.Y), float64(d.X)))
		s.Font.Size, s.XAlign, s.YAlign = 10, text.XLeft, text.YBottom
		k := 14 / vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
		c.FillText(s, from.Add(vg.Point{X: k*d.X - 3*k*d.Y/14, Y: k*d.Y + 3*k*d.X/14}), n.text)
		for i := range 40 { // the name and its line
			q := from.Add(vg.Point{X: vg.Length(i) * d.X / 20, Y: vg.Length(i) * d.Y / 20})
			if q.Y < at(n.x, n.y).Y || q.Y > c.Max.Y {
				break
			}
			taken = append(taken, vg.Rectangle{Min: q.Sub(vg.Point{X: 6, Y: 2}), Max: q.Add(vg.Point{X: 2, Y: 8})})
		}
	}
	for _, r := range l.rows {
		q, size := at(r.intensity(), r.GFLOPS), radius(r)
		c.DrawGlyph(draw.GlyphStyle{Color: workColor, Radius: size, Shape: draw.CircleGlyph{}}, q)
		taken = append(taken, vg.Rectangle{Min: q.Sub(vg.Point{X: size, Y: size}), Max: q.Add(vg.Point{X: size, Y: size})})
	}
	for _, r := range l.rows {
		taken = append(taken, l.name(c, r, at(r.intensity(), r.GFLOPS), taken))
	}
}

// name writes a point's name beside it, in the first free place of rings around it, and joins the two if they are apart.
func (l *labels) name(c draw.Canvas, r Row, q vg.Point, taken []vg.Rectangle) vg.Rectangle {
	s := style(textColor, 0)
	s.Font.Size, s.YAlign = 9, text.YCenter
	name := r.Case
	if r.TimeShare > 0 {
		name += " " + percent(r.TimeShare)
	}
	for ring := range 12 {
		away := radius(r) + 3 + 7*vg.Length(ring)
		for _, angle := range []float64{0, math.Pi, math.Pi / 4, -math.Pi / 4, 3 * math.Pi / 4, -3 * math.Pi / 4, math.Pi / 2, -math.Pi / 2} {
			to := q.Add(vg.Point{X: away * vg.Length(math.Cos(angle)), Y: away * vg.Length(math.Sin(angle))})
			s.XAlign = text.XLeft
			if math.Cos(angle) < -0.1 {
				s.XAlign = text.XRight
			}
			b := box(s, to, name)
			if b.Min.X < c.Min.X || b.Max.X > c.Max.X || b.Min.Y < c.Min.Y || b.Max.Y > c.Max.Y || hits(b, taken) {
				continue
			}
			if ring > 0 {
				c.StrokeLine2(draw.LineStyle{Color: color.Gray{150}, Width: 0.5}, q.X, q.Y, to.X, to.Y)
			}
			c.FillText(s, to, name)
			return b
		}
	}
	return vg.Rectangle{Min: q, Max: q} // no room: the point stays without a name, the table has it
}

// radius gives a point an area in proportion to its share of a step, and a least size.
func radius(r Row) vg.Length { return vg.Length(2.5 + 9*math.Sqrt(r.TimeShare)) }

// box is what a name covers. A viewer's own font may be wider than the one that is measured here.
func box(s text.Style, at vg.Point, name string) vg.Rectangle {
	r := s.Rectangle(name)
	w := (r.Max.X - r.Min.X) * 15 / 100
	return vg.Rectangle{Min: at.Add(r.Min).Sub(vg.Point{X: w}), Max: at.Add(r.Max).Add(vg.Point{X: w})}
}

func hits(b vg.Rectangle, taken []vg.Rectangle) bool {
	for _, t := range taken {
		if b.Min.X < t.Max.X && t.Min.X < b.Max.X && b.Min.Y < t.Max.Y && t.Min.Y < b.Max.Y {
			return true
		}
	}
	return false
}
