// What kernels of products with quantised weights are made of; see neon_arm64.h for how macros name registers. The second operand of USHL
// is how far each byte goes to the left, or to the right if it is negative.

#define SDOT(d, n, m) OP3(0x4e809400, d, n, m)
#define SMULL(d, n, m) OP3(0x0e20c000, d, n, m)
#define SMULL2(d, n, m) OP3(0x4e20c000, d, n, m)
#define ADDPAIRS(d, n, m) OP3(0x4e60bc00, d, n, m)
#define SADALP(d, n) WORD $(0x4e606800 | (n)<<5 | (d))
#define MLAI(d, n, m) OP3(0x4ea09400, d, n, m)
#define SCVTF(d, n) WORD $(0x4e21d800 | (n)<<5 | (d))
#define FCVTL(d, n) WORD $(0x0e217800 | (n)<<5 | (d))
#define FCVTL2(d, n) WORD $(0x4e217800 | (n)<<5 | (d))
#define SHLL(d, n) WORD $(0x2e613800 | (n)<<5 | (d))
#define SHLL2(d, n) WORD $(0x6e613800 | (n)<<5 | (d))
#define USHL(d, n, m) OP3(0x6e204400, d, n, m)
#define ANDB(d, n, m) OP3(0x4e201c00, d, n, m)
#define ORRB(d, n, m) OP3(0x4ea01c00, d, n, m)
#define EORB(d, n, m) OP3(0x6e201c00, d, n, m)
#define LOOK(d, n, table) OP3(0x4e000000, d, table, n)
#define SXTL(d, n) WORD $(0x0f08a400 | (n)<<5 | (d))
#define SXTL2(d, n) WORD $(0x4f08a400 | (n)<<5 | (d))
#define SXTLW(d, n) WORD $(0x0f10a400 | (n)<<5 | (d))
#define SXTLW2(d, n) WORD $(0x4f10a400 | (n)<<5 | (d))

// DOT adds the products of four codes of four rows with those of x in V0. PAIRS does it for processors that cannot at once: by pairs of
// products, which fit 16 bits.
#define DOT(d, n) SDOT(d, n, 0)
#define PAIRS(d, n) SMULL(14, n, 0); SMULL2(15, n, 0); ADDPAIRS(14, 14, 15); SADALP(d, 14)
#define DOTS(dot, n) dot(24, n); dot(25, n+1); dot(26, n+2); dot(27, n+3)

#define ARGS \
	MOVD y+0(FP), R3; \
	MOVD w+8(FP), R0; \
	MOVD x+16(FP), R1; \
	MOVD blocks+24(FP), R2; \
	EACH3(EORB, 16, 16, 16)

#define LAST \
	SUBS  $1, R2; \
	BNE   block; \
	FSTPQ (F16, F17), (R3); \
	FSTPQ (F18, F19), 32(R3); \
	RET

// BYTES makes a register of a byte.
#define BYTES(b, r) MOVD b, R6; VDUP R6, r.B16

// CLEAR makes the sums of a part 0, START what lies in R6.
#define CLEAR EACH3(EORB, 24, 24, 24)
#define START VDUP R6, V24.S4; VDUP R6, V25.S4; VDUP R6, V26.S4; VDUP R6, V27.S4

#define NUMBERS(p) VLD1R.P 4(p), [V0.S4]
#define CODES(p) VLD1.P 64(p), [V1.B16, V2.B16, V3.B16, V4.B16]

// HALVES is 16 F16 at p times the scale of x, which is in V0.
#define HALVES(p) \
	VLD1 (p), [V1.H8, V2.H8]; \
	FCVTL(10, 1); \
	FCVTL2(11, 1); \
	FCVTL(12, 2); \
	FCVTL2(13, 2); \
	EACHC(FMUL, 10, 10, 0)

// SCALED adds sums s, or takes them away, times what HALVES gave.
#define SCALED(s, op) EACH2(SCVTF, s, s); EACH3(FMUL, s, s, 10); EACH3(op, 16, 16, s)

// WHOLES is 16 signed bytes at p as integers.
#define WHOLES(p) \
	VLD1.P 16(p), [V5.B16]; \
	WIDENED

#define WIDENED \
	SXTL(6, 5); \
	SXTL2(7, 5); \
	SXTLW(10, 6); \
	SXTLW2(11, 6); \
	SXTLW(12, 7); \
	SXTLW2(13, 7)

#define LOWER EACHC(ANDB, 5, 1, 9)
#define UPPER EACHC(USHL, 1, 1, 30); EACHC(ANDB, 1, 1, 9)

// NIBBLES is a step of a block of 32: four bytes of each row, which are codes of two groups; low and high do more to them.
#define NIBBLES(dot, low, high) \
	CODES(R4); \
	LOWER; \
	low; \
	NUMBERS(R1); \
	DOTS(dot, 5); \
	UPPER; \
	high; \
	NUMBERS(R5); \
	DOTS(dot, 1)

#define NOTHING

// FIFTH puts the fifth bits at n, whose bytes V29 moves to their place.
#define FIFTH(n) EACHC(USHL, 20, 10, 29); EACHC(ANDB, 20, 20, 28); EACH3(ORRB, n, n, 20)

// SHORT is a block of 32 whose codes are nibbles from byte codes on, which start from the sum of x, or from 0.
#define SHORT(dot, codes, start, low, high) \
	ADD   $codes, R0, R4; \
	ADD   $16, R1, R5; \
	MOVW  32(R1), R6; \
	start; \
	NIBBLES(dot, low, high); \
	NIBBLES(dot, low, high); \
	NIBBLES(dot, low, high); \
	NIBBLES(dot, low, high); \
	MOVW  16(R1), R6; \
	ADD   $20, R1; \
	NUMBERS(R1)
