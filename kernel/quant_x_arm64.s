//go:build arm64 && !purego && !f64

#include "textflag.h"
#include "neon_arm64.h"

#define UMAX(d, n, m) OP3(0x6ea06400, d, n, m)
#define FABS(d, n) WORD $(0x4ea0f800 | (n)<<5 | (d))
#define FCVTNS(d, n) WORD $(0x4e21a800 | (n)<<5 | (d))
#define SQXTN(d, n) WORD $(0x0e614800 | (n)<<5 | (d))
#define SQXTN2(d, n) WORD $(0x4e614800 | (n)<<5 | (d))
#define SQXTNB(d, n) WORD $(0x0e214800 | (n)<<5 | (d))
#define SQXTNB2(d, n) WORD $(0x4e214800 | (n)<<5 | (d))
#define SADDLV(d, n) WORD $(0x4e303800 | (n)<<5 | (d))
#define SXTLW(d, n) WORD $(0x0f10a400 | (n)<<5 | (d))
#define UMAXV(d, n) WORD $(0x6eb0a800 | (n)<<5 | (d))

// func farthestNEON(x *float32, n int) uint32
TEXT ·farthestNEON(SB), NOSPLIT, $0-20
	MOVD x+0(FP), R0
	MOVD n+8(FP), R1
	VEOR V4.B16, V4.B16, V4.B16
	VEOR V5.B16, V5.B16, V5.B16
	VEOR V6.B16, V6.B16, V6.B16
	VEOR V7.B16, V7.B16, V7.B16

numbers:
	VLD1.P 64(R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	EACH2(FABS, 0, 0)
	EACH3(UMAX, 4, 4, 0)
	SUBS   $16, R1
	BNE    numbers
	UMAX(4, 4, 5)
	UMAX(6, 6, 7)
	UMAX(4, 4, 6)
	UMAXV(4, 4)
	FMOVS  F4, ret+16(FP)
	RET

// func roundCodesNEON(c *byte, sums *int32, x *float32, n int, id float32)
TEXT ·roundCodesNEON(SB), NOSPLIT, $0-36
	MOVD  c+0(FP), R0
	MOVD  sums+8(FP), R1
	MOVD  x+16(FP), R2
	MOVD  n+24(FP), R3
	MOVWU id+32(FP), R4
	VDUP  R4, V8.S4

codes:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	EACHC(FMUL, 0, 0, 8)
	EACH2(FCVTNS, 0, 0)
	SQXTN(0, 0)
	SQXTN2(0, 1)
	SQXTN(2, 2)
	SQXTN2(2, 3)
	SQXTNB(0, 0)
	SQXTNB2(0, 2)
	VST1.P [V0.B16], 16(R0)
	SADDLV(4, 0)
	SXTLW(4, 4)
	FMOVS  F4, (R1)
	ADD    $4, R1
	SUBS   $16, R3
	BNE    codes
	RET
