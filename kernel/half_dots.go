package kernel

import "encoding/binary"

// DotsF16 is y[j·ld + r] = Σ_l w[r·k + l]·x[j·k + l]  for r < m, j < n: products of m rows of F16 with n xs. A sum has 16 lanes,
// lane l mod 16 adding its terms in their order, each rounded as the level does; the lanes' sums are added in halves: 8 with
// 8, 4 with 4, 2 with 2, 1 with 1. So the bits of a row depend neither on which rows nor on which xs are computed with it.
func DotsF16(y []Float, ld int, w []byte, x []Float, m, n, k int) {
	dotsHalf(y, ld, w, x, m, n, k, F16Value, dotsF16Vector)
}

// DotsBF16 is DotsF16 of rows of BF16.
func DotsBF16(y []Float, ld int, w []byte, x []Float, m, n, k int) {
	dotsHalf(y, ld, w, x, m, n, k, BF16Value, dotsBF16Vector)
}

// dotsHalf takes as many rows and xs at once as vector does, and one of each where it does none.
func dotsHalf(y []Float, ld int, w []byte, x []Float, m, n, k int, value func(h uint16) float32,
	vector func(y []Float, ld int, w []byte, x []Float, m, n, k int) (rows, xs int)) {
	for r := 0; r < m; {
		rows := 1
		for j := 0; j < n; {
			did, xs := vector(y[j*ld+r:], ld, w[2*r*k:], x[j*k:], m-r, n-j, k)
			if did == 0 {
				did, xs = 1, 1
				y[j*ld+r] = dotHalf(w[2*r*k:2*(r+1)*k], x[j*k:(j+1)*k], value)
			}
			rows, j = did, j+xs
		}
		r += rows
	}
}

// dotHalf is a row times an x.
func dotHalf(w []byte, x []Float, value func(h uint16) float32) Float {
	var acc [16]Float
	for i, v := range x {
		acc[i%16] = mulAdd(Float(value(binary.LittleEndian.Uint16(w[2*i:]))), v, acc[i%16])
	}
	for half := 8; half > 0; half /= 2 {
		for i := range half {
			acc[i] += acc[i+half]
		}
	}
	return acc[0]
}
