//go:build arm64 && !purego && !f64

#include "textflag.h"
#include "neon_arm64.h"

// func peakFMANEON(n int)
// Sums in V8 to V31, as in a tile; they stay 0.
TEXT ·peakFMANEON(SB), NOSPLIT, $0-8
	MOVD n+0(FP), R0
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	SPLAT(8, 0)
	SPLAT(12, 0)
	SPLAT(16, 0)
	SPLAT(20, 0)
	SPLAT(24, 0)
	SPLAT(28, 0)

loop:
	FMLA(8, 0, 1, 0, 0)
	FMLA(9, 0, 1, 0, 0)
	FMLA(10, 0, 1, 0, 0)
	FMLA(11, 0, 1, 0, 0)
	FMLA(12, 0, 1, 0, 0)
	FMLA(13, 0, 1, 0, 0)
	FMLA(14, 0, 1, 0, 0)
	FMLA(15, 0, 1, 0, 0)
	FMLA(16, 0, 1, 0, 0)
	FMLA(17, 0, 1, 0, 0)
	FMLA(18, 0, 1, 0, 0)
	FMLA(19, 0, 1, 0, 0)
	FMLA(20, 0, 1, 0, 0)
	FMLA(21, 0, 1, 0, 0)
	FMLA(22, 0, 1, 0, 0)
	FMLA(23, 0, 1, 0, 0)
	FMLA(24, 0, 1, 0, 0)
	FMLA(25, 0, 1, 0, 0)
	FMLA(26, 0, 1, 0, 0)
	FMLA(27, 0, 1, 0, 0)
	FMLA(28, 0, 1, 0, 0)
	FMLA(29, 0, 1, 0, 0)
	FMLA(30, 0, 1, 0, 0)
	FMLA(31, 0, 1, 0, 0)
	SUBS $1, R0
	BNE  loop
	RET
