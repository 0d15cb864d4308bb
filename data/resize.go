package data

import "math"

// A picture is decoded pixels: H×W×C bytes, channels together.
type picture struct {
	w, h, c int
	pix     []byte
}

// fit crops a picture centrally to the aspect ratio w:h and resizes it, by a triangle filter as wide as the reduction
// (antialiased bilinear interpolation). Weights are fixed-point integers, so that every machine gives the same bytes.
func (p picture) fit(w, h int) picture {
	if p.w == w && p.h == h {
		return p
	}
	cw, ch := p.w, p.h
	if p.w*h > p.h*w {
		cw = max(1, (p.h*w+h/2)/h)
	} else {
		ch = max(1, (p.w*h+w/2)/w)
	}
	x0, y0 := (p.w-cw)/2, (p.h-ch)/2
	across, down := taps(cw, w), taps(ch, h)

	rows := make([]byte, ch*w*p.c) // (ch, w, c): widths done, heights not
	for y := range ch {
		src := p.pix[((y0+y)*p.w+x0)*p.c:]
		for x, t := range across {
			for c := range p.c {
				sum := int32(half)
				for k, weight := range t.weights {
					sum += weight * int32(src[(t.first+k)*p.c+c])
				}
				rows[(y*w+x)*p.c+c] = byte(sum >> shift)
			}
		}
	}
	out := picture{w, h, p.c, make([]byte, w*h*p.c)}
	line := w * p.c
	for y, t := range down {
		for i := range line {
			sum := int32(half)
			for k, weight := range t.weights {
				sum += weight * int32(rows[(t.first+k)*line+i])
			}
			out.pix[y*line+i] = byte(sum >> shift)
		}
	}
	return out
}

// within resizes a picture to lie within w×h, whole, at the left and in the middle of the height; the rest is black.
func (p picture) within(w, h int) picture {
	if p.w == w && p.h == h {
		return p
	}
	pw, ph := max(1, (p.w*h+p.h/2)/p.h), h
	if pw > w {
		pw, ph = w, max(1, min(h, (p.h*w+p.w/2)/p.w))
	}
	q := p.fit(pw, ph)
	out := picture{w, h, p.c, make([]byte, w*h*p.c)}
	top := (h - ph) / 2
	for y := range ph {
		copy(out.pix[(top+y)*w*p.c:], q.pix[y*pw*p.c:(y+1)*pw*p.c])
	}
	return out
}

const (
	shift = 16
	half  = 1 << (shift - 1)
)

// tap is the part of a line that makes one new pixel: weights sum to 1<<shift.
type tap struct {
	first   int
	weights []int32
}

// taps returns the filter from n pixels to m. Pixel i of the new line is centred at (i+½)·n/m − ½ in the old one.
func taps(n, m int) []tap {
	scale := float64(n) / float64(m)
	support := max(scale, 1)
	out := make([]tap, m)
	for i := range out {
		centre := (float64(i)+0.5)*scale - 0.5
		first := max(0, int(math.Ceil(centre-support)))
		last := min(n-1, int(math.Floor(centre+support)))
		var weights []float64
		var total float64
		for j := first; j <= last; j++ {
			v := max(0, 1-math.Abs(float64(j)-centre)/support)
			weights = append(weights, v)
			total += v
		}
		t, rest, widest := tap{first: first}, int32(1<<shift), 0
		for k, v := range weights {
			q := int32(math.Round(v / total * (1 << shift)))
			t.weights = append(t.weights, q)
			rest -= q
			if q > t.weights[widest] {
				widest = k
			}
		}
		t.weights[widest] += rest
		out[i] = t
	}
	return out
}

// planes writes the picture channel by channel, (C, H, W), as models read it.
func (p picture) planes(dst []byte) {
	area := p.w * p.h
	for i := range area {
		for c := range p.c {
			dst[c*area+i] = p.pix[i*p.c+c]
		}
	}
}
