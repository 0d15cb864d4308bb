//go:build arm64 && !purego && !f64

package kernel

import "math"

// These report whether the level in use has vectors, and did what the loops beside their calls do: a row is taken in
// pieces, which stay in the nearest cache from one kernel to the next.

// pieceEnd is where the piece from lo on ends in a row of n elements.
func pieceEnd(lo, n int) int { return min(lo+piece, n) }

func maxRowVector(x []Float) (m Float, done bool) {
	m = Float(math.Inf(-1))
	if level == Generic {
		return 0, false
	}
	n := len(x) & whole
	if n > 0 {
		m = maxNEON(&x[0], n)
	}
	for _, v := range x[n:] {
		if v > m || m != m {
			m = v
		}
	}
	return m, true
}

// sum adds x, element i to sum i mod 16, after a multiple of 16 of others.
func (t *tally) sum(x []Float) {
	n := len(x) & whole
	if n > 0 {
		sumEachNEON(&t[0], &x[0], n, 0)
	}
	for i, v := range x[n:] {
		t.count(i, float64(v))
	}
}

func expRowVector(y, x []Float, m Float) (sum float64, done bool) {
	if level == Generic {
		return 0, false
	}
	var t tally
	for lo := 0; lo < len(y); lo += piece {
		hi := pieceEnd(lo, len(y))
		expTo(y[lo:hi], x[lo:hi], m)
		t.sum(y[lo:hi])
	}
	return t.total(), true
}

func sumExpRowVector(x []Float, m Float) (sum float64, done bool) {
	if level == Generic {
		return 0, false
	}
	var t tally
	var e [piece]Float
	for lo := 0; lo < len(x); lo += piece {
		v := e[:pieceEnd(lo, len(x))-lo]
		expTo(v, x[lo:], m)
		t.sum(v)
	}
	return t.total(), true
}

func sumRowVector(x []Float) (sum float64, done bool) {
	if level == Generic {
		return 0, false
	}
	var t tally
	t.sum(x)
	return t.total(), true
}

func dotRowVector(x, y []Float) (sum float64, done bool) {
	if level == Generic {
		return 0, false
	}
	var t tally
	n := len(x) & whole
	if n > 0 {
		dotEachNEON(&t[0], &x[0], &y[0], n, 0)
	}
	for i, v := range x[n:] {
		t.count(i, float64(v)*float64(y[n+i])) // exact: fusing changes nothing
	}
	return t.total(), true
}

func minusRowVector(y, x []Float, m, l Float) bool {
	if level == Generic {
		return false
	}
	for lo := 0; lo < len(y); lo += piece {
		hi := pieceEnd(lo, len(y))
		affineTo(y[lo:hi], x[lo:hi], 1, -m)
		affineTo(y[lo:hi], y[lo:hi], 1, -l)
	}
	return true
}

func softmaxBackVector(dx, y, dy []Float, sum Float, add bool) bool {
	if level == Generic {
		return false
	}
	var t [piece]Float
	for lo := 0; lo < len(dx); lo += piece {
		hi := pieceEnd(lo, len(dx))
		d := t[:hi-lo]
		affineTo(d, dy[lo:hi], 1, -sum)
		Zip(MulOf, dx[lo:hi], y[lo:hi], d, 1, 1, add)
	}
	return true
}

func logSoftmaxBackVector(dx, y, dy []Float, sum Float, add bool) bool {
	if level == Generic {
		return false
	}
	var p, t [piece]Float
	for lo := 0; lo < len(dx); lo += piece {
		hi := pieceEnd(lo, len(dx))
		e, d := p[:hi-lo], t[:hi-lo]
		expTo(e, y[lo:hi], 0)
		copy(d, dy[lo:hi])
		Axpy(d, -sum, e)
		if add {
			Zip(AddOf, d, dx[lo:hi], d, 1, 1, false)
		}
		copy(dx[lo:hi], d)
	}
	return true
}

func crossEntropyBackVector(dx, x []Float, k *crossEntropyRow, add bool) bool {
	if level == Generic {
		return false
	}
	var p [piece]Float
	g := [1]Float{k.g}
	for lo := 0; lo < len(dx); lo += piece {
		hi := pieceEnd(lo, len(dx))
		e := p[:hi-lo]
		expTo(e, x[lo:hi], k.z)
		affineTo(e, e, k.sum, -k.share)
		Zip(MulOf, dx[lo:hi], e, g[:], 1, 0, add)
	}
	return true
}

func expLinesVector(sum *[linesAtOnce]float64, y, x, m []Float) bool {
	if level == Generic {
		return false
	}
	Zip(SubOf, y, x, m, 1, 1, false)
	expTo(y, y, 0)
	return sumLinesVector(sum, y)
}

func sumExpLinesVector(sum *[linesAtOnce]float64, x, m []Float) bool {
	var e [linesAtOnce]Float
	return expLinesVector(sum, e[:len(x)], x, m)
}

func sumLinesVector(sum *[linesAtOnce]float64, x []Float) bool {
	if level == Generic {
		return false
	}
	n := len(x) & whole
	if n > 0 {
		sumEachNEON(&sum[0], &x[0], n, 128)
	}
	for i := n; i < len(x); i++ {
		sum[i] += float64(x[i])
	}
	return true
}

func dotLinesVector(sum *[linesAtOnce]float64, x, y []Float) bool {
	if level == Generic {
		return false
	}
	n := len(x) & whole
	if n > 0 {
		dotEachNEON(&sum[0], &x[0], &y[0], n, 128)
	}
	for i := n; i < len(x); i++ {
		sum[i] += float64(x[i]) * float64(y[i]) // exact: fusing changes nothing
	}
	return true
}
