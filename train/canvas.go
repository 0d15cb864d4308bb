package train

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"path/filepath"
	"strings"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"brick/tensor/durable"
)

// canvas is a picture that is drawn from its upper left corner, in points: an SVG, whose text the viewer's fonts
// draw in any script, or a PNG of twice as many pixels, whose font has the letters of Europe.
type canvas struct {
	file string
	h    float64
	to   draw.Canvas
	out  vg.CanvasWriterTo
}

// maxSide bounds a picture's sides, in points.
const maxSide = 8000

// drawn writes the picture that paint makes of a canvas w×h points large, as the file's ending says.
func drawn(file string, w, h float64, paint func(c *canvas)) error {
	if w > maxSide || h > maxSide {
		return usagef("a picture of %.0f×%.0f points; its sides may have %d: ask for less", w, h, maxSide)
	}
	c := &canvas{file: file, h: h}
	size := func(v float64) vg.Length { return vg.Length(v) }
	if isSVG(file) {
		c.out = vgsvg.New(size(w), size(h))
	} else {
		c.out = vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(size(w), size(h)), vgimg.UseDPI(144))}
	}
	c.to = draw.New(c.out.(vg.CanvasSizer))
	c.box(0, 0, w, h, color.White)
	paint(c)
	var b bytes.Buffer
	if _, err := c.out.WriteTo(&b); err != nil {
		return fmt.Errorf("train: %s: %w", file, err)
	}
	page := b.Bytes()
	if isSVG(file) {
		page = bytes.ReplaceAll(page, []byte("Liberation Sans"), []byte("Liberation Sans, Arial, Helvetica, sans-serif"))
		page = bytes.ReplaceAll(page, []byte("data:image/jpg;"), []byte("data:image/png;")) // as which they are written
		page = bytes.ReplaceAll(page, []byte("<image "), []byte(`<image style="image-rendering:pixelated" `))
	}
	return durable.WriteFile(file, page)
}

func isSVG(file string) bool { return strings.EqualFold(filepath.Ext(file), ".svg") }

// pictureFile errs unless a file's ending is that of a picture that can be written.
func pictureFile(file string) error {
	if isSVG(file) || strings.EqualFold(filepath.Ext(file), ".png") {
		return nil
	}
	return usagef("picture %q: want a name that ends in .png or .svg", file)
}

var (
	ink  = color.RGBA{30, 30, 30, 255}
	grey = color.RGBA{110, 110, 110, 255}
)

// style is that of text of a size, to the right of its point unless align says −½ for the middle or −1 for the left.
func (c *canvas) style(size, align float64, col color.Color) text.Style {
	return text.Style{Color: col, Font: font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, vg.Length(size)),
		XAlign: text.XAlignment(align), Handler: plot.DefaultTextHandler}
}

// say writes text whose baseline is at y.
func (c *canvas) say(x, y, size, align float64, col color.Color, s string) {
	c.to.FillText(c.style(size, align, col), vg.Point{X: vg.Length(x), Y: vg.Length(c.h - y)}, s)
}

// slanted writes text that rises from a point.
func (c *canvas) slanted(x, y, size float64, col color.Color, s string) {
	st := c.style(size, 0, col)
	st.Rotation = 0.9
	c.to.FillText(st, vg.Point{X: vg.Length(x), Y: vg.Length(c.h - y)}, s)
}

// box fills a rectangle.
func (c *canvas) box(x, y, w, h float64, col color.Color) {
	c.to.FillPolygon(col, []vg.Point{{X: vg.Length(x), Y: vg.Length(c.h - y)}, {X: vg.Length(x + w), Y: vg.Length(c.h - y)},
		{X: vg.Length(x + w), Y: vg.Length(c.h - y - h)}, {X: vg.Length(x), Y: vg.Length(c.h - y - h)}})
}

// picture draws an image whose pixels become squares, w points wide, with a thin frame.
func (c *canvas) picture(x, y, w float64, m image.Image) {
	b := m.Bounds()
	h := w * float64(b.Dy()) / float64(b.Dx())
	c.box(x-0.5, y-0.5, w+1, h+1, color.RGBA{170, 170, 170, 255})
	times := max(int(2*w)/b.Dx(), 1)
	large := image.NewRGBA(image.Rect(0, 0, times*b.Dx(), times*b.Dy()))
	for j := range large.Rect.Max.Y {
		for i := range large.Rect.Max.X {
			large.Set(i, j, m.At(b.Min.X+i/times, b.Min.Y+j/times))
		}
	}
	c.to.DrawImage(vg.Rectangle{Min: vg.Point{X: vg.Length(x), Y: vg.Length(c.h - y - h)}, Max: vg.Point{X: vg.Length(x + w), Y: vg.Length(c.h - y)}}, large)
}

// textWidth is about how wide text is. It takes a letter the font lacks to be as wide as high, as Chinese ones are.
func textWidth(size float64, s string) float64 {
	w := 0.0
	for _, r := range s {
		if w += 0.56 * size; r >= 0x2e80 {
			w += 0.44 * size
		}
	}
	return w
}

// spellable says whether a PNG's font has every letter of the names; an SVG's viewer is taken to.
func spellable(file string, names []string) bool {
	if isSVG(file) {
		return true
	}
	face := font.DefaultCache.Lookup(font.Font{Typeface: "Liberation", Variant: "Sans"}, 10)
	var b sfnt.Buffer
	for _, r := range strings.Join(names, "") {
		if i, err := face.Face.GlyphIndex(&b, r); err != nil || i == 0 {
			return false
		}
	}
	return true
}

// namesFor is how classes are called in a picture: by their names, or where its font lacks letters by number, with a note.
func namesFor(file string, classes []string) (names []string, note string) {
	if spellable(file, classes) {
		return classes, ""
	}
	for i := range classes {
		names = append(names, fmt.Sprint(i))
	}
	return names, fmt.Sprintf("%s: classes stand by number, from 0 in the order of their names: a PNG's font lacks their letters; a file that ends in .svg shows them", file)
}

// signed is blue below 0, white at 0, red above, in full colour at ±most.
func signed(v, most float64) color.RGBA {
	s := 0.0
	if most > 0 {
		s = max(-1, min(v/most, 1))
	}
	if s < 0 {
		return color.RGBA{uint8(255 + s*222), uint8(255 + s*153), uint8(255 + s*83), 255} // to (33, 102, 172)
	}
	return color.RGBA{uint8(255 - s*77), uint8(255 - s*231), uint8(255 - s*212), 255} // to (178, 24, 43)
}

// shaded is the plane h×w of numbers as an image of signed colours.
func shaded[F ~float32 | ~float64](plane []F, h, w int, most float64) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, v := range plane[:h*w] {
		m.SetRGBA(i%w, i/w, signed(float64(v), most))
	}
	return m
}

// largest is the largest absolute value.
func largest[F ~float32 | ~float64](x []F) float64 {
	most := 0.0
	for _, v := range x {
		most = max(most, float64(v), -float64(v))
	}
	return most
}
