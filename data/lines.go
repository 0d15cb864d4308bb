package data

import (
	"math"

	"brick/kernel"
)

// Lines of digits: images of lineHeight × lineWidth with minDigits to maxDigits digits each.
const (
	lineHeight, lineWidth = 32, 160
	minDigits, maxDigits  = 4, 8

	lineMean, lineStd = 0.120, 0.243 // measured over 10,000 lines
)

// DigitLines is lines of 4 to 8 drawn digits, to be read from left to right: the figures of Digits, each drawn anew, side by
// side with gaps of 0 to 5 pixels, up and down by up to 2, grey 32×160, with uniform noise of ±Options.Noise (0.1). A line that
// grows too long ends before the digit that would not fit. Class 0 is the blank of a CTC loss, class 1 + d digit d.
func DigitLines(o Options) (Splits, error) {
	info := &Info{Name: "digit-lines", Task: Reading, Input: []int{1, lineHeight, lineWidth}, Targets: maxDigits,
		Classes: []string{"", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
		Mean:    []float64{lineMean}, Std: []float64{lineStd}, Origin: "strokes with random transforms, side by side"}
	noise := o.noise(0.1)
	return generate(info, &o, 20000, func(b *Batch, e, _ int, r *stream) {
		const size = lineHeight * lineWidth
		drawLine(b.X[e*size:(e+1)*size], b.Labels[e*maxDigits:(e+1)*maxDigits], noise, r)
	})
}

// drawLine draws a line of digits, standardised, and writes what it says.
func drawLine(dst []kernel.Float, labels []int32, noise float64, r *stream) {
	clear(dst)
	for i := range labels {
		labels[i] = Ignore
	}
	x, strength := 2+r.intn(6), r.uniform(0.65, 1)
	for i := range minDigits + r.intn(maxDigits-minDigits+1) {
		digit := r.intn(10)
		var ink [side * side]float64
		inkDigit(&ink, digit, r)
		left, right := inkColumns(&ink)
		if x+right-left > lineWidth-2 {
			break
		}
		top := r.intn(lineHeight - side + 1)
		for y := range side {
			row := dst[(top+y)*lineWidth+x:]
			for c, v := range ink[y*side+left : y*side+right] {
				row[c] = max(row[c], kernel.Float(strength*v))
			}
		}
		labels[i] = int32(digit) + 1
		x += right - left + r.intn(6)
	}
	var bits uint64
	for i, v := range dst {
		if i%8 == 0 {
			bits = r.next()
		}
		level := float64(v) + noise*(float64(bits&255)/127.5-1)
		bits >>= 8
		dst[i] = kernel.Float((math.Round(clamp(level)*255)/255 - lineMean) / lineStd)
	}
}

// inkColumns are the columns that a figure takes, from the first to after the last.
func inkColumns(ink *[side * side]float64) (left, right int) {
	left = side
	for i, v := range ink {
		if v > 0 {
			left, right = min(left, i%side), max(right, i%side+1)
		}
	}
	return left, right
}
