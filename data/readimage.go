package data

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"brick/kernel"
)

// maxImageFile bounds the bytes of one image file given to ReadImages.
const maxImageFile = 256 << 20

// A Picture is an image as a model reads it.
type Picture struct {
	Row   int            // of an IDX array, from 1; 0 for an image file
	X     []kernel.Float // (C, H, W), standardised; valid until the next
	Note  string         // what was done to fit it: resized, read as grey; "" for nothing
	Light float64        // mean of all pixels, 0 black to 1 white
}

// ReadImages reads one PNG, JPEG or GIF image, or the images of an IDX array (plain or gzip), the way the images of a set
// were read: brought to the size and the channels of info.Input (C, H, W), standardised by info.Mean and info.Std. The image of
// a line (info.Task Reading) is brought to the height, less if it would be too wide, and stands at the left, with black around it. Invert
// turns dark to light before that. It errs on sets that are not of images and on files that are none.
func ReadImages(r io.Reader, info *Info, invert bool) iter.Seq2[Picture, error] {
	return func(yield func(Picture, error) bool) {
		if len(info.Input) != 3 || len(info.Mean) != info.Input[0] || len(info.Std) != info.Input[0] {
			yield(Picture{}, fmt.Errorf("data: %s has examples of shape %v, which are no images", info.Name, info.Input))
			return
		}
		if c := info.Input[0]; c != 1 && c != 3 {
			yield(Picture{}, fmt.Errorf("data: %s has images of %d channels; a file has 1 (grey) or 3 (RGB)", info.Name, c))
			return
		}
		file, err := io.ReadAll(io.LimitReader(r, maxImageFile+1))
		if err == nil && len(file) > maxImageFile {
			err = fmt.Errorf("a file of more than %d bytes", maxImageFile)
		}
		if err != nil {
			yield(Picture{}, fmt.Errorf("data: image: %w", err))
			return
		}
		f := fitter{info: info, invert: invert, fit: picture.fit}
		if info.Task == Reading {
			f.fit = picture.within
		}
		if looksIDX(file) {
			f.array(file, yield)
			return
		}
		config, err := decodeConfig(bytes.NewReader(file))
		if err != nil {
			yield(Picture{}, fmt.Errorf("data: image: %w", err))
			return
		}
		p, err := decodeImage(bytes.NewReader(file), info.Input[0])
		if err != nil {
			yield(Picture{}, fmt.Errorf("data: image: %w", err))
			return
		}
		yield(f.picture(p, 0, !isGrey(config.ColorModel)), nil)
	}
}

// ReadImage reads one image as ReadImages does.
func ReadImage(r io.Reader, info *Info, invert bool) ([]kernel.Float, error) {
	for p, err := range ReadImages(r, info, invert) {
		return p.X, err
	}
	return nil, fmt.Errorf("data: image: an array without images")
}

// looksIDX says whether a file begins as an IDX array, or as gzip, in which images are never packed otherwise.
func looksIDX(file []byte) bool {
	return bytes.HasPrefix(file, []byte{0x1f, 0x8b}) || len(file) >= 4 && file[0] == 0 && file[1] == 0 && idxSizes[file[2]] > 0
}

// fitter brings pictures to what a model reads.
type fitter struct {
	info   *Info
	invert bool
	fit    func(p picture, w, h int) picture
	planes []byte
	x      []kernel.Float
}

// array yields the images of an IDX array, one in memory at a time: a small compressed file may hold many.
func (f *fitter) array(file []byte, yield func(Picture, error) bool) {
	var r io.Reader = bytes.NewReader(file)
	if bytes.HasPrefix(file, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(r)
		if err != nil {
			yield(Picture{}, fmt.Errorf("data: gzip: %w", err))
			return
		}
		r = z
	}
	a, _, err := readIDXHead(r)
	if err != nil {
		yield(Picture{}, fmt.Errorf("data: %w", err))
		return
	}
	shape := a.Shape
	if len(shape) == 3 {
		shape = []int{shape[0], 1, shape[1], shape[2]}
	}
	if a.Type != 0x08 || len(shape) != 4 || shape[1] != 1 && shape[1] != 3 || volume(shape[1:]) == 0 {
		yield(Picture{}, fmt.Errorf("data: an IDX array of type %#02x and shape %v; images are of type 0x08 with 3 dimensions (images, height, width)", a.Type, a.Shape))
		return
	}
	c, h, w := shape[1], shape[2], shape[3]
	if int64(h)*int64(w) > maxPixels {
		yield(Picture{}, fmt.Errorf("data: images of %d×%d pixels; at most %d (64 Mpixel) are read", w, h, maxPixels))
		return
	}
	p := picture{w, h, f.info.Input[0], make([]byte, f.info.Input[0]*h*w)}
	rec := make([]byte, c*h*w)
	for i := range shape[0] {
		if _, err := io.ReadFull(r, rec); err != nil {
			yield(Picture{}, fmt.Errorf("data: IDX: image %d of %d: %w", i+1, shape[0], err))
			return
		}
		for k := range p.pix {
			px := k / p.c
			if p.c < c {
				p.pix[k] = luma(0x101*uint32(rec[px]), 0x101*uint32(rec[h*w+px]), 0x101*uint32(rec[2*h*w+px]))
				continue
			}
			p.pix[k] = rec[k%p.c%c*h*w+px]
		}
		if !yield(f.picture(p, i+1, c == 3), nil) {
			return
		}
	}
}

// picture fits a picture of as many channels as are read.
func (f *fitter) picture(p picture, row int, colour bool) Picture {
	c, h, w := f.info.Input[0], f.info.Input[1], f.info.Input[2]
	out := Picture{Row: row}
	var notes []string
	if p.w != w || p.h != h {
		notes = append(notes, fmt.Sprintf("resized from %d×%d to %d×%d", p.w, p.h, w, h))
	}
	if c == 1 && colour {
		notes = append(notes, "read as grey")
	}
	out.Note = strings.Join(notes, ", ")
	f.planes, f.x = grow(f.planes, c*h*w), grow(f.x, c*h*w)
	f.fit(p, w, h).planes(f.planes)
	sum := 0
	for i, v := range f.planes {
		if f.invert {
			v = 255 - v
		}
		ch := i / (h * w)
		f.x[i] = kernel.Float((float64(v)/255 - f.info.Mean[ch]) / f.info.Std[ch])
		sum += int(v)
	}
	out.X, out.Light = f.x, float64(sum)/float64(255*len(f.planes))
	return out
}

// Inverted says whether images as light as this one are light where a set's are dark, or dark where they are light.
func (in *Info) Inverted(light float64) bool {
	if len(in.Mean) == 0 {
		return false
	}
	usual := 0.0
	for _, m := range in.Mean {
		usual += m / float64(len(in.Mean))
	}
	return math.Abs(light-usual) > 0.25 && math.Abs(1-light-usual) < math.Abs(light-usual)/2
}

// ImageFiles lists the image files of a folder and the folders in it, hidden ones apart, in the order of their names.
func ImageFiles(dir string) ([]string, error) {
	names, err := walkFiles(dir, func(name string) bool {
		return slices.Contains(imageExtensions, strings.ToLower(filepath.Ext(name)))
	})
	if err == nil && len(names) == 0 {
		return nil, &os.PathError{Op: "read", Path: dir, Err: fmt.Errorf("no %s files in it", strings.Join(imageExtensions, ", "))}
	}
	for i, n := range names {
		names[i] = filepath.Join(dir, filepath.FromSlash(n))
	}
	return names, err
}
