package kernel

import "math"

// Softmaxes of lines that lie side by side: element k of line i is at k·stride + i. Each takes n elements of some lines,
// starting with the first of its slices, and goes along the lines together, so that memory is walked in its order.

// linesAtOnce is how many lines are in hand at once, their largest elements and their sums on the stack.
const linesAtOnce = piece

// SoftmaxLines is Softmax, or LogSoftmax, of the given number of lines of n elements. y may be x. The sum of a line
// is taken in the order of its elements, in float64.
func SoftmaxLines(y, x []Float, n, stride, lines int, log bool) {
	for lo := 0; lo < lines; lo += linesAtOnce {
		softmaxLines(y[lo:], x[lo:], n, stride, min(linesAtOnce, lines-lo), log)
	}
}

func softmaxLines(y, x []Float, n, stride, lines int, log bool) {
	var top, scale [linesAtOnce]Float
	var sums [linesAtOnce]float64
	m, r := top[:lines], scale[:lines]
	copy(m, x)
	for k := 1; k < n; k++ {
		Zip(MaxOf, m, m, x[k*stride:], 1, 1, false)
	}
	for k := range n {
		if log {
			sumExpLines(&sums, x[k*stride:][:lines], m)
		} else {
			expLines(&sums, y[k*stride:][:lines], x[k*stride:], m)
		}
	}
	for i := range r {
		if log {
			r[i] = Float(math.Log(sums[i]))
		} else {
			r[i] = Float(1 / sums[i])
		}
	}
	for k := range n {
		row := y[k*stride:][:lines]
		if log {
			Zip(SubOf, row, x[k*stride:], m, 1, 1, false)
			Zip(SubOf, row, row, r, 1, 1, false)
		} else {
			Zip(MulOf, row, row, r, 1, 1, false)
		}
	}
}

// SoftmaxLinesBack is SoftmaxBack, or LogSoftmaxBack, of the given number of lines of n elements.
func SoftmaxLinesBack(dx, y, dy []Float, n, stride, lines int, log, add bool) {
	for lo := 0; lo < lines; lo += linesAtOnce {
		softmaxLinesBack(dx[lo:], y[lo:], dy[lo:], n, stride, min(linesAtOnce, lines-lo), log, add)
	}
}

func softmaxLinesBack(dx, y, dy []Float, n, stride, lines int, log, add bool) {
	var rounded, part [linesAtOnce]Float
	var sums [linesAtOnce]float64
	s, t := rounded[:lines], part[:lines]
	for k := range n {
		if log {
			sumLines(&sums, dy[k*stride:][:lines])
		} else {
			dotLines(&sums, y[k*stride:][:lines], dy[k*stride:])
		}
	}
	for i := range s {
		s[i] = Float(sums[i])
	}
	for k := range n {
		row, ys, dys := dx[k*stride:][:lines], y[k*stride:][:lines], dy[k*stride:][:lines]
		if log {
			Map(Exp, t, ys, &noArgs)
			Zip(MulOf, t, t, s, 1, 1, false)
			Zip(SubOf, row, dys, t, 1, 1, add)
		} else {
			Zip(SubOf, t, dys, s, 1, 1, false)
			Zip(MulOf, row, ys, t, 1, 1, add)
		}
	}
}

// expLines is  y[i] = e^(x[i]−m[i]),  sum[i] += y[i].
func expLines(sum *[linesAtOnce]float64, y, x, m []Float) {
	if expLinesVector(sum, y, x[:len(y)], m[:len(y)]) {
		return
	}
	for i := range y {
		y[i] = ExpOf(x[i] - m[i])
		sum[i] += float64(y[i])
	}
}

// sumExpLines is  sum[i] += e^(x[i]−m[i]).
func sumExpLines(sum *[linesAtOnce]float64, x, m []Float) {
	if sumExpLinesVector(sum, x, m[:len(x)]) {
		return
	}
	for i, v := range x {
		sum[i] += float64(ExpOf(v - m[i]))
	}
}

func sumLines(sum *[linesAtOnce]float64, x []Float) {
	if sumLinesVector(sum, x) {
		return
	}
	for i, v := range x {
		sum[i] += float64(v)
	}
}

func dotLines(sum *[linesAtOnce]float64, x, y []Float) {
	if dotLinesVector(sum, x, y[:len(x)]) {
		return
	}
	for i, v := range x {
		sum[i] += float64(float64(v) * float64(y[i]))
	}
}
