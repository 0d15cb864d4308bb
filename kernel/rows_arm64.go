//go:build arm64 && !purego && !f64

package kernel

import "unsafe"

// floatsVector is b as float32 where it holds them: these instructions read them at any address.
func floatsVector(t Number, b []byte) ([]Float, bool) {
	if t != F32 || level == Generic || len(b) == 0 {
		return nil, false
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), len(b)/4), true
}

// rowsVector computes as many panels as a kernel takes at once and says how many; 0 without vectors.
func rowsVector(y []Float, t Number, w []byte, x []Float, panels int) (did int) {
	if level == Generic {
		return 0
	}
	did = min(panels, 2)
	to, from, k := &y[0], &w[0], len(x)
	switch {
	case t == F32 && did == 1:
		rowsF32x1NEON(to, from, &x[0], k)
	case t == F32:
		rowsF32x2NEON(to, from, &x[0], k)
	case t == F16 && did == 1:
		rowsF16x1NEON(to, from, &x[0], k)
	case t == F16:
		rowsF16x2NEON(to, from, &x[0], k)
	case did == 1:
		rowsBF16x1NEON(to, from, &x[0], k)
	default:
		rowsBF16x2NEON(to, from, &x[0], k)
	}
	return did
}

// y[p·12 + r] = Σ_l w[p, l, r]·x[l]  for p < 1, r < 12, l < k,  each term fused, in the order of l;  w (1, k, 12) of F32.
//
//go:noescape
func rowsF32x1NEON(y *float32, w *byte, x *float32, k int)

// y[p·12 + r] = Σ_l w[p, l, r]·x[l]  for p < 2, r < 12, l < k,  each term fused, in the order of l;  w (2, k, 12) of F32.
//
//go:noescape
func rowsF32x2NEON(y *float32, w *byte, x *float32, k int)

// y[p·12 + r] = Σ_l w[p, l, r]·x[l]  for p < 1, r < 12, l < k,  each term fused, in the order of l;  w (1, k, 12) of F16.
//
//go:noescape
func rowsF16x1NEON(y *float32, w *byte, x *float32, k int)

// y[p·12 + r] = Σ_l w[p, l, r]·x[l]  for p < 2, r < 12, l < k,  each term fused, in the order of l;  w (2, k, 12) of F16.
//
//go:noescape
func rowsF16x2NEON(y *float32, w *byte, x *float32, k int)

// y[p·12 + r] = Σ_l w[p, l, r]·x[l]  for p < 1, r < 12, l < k,  each term fused, in the order of l;  w (1, k, 12) of BF16.
//
//go:noescape
func rowsBF16x1NEON(y *float32, w *byte, x *float32, k int)

// y[p·12 + r] = Σ_l w[p, l, r]·x[l]  for p < 2, r < 12, l < k,  each term fused, in the order of l;  w (2, k, 12) of BF16.
//
//go:noescape
func rowsBF16x2NEON(y *float32, w *byte, x *float32, k int)
