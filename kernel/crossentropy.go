package kernel

// CrossEntropy is the loss of one row of scores x (C) whose class is t, and
// z = ln Σ e^x. With class weights w (nil for 1) and label smoothing s
//
//	ℓ = (1−s)·w[t]·(z − x[t]) + s/C·Σ_c w[c]·(z − x[c])
//
// If x holds log-probabilities, z is 0 by definition.
func CrossEntropy(x []Float, t int, w []Float, s Float, logProbs bool) (loss, z Float) {
	if !logProbs {
		z = LogSumExp(x)
	}
	sum := float64(1-s) * float64(weight(w, t)) * (float64(z) - float64(x[t]))
	if s > 0 {
		all := 0.0
		for c, v := range x {
			all += float64(weight(w, c)) * (float64(z) - float64(v))
		}
		sum += float64(s) / float64(len(x)) * all
	}
	return Float(sum), z
}

// CrossEntropyBack is the way back of one row, times a factor g. With
// k_c = (1−s)·w[t]·[c = t] + s/C·w[c]
//
//	dx[c] (=|+=) g·(e^(x[c]−z)·Σk − k_c)    or, for log-probabilities,  −g·k_c
func CrossEntropyBack(dx, x []Float, t int, w []Float, s, z, g Float, logProbs, add bool) {
	share := s / Float(len(x))
	hit := (1 - s) * weight(w, t)
	total := float64(hit) + float64(s)
	if w != nil {
		total = float64(hit)
		if s > 0 {
			for _, v := range w {
				total += float64(share) * float64(v)
			}
		}
	}
	sum := Float(total)
	for c := range dx {
		var v Float
		if !logProbs {
			v = ExpOf(x[c]-z) * sum
		}
		if s > 0 {
			v -= share * weight(w, c)
		}
		if c == t {
			v -= hit
		}
		v *= g
		if add {
			v += dx[c]
		}
		dx[c] = v
	}
}

func weight(w []Float, c int) Float {
	if w == nil {
		return 1
	}
	return w[c]
}
