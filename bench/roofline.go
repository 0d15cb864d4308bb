package bench

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// The picture's size.
const (
	pictureWidth  = 18 * vg.Centimeter
	pictureHeight = 11.5 * vg.Centimeter
)

var (
	roofColor = color.RGBA{60, 60, 60, 255}
	farColor  = color.RGBA{200, 80, 20, 255} // memory
	nearColor = color.RGBA{20, 130, 90, 255} // cache
	workColor = color.NRGBA{20, 80, 170, 170}
	textColor = color.RGBA{30, 30, 30, 255}
)

// roofline draws rows as points: to the right, more operations for each byte; upwards, more of them a second. No point
// can lie above the lines: the slanted ones are what memory and a core's own cache can feed, the level one what the cores can compute
// (Williams, Waterman & Patterson 2009). Of several numbers of threads it draws the largest. The area of a point grows with its share of a step.
func roofline(m Machine, rows []Row) ([]byte, error) {
	threads := 0
	for _, r := range rows {
		threads = max(threads, r.Threads)
	}
	roof := Roof{Threads: threads, machine: m}
	var points []Row
	title := ""
	for _, r := range rows {
		switch {
		case r.Threads != threads:
		case r.Bench == "peak":
			roof.see(r)
		case r.FLOPs > 0 && r.Bytes > 0 && r.Median > 0 && (r.Bench != "kernels" || r.TimeShare >= 0.002):
			points = append(points, r)
			if r.Of != "" {
				title = "a training step of " + r.Of + " on "
			}
		}
	}
	if roof.FMA == 0 || roof.DRAM == 0 {
		return nil, errors.New("bench: a picture needs the bandwidth of memory: bench, bench peak, bench matmul or bench ops measure it")
	}
	p := plot.New()
	p.Title.Text = fmt.Sprintf("%s%d cores, %s", title, threads, m.CPU)
	p.X.Label.Text, p.Y.Label.Text = "operations for each byte that must move", "GFLOP/s"
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(decades), plot.TickerFunc(decades)
	for _, f := range []*font.Font{&p.Title.TextStyle.Font, &p.X.Label.TextStyle.Font, &p.Y.Label.TextStyle.Font, &p.X.Tick.Label.Font, &p.Y.Tick.Label.Font} {
		f.Variant = sans
	}
	x0, x1 := 1.0/16, 256.0
	y0, y1 := roof.FMA/1000, roof.FMA*1.6
	for _, r := range points {
		x0, x1 = min(x0, r.intensity()/2), max(x1, r.intensity()*4)
		y0 = min(y0, r.GFLOPS/2)
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = math.Log10(x0), math.Log10(x1), math.Log10(y0), math.Log10(y1)
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = color.Gray{230}, color.Gray{230}
	p.Add(grid)
	placed := &labels{plot: p}
	for _, l := range []struct {
		gbs   float64
		name  string
		color color.Color
	}{{roof.L2, "L2 cache", nearColor}, {roof.DRAM, "memory", farColor}} {
		if l.gbs > 0 {
			from := max(x0, y0/l.gbs)
			if err := addLine(p, l.color, from, from*l.gbs, roof.FMA/l.gbs, roof.FMA); err != nil {
				return nil, err
			}
			placed.slanted(from, l.gbs, fmt.Sprintf("%s, %s GB/s", l.name, three(l.gbs)), l.color)
		}
	}
	if err := addLine(p, roofColor, roof.FMA/max(roof.L2, roof.DRAM), roof.FMA, x1, roof.FMA); err != nil {
		return nil, err
	}
	placed.level(x1, roof.FMA, fmt.Sprintf("multiply-adds, %s GFLOP/s", three(roof.FMA)), roofColor)
	slices.SortFunc(points, func(a, b Row) int { return cmp.Compare(b.TimeShare, a.TimeShare) })
	placed.points(points)
	p.Add(placed)
	c := vgsvg.New(pictureWidth, pictureHeight)
	p.Draw(draw.Crop(draw.New(c), 4, -10, 4, -4))
	var b bytes.Buffer
	_, err := c.WriteTo(&b)
	return bytes.ReplaceAll(b.Bytes(), []byte("Liberation Sans"), []byte("system-ui, sans-serif")), err
}

// intensity is a row's operations for each byte.
func (r Row) intensity() float64 { return r.FLOPs / r.Bytes }

// see takes over the figure of a "peak" row.
func (r *Roof) see(row Row) {
	switch row.Case {
	case "fma " + r.machine.Level:
		r.FMA = row.GFLOPS
	case "L2 read", "L2 axpy":
		r.L2 = max(r.L2, row.GBs)
	case "memory read", "memory copy", "memory triad":
		r.DRAM = max(r.DRAM, row.GBs)
	}
}

func addLine(p *plot.Plot, c color.Color, x0, y0, x1, y1 float64) error {
	l, err := plotter.NewLine(plotter.XYs{{X: math.Log10(x0), Y: math.Log10(y0)}, {X: math.Log10(x1), Y: math.Log10(y1)}})
	if err != nil {
		return fmt.Errorf("bench: picture: %w", err)
	}
	l.Width, l.Color = 1.5, c
	p.Add(l)
	return nil
}

// decades are ticks at powers of 10, without a name at 2 … 9 times them, of an axis of logarithms.
func decades(lo, hi float64) (ticks []plot.Tick) {
	for d := math.Floor(lo); d <= hi; d++ {
		for k := 1.0; k < 10; k++ {
			t := plot.Tick{Value: d + math.Log10(k)}
			if t.Value < lo || t.Value > hi {
				continue
			}
			if k == 1 {
				t.Label = fmt.Sprintf("%g", math.Pow(10, d))
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// sans is the variant of the font that a viewer's own is most like.
const sans = "Sans"

// style is of all names in the picture.
func style(c color.Color, size vg.Length, angle float64) text.Style {
	f := plot.DefaultFont
	f.Variant, f.Size = sans, size
	return text.Style{Color: c, Font: f, Handler: plot.DefaultTextHandler, Rotation: angle}
}
