package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A row by the formula in float64.
func TestAttentionRow(t *testing.T) {
	const n, d, scale = 11, 5, 0.3
	r := rand.New(rand.NewPCG(1, 2))
	q, k, v := normal(r, d), normal(r, n*d), normal(r, n*d)
	mask := []int32{1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0}
	y, scores := make([]Float, d), make([]Float, n)
	stat := AttentionRow(y, scores, q, k, v, d, mask, scale)
	sum, want := 0.0, make([]float64, d)
	for j := range n {
		if mask[j] == 0 {
			continue
		}
		dot := 0.0
		for i := range d {
			dot += float64(q[i]) * float64(k[j*d+i])
		}
		e := math.Exp(scale * dot)
		sum += e
		for i := range d {
			want[i] += e * float64(v[j*d+i])
		}
	}
	for i := range d {
		if e := math.Abs(float64(y[i]) - want[i]/sum); e > 1e-6 {
			t.Errorf("y[%d]: found %v, want %v", i, y[i], want[i]/sum)
		}
	}
	if e := math.Abs(float64(stat) - math.Log(sum)); e > 1e-6 {
		t.Errorf("stat: found %v, want %v", stat, math.Log(sum))
	}
	stat = AttentionRow(y, scores, q, k, v, d, make([]int32, n), scale)
	if !math.IsInf(float64(stat), -1) || slices.ContainsFunc(y, func(v Float) bool { return v != 0 }) {
		t.Errorf("no key seen: found y %v stat %v, want 0 and −∞", y, stat)
	}
}

// Tiles of queries have the bits of single ones, on the way there and back.
func TestAttentionTilesEqualRows(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for trial := range 100 {
		m, s, d := 1+r.IntN(AttentionTile), r.IntN(40), 1+r.IntN(20)
		seen, scale := Seen{First: s}, Float(0.5)
		if trial%2 == 0 {
			seen = Seen{First: r.IntN(s+5) - 4, Step: 1}
		}
		var mask []int32
		if trial%3 == 0 {
			mask = make([]int32, s)
			for j := range mask {
				mask[j] = int32(r.IntN(2))
			}
		}
		ld, ldk := d+r.IntN(3), d+r.IntN(3)
		q, dy, k, v := normal(r, m*ld), normal(r, m*ld), normal(r, s*ldk), normal(r, s*ldk)
		y, dq, dk, dv, stat := normal(r, m*ld), normal(r, m*ld), normal(r, s*ldk), normal(r, s*ldk), normal(r, m)
		wy, wq, wk, wv, ws := slices.Clone(y), slices.Clone(dq), slices.Clone(dk), slices.Clone(dv), slices.Clone(stat)
		addQ := trial%5 == 0
		scores, slopes := make([]Float, s), make([]Float, s)
		for i := range m {
			n := seen.of(i, s)
			part := mask
			if mask != nil {
				part = mask[:n]
			}
			ws[i] = AttentionRow(wy[i*ld:][:d], scores[:n], q[i*ld:][:d], k, v, ldk, part, scale)
			AttentionRowBack(wq[i*ld:][:d], wk, wv, scores[:n], slopes[:n], q[i*ld:][:d], k, v, wy[i*ld:][:d], dy[i*ld:][:d], ldk, part, scale, ws[i], addQ)
		}
		var keys AttentionKeys
		keys.Load(normal(r, AttentionScratch(s, d, false)), k, v, ldk, s, d, false, mask, scale)
		keys.Rows(y, stat, q, ld, 1, m, seen)
		keys.Load(normal(r, AttentionScratch(s, d, true)), k, v, ldk, s, d, true, mask, scale)
		keys.RowsBack(dq, dk, dv, q, y, dy, stat, ld, 1, ldk, m, seen, addQ)
		for i, p := range [][2][]Float{{y, wy}, {stat, ws}, {dq, wq}, {dk, wk}, {dv, wv}} {
			if !slices.Equal(p[0], p[1]) {
				t.Fatalf("m %d s %d d %d %+v: result %d: found %v, want %v", m, s, d, seen, i, p[0], p[1])
			}
		}
	}
}

func ExampleRoPE() {
	cossin := make([]Float, 4*2) // four positions of a head of width 2
	RoPEAngles(cossin, 2, 10000)
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
