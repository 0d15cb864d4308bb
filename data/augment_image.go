package data

import (
	"math"

	"brick/kernel"
)

// canvas is one image (C, H, W) while it is changed.
type canvas struct {
	c, h, w   int
	x, old    []kernel.Float // the image, and room for what it was
	mean, std []float64      // x = (pixel − mean)/std; none where pixels are what they are
}

// black is what a pixel of value 0 is.
func (p *canvas) black(c int) kernel.Float {
	if c >= len(p.mean) {
		return 0
	}
	return kernel.Float(-p.mean[c] / p.std[c])
}

// crop moves the image by up to n pixels each way; what comes in is black.
//
//	x[c, i, j] ← x[c, i + dy, j + dx]    dy, dx uniform in −n … n
func (p *canvas) crop(n float64, r *stream) {
	dy, dx := r.intn(2*int(n)+1)-int(n), r.intn(2*int(n)+1)-int(n)
	if dy == 0 && dx == 0 {
		return
	}
	copy(p.old, p.x)
	for c := range p.c {
		black := p.black(c)
		for i := range p.h {
			to := p.x[(c*p.h+i)*p.w:][:p.w]
			from := p.old[c*p.h*p.w:][:p.h*p.w]
			for j := range to {
				y, x := i+dy, j+dx
				if to[j] = black; y >= 0 && y < p.h && x >= 0 && x < p.w {
					to[j] = from[y*p.w+x]
				}
			}
		}
	}
}

// flip exchanges left and right with a probability of share.
//
//	x[c, i, j] ← x[c, i, W−1−j]
func (p *canvas) flip(share float64, r *stream) {
	if r.uniform(0, 1) >= share {
		return
	}
	for i := range p.c * p.h {
		row := p.x[i*p.w : (i+1)*p.w]
		for j := range p.w / 2 {
			row[j], row[p.w-1-j] = row[p.w-1-j], row[j]
		}
	}
}

// rotate turns the image about its centre by an angle uniform in ±degrees, by bilinear interpolation; what comes in is black.
//
//	x[c, i, j] ← x at (i₀ + cos θ·(i−i₀) − sin θ·(j−j₀), j₀ + sin θ·(i−i₀) + cos θ·(j−j₀))    (i₀, j₀) the centre
func (p *canvas) rotate(degrees float64, r *stream) {
	sin, cos := math.Sincos(r.uniform(-degrees, degrees) * math.Pi / 180)
	copy(p.old, p.x)
	cy, cx := float64(p.h-1)/2, float64(p.w-1)/2
	for i := range p.h {
		for j := range p.w {
			y, x := float64(i)-cy, float64(j)-cx
			y, x = cy+float64(cos*y)-float64(sin*x), cx+float64(sin*y)+float64(cos*x)
			fy, fx := math.Floor(y), math.Floor(x)
			ty, tx := kernel.Float(y-fy), kernel.Float(x-fx)
			for c := range p.c {
				at := func(i, j int) kernel.Float {
					if i < 0 || i >= p.h || j < 0 || j >= p.w {
						return p.black(c)
					}
					return p.old[(c*p.h+i)*p.w+j]
				}
				k, l := int(fy), int(fx)
				above := (1-tx)*at(k, l) + tx*at(k, l+1)
				below := (1-tx)*at(k+1, l) + tx*at(k+1, l+1)
				p.x[(c*p.h+i)*p.w+j] = (1-ty)*above + ty*below
			}
		}
	}
}

// weightsOfGrey are the shares of red, green and blue in grey (ITU-R BT.601), as torchvision has them.
var weightsOfGrey = [3]float64{0.2989, 0.587, 0.114}

// color changes brightness, then contrast, then saturation, each by a factor f uniform in 1 ± strength, as torchvision's
// ColorJitter does; pixels stay in [0, 1]. Grey images have no saturation.
//
//	p ← f·p    p ← f·p + (1−f)·mean grey    p ← f·p + (1−f)·grey(p)
func (p *canvas) color(strength float64, r *stream) {
	bright, contrast, saturation := r.uniform(1-strength, 1+strength), r.uniform(1-strength, 1+strength), r.uniform(1-strength, 1+strength)
	plane := p.h * p.w
	mean := 0.0
	for i := range plane {
		for c := range p.c {
			k := c*plane + i
			p.x[k] = kernel.Float(clamp((float64(p.x[k])*p.std[c] + p.mean[c]) * bright))
		}
		mean += p.grey(i)
	}
	mean /= float64(plane)
	for k, v := range p.x {
		p.x[k] = kernel.Float(clamp(contrast*float64(v) + (1-contrast)*mean))
	}
	for i := range plane {
		grey := p.grey(i)
		for c := range p.c {
			k := c*plane + i
			v := float64(p.x[k])
			if p.c == 3 {
				v = clamp(saturation*v + (1-saturation)*grey)
			}
			p.x[k] = kernel.Float((v - p.mean[c]) / p.std[c])
		}
	}
}

// grey is the grey of pixel i: its weightsOfGrey, or the mean of its channels where they are not red, green and blue.
func (p *canvas) grey(i int) (v float64) {
	for c := range p.c {
		share := 1 / float64(p.c)
		if p.c == 3 {
			share = weightsOfGrey[c]
		}
		v += share * float64(p.x[c*p.h*p.w+i])
	}
	return v
}

func clamp(v float64) float64 { return max(0, min(v, 1)) }

// cutout makes a square of so many pixels a side zero, the mean of all images; its centre is uniform over the
// image, so that a part of it may lie outside.
func (p *canvas) cutout(side float64, r *stream) {
	n := int(side)
	top, left := r.intn(p.h)-n/2, r.intn(p.w)-n/2
	for c := range p.c {
		for i := max(top, 0); i < min(top+n, p.h); i++ {
			clear(p.x[(c*p.h+i)*p.w:][max(left, 0):min(left+n, p.w)])
		}
	}
}
