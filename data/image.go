package data

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"  // registered for image.Decode
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"io"
)

// maxPixels bounds the size of an image file, in pixels: it is read from the header before any is decoded.
const maxPixels = 64 << 20

// decodeConfig reads an image's header and checks its size.
func decodeConfig(r io.Reader) (image.Config, error) {
	c, _, err := image.DecodeConfig(r)
	if errors.Is(err, image.ErrFormat) {
		return c, fmt.Errorf("not a PNG, JPEG or GIF image")
	}
	if err != nil {
		return c, fmt.Errorf("image header: %w", err)
	}
	if c.Width <= 0 || c.Height <= 0 {
		return c, fmt.Errorf("an image of %d×%d pixels", c.Width, c.Height)
	}
	if int64(c.Width)*int64(c.Height) > maxPixels {
		return c, fmt.Errorf("an image of %d×%d pixels; at most %d (64 Mpixel) are read", c.Width, c.Height, maxPixels)
	}
	return c, nil
}

// decodeImage reads a PNG, JPEG or GIF image (of an animation the first frame) as a picture with 1 (grey) or 3 (RGB)
// channels of 8 bits. What is transparent is black.
func decodeImage(r io.ReadSeeker, channels int) (picture, error) {
	config, err := decodeConfig(bufio.NewReader(r))
	if err != nil {
		return picture{}, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return picture{}, err
	}
	img, _, err := image.Decode(bufio.NewReader(r))
	if err != nil {
		return picture{}, fmt.Errorf("image of %d×%d pixels: %w", config.Width, config.Height, err)
	}
	// The first frame of a GIF may be smaller than its canvas: the rest stays black.
	p := picture{config.Width, config.Height, channels, make([]byte, config.Width*config.Height*channels)}
	box := img.Bounds().Intersect(image.Rect(0, 0, p.w, p.h))
	for y := box.Min.Y; y < box.Max.Y; y++ {
		row := p.pix[y*p.w*channels:]
		if grey, ok := img.(*image.Gray); ok && channels == 1 {
			copy(row[box.Min.X:box.Max.X], grey.Pix[grey.PixOffset(box.Min.X, y):])
			continue
		}
		for x := box.Min.X; x < box.Max.X; x++ {
			red, green, blue, _ := img.At(x, y).RGBA() // 16 bits, multiplied by alpha
			if channels == 1 {
				row[x] = luma(red, green, blue)
				continue
			}
			row[3*x], row[3*x+1], row[3*x+2] = byte(red>>8), byte(green>>8), byte(blue>>8)
		}
	}
	return p, nil
}

// luma is that of ITU-R BT.601 for colours of 16 bits, with the weights of image/color.
func luma(red, green, blue uint32) byte {
	return byte((19595*red + 38470*green + 7471*blue + 1<<15) >> 24)
}

// isGrey says whether a colour model can hold nothing but grey.
func isGrey(m color.Model) bool {
	if palette, ok := m.(color.Palette); ok {
		for _, c := range palette {
			if r, g, b, _ := c.RGBA(); r != g || g != b {
				return false
			}
		}
		return len(palette) > 0
	}
	return m == color.GrayModel || m == color.Gray16Model
}
