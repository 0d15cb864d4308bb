package report

import (
	"image/color"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// svgFonts stand for the font the figures are measured with: its metric twins first, then fonts that know Chinese.
const svgFonts = "'Liberation Sans',Arial,Helvetica,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif"

// textStyle is the figures' type: sans serif, size in pixels.
func textStyle(size vg.Length, c color.Color, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign: x, YAlign: y, Handler: typesetter{text.Plain{Fonts: plot.DefaultTextHandler.Cache()}},
	}
}

func bold(s text.Style) text.Style {
	s.Font.Weight = xfont.WeightBold
	return s
}

// A typesetter sets plain text and knows that a Chinese character, which its font has not, is as wide as it is high; the viewer of an SVG
// has fonts that draw it, and for pixels one of this machine is looked for.
type typesetter struct{ text.Plain }

// width is that of one line of text.
func (t typesetter) width(txt string, fnt font.Font) vg.Length {
	squares := 0
	narrow := strings.Map(func(r rune) rune {
		if !isSquare(r) {
			return r
		}
		squares++
		return -1
	}, txt)
	face := t.Fonts.Lookup(fnt, fnt.Size)
	return face.Width(narrow) + vg.Length(squares)*fnt.Size
}

// Box is the extent of a line.
func (t typesetter) Box(txt string, fnt font.Font) (width, height, depth vg.Length) {
	_, height, depth = t.Plain.Box("", fnt)
	return t.width(txt, fnt), height, depth
}

// Extents is that of a font whose lines reach from descent to ascent: gonum moves labels by a descent of their font, and here they are
// already placed by Draw.
func (t typesetter) Extents(fnt font.Font) font.Extents {
	e := t.Plain.Extents(fnt)
	return font.Extents{Ascent: e.Ascent + e.Descent, Height: e.Ascent + e.Descent}
}

// Draw draws one line, turned and aligned as its style says.
func (t typesetter) Draw(c vg.Canvas, txt string, sty text.Style, at vg.Point) {
	if txt == "" {
		return
	}
	c.SetColor(sty.Color)
	c.Push()
	defer c.Pop()
	c.Translate(at)
	if sty.Rotation != 0 {
		c.Rotate(sty.Rotation)
	}
	_, height, depth := t.Box(txt, sty.Font)
	x := vg.Length(sty.XAlign) * t.width(txt, sty.Font)
	y := vg.Length(sty.YAlign)*(height+depth) + depth
	// Digits and capitals look centred when their own height is, not that of the font's box.
	if sty.YAlign == text.YCenter {
		y = -0.36 * sty.Font.Size
	}
	if isPixels(c) {
		t.fill(c, sty.Font, vg.Point{X: x, Y: y}, txt)
		return
	}
	c.FillString(t.Fonts.Lookup(sty.Font, sty.Font.Size), vg.Point{X: x, Y: y}, txt)
}
