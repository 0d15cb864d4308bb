//go:build amd64 && !purego && !f64

package kernel

import "golang.org/x/sys/cpu"

func vectorLevels() (can []Level) {
	x := &cpu.X86
	if x.HasAVX2 && x.HasFMA && x.HasBMI2 {
		can = append(can, AVX2)
		if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL {
			can = append(can, AVX512)
		}
	}
	return can
}

// HasBF16 reports whether the level in use multiplies pairs of bfloat16 (VDPBF16PS).
func HasBF16() bool { return level == AVX512 && cpu.X86.HasAVX512BF16 }
