package kernel

import "math"

// Softmax is  y[i] = e^(x[i]−m) / Σⱼ e^(x[j]−m),  m = max x,  over the n elements
// that lie stride apart. y may be x. A NaN or +∞ among x, or x = −∞ throughout, gives NaN.
func Softmax(y, x []Float, n, stride int) {
	m := maxOf(x, n, stride)
	sum := 0.0
	for k := 0; k < n*stride; k += stride {
		e := ExpOf(x[k] - m)
		y[k] = e
		sum += float64(e)
	}
	r := Float(1 / sum)
	for k := 0; k < n*stride; k += stride {
		y[k] *= r
	}
}

// LogSoftmax is  y[i] = x[i] − m − ln Σⱼ e^(x[j]−m),  m = max x,  over the n
// elements that lie stride apart. y may be x.
func LogSoftmax(y, x []Float, n, stride int) {
	m := maxOf(x, n, stride)
	sum := 0.0
	for k := 0; k < n*stride; k += stride {
		sum += float64(ExpOf(x[k] - m))
	}
	l := Float(math.Log(sum))
	for k := 0; k < n*stride; k += stride {
		y[k] = x[k] - m - l
	}
}

// SoftmaxBack is  dx[i] (=|+=) y[i]·(dy[i] − Σⱼ y[j]·dy[j]).
func SoftmaxBack(dx, y, dy []Float, n, stride int, add bool) {
	sum := 0.0
	for k := 0; k < n*stride; k += stride {
		sum += float64(y[k]) * float64(dy[k])
	}
	s := Float(sum)
	for k := 0; k < n*stride; k += stride {
		v := y[k] * (dy[k] - s)
		if add {
			v += dx[k]
		}
		dx[k] = v
	}
}

// LogSoftmaxBack is  dx[i] (=|+=) dy[i] − e^y[i]·Σⱼ dy[j].
func LogSoftmaxBack(dx, y, dy []Float, n, stride int, add bool) {
	sum := 0.0
	for k := 0; k < n*stride; k += stride {
		sum += float64(dy[k])
	}
	s := Float(sum)
	for k := 0; k < n*stride; k += stride {
		v := dy[k] - ExpOf(y[k])*s
		if add {
			v += dx[k]
		}
		dx[k] = v
	}
}

// LogSumExp is  ln Σᵢ e^x[i],  computed as  m + ln Σᵢ e^(x[i]−m),  m = max x.
func LogSumExp(x []Float) Float {
	m := maxOf(x, len(x), 1)
	sum := 0.0
	for _, v := range x {
		sum += float64(ExpOf(v - m))
	}
	return Float(float64(m) + math.Log(sum))
}

// maxOf is the largest of n elements stride apart, −∞ of none; NaN if there is one.
func maxOf(x []Float, n, stride int) Float {
	m := Float(math.Inf(-1))
	for k := 0; k < n*stride; k += stride {
		m = max(m, x[k])
	}
	return m
}
