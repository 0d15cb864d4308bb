package data

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var generatedSets = []string{"line", "xor", "moons", "circles", "spirals", "blobs", "separable", "digits", "digit-lines", "copy", "arithmetic", "shapes"}

// Every generated example depends on nothing but seed, split and index.
func TestGeneratedIsPure(t *testing.T) {
	for _, name := range generatedSets {
		s, err := Open(name, Options{Seed: 7})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, _ := Open(name, Options{Seed: 7})
		for split, set := range s.Each {
			index := []int{set.Len() - 1, 0, set.Len() / 2}
			var a, b Batch
			if err := set.Read(&a, index, 1); err != nil {
				t.Fatal(err)
			}
			other := again.Train
			for n, o := range again.Each {
				if n == split {
					other = o
				}
			}
			for k, i := range index { // one by one, in another order
				if err := other.Read(&b, []int{i}, 2); err != nil {
					t.Fatal(err)
				}
				size, labels := volume(set.Info().Input), len(b.Labels)
				if b.X != nil && !reflect.DeepEqual(b.X, a.X[k*size:(k+1)*size]) || b.IDs != nil && !reflect.DeepEqual(b.IDs, a.IDs[k*size:(k+1)*size]) {
					t.Errorf("%s/%s: input of example %d depends on how it is read", name, split, i)
				}
				if b.Labels != nil && !reflect.DeepEqual(b.Labels, a.Labels[k*labels:(k+1)*labels]) || b.Y != nil && b.Y[0] != a.Y[k] {
					t.Errorf("%s/%s: target of example %d depends on how it is read", name, split, i)
				}
			}
			for _, l := range a.Labels {
				if l != Ignore && (l < 0 || int(l) >= set.Info().Outputs()) {
					t.Errorf("%s/%s: label %d of %d", name, split, l, set.Info().Outputs())
				}
			}
		}
	}
}

func TestXORIsTheTruthTable(t *testing.T) {
	s, err := XOR(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := s.Train.Read(&b, []int{0, 1, 2, 3}, 0); err != nil {
		t.Fatal(err)
	}
	for e := range 4 {
		want := int32(0)
		if b.X[2*e] != b.X[2*e+1] {
			want = 1
		}
		if b.Labels[e] != want || math.Abs(float64(b.X[2*e])) != 1 {
			t.Errorf("row %d: %v → %d", e, b.X[2*e:2*e+2], b.Labels[e])
		}
	}
}

// The promise that the perceptron's bound on mistakes rests on.
func TestSeparableHasItsMargin(t *testing.T) {
	for seed := range uint64(20) {
		s, err := Separable(Options{Seed: seed, Features: 5, Margin: 0.25})
		if err != nil {
			t.Fatal(err)
		}
		w := Direction(seed, 5)
		for _, b := range Sequential(s.Train, 100).From(0) {
			for e, class := range b.Labels {
				side := 0.0
				for j := range w {
					side += w[j] * float64(b.X[e*5+j])
				}
				if side*float64(2*class-1) < 0.25 {
					t.Fatalf("seed %d: example of class %d at distance %g", seed, class, side)
				}
			}
		}
	}
}

func TestArithmeticReads(t *testing.T) {
	s, err := Arithmetic(Options{})
	if err != nil {
		t.Fatal(err)
	}
	in := s.Info()
	seen := map[string]bool{}
	for _, set := range s.Each {
		for _, b := range Sequential(set, 500).From(0) {
			size := b.Shape[1]
			for e := range b.Examples() {
				var text, answer string
				for k := range size {
					text += in.Symbols[b.IDs[e*size+k]]
					if l := b.Labels[e*size+k]; l != Ignore {
						answer += in.Symbols[l]
					}
				}
				var x, y, z int
				if n, err := fscan(text, answer, &x, &y, &z); n != 3 || err != nil || x+y != z {
					t.Fatalf("%q → %q", text, answer)
				}
				if seen[text] {
					t.Fatalf("%q stands in two places", text)
				}
				seen[text] = true
			}
		}
	}
	if len(seen) != 10000 {
		t.Errorf("%d sums, want 10000", len(seen))
	}
}

func TestCopyRepeats(t *testing.T) {
	s, err := Copy(Options{Length: 5})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := s.Test.Read(&b, []int{3}, 0); err != nil {
		t.Fatal(err)
	}
	if b.IDs[5] != 8 || !reflect.DeepEqual(b.Labels[5:], b.IDs[:5]) || !reflect.DeepEqual(b.IDs[6:], b.IDs[:4]) || b.Count() != 5 || b.Bytes != 5 {
		t.Errorf("ids %v labels %v bytes %d", b.IDs, b.Labels, b.Bytes)
	}
}

// The drawings' statistics are those stated, and every class is drawn. Set BRICK_SHEET to a file to look at them.
func TestDigits(t *testing.T) {
	s, err := Digits(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var sum, squares, n float64
	counts := make([]int, 10)
	for _, b := range Sequential(s.Test, 500).From(0) {
		for _, v := range b.X {
			x := float64(v)*digitStd + digitMean
			sum, squares, n = sum+x, squares+x*x, n+1
		}
		for _, c := range b.Labels {
			counts[c]++
		}
	}
	mean := sum / n
	if std := math.Sqrt(squares/n - mean*mean); math.Abs(mean-digitMean) > 0.01 || math.Abs(std-digitStd) > 0.01 {
		t.Errorf("mean %.4f, deviation %.4f; stated are %g and %g", mean, std, digitMean, digitStd)
	}
	for c, k := range counts {
		if k < 300 {
			t.Errorf("digit %d drawn %d times of 4000", c, k)
		}
	}
	var sheet bytes.Buffer
	if err := ContactSheet(&sheet, s.Train, 10, 16); err != nil {
		t.Fatal(err)
	}
	path := os.Getenv("BRICK_SHEET")
	if path == "" {
		path = filepath.Join(t.TempDir(), "digits.png")
	}
	if err := os.WriteFile(path, sheet.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if c, err := png.DecodeConfig(&sheet); err != nil || c.Width != 16*30 || c.Height != 10*30 {
		t.Errorf("sheet of %d×%d: %v", c.Width, c.Height, err)
	}
}

func TestAsNumbers(t *testing.T) {
	s, err := Moons(Options{})
	if err != nil {
		t.Fatal(err)
	}
	signs, err := AsNumbers(s.Train, -1, 1)
	if err != nil {
		t.Fatal(err)
	}
	var a, b Batch
	for range 2 {
		if err := s.Train.Read(&a, []int{4, 5}, 0); err != nil {
			t.Fatal(err)
		}
		if err := signs.Read(&b, []int{4, 5}, 0); err != nil {
			t.Fatal(err)
		}
		if b.Labels != nil || len(b.Y) != 2 || float64(b.Y[0]) != float64(2*a.Labels[0]-1) || float64(b.Y[1]) != float64(2*a.Labels[1]-1) {
			t.Errorf("labels %v became %v", a.Labels, b.Y)
		}
	}
	if _, err := AsNumbers(s.Train, 1); err == nil {
		t.Error("one value for two classes was accepted")
	}
}

// A line says between 4 and 8 digits, one after the other from the left, with nothing after them.
func TestDigitLines(t *testing.T) {
	s, err := DigitLines(Options{Examples: 300})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	index := make([]int, 300)
	for i := range index {
		index[i] = i
	}
	if err := s.Train.Read(&b, index, 0); err != nil {
		t.Fatal(err)
	}
	in := s.Info()
	seen := map[int]int{}
	for e := range index {
		row := b.Labels[e*in.Targets : (e+1)*in.Targets]
		n := len(in.Said(row))
		seen[n]++
		for k, l := range row {
			if (l == Ignore) != (k >= n) || l == 0 {
				t.Fatalf("line %d: labels %v", e, row)
			}
		}
		for y := range lineHeight { // noise alone at the right edge
			if v := float64(b.X[(e*lineHeight+y)*lineWidth+lineWidth-1])*in.Std[0] + in.Mean[0]; v > 0.11 {
				t.Fatalf("line %d: ink at the edge, %v", e, v)
			}
		}
	}
	if len(seen) != 5 || seen[4] < 30 || seen[8] < 30 {
		t.Errorf("lines of each length: %v", seen)
	}
	if !b.Lines || b.Count() == len(b.Labels) {
		t.Errorf("lines %v, %d targets of %d", b.Lines, b.Count(), len(b.Labels))
	}
}

// The image of a line is brought to the height, or the width if it is too wide, and stands at the left; of its own size it stays as it is.
func TestReadImageOfALine(t *testing.T) {
	info := &Info{Name: "lines", Task: Reading, Input: []int{1, 4, 8}, Mean: []float64{0}, Std: []float64{1}}
	for _, c := range []struct {
		w, h int
		want [][2]int // of each row, the first and after the last place of ink
	}{
		{8, 4, [][2]int{{0, 8}, {0, 8}, {0, 8}, {0, 8}}},
		{4, 8, [][2]int{{0, 2}, {0, 2}, {0, 2}, {0, 2}}},
		{32, 8, [][2]int{{0, 0}, {0, 8}, {0, 8}, {0, 0}}},
		{1, 100, [][2]int{{0, 1}, {0, 1}, {0, 1}, {0, 1}}},
		{900, 1, [][2]int{{0, 0}, {0, 8}, {0, 0}, {0, 0}}},
	} {
		m := image.NewGray(image.Rect(0, 0, c.w, c.h))
		for i := range m.Pix {
			m.Pix[i] = 255
		}
		x, err := ReadImage(bytes.NewReader(pngOf(t, m)), info, false)
		if err != nil {
			t.Fatal(err)
		}
		for y, want := range c.want {
			for i, v := range x[8*y : 8*y+8] {
				if ink := i >= want[0] && i < want[1]; ink != (v == 1) || !ink && v != 0 {
					t.Errorf("%d×%d: row %d is %v", c.w, c.h, y, x[8*y:8*y+8])
					break
				}
			}
		}
	}
}

// A sentence says what its picture shows: two colours, that of the larger of shapes of a kind first, and where it is from the other.
func TestShapes(t *testing.T) {
	s, err := Shapes(Options{Examples: 400, Noise: -1})
	if err != nil {
		t.Fatal(err)
	}
	in := s.Info()
	index := make([]int, 400)
	for i := range index {
		index[i] = i
	}
	var b Batch
	if err := s.Train.Read(&b, index, 0); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for e := range index {
		ids, said := b.IDs[e*in.Input[0]:(e+1)*in.Input[0]], ""
		for _, k := range b.Labels[e*(shapeWords+1) : (e+1)*(shapeWords+1)] {
			if k >= Marks {
				said += in.Symbols[k]
			}
		}
		words := strings.Fields(said)
		if len(words) != 7 && len(words) != 8 || words[0] != "a" || words[len(words)-3] != "a" || ids[in.Source] != BOS {
			t.Fatalf("it says %q", said)
		}
		first, second := slices.Index(shapeColors[:], words[1]), slices.Index(shapeColors[:], words[len(words)-2])
		if first == second {
			continue
		}
		compared++
		var n [2]int
		var y, x [2]float64 // the middle of each colour
		for at := range shapeSide * shapeSide {
			for k, color := range []int{first, second} {
				here := true
				for c := range 3 {
					here = here && ids[c*shapeSide*shapeSide+at] == level(shapePaint[color][c])
				}
				if here {
					n[k]++
					y[k], x[k] = y[k]+float64(at/shapeSide), x[k]+float64(at%shapeSide)
				}
			}
		}
		dy, dx := y[0]/float64(n[0])-y[1]/float64(n[1]), x[0]/float64(n[0])-x[1]/float64(n[1])
		right := map[string]bool{"above": dy < -5, "below": dy > 5, "left": dx < -5, "right": dx > 5}[words[3]]
		if alike := words[2] == words[len(words)-1]; !right || alike && n[0] <= n[1] || n[1] < 12 {
			t.Errorf("%q: %d and %d pixels, %.1f down and %.1f to the right", said, n[0], n[1], dy, dx)
		}
	}
	if compared < 250 {
		t.Errorf("%d compared", compared)
	}
}
