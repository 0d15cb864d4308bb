package kernel

// SoftCap keeps scores between −cap and cap (Gemma Team 2024, "Gemma 2"); a cap of 0 leaves them as they are.
//
//	s = cap·tanh(s/cap)
func SoftCap(s []Float, cap Float) {
	if cap == 0 {
		return
	}
	for i := range s {
		s[i] /= cap
	}
	Map(Tanh, s, s, &noArgs)
	for i := range s {
		s[i] *= cap
	}
}

// softCapSlopes is the slope of SoftCap where it gave s:  y = 1 − (s/cap)².
func softCapSlopes(y, s []Float, cap Float) {
	for i, v := range s {
		t := v / cap
		y[i] = 1 - t*t
	}
}

// multiply is  y ⊙= x.
func multiply(y, x []Float) {
	for i, v := range x {
		y[i] *= v
	}
}
