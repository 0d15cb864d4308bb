package train

import (
	"fmt"
	"slices"
	"strings"

	"brick/data"
	"brick/grad"
	"brick/model"
	"brick/nn"
)

// featureMaps is what a block makes of one image.
type featureMaps struct {
	name    string
	c, h, w int
	x       []grad.Float
}

// maxMaps bounds the maps that are drawn of one block.
const maxMaps = 32

// DrawFeatures draws what every convolution, activation and pool makes of an image x, standardised as the training images, as
// a .png or .svg file. class is its true class, "" if that is not known.
func (r *Run) DrawFeatures(file string, x []grad.Float, class string) (note string, err error) {
	if err := pictureFile(file); err != nil {
		return "", err
	}
	if len(r.Info.Input) != 3 {
		return "", usagef("%s was not trained on images", r.Dir)
	}
	var maps []featureMaps
	var out []grad.Float
	err = grad.Catch(func() {
		tape := &grad.Tape{Device: r.dev, NoGrad: true, Trace: func(b grad.Block, y *grad.Var) {
			switch b.(type) {
			case *nn.Conv, *nn.Activation, *nn.Pool, *nn.BatchNorm, *nn.ConvTranspose, *nn.Upsample:
			default:
				return
			}
			if y.Rank() == 4 {
				maps = append(maps, featureMaps{r.blockName(b), y.Dim(1), y.Dim(2), y.Dim(3), slices.Clone(y.Data())})
			}
		}}
		out = slices.Clone(model.Chain(r.Model).Forward(tape.Const(x, append([]int{1}, r.Info.Input...)...)).Data())
	})
	if err != nil {
		return "", fmt.Errorf("train: features: %w", err)
	}
	if len(maps) == 0 {
		return "", usagef("%s has no convolution whose maps could be drawn", r.Dir)
	}
	tile, gap, columns := 52.0, 5.0, 16
	rowsOf := func(m featureMaps) int { return (min(m.c, maxMaps) + columns - 1) / columns }
	ratio := float64(r.Info.Input[1]) / float64(r.Info.Input[2])
	if ratio < 0.5 { // lines are seen in larger pictures
		tile, columns = 110, 8
	}
	head := 40 + max(110*ratio, 60)
	height := head + 10
	for _, m := range maps {
		height += 34 + float64(rowsOf(m))*(tile*float64(m.h)/float64(m.w)+gap)
	}
	title := "what the network makes of it"
	if r.Info.Task == data.Classification {
		title = "predicted"
		for _, k := range r.prediction(out, Asked{Top: 3}).Classes {
			title += fmt.Sprintf(" · %s %.1f %%", k.Class, 100*k.P)
		}
		if class != "" {
			title += " · true: " + class
		}
	}
	if !spellable(file, []string{title}) {
		note = fmt.Sprintf("%s: a PNG's font lacks letters of %q; a file that ends in .svg shows them", file, title)
	}
	return note, drawn(file, 40+float64(columns)*(tile+gap), height, func(c *canvas) {
		c.picture(16, 16, 110, r.image(x))
		c.say(142, 34, 13, 0, ink, title)
		c.say(142, 54, 10, 0, grey, "One picture a channel: red is above 0, blue below, white 0.")
		c.say(142, 70, 10, 0, grey, "Full colour is the largest number of all maps of the block, which its line says.")
		y := head
		for _, m := range maps {
			most := largest(m.x)
			line := fmt.Sprintf("%s · %d maps of %d×%d, largest %.3g", m.name, m.c, m.h, m.w, most)
			if m.c > maxMaps {
				line += fmt.Sprintf(" (the first %d)", maxMaps)
			}
			c.say(16, y+14, 11, 0, ink, line)
			high := tile * float64(m.h) / float64(m.w)
			for i := range min(m.c, maxMaps) {
				c.picture(16+float64(i%columns)*(tile+gap), y+22+float64(i/columns)*(high+gap), tile, shaded(m.x[i*m.h*m.w:], m.h, m.w, most))
			}
			y += 34 + float64(rowsOf(m))*(high+gap)
		}
	})
}

// blockName is a block's path, where it has one, and notation.
func (r *Run) blockName(b grad.Block) string {
	name := nn.NameOf(r.Model, b)
	n, ok := b.(nn.Noted)
	switch {
	case !ok:
		return name
	case name == strings.TrimPrefix(fmt.Sprintf("%T", b), "*nn."): // no path
		return n.Notation()
	}
	return name + " " + n.Notation()
}
