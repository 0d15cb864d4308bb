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
		if w == nil {
			all = float64(len(x))*float64(z) - sumRow(x)
		}
		for c := range w {
			all += float64(w[c]) * (float64(z) - float64(x[c]))
		}
		sum += float64(s) / float64(len(x)) * all
	}
	return Float(sum), z
}

// CrossEntropyBack is the way back of one row, times a factor g. With
// k_c = (1−s)·w[t]·[c = t] + s/C·w[c]
//
//	dx[c] (=|+=) g·(e^(x[c]−z)·Σk − k_c)    or, for log-probabilities,  −g·k_c
//
// dx may be x.
func CrossEntropyBack(dx, x []Float, t int, w []Float, s, z, g Float, logProbs, add bool) {
	share := s / Float(len(x))
	hit := (1 - s) * weight(w, t)
	total := float64(hit) + float64(s)
	if w != nil {
		total = float64(hit)
		if s > 0 {
			total += float64(share) * sumRow(w)
		}
	}
	k := crossEntropyRow{w, z, Float(total), share, hit, g}
	if logProbs {
		k.sum = 0
	}
	atTarget := k.slope(x[t], t, true)
	if add {
		atTarget += dx[t]
	}
	if logProbs || w != nil && s > 0 || !crossEntropyBackVector(dx, x[:len(dx)], &k, add) {
		for c := range dx {
			v := k.slope(x[c], c, false)
			if add {
				v += dx[c]
			}
			dx[c] = v
		}
	}
	dx[t] = atTarget
}

// crossEntropyRow is what the slopes of a row have in common.
type crossEntropyRow struct {
	w                     []Float // nil for 1
	z, sum, share, hit, g Float   // sum is Σk, or 0 for log-probabilities
}

// slope is  g·(e^(x−z)·Σk − k_c)  of class c, which may be the target.
func (k *crossEntropyRow) slope(x Float, c int, target bool) Float {
	var v Float
	if k.sum != 0 {
		v = ExpOf(x-k.z) * k.sum
	}
	if k.share > 0 {
		v -= Float(k.share * weight(k.w, c))
	}
	if target {
		v -= k.hit
	}
	return v * k.g
}

func weight(w []Float, c int) Float {
	if w == nil {
		return 1
	}
	return w[c]
}
