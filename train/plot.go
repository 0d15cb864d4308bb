package train

import (
	"bytes"
	"fmt"
	"image/color"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// lossSVG draws the loss of a run against its steps: every step faintly, a
// running mean boldly, evaluations as points. Text stays text in the SVG, so that
// a title in Chinese is drawn by the viewer's own fonts.
func lossSVG(title string, records []Record) ([]byte, error) {
	var raw, smooth, valid plotter.XYs
	mean, weight := 0.0, 0.0
	for _, r := range records {
		if r.Valid != nil {
			if finite(r.Valid.Loss) {
				valid = append(valid, plotter.XY{X: float64(r.Step), Y: r.Valid.Loss})
			}
			continue
		}
		if l := float64(r.Loss); finite(l) {
			mean, weight = 0.95*mean+0.05*l, 0.95*weight+0.05
			raw = append(raw, plotter.XY{X: float64(r.Step), Y: l})
			smooth = append(smooth, plotter.XY{X: float64(r.Step), Y: mean / weight})
		}
	}
	p := plot.New()
	p.Title.Text = title
	p.X.Label.Text = "step"
	p.Y.Label.Text = "loss"
	p.X.Tick.Marker = plot.TickerFunc(func(lo, hi float64) []plot.Tick {
		ticks := plot.DefaultTicks{}.Ticks(lo, hi)
		for i := range ticks {
			if ticks[i].Label != "" {
				ticks[i].Label = strconv.FormatFloat(ticks[i].Value, 'f', -1, 64) // steps are whole numbers
			}
		}
		return ticks
	})
	// Lines before names: a viewer's font may be wider than the one that is measured here.
	p.Legend.Top, p.Legend.Left, p.Legend.XOffs = true, true, 8*vg.Centimeter
	p.Add(plotter.NewGrid())
	lines := []struct {
		name  string
		xy    plotter.XYs
		width vg.Length
		color color.Color
	}{
		{"training, each step", raw, 0.5, color.RGBA{150, 180, 220, 255}},
		{"training, running mean", smooth, 1.5, color.RGBA{20, 80, 170, 255}},
	}
	for _, l := range lines {
		if len(l.xy) == 0 {
			continue
		}
		line, err := plotter.NewLine(thin(l.xy, 2000))
		if err != nil {
			return nil, fmt.Errorf("train: loss plot: %w", err)
		}
		line.Width, line.Color = l.width, l.color
		p.Add(line)
		p.Legend.Add(l.name, line)
	}
	if len(valid) > 0 {
		line, points, err := plotter.NewLinePoints(valid)
		if err != nil {
			return nil, fmt.Errorf("train: loss plot: %w", err)
		}
		line.Color, points.Color = color.RGBA{200, 80, 20, 255}, color.RGBA{200, 80, 20, 255}
		points.Shape = draw.CircleGlyph{}
		p.Add(line, points)
		p.Legend.Add("validation", line, points)
	}
	c := vgsvg.New(16*vg.Centimeter, 10*vg.Centimeter)
	p.Draw(draw.New(c))
	var b bytes.Buffer
	_, err := c.WriteTo(&b)
	return bytes.ReplaceAll(b.Bytes(), []byte("Liberation Serif"), []byte("system-ui, sans-serif")), err
}

// thin keeps about n points of a curve, evenly, with its first and last.
func thin(xy plotter.XYs, n int) plotter.XYs {
	if len(xy) <= n {
		return xy
	}
	out := make(plotter.XYs, 0, n)
	for i := range n {
		out = append(out, xy[i*(len(xy)-1)/(n-1)])
	}
	return out
}
