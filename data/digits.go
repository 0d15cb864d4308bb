package data

import (
	"math"

	"brick/kernel"
)

// Digits is drawn digits: the strokes of each figure, in one of its usual shapes, with its points moved a little, turned,
// slanted, stretched and shifted at random, and drawn with a round pen of random width into 28×28 grey pixels. Pixels are
// quantised to 1/255 and standardised with the mean and deviation of the drawings.
func Digits(o Options) (Splits, error) {
	info := &Info{Name: "digits", Task: Classification, Input: []int{1, side, side}, Classes: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
		Mean: []float64{digitMean}, Std: []float64{digitStd}, Origin: "strokes with random transforms"}
	return generate(info, &o, 20000, func(b *Batch, e, i int, r *stream) {
		b.Labels[e] = int32(r.intn(10))
		drawDigit(b.X[e*side*side:(e+1)*side*side], int(b.Labels[e]), r)
	})
}

const (
	side      = 28
	digitMean = 0.133 // measured over 20,000 drawings
	digitStd  = 0.311
)

type vec struct{ x, y float64 }

// stroke is a smooth line through its points, or a straight one where smooth is false. The unit square is the figure's
// box, y downwards.
type stroke struct {
	smooth bool
	points []vec
}

// figures holds the usual shapes of each digit.
var figures = [10][][]stroke{
	0: {
		{{true, []vec{{.5, 0}, {.2, .12}, {.08, .5}, {.2, .88}, {.5, 1}, {.8, .88}, {.92, .5}, {.8, .12}, {.5, 0}}}},
		{{true, []vec{{.55, .02}, {.25, .1}, {.14, .5}, {.28, .92}, {.52, .98}, {.76, .86}, {.84, .45}, {.72, .1}, {.42, .03}}}},
	},
	1: {
		{{false, []vec{{.5, 0}, {.5, 1}}}},
		{{false, []vec{{.3, .22}, {.55, 0}, {.55, 1}}}},
		{{false, []vec{{.3, .22}, {.52, 0}, {.52, 1}}}, {false, []vec{{.28, 1}, {.76, 1}}}},
	},
	2: {
		{{true, []vec{{.12, .26}, {.25, .06}, {.55, 0}, {.84, .16}, {.8, .42}, {.5, .7}, {.1, 1}}}, {false, []vec{{.1, 1}, {.92, 1}}}},
		{{true, []vec{{.14, .2}, {.4, .01}, {.74, .1}, {.78, .36}, {.5, .68}, {.2, .94}, {.12, .82}, {.32, .8}, {.62, .95}, {.92, .9}}}},
	},
	3: {
		{{true, []vec{{.14, .12}, {.45, 0}, {.8, .14}, {.74, .38}, {.42, .47}}}, {true, []vec{{.42, .47}, {.82, .58}, {.86, .82}, {.5, 1}, {.12, .88}}}},
		{{false, []vec{{.14, .02}, {.82, .02}, {.44, .4}}}, {true, []vec{{.44, .4}, {.82, .52}, {.84, .82}, {.48, 1}, {.12, .88}}}},
	},
	4: {
		{{false, []vec{{.66, 0}, {.08, .66}, {.94, .66}}}, {false, []vec{{.68, .3}, {.68, 1}}}},
		{{false, []vec{{.2, .02}, {.14, .52}, {.84, .5}}}, {false, []vec{{.74, .02}, {.7, 1}}}},
		{{false, []vec{{.7, 1}, {.7, 0}, {.08, .68}, {.94, .68}}}},
	},
	5: {
		{{false, []vec{{.84, .02}, {.24, .02}, {.18, .44}}}, {true, []vec{{.18, .44}, {.52, .36}, {.86, .52}, {.84, .84}, {.48, 1}, {.12, .9}}}},
		{{false, []vec{{.86, .0}, {.3, .03}, {.24, .42}}}, {true, []vec{{.24, .42}, {.6, .4}, {.82, .6}, {.72, .9}, {.4, 1}, {.14, .94}}}},
	},
	6: {
		{{true, []vec{{.72, .02}, {.38, .2}, {.16, .56}, {.2, .86}, {.5, 1}, {.8, .88}, {.82, .62}, {.52, .48}, {.22, .64}}}},
		{{true, []vec{{.6, 0}, {.3, .3}, {.16, .7}, {.34, .98}, {.66, .97}, {.82, .76}, {.66, .54}, {.36, .6}, {.2, .78}}}},
	},
	7: {
		{{false, []vec{{.1, .03}, {.88, .03}, {.4, 1}}}},
		{{false, []vec{{.1, .03}, {.88, .03}, {.38, 1}}}, {false, []vec{{.34, .5}, {.8, .5}}}},
		{{false, []vec{{.12, .16}, {.12, .03}, {.86, .03}}}, {true, []vec{{.86, .03}, {.58, .45}, {.46, 1}}}},
	},
	8: {
		{{true, []vec{{.5, .47}, {.2, .32}, {.26, .07}, {.52, 0}, {.78, .08}, {.8, .32}, {.5, .47}, {.16, .66}, {.18, .9}, {.5, 1}, {.82, .9}, {.84, .66}, {.5, .47}}}},
		{{true, []vec{{.8, .12}, {.5, 0}, {.22, .14}, {.3, .38}, {.7, .62}, {.78, .86}, {.5, 1}, {.22, .86}, {.32, .6}, {.7, .36}, {.82, .14}}}},
	},
	9: {
		{{true, []vec{{.8, .3}, {.7, .07}, {.44, 0}, {.18, .14}, {.18, .4}, {.44, .52}, {.72, .42}, {.82, .24}}}, {false, []vec{{.82, .22}, {.72, 1}}}},
		{{true, []vec{{.8, .34}, {.54, .54}, {.22, .42}, {.2, .14}, {.48, 0}, {.78, .12}, {.84, .42}, {.7, .8}, {.3, 1}}}},
	},
}

// drawDigit draws a digit into side×side pixels, standardised.
func drawDigit(dst []kernel.Float, digit int, r *stream) {
	var ink [side * side]float64
	inkDigit(&ink, digit, r)
	for i, v := range ink {
		dst[i] = kernel.Float((math.Round(v*255)/255 - digitMean) / digitStd)
	}
}

// inkDigit draws a digit: 1 where there is ink.
func inkDigit(ink *[side * side]float64, digit int, r *stream) {
	shapes := figures[digit]
	strokes := shapes[r.intn(len(shapes))]

	// From the unit square to pixels: stretch, slant, turn, shift.
	width, height := r.uniform(11, 16), r.uniform(17.5, 21)
	slant, turn := 0.16*r.normal()+0.08, 0.1*r.normal()
	slant, turn = max(-0.4, min(slant, 0.5)), max(-0.3, min(turn, 0.3))
	sin, cos := math.Sincos(turn)
	cx, cy := side/2+r.uniform(-1.6, 1.6)-0.5, side/2+r.uniform(-1.6, 1.6)-0.5
	place := func(p vec) vec {
		x, y := (p.x-0.5+0.028*r.normal())*width, (p.y-0.5+0.022*r.normal())*height
		x -= slant * y
		return vec{cx + cos*x - sin*y, cy + sin*x + cos*y}
	}
	pen := r.uniform(0.75, 1.65) // half the pen's width, in pixels

	var line [256]vec
	for _, s := range strokes {
		var points [16]vec
		for i, p := range s.points {
			points[i] = place(p)
		}
		path := points[:len(s.points)]
		if s.smooth {
			path = smooth(line[:0], path)
		}
		for i := 1; i < len(path); i++ {
			segment(ink, path[i-1], path[i], pen)
		}
	}
}

// smooth appends points of the Catmull–Rom spline through p, which passes each of its points.
func smooth(dst, p []vec) []vec {
	const steps = 8
	at := func(i int) vec { return p[max(0, min(i, len(p)-1))] }
	for i := range len(p) - 1 {
		a, b, c, d := at(i-1), at(i), at(i+1), at(i+2)
		for k := range steps {
			t := float64(k) / steps
			dst = append(dst, vec{spline(a.x, b.x, c.x, d.x, t), spline(a.y, b.y, c.y, d.y, t)})
		}
	}
	return append(dst, p[len(p)-1])
}

// spline is ½(2b + (c−a)t + (2a−5b+4c−d)t² + (3b−a−3c+d)t³)  (Catmull & Rom 1974).
func spline(a, b, c, d, t float64) float64 {
	return 0.5 * (2*b + t*(c-a+t*(2*a-5*b+4*c-d+t*(3*b-a-3*c+d))))
}

// segment inks the pixels within the pen's reach of a segment: full inside, fading over one pixel at the edge.
func segment(ink *[side * side]float64, a, b vec, pen float64) {
	reach := pen + 1
	x0, x1 := max(0, int(min(a.x, b.x)-reach)), min(side-1, int(max(a.x, b.x)+reach)+1)
	y0, y1 := max(0, int(min(a.y, b.y)-reach)), min(side-1, int(max(a.y, b.y)+reach)+1)
	dx, dy := b.x-a.x, b.y-a.y
	length := dx*dx + dy*dy
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			px, py := float64(x)-a.x, float64(y)-a.y
			t := 0.0
			if length > 0 {
				t = max(0, min((px*dx+py*dy)/length, 1))
			}
			v := pen + 0.5 - math.Sqrt((px-t*dx)*(px-t*dx)+(py-t*dy)*(py-t*dy))
			ink[y*side+x] = max(ink[y*side+x], min(v, 1))
		}
	}
}
