//go:build (!amd64 && !arm64) || purego || f64

package kernel

// Where there are no vectors the loops in plain Go do all the work: each of these reports that it did none.

func axpyVector(y []Float, a Float, x []Float) bool { return false }

func attentionHideVector(s, seen []Float, n, m, first int) bool { return false }

func attentionWeightsVector(s, top, sum, factor []Float, n, m int) bool { return false }

func attentionSlopesVector(s, ds, stat, delta []Float, n, m int, scale Float) bool { return false }

func attentionScaleVector(y, factor []Float, n, m int) bool { return false }

func attentionOutVector(y, x, factor []Float, ld, m, n int, add bool) bool { return false }

func tileShape() (m, n int) { return tileM, tileN }

func tilesVector(y []Float, ld int, a, b []Float, m, n, k int, onto bool, first, last int) bool {
	return false
}

func packVector(dst, src []Float, ld, n, k int, rows, across bool, first, last int) bool {
	return false
}

func rowDotsVector(y, x, w []Float, ld int, onto bool) bool { return false }

func rowSumsVector(y, x, w []Float, ld int) bool { return false }

// Without bfloat16 nobody calls these: see HasBF16.

func tilesBF16(y []Float, ld int, a, b []Float, m, n, k int, onto bool, first, last int) {
	panic("kernel: no bfloat16")
}

func packBF16(dst, src []Float, ld, n, k int, rows, across bool, first, last int) {
	panic("kernel: no bfloat16")
}

func mapVector(f Fn, y, x []Float, p *Args, add bool) bool { return false }

func mapBackVector(f Fn, dx, x, dy []Float, p *Args, add bool) bool { return false }

func maxRowVector(x []Float) (m Float, done bool) { return 0, false }

func expRowVector(y, x []Float, m Float) (sum float64, done bool) { return 0, false }

func sumExpRowVector(x []Float, m Float) (sum float64, done bool) { return 0, false }

func sumRowVector(x []Float) (sum float64, done bool) { return 0, false }

func dotRowVector(x, y []Float) (sum float64, done bool) { return 0, false }

func minusRowVector(y, x []Float, m, l Float) bool { return false }

func softmaxBackVector(dx, y, dy []Float, sum Float, add bool) bool { return false }

func logSoftmaxBackVector(dx, y, dy []Float, sum Float, add bool) bool { return false }

func crossEntropyBackVector(dx, x []Float, k *crossEntropyRow, add bool) bool { return false }

func expLinesVector(sum *[linesAtOnce]float64, y, x, m []Float) bool { return false }

func sumExpLinesVector(sum *[linesAtOnce]float64, x, m []Float) bool { return false }

func sumLinesVector(sum *[linesAtOnce]float64, x []Float) bool { return false }

func dotLinesVector(sum *[linesAtOnce]float64, x, y []Float) bool { return false }

func zipVector(f Fn2, y, a, b []Float, sa, sb int, add bool) bool { return false }

func zipBackAVector(f Fn2, da, a, b, dy []Float, sa, sb int, add bool) bool { return false }

func zipBackBVector(f Fn2, db, a, b, dy []Float, sa, sb int, add bool) bool { return false }

func swiGLUVector(y, gate, up []Float) bool { return false }

func swiGLUBackVector(dgate, dup, gate, up, dy []Float, addGate, addUp bool) bool { return false }

func putF16Vector(b []byte, x []Float) int { return 0 }

func putBF16Vector(b []byte, x []Float) int { return 0 }

func getF16Vector(y []Float, b []byte) int { return 0 }

func getBF16Vector(y []Float, b []byte) int { return 0 }

func foldVector(r Reducer, acc float64, x []Float) (float64, bool) { return 0, false }

func foldColumnsVector(r Reducer, acc []float64, x []Float, rows, stride int) bool { return false }

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
