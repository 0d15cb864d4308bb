package train

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The confusion matrix has a blue cell where all are right, an orange one where all are wrong, and counts; a PNG is twice
// as many pixels as an SVG has points.
func TestDrawConfusion(t *testing.T) {
	m := Metrics{Examples: 12345, Accuracy: 0.5, Confusion: [][]int{{7001, 0}, {42, 0}}}
	dir := t.TempDir()
	file := filepath.Join(dir, "混淆.svg")
	if note, err := DrawConfusion(file, m, []string{"猫", "dog & co"}); err != nil || note != "" {
		t.Fatal(note, err)
	}
	svg, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">猫</text>", ">dog &amp; co</text>", ">7001</text>", ">42</text>", "12,345 examples, accuracy 50.00 %"} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("no %q in the SVG", want)
		}
	}
	file = filepath.Join(dir, "c.png")
	note, err := DrawConfusion(file, m, []string{"a", "猫"})
	if err != nil || !strings.Contains(note, "classes stand by number") {
		t.Fatal(note, err)
	}
	picture := decoded(t, file)
	found := map[[3]uint32]bool{}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			r, g, b, _ := picture.At(x, y).RGBA()
			found[[3]uint32{r >> 8, g >> 8, b >> 8}] = true
		}
	}
	for _, want := range [][3]uint32{{33, 102, 172}, {220, 105, 30}} {
		if !found[want] {
			t.Errorf("no pixel of colour %v", want)
		}
	}
	for _, name := range []string{"c.gif", "c", "png"} {
		if _, err := DrawConfusion(filepath.Join(dir, name), m, []string{"a", "b"}); err == nil || !strings.Contains(err.Error(), "ends in .png or .svg") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := DrawConfusion(file, Metrics{}, nil); err == nil {
		t.Error("a matrix of no classes")
	}
}

func decoded(t *testing.T, file string) image.Image {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Signed colours are white at 0 and full at both ends; more than the largest is the largest.
func TestSigned(t *testing.T) {
	for v, want := range map[float64][3]uint8{0: {255, 255, 255}, -2: {33, 102, 172}, 2: {178, 24, 43}, 9: {178, 24, 43}} {
		if c := signed(v, 2); [3]uint8{c.R, c.G, c.B} != want {
			t.Errorf("%v is %v, want %v", v, c, want)
		}
	}
	if c := signed(1, 0); c.R != 255 || c.G != 255 || c.B != 255 {
		t.Errorf("of nothing but 0: %v", c)
	}
}

// Pixels become squares: a checkerboard of 2×2 is seen as one.
func TestPicture(t *testing.T) {
	file := filepath.Join(t.TempDir(), "p.png")
	err := drawn(file, 40, 30, func(c *canvas) {
		c.picture(10, 5, 20, shaded([]float64{1, -1, -1, 1}, 2, 2, 1))
	})
	if err != nil {
		t.Fatal(err)
	}
	m := decoded(t, file)
	if m.Bounds().Dx() != 80 || m.Bounds().Dy() != 60 {
		t.Fatalf("%v", m.Bounds())
	}
	for _, at := range []struct {
		x, y int
		r    uint32
	}{{30, 20, 178}, {50, 20, 33}, {30, 40, 33}, {50, 40, 178}, {4, 4, 255}} {
		if r, _, _, _ := m.At(at.x, at.y).RGBA(); r>>8 != at.r {
			t.Errorf("red at %d, %d is %d, want %d", at.x, at.y, r>>8, at.r)
		}
	}
	if err := drawn(file, maxSide+1, 30, func(*canvas) {}); err == nil {
		t.Error("too wide a picture is drawn")
	}
}
