//go:build arm64 && !purego && !f64

package kernel

import (
	"encoding/binary"
	"math"
)

// packXVector is PackQuantX with vectors; it reports whether the level in use has them.
func packXVector(dst []byte, q Quant, x []Float) bool {
	if level == Generic {
		return false
	}
	size, step, parts := q.Block(), xBytes(q), packings[q].parts
	var sums [maxBlock / 16]int32
	for ; len(x) > 0; x, dst = x[size:], dst[step:] {
		far, id := scaleFrom(farthestNEON(&x[0], size))
		if far != far {
			packBlockX(dst, q, x[:size])
			continue
		}
		roundCodesNEON(&dst[0], &sums[0], &x[0], size, id)
		for part := range parts {
			sum := int32(0)
			for _, s := range sums[part*size/parts/16 : (part+1)*size/parts/16] {
				sum += s
			}
			putSum(dst[size:], q, part, sum)
		}
		binary.LittleEndian.PutUint32(dst[size+sumsBytes(q):], math.Float32bits(far/127))
	}
	return true
}

// The bits of max |x[i]|, as an integer,  for i < n, a multiple of 16.
//
//go:noescape
func farthestNEON(x *float32, n int) uint32

// c[i] = id·x[i] to the nearest integer, ties to even;  sums[j] = Σ c[i], 16j ≤ i < 16j + 16;  for i < n, a multiple of 16.
//
//go:noescape
func roundCodesNEON(c *byte, sums *int32, x *float32, n int, id float32)
