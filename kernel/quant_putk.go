package kernel

import "math"

// Quantisers of blocks of 256 numbers: each part finds its own scale, scales become integers that share one of the block, and
// codes are rounded again with the scales as they are stored.

// An affine is what the blocks with d, m and codes from 0 have in common: x ≈ d·s·q − m·t.
type affine struct {
	part, top int      // numbers of a part, last code
	most      int      // last scale
	s, t      [16]int  // scales of the parts
	q         [256]int // codes
}

// fit fills a and writes d and m to b.
func (a *affine) fit(b []byte, x []float32) {
	var scales, leasts [16]float32
	parts := len(x) / a.part
	for p := range parts {
		v := x[p*a.part : (p+1)*a.part]
		squares := float32(0)
		for _, u := range v {
			squares += float32(u * u)
		}
		typical := float32(math.Sqrt(float64(squares / float32(a.part))))
		var w [32]float32 // large numbers matter more: they are more of the sums they go into
		for i, u := range v {
			w[i] = typical + max(u, -u)
		}
		scales[p], leasts[p] = fitAffine(v, w[:a.part], a.top)
	}
	d := shareScale(b, scales[:parts], a.most, a.s[:])
	m := shareScale(b[2:], leasts[:parts], a.most, a.t[:])
	for i, v := range x {
		scale, least := float32(d*float32(a.s[i/a.part])), float32(m*float32(a.t[i/a.part]))
		if scale != 0 {
			a.q[i] = nearestCode((v+least)/scale, 0, a.top)
		}
	}
}

// shareScale makes integers from 0 to most of scales ≥ 0, and gives the number they are multiplied with, as stored in b.
func shareScale(b []byte, scales []float32, most int, whole []int) float32 {
	top := float32(0)
	for _, s := range scales {
		top = max(top, s)
	}
	id := float32(most) * inverse(top)
	for p, s := range scales {
		whole[p] = nearestCode(id*s, 0, most)
	}
	return setF16(b, top/float32(most))
}

func putQ2_K(b []byte, x []float32) {
	clear(b)
	a := affine{part: 16, top: 3, most: 15}
	a.fit(b[80:], x)
	for p := range 16 {
		b[p] = byte(a.s[p] | a.t[p]<<4)
	}
	for i, q := range a.q {
		b[16+i/128*32+i%32] |= byte(q << (i % 128 / 32 * 2))
	}
}

// putScales4 is the inverse of scale4.
func putScales4(b []byte, a *affine) {
	for p := range 4 {
		b[p] = byte(a.s[p] | a.s[p+4]>>4<<6)
		b[p+4] = byte(a.t[p] | a.t[p+4]>>4<<6)
		b[p+8] = byte(a.s[p+4]&15 | a.t[p+4]&15<<4)
	}
}

func putQ4_K(b []byte, x []float32) {
	clear(b)
	a := affine{part: 32, top: 15, most: 63}
	a.fit(b, x)
	putScales4(b[4:], &a)
	for i, q := range a.q {
		b[16+i/64*32+i%32] |= byte(q << (i % 64 / 32 * 4))
	}
}

func putQ5_K(b []byte, x []float32) {
	clear(b)
	a := affine{part: 32, top: 31, most: 63}
	a.fit(b, x)
	putScales4(b[4:], &a)
	for i, q := range a.q {
		b[48+i/64*32+i%32] |= byte(q & 15 << (i % 64 / 32 * 4))
		b[16+i%32] |= byte(q >> 4 << (i / 32))
	}
}

// A symmetric is what the blocks with codes around 0 have in common: x ≈ d·s·(q − half), in 16 parts of 16.
type symmetric struct {
	half, most int      // of codes and of scales, which go from −most to most − 1
	s          [16]int  // scales of the parts
	q          [256]int // codes
}

// fit fills a and writes d to b.
func (a *symmetric) fit(b []byte, x []float32) {
	var scales [16]float32
	for p := range scales {
		scales[p] = fitSymmetric(x[16*p:16*p+16], a.half)
	}
	far := farthest(scales[:])
	d := setF16(b, far/float32(-a.most))
	id := inverse(far / float32(-a.most))
	for p, s := range scales {
		a.s[p] = nearestCode(id*s, -a.most, a.most-1)
	}
	for i, v := range x {
		a.q[i] = a.half
		if scale := float32(d * float32(a.s[i/16])); scale != 0 {
			a.q[i] = a.half + nearestCode(v/scale, -a.half, a.half-1)
		}
	}
}

func putQ3_K(b []byte, x []float32) {
	clear(b)
	a := symmetric{half: 4, most: 32}
	a.fit(b[108:], x)
	for p, s := range a.s {
		b[96+p%8] |= byte((s + 32) & 15 << (p / 8 * 4))
		b[104+p%4] |= byte((s + 32) >> 4 << (p / 4 * 2))
	}
	for i, q := range a.q {
		b[32+i/128*32+i%32] |= byte(q & 3 << (i % 128 / 32 * 2))
		b[i%32] |= byte(q >> 2 << (i / 32))
	}
}

func putQ6_K(b []byte, x []float32) {
	clear(b)
	a := symmetric{half: 32, most: 128}
	a.fit(b[208:], x)
	for p, s := range a.s {
		b[192+p] = byte(int8(s))
	}
	for i, q := range a.q {
		h, p, l := i/128, i%128/32, i%32
		b[64*h+32*(p%2)+l] |= byte(q & 15 << (p / 2 * 4))
		b[128+32*h+l] |= byte(q >> 4 << (2 * p))
	}
}
