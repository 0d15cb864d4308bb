package kernel

import "math"

// Softmax is  y[i] = e^(x[i]−m) / Σⱼ e^(x[j]−m),  m = max x,  for i < len(y). y may be x. A NaN or +∞ among x, or
// x = −∞ throughout, gives NaN. Sums of rows are tallies, see there.
func Softmax(y, x []Float) {
	x = x[:len(y)]
	sum := expRow(y, x, maxRow(x))
	r := [1]Float{Float(1 / sum)}
	Zip(MulOf, y, y, r[:], 1, 0, false)
}

// LogSoftmax is  y[i] = x[i] − m − ln Σⱼ e^(x[j]−m),  m = max x,  for i < len(y). y may be x.
func LogSoftmax(y, x []Float) {
	x = x[:len(y)]
	m := maxRow(x)
	l := Float(math.Log(sumExpRow(x, m)))
	if minusRowVector(y, x, m, l) {
		return
	}
	for i, v := range x {
		y[i] = v - m - l
	}
}

// SoftmaxBack is  dx[i] (=|+=) y[i]·(dy[i] − Σⱼ y[j]·dy[j])  for i < len(dx).
func SoftmaxBack(dx, y, dy []Float, add bool) {
	y, dy = y[:len(dx)], dy[:len(dx)]
	sum := Float(dotRow(y, dy))
	if softmaxBackVector(dx, y, dy, sum, add) {
		return
	}
	for i := range dx {
		v := Float(y[i] * (dy[i] - sum))
		if add {
			v += dx[i]
		}
		dx[i] = v
	}
}

// LogSoftmaxBack is  dx[i] (=|+=) dy[i] − e^y[i]·Σⱼ dy[j]  for i < len(dx).
func LogSoftmaxBack(dx, y, dy []Float, add bool) {
	y, dy = y[:len(dx)], dy[:len(dx)]
	sum := Float(sumRow(dy))
	if logSoftmaxBackVector(dx, y, dy, sum, add) {
		return
	}
	for i := range dx {
		v := dy[i] - Float(ExpOf(y[i])*sum)
		if add {
			v += dx[i]
		}
		dx[i] = v
	}
}

// sumBlock is how many elements LogSumExp takes at once: they stay in the first cache between their two passes.
const sumBlock = 4096

// LogSumExp is  ln Σᵢ e^x[i],  computed as  m + ln Σᵢ e^(x[i]−m),  m = max x so far: x is read from memory once. A NaN
// or +∞ among x gives NaN, x = −∞ throughout gives −∞.
func LogSumExp(x []Float) Float {
	m, sum := Float(-maxFloat), 0.0
	for len(x) > 0 {
		block := x[:min(sumBlock, len(x))]
		x = x[len(block):]
		if top := maxRow(block); top > m {
			sum *= math.Exp(float64(m) - float64(top)) // 0 for the first block
			m = top
		}
		sum += sumExpRow(block, m)
	}
	return Float(float64(m) + math.Log(sum))
}

// A tally is how rows are summed, in float64 and in the same order at every level: element i goes to sum i mod 16, and
// those are added by halves.
type tally [16]float64

func (t *tally) count(i int, v float64) { t[i&15] += v }

func (t *tally) total() float64 {
	for half := 8; half > 0; half /= 2 {
		for i := range half {
			t[i] += t[i+half]
		}
	}
	return t[0]
}

// maxRow is the largest of x, −∞ of none; NaN may be passed over.
func maxRow(x []Float) Float {
	m, done := maxRowVector(x)
	if !done {
		m = Float(math.Inf(-1))
		for _, v := range x {
			if v > m {
				m = v
			}
		}
	}
	return m
}

// expRow is  y[i] = e^(x[i]−m),  and their sum.
func expRow(y, x []Float, m Float) float64 {
	if sum, done := expRowVector(y, x, m); done {
		return sum
	}
	var t tally
	for i, v := range x {
		e := ExpOf(v - m)
		y[i] = e
		t.count(i, float64(e))
	}
	return t.total()
}

// sumExpRow is  Σᵢ e^(x[i]−m).
func sumExpRow(x []Float, m Float) float64 {
	if sum, done := sumExpRowVector(x, m); done {
		return sum
	}
	var t tally
	for i, v := range x {
		t.count(i, float64(ExpOf(v-m)))
	}
	return t.total()
}

func sumRow(x []Float) float64 {
	if sum, done := sumRowVector(x); done {
		return sum
	}
	var t tally
	for i, v := range x {
		t.count(i, float64(v))
	}
	return t.total()
}

func dotRow(x, y []Float) float64 {
	if sum, done := dotRowVector(x, y); done {
		return sum
	}
	var t tally
	for i, v := range x {
		t.count(i, float64(float64(v)*float64(y[i])))
	}
	return t.total()
}
