package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// keep is x as a memory keeps it, and what that decodes to.
func keep(as StoredAs, x []Float) (k Stored, decoded []Float) {
	k = Stored{As: as}
	if as == StoredFloat {
		k.F = slices.Clone(x)
	} else {
		k.B = make([]byte, len(x)/as.Block()*as.Bytes())
	}
	k.Put(x)
	decoded = make([]Float, len(x))
	k.Get(decoded)
	return k, decoded
}

// Attention over keys and values that are kept in other types has the bits of attention over what they decode to, for one
// query as for tiles of them.
func TestAttentionStored(t *testing.T) { everyLevel(t, testAttentionStored) }

func testAttentionStored(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 2))
	for try := range 120 {
		ask, asv := []StoredAs{StoredF16, StoredQ8_0}[try%2], []StoredAs{StoredF16, StoredQ8_0, StoredFloat}[try%3]
		d, gap := 1+r.IntN(70), r.IntN(3)
		if ask == StoredQ8_0 || asv == StoredQ8_0 {
			d, gap = 32*(1+r.IntN(4)), 32*r.IntN(3)
		}
		h := newHeads(r, 1+r.IntN(70), r.IntN(2*AttentionBlock+10), d)
		h.ldk = d + gap
		h.k, h.v = normal(r, h.s*h.ldk), normal(r, h.s*h.ldk)
		k, plainK := keep(ask, h.k)
		v, plainV := keep(asv, h.v)
		h.k, h.v = plainK, plainV
		h.rows()
		y, stat := slices.Clone(h.y), slices.Clone(h.stat)
		h.k, h.v, h.storedK, h.storedV = nil, nil, &k, &v
		for _, form := range []struct {
			name string
			do   func()
		}{{"rows", h.rows}, {"tiles", func() { h.tiles(r) }}} {
			copy(h.y, normal(r, len(h.y)))
			for i := range h.m { // what lies between rows is not attention's
				copy(h.y[i*h.ld:][h.d:min(h.ld, len(h.y)-i*h.ld)], y[i*h.ld:][h.d:])
			}
			form.do()
			if !slices.Equal(y, h.y) || !slices.Equal(stat, h.stat) {
				t.Fatalf("%s: m %d s %d d %d, kept as %d and %d: other bits than of what they decode to", form.name, h.m, h.s, h.d, ask, asv)
			}
		}
	}
}

// Decoding gives the numbers of the formats' definitions at every level, and encoding them again gives the same bytes.
func TestStoredDecodes(t *testing.T) { everyLevel(t, testStoredDecodes) }

func testStoredDecodes(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 2))
	for _, n := range []int{0, 32, 64, 96, 416} {
		b := make([]byte, n/32*Q8_0.Bytes())
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		for i := 0; i < len(b); i += Q8_0.Bytes() {
			b[i+1] &^= 0x40 // finite scales, some below the least normal one
			if r.IntN(3) == 0 {
				b[i+1] = 0
			}
		}
		got, want := make([]Float, n), make([]Float, n)
		Stored{B: b, As: StoredQ8_0}.Get(got)
		GetQuant(Q8_0, want, b)
		if !slices.Equal(got, want) {
			t.Fatalf("%d numbers of Q8_0: found %v, want %v", n, got, want)
		}
	}
	for _, as := range []StoredAs{StoredFloat, StoredF16, StoredQ8_0} {
		k, x := keep(as, normal(r, 160))
		again, y := keep(as, x)
		if as == StoredF16 && !slices.Equal(k.B, again.B) || !slices.Equal(x, y) {
			t.Errorf("kept as %d: a second encoding changes numbers", as)
		}
		if tail := k.From(64); !slices.Equal(tailOf(tail, 96), x[64:]) {
			t.Errorf("kept as %d: number 64 on is not where From says", as)
		}
	}
}

func tailOf(k Stored, n int) []Float {
	y := make([]Float, n)
	k.Get(y)
	return y
}
