package lab

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A ShapeFinding is what depth and width do to the loss where the parameters are about the same.
type ShapeFinding struct {
	Tokens   int      `json:"tokens"`
	Shapes   []Shaped `json:"shapes"` // by depth
	Best     string   `json:"best,omitempty"`
	Spread   float64  `json:"spread"` // by what share the worst loss is above the best
	Missing  []string `json:"missing,omitempty"`
	Sentence Sentence `json:"sentence"`
}

// A Shaped is one of the shapes.
type Shaped struct {
	Name         string  `json:"name"`
	Layers       int     `json:"layers"`
	Width        int     `json:"width"`
	Params       int     `json:"params"`
	NonEmbedding int     `json:"non_embedding"`
	Loss         float64 `json:"loss"`
	Over         float64 `json:"over"` // by what share the loss is above the best
	FLOPs        float64 `json:"flops"`
	Seconds      float64 `json:"seconds"`
}

// FindShape compares the shapes; nil if it was not planned. Those whose losses differ by less than seeds explain are
// told as equally good.
func FindShape(planned []Trial, results []Result, noise *NoiseFinding) *ShapeFinding {
	groups := groupsOf(Shape, planned, results)
	if len(groups) == 0 {
		return nil
	}
	g := groups[0]
	f := &ShapeFinding{Tokens: g.base.Tokens, Missing: g.missing}
	done := g.results
	if g.first != nil {
		done = append(slices.Clone(done), *g.first)
	}
	if len(done) < 2 {
		f.Sentence = waiting("Depth against width", "深度与宽度", g.missing)
		return f
	}
	for _, r := range done {
		s := r.Size
		f.Shapes = append(f.Shapes, Shaped{s.Name, s.Layers, s.Width, s.Params, s.NonEmbedding, r.Loss, 0, r.FLOPs, r.Seconds})
	}
	byLoss := func(a, b Shaped) int { return cmp.Compare(a.Loss, b.Loss) }
	best, worst := slices.MinFunc(f.Shapes, byLoss), slices.MaxFunc(f.Shapes, byLoss)
	f.Best, f.Spread = best.Name, worst.Loss/best.Loss-1
	slices.SortStableFunc(f.Shapes, func(a, b Shaped) int { return cmp.Compare(a.Layers, b.Layers) })
	var alike []string
	least, most := f.Shapes[0], f.Shapes[0]
	for i := range f.Shapes {
		s := &f.Shapes[i]
		s.Over = s.Loss/best.Loss - 1
		if s.Name != best.Name && !noise.differs(s.Loss, best.Loss) {
			alike = append(alike, s.Name)
		}
		if s.NonEmbedding < least.NonEmbedding {
			least = *s
		}
		if s.NonEmbedding > most.NonEmbedding {
			most = *s
		}
	}
	en := fmt.Sprintf("Of %d shapes of %s to %s parameters beside the embedding, the one of depth %d and width %d is best (loss %.4f); the worst, of depth %d and width %d, is %.2g %% above",
		len(f.Shapes), count(least.NonEmbedding), count(most.NonEmbedding), best.Layers, best.Width, best.Loss, worst.Layers, worst.Width, 100*f.Spread)
	zh := fmt.Sprintf("%d 种形状（除嵌入外各有 %s 到 %s 个参数）中，深 %d、宽 %d 的最好（损失 %.4f）；最差的深 %d、宽 %d，高出 %.2g %%",
		len(f.Shapes), count(least.NonEmbedding), count(most.NonEmbedding), best.Layers, best.Width, best.Loss, worst.Layers, worst.Width, 100*f.Spread)
	if len(alike) > 0 {
		en += fmt.Sprintf("; its lead over %s is no more than seeds explain", strings.Join(alike, ", "))
		zh += fmt.Sprintf("；它与 %s 的差别没有超出随机种子的波动", strings.Join(alike, "、"))
	}
	f.Sentence = Sentence{en + ".", zh + "。"}.lacking(g.missing)
	return f
}
