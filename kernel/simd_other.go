//go:build (!amd64 && !arm64) || purego || f64

package kernel

// Where there are no vectors the loops in plain Go do all the work: each of these reports that it did none.

func axpyVector(y []Float, a Float, x []Float) bool { return false }

func attentionWeightsVector(s, top, sum, factor []Float, n, m int) bool { return false }

func attentionSlopesVector(s, ds, stat, delta []Float, n, m int, scale Float) bool { return false }

func tileShape() (m, n int) { return tileM, tileN }

func tilesVector(y []Float, ld int, a, b []Float, m, n, k int, onto bool, first, last int) bool {
	return false
}

func packVector(dst, src []Float, ld, n, k int, rows, across bool, first, last int) bool {
	return false
}

func rowDotsVector(y, x, w []Float, ld int, onto bool) bool { return false }

func rowSumsVector(y, x, w []Float, ld int) bool { return false }

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

func foldVector(r Reducer, acc float64, x []Float) (float64, bool) { return 0, false }

func foldColumnsVector(r Reducer, acc []float64, x []Float, rows, stride int) bool { return false }

func tileQuantVector(y []Float, ld int, q Quant, w, x []byte, stride, n, k int) (did int) { return 0 }

func floatsVector(t Number, b []byte) ([]Float, bool) { return nil, false }

func rowsVector(y []Float, t Number, w []byte, x []Float, panels int) (did int) { return 0 }

func packXVector(dst []byte, q Quant, x []Float) bool { return false }
