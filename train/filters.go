package train

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"brick/model"
	"brick/nn"
)

// maxTiles bounds the kernels or maps that are drawn in a row and in a column.
const maxTiles = 64

// DrawFilters draws the kernels of a convolution as a .png or .svg file: of the one at path, or of the first. Kernels over
// colours are drawn in them; of others there is a row for each output and a column for each input.
func (r *Run) DrawFilters(file, path string) (note string, err error) {
	if err := pictureFile(file); err != nil {
		return "", err
	}
	name, w, err := r.convolution(path)
	if err != nil {
		return "", err
	}
	x, shape := w.Value().Data(), w.Shape
	if len(shape) == 3 { // along time
		shape = []int{shape[0], shape[1], 1, shape[2]}
	}
	out, in, kh, kw := shape[0], shape[1], shape[2], shape[3]
	rows, columns, coloured := out, in, in == 3 && len(r.Info.Input) == 3
	if in == 1 || coloured {
		columns = min(8, out)
		rows = (out + columns - 1) / columns
	}
	if rows > maxTiles || columns > maxTiles {
		note = fmt.Sprintf("%s: %d×%d kernels; the first %d a side are drawn", file, out, in, maxTiles)
		rows, columns = min(rows, maxTiles), min(columns, maxTiles)
	}
	tile, most := 44.0, largest(x)
	if columns > 12 {
		tile = 24
	}
	high := tile * float64(kh) / float64(kw)
	step := high + 18
	if columns == in {
		step = high + 6
	}
	left := 40.0
	width := max(left+float64(columns)*(tile+8)+16, 420)
	return note, drawn(file, width, 84+step*float64(rows), func(c *canvas) {
		c.say(16, 26, 14, 0, ink, fmt.Sprintf("%s: %d kernels of %d×%d×%d (channels, height, width)", name, out, in, kh, kw))
		if coloured {
			c.say(16, 44, 10, 0, grey, fmt.Sprintf("red, green and blue weights as colours; grey is 0, full colour ±%.3g", most))
		} else {
			c.say(16, 44, 10, 0, grey, fmt.Sprintf("red weights are above 0, blue ones below, white is 0; full colour is ±%.3g", most))
		}
		plane := kh * kw
		for i := range rows * columns {
			px, py := left+float64(i%columns)*(tile+8), 64+step*float64(i/columns)
			switch {
			case in > 1 && !coloured:
				if i < columns {
					c.say(px+tile/2, 60, 8, -0.5, grey, fmt.Sprint(i))
				}
				if i%columns == 0 {
					c.say(left-8, py+high/2+3, 9, -1, ink, fmt.Sprint(i/columns))
				}
				c.picture(px, py, tile, shaded(x[(i/columns*in+i%columns)*plane:], kh, kw, most))
			case i < out:
				m := shaded(x[i*in*plane:], kh, kw, most)
				if coloured {
					m = rgb(x[i*in*plane:], kh, kw, most)
				}
				c.picture(px, py, tile, m)
				c.say(px+tile/2, py+high+11, 9, -0.5, grey, fmt.Sprint(i))
			}
		}
	})
}

// rgb is three planes h×w as colours around grey.
func rgb(x []nn.Float, h, w int, most float64) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	at := func(ch, i int) uint8 { return uint8(127.5 + 127.5*float64(x[ch*h*w+i])/max(most, 1e-30)) }
	for i := range h * w {
		m.SetRGBA(i%w, i/w, color.RGBA{at(0, i), at(1, i), at(2, i), 255})
	}
	return m
}

// convolution finds the weights of a convolution by its path in the model, or the first.
func (r *Run) convolution(path string) (name string, w *nn.Param, err error) {
	var there []string
	for at, b := range nn.Blocks(r.Model) {
		switch c := b.(type) {
		case *nn.Conv:
			w = c.W
		case *nn.TimeConv:
			w = c.W
		default:
			continue
		}
		if path == "" || path == at {
			return at, w, nil
		}
		there = append(there, at)
	}
	if len(there) == 0 {
		return "", nil, usagef("%s has no convolution: %s", r.Dir, nn.Chain{model.Chain(r.Model)}.Notation())
	}
	return "", nil, usagef("%s has no convolution %q; it has %s", r.Dir, path, strings.Join(there, ", "))
}
