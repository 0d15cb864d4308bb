//go:build arm64 && !purego && !f64

package kernel

// What NEON has no kernels for is done by the loops in plain Go: each of these reports that it did nothing.

func attentionHideVector(s, seen []Float, n, m, first int) bool { return false }

func attentionScaleVector(y, factor []Float, n, m int) bool { return false }

func attentionOutVector(y, x, factor []Float, ld, m, n int, add bool) bool { return false }

// Without bfloat16 nobody calls these: see HasBF16.

func tilesBF16(y []Float, ld int, a, b []Float, m, n, k int, onto bool) { panic("kernel: no bfloat16") }

func packBF16(dst, src []Float, ld, n, k int, rows, across bool, first, last int) {
	panic("kernel: no bfloat16")
}
