//go:build !amd64 || purego || f64

package kernel

// Where there are no vectors the loops in plain Go do all the work: each of these reports that it did none.

func axpyVector(y []Float, a Float, x []Float) bool { return false }

func tileShape() (m, n int) { return tileM, tileN }

func tilesVector(y []Float, ld int, a, b []Float, m, n, k int, onto bool) bool { return false }

func packVector(dst, src []Float, ld, n, k int, rows, across bool, first, last int) bool {
	return false
}

func rowDotsVector(y, x, w []Float, ld int, onto bool) bool { return false }

func rowSumsVector(y, x, w []Float, ld int) bool { return false }

// Without bfloat16 nobody calls these: see HasBF16.

func tilesBF16(y []Float, ld int, a, b []Float, m, n, k int, onto bool) { panic("kernel: no bfloat16") }

func packBF16(dst, src []Float, ld, n, k int, rows, across bool, first, last int) {
	panic("kernel: no bfloat16")
}

func mapVector(f Fn, y, x []Float, p *Args, add bool) bool { return false }

func mapBackVector(f Fn, dx, x, dy []Float, p *Args, add bool) bool { return false }
