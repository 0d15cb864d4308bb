//go:build arm64 && !purego && !f64

package kernel

// vectorLevels needs no question: every arm64 processor has NEON.
func vectorLevels() []Level { return []Level{NEON} }

// HasBF16 reports whether the level in use multiplies pairs of bfloat16.
func HasBF16() bool { return false }
