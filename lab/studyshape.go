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

// shaped is the size of that many layers whose parameters beside the embedding come nearest to those of like; not ok where none
// comes near. A width w of L layers has about 12·L·w² of them (Kaplan et al. 2020, section
// 2.1), so the one that is looked for is near √(NonEmbedding/12L).
func shaped(layers int, like Size, build func(name string, layers, width int) (Size, error)) (best Size, ok bool) {
	about := math.Sqrt(float64(like.NonEmbedding) / float64(12*layers))
	off := math.Inf(1)
	for w := max(int(0.8*about)&^3, 8); w <= int(1.25*about)+4; w += 4 {
		s, err := build(fmt.Sprintf("l%dw%d", layers, w), layers, w)
		if err != nil {
			continue // heads do not divide this width
		}
		if d := math.Abs(float64(s.NonEmbedding)/float64(like.NonEmbedding) - 1); d < off {
			best, off = s, d
		}
	}
	return best, off <= sameShape
}
