package data

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

// drawn returns a small image with a gradient.
func drawn(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(x * 255 / max(w-1, 1)), uint8(y * 255 / max(h-1, 1)), 100, 255})
		}
	}
	return m
}

func encoded(t testing.TB, encode func(w io.Writer) error) []byte {
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	return encoded(t, func(w io.Writer) error { return png.Encode(w, m) })
}

// pngHeader replaces width and height in a PNG's header, with a checksum that fits.
func pngHeader(file []byte, w, h uint32) []byte {
	b := bytes.Clone(file)
	binary.BigEndian.PutUint32(b[16:], w)
	binary.BigEndian.PutUint32(b[20:], h)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func TestImageCases(t *testing.T) {
	small := pngOf(t, drawn(6, 4))
	deep := image.NewNRGBA64(image.Rect(0, 0, 3, 2))
	deep.Set(1, 1, color.NRGBA64{0xffff, 0x8000, 0, 0xffff})
	badCRC := bytes.Clone(small)
	badCRC[30] ^= 1
	var frames gif.GIF
	for range 2000 {
		frames.Image = append(frames.Image, image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.White, color.Black}))
		frames.Delay = append(frames.Delay, 0)
	}
	animated := encoded(t, func(w io.Writer) error { return gif.EncodeAll(w, &frames) })
	// The frames again and again, up to about 100,000.
	many := append([]byte(nil), animated[:len(animated)-1]...)
	for range 49 {
		many = append(many, animated[len(animated)-1-(len(animated)-14)/2:len(animated)-1]...)
	}
	jpg := encoded(t, func(w io.Writer) error { return jpeg.Encode(w, drawn(16, 16), nil) })

	for _, c := range []struct {
		name string
		file []byte
		want string // part of the error, or "" for success
	}{
		{"PNG", small, ""},
		{"16-bit PNG", pngOf(t, deep), ""},
		{"interlaced PNG", interlaced(t), ""},
		{"JPEG", jpg, ""},
		{"CMYK JPEG", cmyk(t), ""},
		{"animated GIF", many, ""},
		{"PNG of 60,000×60,000", pngHeader(small, 60000, 60000), "at most 67108864 (64 Mpixel)"},
		{"PNG of 2³¹ columns", pngHeader(small, 1<<31-1, 1), "64 Mpixel"},
		{"PNG of size 0", pngHeader(small, 0, 4), "image header"},
		{"truncated PNG", small[:len(small)-20], "unexpected EOF"},
		{"checksum wrong", badCRC, "checksum"},
		{"truncated JPEG", jpg[:len(jpg)/2], "EOF"},
		{"not an image", []byte("hello"), "not a PNG, JPEG or GIF"},
		{"empty file", nil, "not a PNG, JPEG or GIF"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		p, err := decodeImage(bytes.NewReader(c.file), 3)
		if d := time.Since(start); d > time.Second {
			t.Errorf("%s took %v", c.name, d)
		}
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
			t.Errorf("%s: %d bytes allocated", c.name, grown)
		}
		switch {
		case c.want == "" && (err != nil || len(p.pix) != p.w*p.h*3):
			t.Errorf("%s: %d×%d, %v", c.name, p.w, p.h, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	p, err := decodeImage(bytes.NewReader(pngOf(t, deep)), 3)
	if err != nil || !reflect.DeepEqual(p.pix[12:15], []byte{255, 128, 0}) {
		t.Errorf("16-bit pixel read as %v", p.pix[12:15])
	}
}

// interlaced returns a file of our own: 4×4 pixels, grey, Adam7.
func interlaced(t testing.TB) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", "interlaced.png"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func cmyk(t testing.TB) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", "cmyk.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestInterlacedIsReadInOrder(t *testing.T) {
	p, err := decodeImage(bytes.NewReader(interlaced(t)), 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range p.pix {
		if int(v) != 16*i {
			t.Fatalf("pixels %v", p.pix)
		}
	}
}

// folderOf writes DIR/CLASS/N.png for each class and size.
func folderOf(t testing.TB, images map[string][]byte) string {
	dir := t.TempDir()
	for name, b := range images {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestImageFolder(t *testing.T) {
	flat := func(v uint8) []byte {
		m := image.NewGray(image.Rect(0, 0, 8, 6))
		for i := range m.Pix {
			m.Pix[i] = v
		}
		return pngOf(t, m)
	}
	dir := folderOf(t, map[string][]byte{
		"train/dark/1.png": flat(10), "train/dark/2.png": flat(20), "train/light/1.png": flat(200), "train/light/x/2.PNG": flat(220),
		"val/dark/9.png": flat(30), "test/light/9.png": flat(240), "test/light/notes.txt": []byte("not an image"), ".hidden/dark/1.png": nil,
	})
	for _, memory := range []int64{0, 50} { // in memory, and spilled to a file
		s, err := Open(dir, Options{Memory: memory})
		if err != nil {
			t.Fatal(err)
		}
		in := s.Info()
		if !reflect.DeepEqual(in.Input, []int{1, 6, 8}) || !reflect.DeepEqual(in.Classes, []string{"dark", "light"}) {
			t.Fatalf("input %v, classes %v", in.Input, in.Classes)
		}
		if s.Train.Len() != 4 || s.Valid.Len() != 1 || s.Test.Len() != 1 {
			t.Fatalf("%d, %d, %d images", s.Train.Len(), s.Valid.Len(), s.Test.Len())
		}
		var b Batch
		if err := s.Test.Read(&b, []int{0}, 0); err != nil {
			t.Fatal(err)
		}
		if v := float64(b.X[47])*in.Std[0] + in.Mean[0]; b.Labels[0] != 1 || v < 0.940 || v > 0.943 {
			t.Errorf("test image: label %d, value %g", b.Labels[0], v)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestImageFolderRefused(t *testing.T) {
	good := pngOf(t, drawn(6, 4))
	broken := folderOf(t, map[string][]byte{"a/1.png": good, "b/1.png": good[:40]})
	if _, err := Open(broken, Options{}); err == nil || !strings.Contains(err.Error(), filepath.Join("b", "1.png")) {
		t.Errorf("broken image: %v", err)
	}
	if _, err := Open(folderOf(t, map[string][]byte{"a/1.png": good}), Options{}); err == nil || !strings.Contains(err.Error(), "two folders") {
		t.Errorf("one class: %v", err)
	}
	for _, dir := range []string{
		folderOf(t, map[string][]byte{"a/1.png": good, "b/1.png": good, "c/notes.txt": nil}),
		folderOf(t, map[string][]byte{"train/a/1.png": good, "train/b/1.png": good, "test/c/1.png": good}),
	} {
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "class c has no .png, .jpg or .gif file to train on") {
			t.Errorf("empty class: %v", err)
		}
	}
	huge := folderOf(t, map[string][]byte{"a/1.png": good, "b/1.png": pngHeader(good, 60000, 60000)})
	if _, err := Open(huge, Options{}); err == nil || !strings.Contains(err.Error(), filepath.Join("b", "1.png")) || !strings.Contains(err.Error(), "64 Mpixel") {
		t.Errorf("huge image: %v", err)
	}
	if _, err := Open(broken, Options{Height: 5000}); err == nil || !strings.Contains(err.Error(), "1 to 4096 would fit") {
		t.Errorf("huge size: %v", err)
	}
	if runtime.GOOS != "windows" { // a link that leads out of the folder is not followed
		outside := folderOf(t, map[string][]byte{"secret.png": good})
		dir := folderOf(t, map[string][]byte{"a/1.png": good, "b/1.png": good})
		if err := os.Symlink(filepath.Join(outside, "secret.png"), filepath.Join(dir, "b", "2.png")); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "escapes") {
			t.Errorf("link out of the folder: %v", err)
		}
	}
}

// Resizing keeps what does not vary, keeps the mean when it reduces, and crops to the aspect ratio.
func TestResize(t *testing.T) {
	p := picture{9, 5, 1, bytes.Repeat([]byte{77}, 45)}
	for _, size := range [][2]int{{3, 2}, {1, 1}, {20, 13}, {9, 5}} {
		q := p.fit(size[0], size[1])
		if len(q.pix) != size[0]*size[1] {
			t.Fatalf("%v: %d pixels", size, len(q.pix))
		}
		for _, v := range q.pix {
			if v != 77 {
				t.Fatalf("%v: a flat picture became %v", size, q.pix)
			}
		}
	}
	wide := picture{6, 2, 1, []byte{0, 0, 100, 200, 0, 0, 0, 0, 100, 200, 0, 0}}
	if got := wide.fit(2, 2).pix; !reflect.DeepEqual(got, []byte{100, 200, 100, 200}) {
		t.Errorf("centre of a wide picture: %v", got)
	}
	if got := (picture{4, 1, 1, []byte{0, 0, 255, 255}}).fit(1, 1).pix[0]; got != 0 && got != 255 {
		t.Errorf("crop to one pixel of a line: %d", got) // the middle pixel, not a mixture: the aspect ratio is kept
	}
}

func TestImageDamage(t *testing.T) {
	small := encoded(t, func(w io.Writer) error { return gif.Encode(w, drawn(5, 5), nil) })
	for _, file := range [][]byte{pngOf(t, drawn(5, 4)), encoded(t, func(w io.Writer) error { return jpeg.Encode(w, drawn(8, 8), nil) }), small} {
		for i := range file {
			decodeBounded(file[:i])
			damaged := bytes.Clone(file)
			damaged[i] ^= 1 << (i % 8)
			decodeBounded(damaged)
		}
	}
}

// decodeBounded decodes unless a changed header asks for a large, legal image.
func decodeBounded(file []byte) (picture, error) {
	if c, err := decodeConfig(bytes.NewReader(file)); err != nil || c.Width*c.Height > 1<<16 {
		return picture{}, err
	}
	return decodeImage(bytes.NewReader(file), 1)
}

func FuzzImage(f *testing.F) {
	f.Add(pngOf(f, drawn(5, 4)))
	f.Add(encoded(f, func(w io.Writer) error { return jpeg.Encode(w, drawn(8, 8), nil) }))
	f.Add(encoded(f, func(w io.Writer) error { return gif.Encode(w, drawn(5, 5), nil) }))
	f.Add(cmyk(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := decodeBounded(file)
		if err != nil || p.pix == nil {
			return
		}
		if len(p.pix) != p.w*p.h {
			t.Fatalf("%d pixels of %d×%d", len(p.pix), p.w, p.h)
		}
		if q := p.fit(7, 3); len(q.pix) != 21 {
			t.Fatalf("%d pixels of 7×3", len(q.pix))
		}
	})
}
