//go:build arm64 && !purego && !f64

#include "textflag.h"
#include "neon_arm64.h"

// The numbers of the exponential, see kernel/_asm/exp.go.
DATA expConstants<>+0(SB)/4, $0xc2d00000  // V16: −104, e⁻¹⁰⁴ rounds to 0
DATA expConstants<>+4(SB)/4, $0x42b20000  // V17: 89, e⁸⁹ > 2¹²⁸
DATA expConstants<>+8(SB)/4, $0x4b400000  // V18: 1.5·2²³, adding it rounds to a whole number, found in the low bits
DATA expConstants<>+12(SB)/4, $0x3fb8aa3b // V19: 1/ln 2
DATA expConstants<>+16(SB)/4, $0x3f318000 // V20, V21: ln 2 in two parts
DATA expConstants<>+20(SB)/4, $0xb95e8083
DATA expConstants<>+24(SB)/4, $0x3ab6352c // V22 to V26: P, (eʳ − 1 − r)/r²
DATA expConstants<>+28(SB)/4, $0x3c090616
DATA expConstants<>+32(SB)/4, $0x3d2aaadd
DATA expConstants<>+36(SB)/4, $0x3e2aaa6e
DATA expConstants<>+40(SB)/4, $0x3f000000
DATA expConstants<>+44(SB)/4, $0x3f800000 // V27: 1
GLOBL expConstants<>(SB), RODATA|NOPTR, $48

#define EXPCONSTANTS \
	MOVD    $expConstants<>(SB), R8; \
	VLD1R.P 4(R8), [V16.S4]; \
	VLD1R.P 4(R8), [V17.S4]; \
	VLD1R.P 4(R8), [V18.S4]; \
	VLD1R.P 4(R8), [V19.S4]; \
	VLD1R.P 4(R8), [V20.S4]; \
	VLD1R.P 4(R8), [V21.S4]; \
	VLD1R.P 4(R8), [V22.S4]; \
	VLD1R.P 4(R8), [V23.S4]; \
	VLD1R.P 4(R8), [V24.S4]; \
	VLD1R.P 4(R8), [V25.S4]; \
	VLD1R.P 4(R8), [V26.S4]; \
	VLD1R   (R8), [V27.S4]

// EXP makes the vector V0 its exponential,  2ᵏ·(1 + (r + r²·P(r))),  k = x/ln 2 rounded,  r = x − k·ln 2,  by the
// operations of AVX2 in their order, so that the bits are the same; 2ᵏ is two factors, the first of which multiplies exactly. It overwrites V4 to V15.
#define EXP \
	EACHC(FMAX, 0, 0, 16); \
	EACHC(FMIN, 0, 0, 17); \
	SPLAT(4, 18); \
	EACHC(MULADD, 4, 0, 19); \
	EACHC(FSUB, 12, 4, 18); \
	EACHC(MULSUB, 0, 12, 20); \
	EACHC(MULSUB, 0, 12, 21); \
	SPLAT(8, 23); \
	EACHC(MULADD, 8, 0, 22); \
	SPLAT(12, 24); \
	EACH3(MULADD, 12, 8, 0); \
	SPLAT(8, 25); \
	EACH3(MULADD, 8, 12, 0); \
	SPLAT(12, 26); \
	EACH3(MULADD, 12, 8, 0); \
	EACH3(FMUL, 8, 0, 0); \
	EACH3(MULADD, 0, 12, 8); \
	EACHC(FADD, 0, 0, 27); \
	EACHC(SUBI, 4, 4, 18); \
	EACH2(SSHR1, 8, 4); \
	EACH3(SUBI, 4, 4, 8); \
	EACH2(SHL23, 8, 8); \
	EACHC(ADDI, 8, 8, 27); \
	EACH3(FMUL, 0, 0, 8); \
	EACH2(SHL23, 4, 4); \
	EACHC(ADDI, 4, 4, 27); \
	EACH3(FMUL, 0, 0, 4)

#define LOAD(p) \
	FLDPQ.P 32(p), (F0, F1); \
	FLDPQ.P 32(p), (F2, F3)

// func expNEON(y, x *float32, n int, m float32)
TEXT ·expNEON(SB), NOSPLIT, $0-28
	MOVD  y+0(FP), R0
	MOVD  x+8(FP), R1
	MOVD  n+16(FP), R2
	FMOVS m+24(FP), F31
	VDUP  V31.S[0], V31.S4
	EXPCONSTANTS

loop:
	LOAD(R1)
	EACHC(FSUB, 0, 0, 31)
	EXP
	FSTPQ.P (F0, F1), 32(R0)
	FSTPQ.P (F2, F3), 32(R0)
	SUBS    $16, R2
	BNE     loop
	RET

// COUNT adds four float32 in Vn to the float64 at (R3), and goes on to the next four.
#define COUNT(n) \
	WIDEN(12, n); \
	WIDENHIGH(13, n); \
	FLDPQ   (R3), (F14, F15); \
	FADD8(14, 14, 12); \
	FADD8(15, 15, 13); \
	FSTPQ.P (F14, F15), 32(R3)

// func sumEachNEON(sum *float64, x *float32, n, step int)
TEXT ·sumEachNEON(SB), NOSPLIT, $0-32
	MOVD sum+0(FP), R3
	MOVD x+8(FP), R1
	MOVD n+16(FP), R2
	MOVD step+24(FP), R4
	SUB  $128, R4

loop:
	LOAD(R1)
	COUNT(0)
	COUNT(1)
	COUNT(2)
	COUNT(3)
	ADD  R4, R3
	SUBS $16, R2
	BNE  loop
	RET

// COUNTPRODUCT is COUNT of Vn·Vm, which float64 hold exactly.
#define COUNTPRODUCT(n, m) \
	WIDEN(12, n); \
	WIDENHIGH(13, n); \
	WIDEN(16, m); \
	WIDENHIGH(17, m); \
	FLDPQ   (R3), (F14, F15); \
	MULADD8(14, 12, 16); \
	MULADD8(15, 13, 17); \
	FSTPQ.P (F14, F15), 32(R3)

// func dotEachNEON(sum *float64, a, b *float32, n, step int)
TEXT ·dotEachNEON(SB), NOSPLIT, $0-40
	MOVD sum+0(FP), R3
	MOVD a+8(FP), R1
	MOVD b+16(FP), R5
	MOVD n+24(FP), R2
	MOVD step+32(FP), R4
	SUB  $128, R4

loop:
	LOAD(R1)
	FLDPQ.P 32(R5), (F4, F5)
	FLDPQ.P 32(R5), (F6, F7)
	COUNTPRODUCT(0, 4)
	COUNTPRODUCT(1, 5)
	COUNTPRODUCT(2, 6)
	COUNTPRODUCT(3, 7)
	ADD  R4, R3
	SUBS $16, R2
	BNE  loop
	RET

// func maxNEON(x *float32, n int) float32
TEXT ·maxNEON(SB), NOSPLIT, $0-20
	MOVD  x+0(FP), R1
	MOVD  n+8(FP), R2
	FLDPQ (R1), (F4, F5)
	FLDPQ 32(R1), (F6, F7)

loop:
	LOAD(R1)
	EACH3(FMAXNM, 4, 4, 0)
	SUBS $16, R2
	BNE  loop
	FMAXNM(4, 4, 5)
	FMAXNM(6, 6, 7)
	FMAXNM(4, 4, 6)
	FMAXNMV(4, 4)
	FMOVS F4, ret+16(FP)
	RET
