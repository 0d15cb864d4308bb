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
	at := func(x, y float64) vg.Point { return vg.Point{X: trX(math.Log10(x)), Y: trY(math.Log10(y))} }
	var taken []vg.Rectangle
	for _, n := range l.lines {
		from := at(n.x, n.y)
		if n.slope == 0 {
			s := style(n.color, 10, 0)
			s.XAlign, s.YAlign = text.XRight, text.YBottom
			from = from.Add(vg.Point{X: -wider * s.Width(n.text), Y: 3})
			c.FillText(s, from, n.text)
			taken = append(taken, box(s, from, n.text))
			continue
		}
		to := at(10*n.x, 10*n.y)
		d := to.Sub(from)
		s := style(n.color, 10, math.Atan2(float64(d.Y), float64(d.X)))
		s.XAlign, s.YAlign = text.XLeft, text.YBottom
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
	var dots []vg.Rectangle
	for _, r := range l.rows {
		q, size := at(r.intensity(), r.GFLOPS), radius(r)
		c.DrawGlyph(draw.GlyphStyle{Color: workColor, Radius: size, Shape: draw.CircleGlyph{}}, q)
		dots = append(dots, vg.Rectangle{Min: q.Sub(vg.Point{X: size, Y: size}), Max: q.Add(vg.Point{X: size, Y: size})})
	}
	for _, r := range l.rows {
		taken = append(taken, l.name(c, r, at(r.intensity(), r.GFLOPS), taken, dots)...)
	}
}

// name writes a point's name beside it, in the first free place of rings around it, and joins the two if they are apart. It
// returns what the name and the joining line cover.
func (l *labels) name(c draw.Canvas, r Row, q vg.Point, taken, dots []vg.Rectangle) []vg.Rectangle {
	s := style(textColor, 9, 0)
	s.YAlign = text.YCenter
	name := r.Case
	if r.TimeShare > 0 {
		name += " " + percent(r.TimeShare)
	}
	own := vg.Rectangle{Min: q.Sub(vg.Point{X: radius(r), Y: radius(r)}), Max: q.Add(vg.Point{X: radius(r), Y: radius(r)})}
	var others []vg.Rectangle // that a joining line can keep clear of
	for _, d := range dots {
		if !hits(own, []vg.Rectangle{d}) {
			others = append(others, d)
		}
	}
	for ring := range 40 { // in the second half, lines may cross
		strict := ring < 20
		ring %= 20
		away := radius(r) + 3 + 6*vg.Length(ring)
		for turn := range 24 { // 0 and π first, and then away from the level
			angle := math.Pi * (float64(turn&1) + float64(1-turn&2)*float64(turn/4)/12)
			to := q.Add(vg.Point{X: away * vg.Length(math.Cos(angle)), Y: away * vg.Length(math.Sin(angle))})
			s.XAlign = text.XLeft
			start := to
			if math.Cos(angle) < -0.1 {
				s.XAlign = text.XRight
				start.X -= wider * s.Width(name)
			}
			covered := []vg.Rectangle{box(s, start, name)}
			b := covered[0]
			outside := b.Min.X < c.Min.X || b.Max.X > c.Max.X || b.Min.Y < c.Min.Y || b.Max.Y > c.Max.Y
			if outside || hits(b, taken) || hits(b, dots) {
				continue
			}
			crossed := false
			steps := int(away/3) * min(ring, 1)
			for k := range steps {
				p := q.Add(vg.Point{X: (to.X - q.X) * vg.Length(k) / vg.Length(steps), Y: (to.Y - q.Y) * vg.Length(k) / vg.Length(steps)})
				piece := vg.Rectangle{Min: p.Sub(vg.Point{X: 1, Y: 1}), Max: p.Add(vg.Point{X: 1, Y: 1})}
				crossed = crossed || hits(piece, taken) || hits(piece, others)
				covered = append(covered, piece)
			}
			if crossed && strict {
				continue
			}
			if ring > 0 {
				c.StrokeLine2(draw.LineStyle{Color: color.Gray{150}, Width: 0.5}, q.X, q.Y, to.X, to.Y)
			}
			c.FillText(s, start, name)
			return covered
		}
	}
	return nil // no room: the point stays without a name, the table has it
}

// radius gives a point an area in proportion to its share of a step, and a least size.
func radius(r Row) vg.Length { return vg.Length(2.5 + 9*math.Sqrt(r.TimeShare)) }

// wider is how much wider than measured here, at most, a viewer's own font makes a name.
const wider = 0.2

// box is what a name may cover.
func box(s text.Style, at vg.Point, name string) vg.Rectangle {
	r := s.Rectangle(name)
	return vg.Rectangle{Min: at.Add(r.Min), Max: at.Add(r.Max).Add(vg.Point{X: wider * s.Width(name)})}
}

func hits(b vg.Rectangle, taken []vg.Rectangle) bool {
	for _, t := range taken {
		if b.Min.X < t.Max.X && t.Min.X < b.Max.X && b.Min.Y < t.Max.Y && t.Min.Y < b.Max.Y {
			return true
		}
	}
	return false
}
