package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// heads is a random attention of m queries of one head.
type heads struct {
	m, s, d, ld, ldk     int
	q, k, v, y, dy, stat []Float
	dq, dk, dv, startQ   []Float
	startK, startV       []Float
	mask                 []int32
	scale, cap           Float
	seen                 Seen
	addQ                 bool
	storedK, storedV     *Stored // instead of k and v, for results
}

func (h *heads) keys() Stored {
	if h.storedK != nil {
		return *h.storedK
	}
	return Stored{F: h.k}
}

func (h *heads) values() Stored {
	if h.storedV != nil {
		return *h.storedV
	}
	return Stored{F: h.v}
}

func newHeads(r *rand.Rand, m, s, d int) *heads {
	h := &heads{m: m, s: s, d: d, ld: d + r.IntN(3), ldk: d + r.IntN(3), scale: 0.4, seen: Seen{First: s}, addQ: r.IntN(2) == 0}
	if r.IntN(2) == 0 {
		h.seen = Seen{First: r.IntN(s+5) - 4, Step: 1}
	}
	if r.IntN(3) == 0 {
		h.mask = make([]int32, s)
		for j := range h.mask {
			h.mask[j] = int32(r.IntN(2))
		}
	}
	h.q, h.y, h.dy, h.startQ = normal(r, m*h.ld), normal(r, m*h.ld), normal(r, m*h.ld), normal(r, m*h.ld)
	h.k, h.v, h.startK, h.startV = normal(r, s*h.ldk), normal(r, s*h.ldk), normal(r, s*h.ldk), normal(r, s*h.ldk)
	h.stat = normal(r, m)
	if h.seen.Step == 1 && r.IntN(2) == 0 {
		h.seen.Window = 1 + r.IntN(s+AttentionBlock)
	}
	if r.IntN(3) == 0 {
		h.cap = 2
	}
	return h
}

// rows computes y and stat query by query.
func (h *heads) rows() {
	mem := make([]Float, AttentionRowScratch(1, h.d, h.keys().As))
	for i := range h.m {
		at := i * h.ld
		AttentionRow(h.y[at:][:h.d], h.stat[i:][:1], h.q[at:][:h.d], h.keys(), h.values(), mem, h.ldk, h.seen.Before(i), h.seen.of(i, h.s), h.mask, h.scale, h.cap)
	}
}

// tiles is rows by AttentionKeys.
func (h *heads) tiles(r *rand.Rand) {
	var keys AttentionKeys
	keys.Load(normal(r, AttentionScratch(h.s, h.d, h.keys().As)), h.keys(), h.values(), h.ldk, h.s, h.d, h.mask, h.scale, h.cap)
	for i := 0; i < h.m; i += AttentionTile() {
		keys.Rows(h.y[i*h.ld:], h.stat[i:], h.q[i*h.ld:], h.ld, 1, min(AttentionTile(), h.m-i), h.seen.after(i))
	}
}

// back computes dq, dk and dv by AttentionKeys.
func (h *heads) back(r *rand.Rand) {
	h.dq, h.dk, h.dv = slices.Clone(h.startQ), slices.Clone(h.startK), slices.Clone(h.startV)
	var keys AttentionKeys
	keys.LoadBack(normal(r, AttentionBackScratch(h.s, h.d)), h.k, h.v, h.ldk, h.s, h.d, h.mask, h.scale, h.cap)
	for i := 0; i < h.m; i += AttentionQueries {
		at := i * h.ld
		keys.RowsBack(h.dq[at:], h.dk, h.dv, h.q[at:], h.y[at:], h.dy[at:], h.stat[i:], h.ld, 1, h.ldk, min(AttentionQueries, h.m-i), h.seen.after(i), h.addQ)
	}
}

// sees reports whether query i sees key j.
func (h *heads) sees(i, j int) bool {
	return j >= h.seen.Before(i) && j < h.seen.of(i, h.s) && (h.mask == nil || h.mask[j] != 0)
}

// plainBack is back by whole matrices of scores and the products of MatMul.
func (h *heads) plainBack() {
	m, s, d := h.m, h.s, h.d
	h.dq, h.dk, h.dv = slices.Clone(h.startQ), slices.Clone(h.startK), slices.Clone(h.startV)
	p, ds, q := make([]Float, m*s), make([]Float, m*s), slices.Clone(h.q)
	for i := range q {
		q[i] *= h.scale
	}
	MatMul(p, q, h.k, m, s, d, s, h.ld, h.ldk, false, true, false)
	MatMul(ds, h.dy, h.v, m, s, d, s, h.ld, h.ldk, false, true, false)
	slope := make([]Float, m*s)
	if h.cap != 0 {
		SoftCap(p, h.cap)
		softCapSlopes(slope, p, h.cap)
	}
	for i := range m {
		delta := Float(dotRow(h.y[i*h.ld:][:d], h.dy[i*h.ld:][:d]))
		for j := range s {
			if x := &p[i*s+j]; h.sees(i, j) {
				*x -= h.stat[i]
			} else {
				*x = Float(math.Inf(-1))
			}
		}
		Map(Exp, p[i*s:][:s], p[i*s:][:s], &noArgs)
		for j := range s {
			ds[i*s+j] = p[i*s+j] * (ds[i*s+j] - delta) * h.scale
			if h.cap != 0 {
				ds[i*s+j] *= slope[i*s+j]
			}
		}
	}
	dq := make([]Float, m*h.ld)
	MatMul(dq, ds, h.k, m, d, s, h.ld, s, h.ldk, false, false, false)
	for i := range m {
		for j := range d {
			if h.addQ {
				dq[i*h.ld+j] += h.dq[i*h.ld+j]
			}
			h.dq[i*h.ld+j] = dq[i*h.ld+j]
		}
	}
	MatMul(h.dv, p, h.dy, s, d, m, h.ldk, s, h.ld, true, false, true)
	MatMul(h.dk, ds, h.q, s, d, m, h.ldk, s, h.ld, true, false, true)
}

// Rows by the formula in float64.
func TestAttentionRow(t *testing.T) { everyLevel(t, testAttentionRow) }

func testAttentionRow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		h := newHeads(r, 1+r.IntN(3), 1+r.IntN(3*AttentionBlock), 1+r.IntN(40))
		h.rows()
		for i := range h.m {
			sum, want, size := 0.0, make([]float64, h.d), make([]float64, h.d)
			for j := range h.s {
				if !h.sees(i, j) {
					continue
				}
				dot := 0.0
				for c := range h.d {
					dot += float64(h.q[i*h.ld+c]) * float64(h.k[j*h.ldk+c])
				}
				dot *= float64(h.scale)
				if c := float64(h.cap); c != 0 {
					dot = c * math.Tanh(dot/c)
				}
				e := math.Exp(dot)
				sum += e
				for c := range h.d {
					want[c] += e * float64(h.v[j*h.ldk+c])
					size[c] += e * math.Abs(float64(h.v[j*h.ldk+c]))
				}
			}
			for c, v := range h.y[i*h.ld:][:h.d] {
				if sum == 0 && v != 0 || math.Abs(float64(v)*sum-want[c]) > 1e-5*size[c] {
					t.Errorf("y[%d,%d]: found %v, want %v", i, c, v, want[c]/sum)
				}
			}
			if e := math.Abs(float64(h.stat[i]) - math.Log(sum)); e > 3e-6*(1+math.Abs(math.Log(sum))) || sum == 0 && !math.IsInf(float64(h.stat[i]), -1) {
				t.Errorf("stat[%d]: found %v, want %v", i, h.stat[i], math.Log(sum))
			}
		}
	}
}

// Heads that share their keys have the bits of single ones.
func TestAttentionGroupEqualsRows(t *testing.T) { everyLevel(t, testAttentionGroup) }

func testAttentionGroup(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 2))
	for range 60 {
		h := newHeads(r, 1+r.IntN(33), 1+r.IntN(3*AttentionBlock), 1+r.IntN(70))
		h.ld, h.seen.Step = h.d, 0
		h.rows()
		n := h.m * h.d
		y, stat, mem := normal(r, n), normal(r, h.m), normal(r, AttentionRowScratch(h.m, h.d, StoredFloat))
		AttentionRow(y, stat, h.q[:n], h.keys(), h.values(), mem, h.ldk, h.seen.Before(0), h.seen.of(0, h.s), h.mask, h.scale, h.cap)
		if !slices.Equal(y, h.y[:n]) || !slices.Equal(stat, h.stat) {
			t.Fatalf("%d heads, s %d d %d %+v: found %v, want %v", h.m, h.s, h.d, h.seen, stat, h.stat)
		}
	}
}

// Tiles of queries have the bits of single ones.
func TestAttentionTilesEqualRows(t *testing.T) { everyLevel(t, testAttentionTiles) }

func testAttentionTiles(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 100 {
		h := newHeads(r, 1+r.IntN(70), r.IntN(2*AttentionBlock+10), 1+r.IntN(70))
		h.tiles(r)
		y, stat := slices.Clone(h.y), slices.Clone(h.stat)
		h.rows()
		if !slices.Equal(y, h.y) || !slices.Equal(stat, h.stat) {
			t.Fatalf("m %d s %d d %d %+v: found %v, want %v", h.m, h.s, h.d, h.seen, stat, h.stat)
		}
	}
}

// The way back in blocks has the bits of products of whole matrices.
func TestAttentionBackEqualsProducts(t *testing.T) { everyLevel(t, testAttentionBack) }

func testAttentionBack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 2))
	for range 40 {
		h := newHeads(r, 1+r.IntN(AttentionQueries+70), r.IntN(2*AttentionBlock+10), 1+r.IntN(70))
		h.rows()
		h.back(r)
		dq, dk, dv := h.dq, h.dk, h.dv
		h.plainBack()
		for i, x := range [][2][]Float{{dq, h.dq}, {dk, h.dk}, {dv, h.dv}} {
			if !slices.Equal(x[0], x[1]) {
				t.Fatalf("m %d s %d d %d %+v masked %v: gradient %d: found %v, want %v", h.m, h.s, h.d, h.seen, h.mask != nil, i, x[0], x[1])
			}
		}
	}
}

// Levels that fuse products give the same bits.
func TestAttentionLevelsEqual(t *testing.T) {
	for seed := range uint64(20) {
		var first *heads
		for _, l := range Levels() {
			if !l.Fused() {
				continue
			}
			func() {
				defer SetLevel(l)()
				r := rand.New(rand.NewPCG(seed, 3))
				h := newHeads(r, 1+r.IntN(100), r.IntN(300), 1+r.IntN(70))
				h.tiles(r)
				h.back(r)
				if first == nil {
					first = h
				}
				for i, x := range [][2][]Float{{h.y, first.y}, {h.stat, first.stat}, {h.dq, first.dq}, {h.dk, first.dk}, {h.dv, first.dv}} {
					if !slices.Equal(x[0], x[1]) {
						t.Errorf("%v: m %d s %d d %d: result %d has other bits", l, h.m, h.s, h.d, i)
					}
				}
			}()
		}
	}
}

// What is not a number, or not finite, shows in the queries that see it.
func TestAttentionNotFinite(t *testing.T) { everyLevel(t, testAttentionNotFinite) }

func testAttentionNotFinite(t *testing.T) {
	nan, inf := Float(math.NaN()), Float(math.Inf(1))
	for _, bad := range []Float{nan, inf, -inf} {
		for _, where := range []string{"q", "k", "v"} {
			for _, one := range []bool{false, true} {
				r := rand.New(rand.NewPCG(4, 2))
				h := newHeads(r, 9, 150, 5)
				h.seen, h.mask, h.scale, h.cap = Seen{First: 150}, nil, 1, 0
				at := map[string]*Float{"q": &h.q[0], "k": &h.k[140*h.ldk], "v": &h.v[140*h.ldk]}[where]
				*at = bad
				if one {
					h.rows()
				} else {
					h.tiles(r)
				}
				if v := h.y[0]; v-v == 0 && !(where == "k" && math.IsInf(float64(bad), 0)) { // a score of −∞ is a weight of 0
					t.Errorf("%v in %s, one by one %v: y = %v is finite", bad, where, one, v)
				}
			}
		}
	}
}

func ExampleRoPE() {
	cossin := make([]Float, 4*2) // four positions of a head of width 2
	RoPEAngles(cossin, []float64{1}, 1)
	y := make([]Float, 2)
	RoPE(y, []Float{1, 0}, cossin[2*2:], false, false, false) // position 2
	fmt.Printf("%.4f\n", y)
	// Output: [-0.4161 0.9093]
}

func ExampleSwiGLU() {
	y := make([]Float, 3)
	SwiGLU(y, []Float{-1, 0, 1}, []Float{2, 2, 2})
	fmt.Printf("%.4f\n", y)
	// Output: [-0.5379 0.0000 1.4621]
}
