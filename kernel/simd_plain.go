//go:build !amd64 || purego || f64

package kernel

// What only amd64 has kernels for is done by the loops in plain Go elsewhere: each of these reports that it did nothing.

func attentionHideVector(s, seen []Float, n, m, first int) bool { return false }

func attentionScaleVector(y, factor []Float, n, m int) bool { return false }

func attentionOutVector(y, x, factor []Float, ld, m, n int, add bool) bool { return false }

func putF16Vector(b []byte, x []Float) int { return 0 }

func putBF16Vector(b []byte, x []Float) int { return 0 }

func getF16Vector(y []Float, b []byte) int { return 0 }

func getBF16Vector(y []Float, b []byte) int { return 0 }

func normMomentsVector(x []Float, mean Float) (sd, sdd float64, ok bool) { return 0, 0, false }

func normaliseVector(y, x, w, b []Float, mean, shift, r Float) bool { return false }

func normSumsVector(x, w, dy []Float, mean Float) (sg, sgd float64, ok bool) {
	return 0, 0, false
}

func normBackXVector(dx, x, w, dy []Float, mean, shift, r, mg, mgn Float, add bool) bool {
	return false
}

func normBackWVector(dw, db, x, dy []Float, mean, shift, r Float) bool { return false }

func ropeVector(y, x, cossin []Float, interleaved, inverse, add bool) bool { return false }

func stepVector(r Rule, w, g, a, b, c []Float, p *RuleArgs) bool { return false }

func dropoutVector(y, x []Float, z, key, bar uint64, scale Float, add bool) bool { return false }

// Without bfloat16 nobody calls these: see HasBF16.

func packBF16(dst, src []Float, ld, n, k int, rows, across bool, first, last int) {
	panic("kernel: no bfloat16")
}

func tilesBF16(y []Float, ld int, a, b []Float, m, n, k int, onto bool, first, last int) {
	panic("kernel: no bfloat16")
}

func roundPairsVector(y, x []Float) int { return 0 }

func pairPanel(y []Float, t Number, w []byte, k int) { panic("kernel: no bfloat16") }

func rowsBF16(y []Float, t Number, w []byte, x []Float, panels, k int) (did int) {
	panic("kernel: no bfloat16")
}

func rowsFewVector(y []Float, ld int, t Number, w []byte, x []Float, n, k int) bool { return false }

func convTilesVector(y []Float, ld int, a, x []Float, off []int, m, n int, onto bool) bool {
	return false
}

func sumTaps() int { return 1 }

func convSumsVector(p, dy, x []Float, off []int, s *SumSize) bool { return false }

func copyRowsVector(dst, src []Float, n, rows, ldd, lds int) bool { return false }

func batchApplyVector(y, x []Float, mean, shift, scale, b, least Float, add bool) bool { return false }

func batchSumsVector(x, y, dy []Float, mean Float) (sd, sh, shd float64, ok bool) {
	return 0, 0, 0, false
}

func batchBackXVector(dx, x, y, dy []Float, mean, shift, r, mh, mhn, scale Float, add bool) bool {
	return false
}

func maxPool2Vector(y []Float, arg []int32, x []Float, p *PoolSize) bool { return false }

// HasWinograd reports whether the transforms of WinogradOut and the others have vectors.
func HasWinograd() bool { return false }

func winogradWeightsVector(u, w []Float, n, ld int, turned bool) bool { return false }

func winogradRowsVector(dst, x, zero []Float, s *WinogradSize) bool { return false }

func winogradColumnsVector(v, x []Float, off *[winogradPairs]int, channels, ld, room, step, next int, slopes bool) bool {
	return false
}

func winogradOutVector(y, m []Float, off *[winogradPairs]int, channels, step, ldm, ldy, plane int, onto bool) bool {
	return false
}

func partRowsVector(dst, src []Float, n, rows, ldd, lds int) bool { return false }

func joinRowsVector(dst, src []Float, n, rows, ldd, lds int) bool { return false }

func dotsF16Vector(y []Float, ld int, w []byte, x []Float, m, n, k int) (rows, xs int) { return 0, 0 }

func dotsBF16Vector(y []Float, ld int, w []byte, x []Float, m, n, k int) (rows, xs int) { return 0, 0 }

func getRowsVector(y []Float, k Stored, ld, n, d int) bool { return false }
