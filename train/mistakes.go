package train

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"brick/data"
	"brick/grad"
)

// A Mistake is an example of a set whose class the model does not name.
type Mistake struct {
	Index     int // in the set, from 0
	True, Got int
	P         float64 // what the model gives the class it names
	x         []grad.Float
}

// Mistakes runs the model over a split of the run's data and gives the examples it gets wrong, the surest first, at most
// limit of them, and how many of how many there are.
func (r *Run) Mistakes(ctx context.Context, split string, limit int) (list []Mistake, wrong, of int, err error) {
	if r.Info.Task != data.Classification || len(r.Info.Input) != 3 {
		return nil, 0, 0, usagef("%s was not trained to name the classes of images: %v of shape %v", r.Dir, r.Info.Task, r.Info.Input)
	}
	set, done, err := r.OpenSplit(ctx, split)
	if err != nil {
		return nil, 0, 0, err
	}
	defer func() { err = done(err) }()
	size := r.width()
	for b, err := range some(set, 256, 0) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, 0, 0, err
		}
		err = r.eachOutput(b, func(i int, y []grad.Float) {
			want, got := int(b.Labels[i]), Class(y)
			if got != want {
				wrong++
				list = append(list, Mistake{of + i, want, got, probabilities(y)[got], slices.Clone(b.X[i*size : (i+1)*size])})
			}
		})
		if err != nil {
			return nil, 0, 0, err
		}
		of += b.Examples()
		slices.SortStableFunc(list, func(a, b Mistake) int { return cmp.Compare(b.P, a.P) })
		list = list[:min(len(list), limit)]
	}
	return list, wrong, of, nil
}

// DrawMistakes draws mistakes as a .png or .svg file: each image with its true class, the one the model names, and how sure it is.
func (r *Run) DrawMistakes(file string, list []Mistake, wrong, of int) (note string, err error) {
	if err := pictureFile(file); err != nil {
		return "", err
	}
	names, note := namesFor(file, r.Info.Classes)
	tile, columns := 84.0, 8
	for _, s := range names {
		tile = max(tile, min(textWidth(10, s)+12, 150))
	}
	rows := max((len(list)+columns-1)/columns, 1)
	high := 84*float64(r.Info.Input[1])/float64(r.Info.Input[2]) + 44
	return note, drawn(file, 24+(tile+10)*float64(columns), 66+high*float64(rows)+10, func(c *canvas) {
		c.say(16, 26, 15, 0, ink, fmt.Sprintf("%s of %s wrong", commas(wrong), commas(of)))
		sub := fmt.Sprintf("the %d of which the model is surest; black: true class, red: what it says", len(list))
		if len(list) == 0 {
			sub = "nothing to show"
		}
		c.say(16, 44, 11, 0, grey, sub)
		for i, m := range list {
			x, y := 16+(tile+10)*float64(i%columns), 60+high*float64(i/columns)
			c.picture(x, y, 84, r.image(m.x))
			c.say(x, y+high-32, 10, 0, ink, names[m.True])
			c.say(x, y+high-19, 10, 0, color.RGBA{178, 24, 43, 255}, names[m.Got])
			c.say(x+84, y+high-32, 9, -1, grey, fmt.Sprintf("#%d", m.Index))
			c.say(x+84, y+high-19, 9, -1, grey, fmt.Sprintf("%.0f %%", 100*m.P))
		}
	})
}

// image undoes the standardisation of an example.
func (r *Run) image(x []grad.Float) image.Image {
	c, h, w := r.Info.Input[0], r.Info.Input[1], r.Info.Input[2]
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	at := func(ch, i int) uint8 {
		v := float64(x[ch*h*w+i])
		if len(r.Info.Mean) == c {
			v = v*r.Info.Std[ch] + r.Info.Mean[ch]
		}
		return uint8(math.Round(255 * max(0, min(v, 1))))
	}
	for i := range h * w {
		m.SetRGBA(i%w, i/w, color.RGBA{at(0, i), at(c/2, i), at(c-1, i), 255})
	}
	return m
}

// eachOutput runs a batch through the model and gives each example's outputs.
func (r *Run) eachOutput(b *data.Batch, each func(i int, y []grad.Float)) error {
	return grad.Catch(func() {
		out := r.Model.Forward(Input(&grad.Tape{Device: r.dev, NoGrad: true}, b)).Data()
		k := len(out) / max(b.Examples(), 1)
		for i := range b.Examples() {
			each(i, out[i*k:(i+1)*k])
		}
	})
}

// Example reads example index of a split of the run's data.
func (r *Run) Example(ctx context.Context, split string, index int) (x []grad.Float, class string, err error) {
	set, done, err := r.OpenSplit(ctx, split)
	if err != nil {
		return nil, "", err
	}
	defer func() { err = done(err) }()
	if index < 0 || index >= set.Len() {
		return nil, "", usagef("example %d of the %s split of %s, which has %d: 0 to %d", index, split, r.Info.Name, set.Len(), set.Len()-1)
	}
	var b data.Batch
	if err := set.Read(&b, []int{index}, 0); err != nil {
		return nil, "", err
	}
	if r.Info.Task == data.Classification {
		class = r.Info.Classes[b.Labels[0]]
	}
	return b.X, class, nil
}
