package data

import (
	"bytes"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/kernel"
)

// An image that is predicted is read as it was for training; arrays image by image; what is no image is an error.
func TestReadImages(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 3, 2))
	copy(grey.Pix, []byte{0, 50, 100, 150, 200, 255})
	info := &Info{Name: "small", Task: Classification, Input: []int{1, 2, 3}, Mean: []float64{0.25}, Std: []float64{0.5}}
	want := func(invert bool) (x []kernel.Float) {
		for _, v := range grey.Pix {
			if invert {
				v = 255 - v
			}
			x = append(x, kernel.Float((float64(v)/255-0.25)/0.5))
		}
		return x
	}
	colour := image.NewRGBA(image.Rect(0, 0, 3, 2))
	for i, v := range grey.Pix {
		colour.Set(i%3, i/3, color.Gray{v})
	}
	for _, c := range []struct {
		name   string
		file   []byte
		rows   []int
		invert bool
		note   string
	}{
		{"PNG", pngOf(t, grey), []int{0}, false, ""},
		{"inverted", pngOf(t, grey), []int{0}, true, ""},
		{"colour", pngOf(t, colour), []int{0}, false, "read as grey"},
		{"IDX", idx(8, grey.Pix, 1, 2, 3), []int{1}, false, ""},
		{"IDX of channels", idx(8, slices.Concat(grey.Pix, grey.Pix, grey.Pix), 1, 3, 2, 3), []int{1}, false, "read as grey"},
		{"IDX in gzip", gzipped(idx(8, append(slices.Clone(grey.Pix), grey.Pix...), 2, 2, 3)), []int{1, 2}, false, ""},
	} {
		var rows []int
		for p, err := range ReadImages(bytes.NewReader(c.file), info, c.invert) {
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if !slices.Equal(p.X, want(c.invert)) || p.Note != c.note {
				t.Errorf("%s: %v %q, want %v %q", c.name, p.X, p.Note, want(c.invert), c.note)
			}
			rows = append(rows, p.Row)
		}
		if !slices.Equal(rows, c.rows) {
			t.Errorf("%s: rows %v, want %v", c.name, rows, c.rows)
		}
	}
	info.Input = []int{1, 4, 4}
	for p, err := range ReadImages(bytes.NewReader(pngOf(t, grey)), info, false) {
		if err != nil || len(p.X) != 16 || p.Note != "resized from 3×2 to 4×4" {
			t.Errorf("%d numbers, %q, %v", len(p.X), p.Note, err)
		}
	}
	for _, c := range []struct {
		file []byte
		want string
	}{
		{nil, "not a PNG"},
		{[]byte("words"), "not a PNG"},
		{idx(8, []byte{1, 2}, 2), "shape [2]"},
		{idx(8, []byte{1, 2}, 2, 2, 3), "image 1 of 2: unexpected EOF"},
		{idx(8, make([]byte, 9), 1<<20, 2, 3), "image 2 of 1048576: unexpected EOF"},
		{idx(8, nil, 1, 1<<15, 1<<15), "64 Mpixel"},
		{[]byte{0x1f, 0x8b, 1}, "gzip"},
	} {
		var got error
		for _, err := range ReadImages(bytes.NewReader(c.file), info, false) {
			got = err
		}
		if got == nil || !strings.Contains(got.Error(), c.want) {
			t.Errorf("% x: error %v, want one with %q", c.file, got, c.want)
		}
	}
}

// A page of dark figures is not what a set of light ones on black is.
func TestInverted(t *testing.T) {
	info := &Info{Mean: []float64{0.13}}
	for light, want := range map[float64]bool{0.13: false, 0.4: false, 0.87: true, 0.95: true} {
		if info.Inverted(light) != want {
			t.Errorf("light %v: %v", light, !want)
		}
	}
	if (&Info{Mean: []float64{0.5}}).Inverted(0.9) {
		t.Error("light among images of every lightness")
	}
}

// A test set alone is all there is, by its folder and by its file; beside a training set its file is it alone.
func TestIDXTestSetAlone(t *testing.T) {
	dir, all := tinyIDX(t, 30), Options{Valid: -1, Test: -1}
	rename := func(from, to string) {
		if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	rename("train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz")
	rename("train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte")
	sizes := func(path string, train, test int) {
		t.Helper()
		s, err := Open(path, all)
		if err != nil {
			t.Fatal(err)
		}
		if s.Train.Len() != train || (s.Test == nil) != (test == 0) || test > 0 && s.Test.Len() != test {
			t.Errorf("%s: %d images to train on, test %v", path, s.Train.Len(), s.Test)
		}
	}
	sizes(dir, 30, 0)
	sizes(filepath.Join(dir, "t10k-images-idx3-ubyte.gz"), 30, 0)
	other := tinyIDX(t, 20)
	for _, name := range []string{"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte"} {
		if err := os.Rename(filepath.Join(other, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	sizes(dir, 20, 30)
	sizes(filepath.Join(dir, "train-images-idx3-ubyte.gz"), 20, 30)
	sizes(filepath.Join(dir, "t10k-images-idx3-ubyte.gz"), 30, 0)
}
