package cpu

import (
	"brick/device"
	"brick/kernel"
)

// A lattice is how a stretch of images (h, w) is laid out so that every place of a window begins a run of numbers that
// lie side by side, one for each output: planes with zeros around the image, of a channel one for each remainder of row
// and column when divided by the strides.
//
//	plane (c, a, b), row q, column p  =  x[c, (first+q)·stepH + a − top, p·stepW + b − left]
type lattice struct {
	h, w             int // an image of the source
	stepH, stepW     int // strides of the windows
	top, left        int // zeros before the image; less than 0 if some of it is left out
	phasesH, phasesW int // remainders that windows reach
	beyond           int // rows that the window of an output reaches beyond the first
	wide             int // columns of a plane
	rows, cuts       int // output rows of a stretch, and how many stretches cut an image
	plane            int // numbers of a plane
}

// windows is the lattice of a convolution's input.
func windows(c *device.Conv) lattice {
	tall, wide := (c.R-1)*c.DilH, (c.S-1)*c.DilW
	return lattice{h: c.H, w: c.W, stepH: c.StrideH, stepW: c.StrideW, top: c.Top, left: c.Left,
		phasesH: min(c.StrideH, tall+1), phasesW: min(c.StrideW, wide+1), beyond: tall / c.StrideH, wide: c.OW + wide/c.StrideW}
}

// cut chooses stretches of an image of high output rows such that the planes of in channels and as many numbers of out
// channels stay near, and there are least of them.
func (l *lattice) cut(in, out, high, least int) {
	in *= l.phasesH * l.phasesW
	l.rows = (convNear - in*l.beyond*l.wide) / max((in+out)*l.wide, 1)
	l.rows = max(min(l.rows, blocks(high, least)), 1)
	l.cuts = blocks(high, l.rows)
	l.rows = blocks(high, l.cuts)
	l.plane = (l.rows + l.beyond) * l.wide
}

// planes is how many numbers those of in channels have, and what kernels may read after them.
func (l *lattice) planes(in int) int { return in*l.phasesH*l.phasesW*l.plane + kernel.ConvSlack }

// place is where the run of row u and column v of the windows begins.
func (l *lattice) place(ch, u, v int) int {
	return ((ch*l.phasesH+u%l.stepH)*l.phasesW+v%l.stepW)*l.plane + u/l.stepH*l.wide + v/l.stepW
}

// fill lays out the channels of x (in, h, w) from output row first on.
func (l *lattice) fill(to, x []kernel.Float, in, first int) {
	clear(to)
	high := l.rows + l.beyond
	for ch := range in {
		for a := range l.phasesH {
			at := first*l.stepH + a - l.top
			qlo, qhi := kernel.Inside(high, l.h, l.stepH, at)
			for b := range l.phasesW {
				plo, phi := kernel.Inside(l.wide, l.w, l.stepW, b-l.left)
				if qlo < qhi && plo < phi {
					from, col := x[(ch*l.h+at+qlo*l.stepH)*l.w:], plo*l.stepW+b-l.left
					if l.stepW == 1 {
						kernel.CopyRows(to[qlo*l.wide+plo:], from[col:], phi-plo, qhi-qlo, l.wide, l.stepH*l.w)
					} else {
						kernel.PartRows(to[qlo*l.wide+plo:], from[col:], phi-plo, qhi-qlo, l.wide, l.stepH*l.w, l.stepW)
					}
				}
				to = to[l.plane:]
			}
		}
	}
}
