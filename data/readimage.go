package data

import (
	"bytes"
	"fmt"
	"io"

	"brick/kernel"
)

// maxImageFile bounds the bytes of one image file given to ReadImage.
const maxImageFile = 256 << 20

// ReadImage reads one PNG, JPEG or GIF image the way the images of a set were read: brought to the size and the channels
// of info.Input (C, H, W), standardised by info.Mean and info.Std. It errs on sets that are not of images and on
// files that are none.
func ReadImage(r io.Reader, info *Info) ([]kernel.Float, error) {
	return readImage(r, info, picture.fit)
}

// ReadLine is ReadImage for the image of a line: it is brought to the height of info.Input, less if it would be too wide,
// and stands at the left, with black around it.
func ReadLine(r io.Reader, info *Info) ([]kernel.Float, error) {
	return readImage(r, info, picture.within)
}

func readImage(r io.Reader, info *Info, fit func(p picture, w, h int) picture) ([]kernel.Float, error) {
	if len(info.Input) != 3 || len(info.Mean) != info.Input[0] {
		return nil, fmt.Errorf("data: %s has examples of shape %v, which are no images", info.Name, info.Input)
	}
	c, h, w := info.Input[0], info.Input[1], info.Input[2]
	if c != 1 && c != 3 {
		return nil, fmt.Errorf("data: %s has images of %d channels; a file has 1 (grey) or 3 (RGB)", info.Name, c)
	}
	file, err := io.ReadAll(io.LimitReader(r, maxImageFile+1))
	if err != nil {
		return nil, fmt.Errorf("data: image: %w", err)
	}
	if len(file) > maxImageFile {
		return nil, fmt.Errorf("data: image: a file of more than %d bytes", maxImageFile)
	}
	p, err := decodeImage(bytes.NewReader(file), c)
	if err != nil {
		return nil, fmt.Errorf("data: image: %w", err)
	}
	planes := make([]byte, c*h*w)
	fit(p, w, h).planes(planes)
	x := make([]kernel.Float, len(planes))
	for i, v := range planes {
		ch := i / (h * w)
		x[i] = kernel.Float((float64(v)/255 - info.Mean[ch]) / info.Std[ch])
	}
	return x, nil
}
