//go:build arm64 && !purego && !f64

package kernel

// What the functions in assembly compute, as loops. Lengths are not 0; ld, ldy and stride are in bytes.

// y[p·1+i, j] (=|+=) Σ_l a[p, l, i]·b[l, j]  for p < panels, i < 1, j < 12,  each term fused, in the order of l < k.
// a (panels, k, 8)  b (k, 12)  rows of y ldy apart.
//
//go:noescape
func tile1NEON(y, a, b *float32, k, panels, ldy int, onto bool)

// y[p·2+i, j] (=|+=) Σ_l a[p, l, i]·b[l, j]  for p < panels, i < 2, j < 12,  each term fused, in the order of l < k.
// a (panels, k, 8)  b (k, 12)  rows of y ldy apart.
//
//go:noescape
func tile2NEON(y, a, b *float32, k, panels, ldy int, onto bool)

// y[p·3+i, j] (=|+=) Σ_l a[p, l, i]·b[l, j]  for p < panels, i < 3, j < 12,  each term fused, in the order of l < k.
// a (panels, k, 8)  b (k, 12)  rows of y ldy apart.
//
//go:noescape
func tile3NEON(y, a, b *float32, k, panels, ldy int, onto bool)

// y[p·4+i, j] (=|+=) Σ_l a[p, l, i]·b[l, j]  for p < panels, i < 4, j < 12,  each term fused, in the order of l < k.
// a (panels, k, 8)  b (k, 12)  rows of y ldy apart.
//
//go:noescape
func tile4NEON(y, a, b *float32, k, panels, ldy int, onto bool)

// y[p·5+i, j] (=|+=) Σ_l a[p, l, i]·b[l, j]  for p < panels, i < 5, j < 12,  each term fused, in the order of l < k.
// a (panels, k, 8)  b (k, 12)  rows of y ldy apart.
//
//go:noescape
func tile5NEON(y, a, b *float32, k, panels, ldy int, onto bool)

// y[p·6+i, j] (=|+=) Σ_l a[p, l, i]·b[l, j]  for p < panels, i < 6, j < 12,  each term fused, in the order of l < k.
// a (panels, k, 8)  b (k, 12)  rows of y ldy apart.
//
//go:noescape
func tile6NEON(y, a, b *float32, k, panels, ldy int, onto bool)

// y[p·7+i, j] (=|+=) Σ_l a[p, l, i]·b[l, j]  for p < panels, i < 7, j < 12,  each term fused, in the order of l < k.
// a (panels, k, 8)  b (k, 12)  rows of y ldy apart.
//
//go:noescape
func tile7NEON(y, a, b *float32, k, panels, ldy int, onto bool)

// y[p·8+i, j] (=|+=) Σ_l a[p, l, i]·b[l, j]  for p < panels, i < 8, j < 12,  each term fused, in the order of l < k.
// a (panels, k, 8)  b (k, 12)  rows of y ldy apart.
//
//go:noescape
func tile8NEON(y, a, b *float32, k, panels, ldy int, onto bool)

// dst[l·stride + i] = si[l]  for l < k, i < 4.
//
//go:noescape
func packRows4NEON(dst, s0, s1, s2, s3 *float32, k, stride int)

// y[j] (=|+=) Σ_l x[l]·w[j·ld + l]  for j < 16,  each term fused, in the order of l < k.
//
//go:noescape
func rowDots16NEON(y, x, w *float32, k, ld int, onto bool)

// y[j] (=|+=) Σ_l x[l]·wj[l]  for j < 4,  each term fused, in the order of l < k.
//
//go:noescape
func rowDots4NEON(y, x, w0, w1, w2, w3 *float32, k int, onto bool)

// y[j] += Σ_l x[l]·w[l·ld + j]  for j < n,  each term fused, in the order of l < 4.
//
//go:noescape
func rowSums4NEON(y, x, w *float32, n, ld int)

// y[i] = fma(a, x[i], y[i])  for i < n.
//
//go:noescape
func axpyNEON(y, x *float32, n int, a float32)

// The following take lengths that are multiples of 16.

// y[i] = e^(x[i] − m)  for i < n,  with the bits of the other vector levels.
//
//go:noescape
func expNEON(y, x *float32, n int, m float32)

// sum[i/16·step/8 + i mod 16] += x[i]  for i < n;  step in bytes: 128 for a sum each, 0 for a tally.
//
//go:noescape
func sumEachNEON(sum *float64, x *float32, n, step int)

// sum[i/16·step/8 + i mod 16] += a[i]·b[i]  for i < n;  step as in sumEachNEON.
//
//go:noescape
func dotEachNEON(sum *float64, a, b *float32, n, step int)

// The largest of x; NaN may be passed over.
//
//go:noescape
func maxNEON(x *float32, n int) float32

// y[i] = fma(a, x[i], b)  for i < n.
//
//go:noescape
func affineNEON(y, x *float32, n int, a, b float32)

// y[i] (=|+=) Add(a[i·sa], b[i·sb])  for i < n;  strides are 1, or 0 for a vector of 16 that is used again and again.
//
//go:noescape
func zipAddNEON(y, a, b *float32, n, sa, sb int, add bool)

// y[i] (=|+=) Sub(a[i·sa], b[i·sb])  for i < n;  strides are 1, or 0 for a vector of 16 that is used again and again.
//
//go:noescape
func zipSubNEON(y, a, b *float32, n, sa, sb int, add bool)

// y[i] (=|+=) Mul(a[i·sa], b[i·sb])  for i < n;  strides are 1, or 0 for a vector of 16 that is used again and again.
//
//go:noescape
func zipMulNEON(y, a, b *float32, n, sa, sb int, add bool)

// y[i] (=|+=) Div(a[i·sa], b[i·sb])  for i < n;  strides are 1, or 0 for a vector of 16 that is used again and again.
//
//go:noescape
func zipDivNEON(y, a, b *float32, n, sa, sb int, add bool)

// y[i] (=|+=) Max(a[i·sa], b[i·sb])  for i < n;  strides are 1, or 0 for a vector of 16 that is used again and again.
//
//go:noescape
func zipMaxNEON(y, a, b *float32, n, sa, sb int, add bool)

// y[i] (=|+=) Min(a[i·sa], b[i·sb])  for i < n;  strides are 1, or 0 for a vector of 16 that is used again and again.
//
//go:noescape
func zipMinNEON(y, a, b *float32, n, sa, sb int, add bool)
