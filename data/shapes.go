package data

import (
	"fmt"
	"io"
	"math"
)

// Levels is how many brightnesses the pixels of a picture have that is read as a text: id Marks + v stands for level v.
const Levels = 16

// Pictures of shapes: shapeSide pixels square, in red, green and blue, with sentences of up to shapeWords words.
const shapeSide, shapeWords = 24, 8

var (
	shapeColors = [...]string{"red", "green", "blue", "yellow"}
	shapePaint  = [...][3]float64{{0.9, 0.1, 0.1}, {0.1, 0.75, 0.15}, {0.15, 0.25, 0.95}, {0.9, 0.85, 0.1}}
	shapeNames  = [...]string{"circle", "square", "triangle"}
	shapePlaces = [...][]string{{"above"}, {"below"}, {"left", "of"}, {"right", "of"}}
)

// shapeSymbols are the words, each after a space, with Levels places beside the marks.
var shapeSymbols, shapeIDs = func() ([]string, map[string]int32) {
	list, ids := make([]string, int(Marks)+Levels), map[string]int32{}
	add := func(word string) {
		if _, ok := ids[word]; !ok {
			ids[word] = Marks + int32(len(ids))
			list[ids[word]] = " " + word
		}
	}
	add("a")
	for _, words := range append([][]string{shapeColors[:], shapeNames[:]}, shapePlaces[:]...) {
		for _, w := range words {
			add(w)
		}
	}
	return list, ids
}()

// Shapes is the captioning of pictures: two shapes drawn side by side or one above the other, with noise, in 24×24 pixels of
// 16 levels of red, green and blue, and a sentence such as "a red circle left of a blue square". The larger shape is spoken of
// first. A picture is the source of a translation: its levels, channel by channel and row by row, as ids.
func Shapes(o Options) (Splits, error) {
	picture := []int{3, shapeSide, shapeSide}
	source := volume(picture)
	info := &Info{Name: "shapes", Task: Translation, Input: []int{source + shapeWords + 1}, Source: source, Tokens: true, Picture: picture,
		Vocab: len(shapeSymbols), Symbols: shapeSymbols, Origin: "two shapes of three kinds in four colours"}
	noise := o.noise(0.1)
	return generate(info, &o, 20000, func(b *Batch, e, _ int, r *stream) {
		var pixels [3 * shapeSide * shapeSide]int32
		var words [shapeWords]int32
		b.pair(e, info, pixels[:], words[:drawShapes(&pixels, &words, noise, r)])
	})
}

// drawShapes draws two shapes and writes what they are, in how many words.
func drawShapes(pixels *[3 * shapeSide * shapeSide]int32, words *[shapeWords]int32, noise float64, r *stream) (n int) {
	say := func(word string) {
		words[n] = shapeIDs[word]
		n++
	}
	place := r.intn(len(shapePlaces))
	across := r.uniform(8, 16)
	var kind, color [2]int
	var x, y, radius [2]float64
	for i := range 2 {
		kind[i], color[i] = r.intn(len(shapeNames)), r.intn(len(shapeColors))
		radius[i] = [2]float64{r.uniform(5, 6), r.uniform(3, 3.8)}[i]
		along := [2]float64{r.uniform(5.5, 7), r.uniform(17.5, 19)}[i]
		if place%2 == 1 { // below, right of
			along = shapeSide - 1 - along
		}
		if x[i], y[i] = across+r.uniform(-1.5, 1.5), along; place >= 2 {
			x[i], y[i] = y[i], x[i]
		}
		if i == 1 {
			for _, w := range shapePlaces[place] {
				say(w)
			}
		}
		say("a")
		say(shapeColors[color[i]])
		say(shapeNames[kind[i]])
	}
	for at := range pixels {
		c, i, j := at/(shapeSide*shapeSide), at/shapeSide%shapeSide, at%shapeSide
		v := 0.05
		for k := range 2 {
			if inShape(kind[k], (float64(j)-x[k])/radius[k], (float64(i)-y[k])/radius[k]) {
				v = shapePaint[color[k]][c]
			}
		}
		pixels[at] = level(v + r.uniform(-noise, noise))
	}
	return n
}

// inShape says whether a point lies in a circle, square or triangle (y downwards) of radius 1.
func inShape(kind int, x, y float64) bool {
	switch kind {
	case 0:
		return x*x+y*y <= 1
	case 1:
		return max(math.Abs(x), math.Abs(y)) <= 0.85
	}
	return y <= 0.8 && y >= 2*math.Abs(x)-1
}

// level is the id of a brightness in [0, 1].
func level(v float64) int32 { return Marks + int32(math.Round(clamp(v)*(Levels-1))) }

// ReadPicture reads an image as the source of a set whose sources are pictures (Info.Picture), dark and light exchanged if invert.
func ReadPicture(r io.Reader, info *Info, invert bool) ([]int32, error) {
	if len(info.Picture) != 3 || info.Picture[0] < 1 || info.Picture[0] > 3 || volume(info.Picture) != info.Source {
		return nil, fmt.Errorf("data: %s does not read pictures", info.Name)
	}
	mean, std := []float64{0, 0, 0}, []float64{1, 1, 1}
	x, err := ReadImage(r, &Info{Name: info.Name, Input: info.Picture, Mean: mean[:info.Picture[0]], Std: std[:info.Picture[0]]}, invert)
	if err != nil {
		return nil, err
	}
	ids := make([]int32, len(x))
	for i, v := range x {
		ids[i] = level(float64(v))
	}
	return ids, nil
}
