package data

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
)

// ContactSheet writes the first rows×columns images of a set as one PNG, each undone of its standardisation. It errs on a
// set that is not of grey or RGB images.
func ContactSheet(w io.Writer, s Set, rows, columns int) error {
	in := s.Info()
	if len(in.Input) != 3 || in.Input[0] != 1 && in.Input[0] != 3 {
		return fmt.Errorf("data: %s has examples of shape %v; a contact sheet needs images (1 or 3, height, width)", in.Name, in.Input)
	}
	c, height, width := in.Input[0], in.Input[1], in.Input[2]
	if rows < 1 || columns < 1 || rows*(height+2) > 1<<14 || columns*(width+2) > 1<<14 {
		return fmt.Errorf("data: a contact sheet of %d×%d images of %d×%d pixels; its sides may be 1 to %d pixels", rows, columns, height, width, 1<<14)
	}
	sheet := image.NewRGBA(image.Rect(0, 0, columns*(width+2), rows*(height+2)))
	for i := range sheet.Pix { // light grey between the images
		sheet.Pix[i] = 200
		if i%4 == 3 {
			sheet.Pix[i] = 255
		}
	}
	index := make([]int, min(rows*columns, s.Len()))
	for i := range index {
		index[i] = i
	}
	var b Batch
	if err := s.Read(&b, index, 0); err != nil {
		return err
	}
	pixel := func(e, ch, y, x int) uint8 {
		v := float64(b.X[((e*c+ch)*height+y)*width+x])
		if len(in.Mean) == c {
			v = v*in.Std[ch] + in.Mean[ch]
		}
		return uint8(math.Round(255 * max(0, min(v, 1))))
	}
	for e := range index {
		x0, y0 := e%columns*(width+2)+1, e/columns*(height+2)+1
		for y := range height {
			for x := range width {
				sheet.SetRGBA(x0+x, y0+y, color.RGBA{pixel(e, 0, y, x), pixel(e, c/2, y, x), pixel(e, c-1, y, x), 255})
			}
		}
	}
	return png.Encode(w, sheet)
}
