package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"brick/device"
	"brick/kernel"
)

// attnRun is one attention with all its buffers.
type attnRun struct {
	a                                device.Attn
	q, k, v, y, stat, dy, dq, dk, dv []kernel.Float
	mask                             []int32
}

func newAttnRun(r *rand.Rand, a device.Attn, masked bool) *attnRun {
	nq, nk := a.B*a.T*a.H*a.D, a.B*a.S*a.K*a.D
	a.Scale = kernel.Float(1 / math.Sqrt(float64(a.D)))
	x := &attnRun{a: a, q: randoms(r, nq), k: randoms(r, nk), v: randoms(r, nk), dy: randoms(r, nq),
		y: randoms(r, nq), stat: randoms(r, a.B*a.T*a.H), dq: randoms(r, nq), dk: randoms(r, nk), dv: randoms(r, nk)}
	if masked {
		x.mask = make([]int32, a.B*a.S)
		for i := range x.mask {
			x.mask[i] = int32(r.IntN(2))
		}
	}
	return x
}

func (x *attnRun) maskBuf() device.Buf {
	if x.mask == nil {
		return device.Buf{}
	}
	return device.HostIDs(x.mask)
}

func (x *attnRun) forward(d *Device) {
	d.Attention(device.Host(x.y), device.Host(x.stat), device.Host(x.q), device.Host(x.k), device.Host(x.v), x.maskBuf(), x.a)
}

func (x *attnRun) back(d *Device, mode device.Mode) {
	h := device.Host
	d.AttentionBack(device.Dst{Buf: h(x.dq), Mode: mode}, device.Dst{Buf: h(x.dk), Mode: mode}, device.Dst{Buf: h(x.dv), Mode: mode},
		h(x.q), h(x.k), h(x.v), h(x.y), h(x.stat), h(x.dy), x.maskBuf(), x.a)
}

var attnShapes = []device.Attn{
	{B: 3, T: 9, S: 9, H: 4, K: 2, D: 7, Causal: true},
	{B: 2, T: 65, S: 65, H: 2, K: 2, D: 16, Causal: true},
	{B: 1, T: 3, S: 40, H: 6, K: 1, D: 8, Causal: true},
	{B: 2, T: 20, S: 11, H: 3, K: 3, D: 5},
	{B: 1, T: 6, S: 2, H: 1, K: 1, D: 3, Causal: true},
	{B: 1, T: 300, S: 300, H: 2, K: 1, D: 6, Causal: true}, // cut
	{B: 1, T: 270, S: 530, H: 1, K: 1, D: 5},
}

func TestAttentionSameBits(t *testing.T) {
	for i, a := range attnShapes {
		for _, masked := range []bool{false, true} {
			for _, mode := range []device.Mode{device.Set, device.Add} {
				var first *attnRun
				for _, workers := range []int{1, 2, 3, 5} {
					d := New(workers)
					x := newAttnRun(rand.New(rand.NewPCG(6, uint64(i))), a, masked)
					x.forward(d)
					x.back(d, mode)
					d.Close()
					if first == nil {
						first = x
					}
					for _, p := range [][2][]kernel.Float{{x.y, first.y}, {x.stat, first.stat}, {x.dq, first.dq}, {x.dk, first.dk}, {x.dv, first.dv}} {
						if !slices.Equal(p[0], p[1]) {
							t.Fatalf("%+v masked %v, %d workers: other bits", a, masked, workers)
						}
					}
					for _, p := range [][]kernel.Float{x.y, x.dq, x.dk, x.dv} {
						for _, v := range p {
							if v != v {
								t.Fatalf("%+v masked %v: not a number", a, masked)
							}
						}
					}
				}
			}
		}
	}
}

// Tokens asked for alone or a few at a time, over the keys of the past, have the bits of the whole pass.
func TestAttentionCachedEqualsWhole(t *testing.T) {
	for _, a := range []device.Attn{
		{B: 1, T: 150, S: 150, H: 4, K: 2, D: 9, Causal: true},
		{B: 1, T: 150, S: 150, H: 35, K: 1, D: 9, Causal: true}, // the heads of one of a few positions make tiles
	} {
		testAttentionCached(t, a)
	}
}

func testAttentionCached(t *testing.T, a device.Attn) {
	d := New(2)
	defer d.Close()
	whole := newAttnRun(rand.New(rand.NewPCG(7, 1)), a, false)
	whole.forward(d)
	width, n := a.H*a.D, 0
	for pos := 0; pos < a.T; pos += n {
		n = min(1+pos%5, a.T-pos) // 1, 2, 4, 3
		some := *whole
		some.a.T, some.a.S = n, pos+n
		some.q, some.y, some.stat = whole.q[pos*width:][:n*width], make([]kernel.Float, n*width), make([]kernel.Float, n*a.H)
		some.forward(d)
		if !slices.Equal(some.y, whole.y[pos*width:][:n*width]) {
			t.Fatalf("positions %d to %d: the cached result differs", pos, pos+n-1)
		}
	}
}

// Gradients that share one buffer (q, k and v are one value) add up.
func TestAttentionBackShared(t *testing.T) {
	d := New(3)
	defer d.Close()
	a := device.Attn{B: 2, T: 6, S: 6, H: 2, K: 2, D: 3, Causal: true}
	x := newAttnRun(rand.New(rand.NewPCG(8, 1)), a, false)
	x.forward(d)
	x.back(d, device.Set)
	g, h := randoms(rand.New(rand.NewPCG(9, 1)), len(x.q)), device.Host
	d.AttentionBack(device.Into(h(g)), device.Onto(h(g)), device.Onto(h(g)),
		h(x.q), h(x.k), h(x.v), h(x.y), h(x.stat), h(x.dy), device.Buf{}, x.a)
	for i := range g {
		want := x.dq[i] + x.dk[i] + x.dv[i]
		if e := math.Abs(float64(g[i] - want)); e > 1e-5*(1+math.Abs(float64(want))) {
			t.Fatalf("element %d: found %v, want %v", i, g[i], want)
		}
	}
}

// A key head that is alone, and so cut into units, has the bits of one among others, which is not.
func TestAttentionCutEqualsWhole(t *testing.T) {
	d := New(2)
	defer d.Close()
	for _, a := range []device.Attn{
		{B: 2, T: 600, S: 600, H: 2, K: 1, D: 6, Causal: true},
		{B: 2, T: 300, S: 700, H: 1, K: 1, D: 5, Causal: true},
		{B: 2, T: 530, S: 270, H: 1, K: 1, D: 5},
	} {
		for _, mode := range []device.Mode{device.Set, device.Add} {
			whole := newAttnRun(rand.New(rand.NewPCG(12, 1)), a, true)
			one := *whole
			one.a.B = 1
			one.dq, one.dk, one.dv = slices.Clone(whole.dq), slices.Clone(whole.dk), slices.Clone(whole.dv)
			for _, x := range []*attnRun{whole, &one} {
				x.forward(d)
				x.back(d, mode)
			}
			nq, nk := len(one.dq)/2, len(one.dk)/2
			if !slices.Equal(one.dq[:nq], whole.dq[:nq]) || !slices.Equal(one.dk[:nk], whole.dk[:nk]) || !slices.Equal(one.dv[:nk], whole.dv[:nk]) {
				t.Errorf("%+v mode %v: other bits", a, mode)
			}
		}
	}
}

func TestAttentionAllocatesNothing(t *testing.T) {
	d := New(2)
	defer d.Close()
	for _, a := range attnShapes {
		x := newAttnRun(rand.New(rand.NewPCG(10, 1)), a, true)
		for range 20 {
			x.forward(d)
			x.back(d, device.Set)
		}
		if n := testing.AllocsPerRun(20, func() { x.forward(d); x.back(d, device.Add) }); n != 0 {
			t.Errorf("%+v: found %v allocations, want 0", a, n)
		}
	}
}

func BenchmarkAttention(b *testing.B) {
	for _, workers := range []int{1, 2} {
		d := New(workers)
		defer d.Close()
		for _, a := range []device.Attn{
			{B: 1, T: 1024, S: 1024, H: 12, K: 12, D: 64, Causal: true},
			{B: 12, T: 256, S: 256, H: 6, K: 6, D: 64, Causal: true},
			{B: 4, T: 256, S: 256, H: 6, K: 6, D: 48, Causal: true},
			{B: 12, T: 96, S: 96, H: 4, K: 4, D: 32, Causal: true},
			{B: 12, T: 64, S: 64, H: 4, K: 4, D: 32, Causal: true},
			{B: 1, T: 512, S: 512, H: 1, K: 1, D: 64, Causal: true},
			{B: 1, T: 1, S: 1024, H: 12, K: 4, D: 64, Causal: true},
			{B: 1, T: 1, S: 2048, H: 32, K: 4, D: 64, Causal: true},
		} {
			x := newAttnRun(rand.New(rand.NewPCG(11, 1)), a, false)
			pairs := float64(a.B*a.H*a.D) * float64(a.T) * float64(2*a.S-a.T+1) / 2 // multiply-adds of one product
			for _, f := range []struct {
				name     string
				products float64
				do       func()
			}{{"forward", 2, func() { x.forward(d) }}, {"back", 5, func() { x.back(d, device.Set) }}} {
				b.Run(fmt.Sprintf("%s/workers=%d/B=%d/T=%d/S=%d/H=%d/K=%d/D=%d", f.name, workers, a.B, a.T, a.S, a.H, a.K, a.D), func(b *testing.B) {
					for b.Loop() {
						f.do()
					}
					b.ReportMetric(2*f.products*pairs*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
				})
			}
		}
	}
}
