package lab

import (
	"fmt"
	"math"
)

// depths are the numbers of layers that are compared at equal parameters.
var depths = []int{1, 2, 4, 8, 16}

// sameShape is by how much, as a share, the parameters beside the embedding may differ.
const sameShape = 0.1

// shapes are designs around each size but the smallest, of other depths than its own.
func (g grid) shapes(o StudyOptions) (designs [][]Trial) {
	if o.Make == nil || len(g) < 2 {
		return nil
	}
	for _, size := range g[1:] {
		var others []Size
		for _, layers := range depths {
			if layers == size[0].Size.Layers {
				continue
			}
			if s, ok := shaped(layers, size[0].Size, o.Make); ok {
				others = append(others, s)
			}
		}
		for _, base := range size {
			var d []Trial
			for _, s := range others {
				t := alike(base, Shape, "shape-"+s.Name)
				t.Size, t.Rate = s, s.Rate
				d = append(d, t)
			}
			if len(d) > 0 {
				designs = append(designs, d)
			}
		}
	}
	return designs
}

// shaped is the size of that many layers whose parameters beside the embedding come nearest to those of like, and whose heads
// are about as wide; not ok where none comes near. A width w of L layers has about 12·L·w² of them (Kaplan et al. 2020, section
// 2.1), so the one that is looked for is near √(NonEmbedding/12L).
func shaped(layers int, like Size, build func(layers, width, heads int) (Size, error)) (best Size, ok bool) {
	about := math.Sqrt(float64(like.NonEmbedding) / float64(12*layers))
	off := math.Inf(1)
	for w := max(int(0.8*about)&^3, 8); w <= int(1.25*about)+4; w += 4 {
		heads := headsFor(w, float64(like.Width)/float64(max(like.Heads, 1)))
		if heads == 0 {
			continue
		}
		s, err := build(layers, w, heads)
		if err != nil {
			continue // a shape that cannot be built is none to compare
		}
		if d := math.Abs(float64(s.NonEmbedding)/float64(like.NonEmbedding) - 1); d < off {
			best, off = s, d
		}
	}
	best.Name = fmt.Sprintf("l%dw%d", layers, best.Width)
	return best, off <= sameShape
}

// headsFor is how many heads of even width, between half and twice as wide as wanted, divide w, the nearest to that; 0 if none does.
func headsFor(w int, wanted float64) (heads int) {
	off := math.Inf(1)
	for h := 1; h <= w/2; h++ {
		if w%h != 0 || w/h%2 != 0 {
			continue
		}
		if d := math.Abs(math.Log2(float64(w) / float64(h) / wanted)); d < off && d <= 1 {
			heads, off = h, d
		}
	}
	return heads
}
