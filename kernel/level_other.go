//go:build (!amd64 && !arm64) || purego || f64

package kernel

func vectorLevels() []Level { return nil }

// HasBF16 reports whether the level in use multiplies pairs of bfloat16.
func HasBF16() bool { return false }
