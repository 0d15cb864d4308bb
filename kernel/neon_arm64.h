// Instructions on four float32, or two float64 where the name ends in 8, that the assembler of Go does not know. The
// operands are numbers of registers, the result first.

// FMLA is  Vd += Vn·Vm[e]  for e = 2h + l.
#define FMLA(d, n, m, h, l) WORD $(0x4f801000 | (l)<<21 | (m)<<16 | (h)<<11 | (n)<<5 | (d))

#define OP3(code, d, n, m) WORD $(code | (m)<<16 | (n)<<5 | (d))
#define FADD(d, n, m) OP3(0x4e20d400, d, n, m)
#define FSUB(d, n, m) OP3(0x4ea0d400, d, n, m)
#define FMUL(d, n, m) OP3(0x6e20dc00, d, n, m)
#define FDIV(d, n, m) OP3(0x6e20fc00, d, n, m)
#define FMAX(d, n, m) OP3(0x4e20f400, d, n, m)
#define FMIN(d, n, m) OP3(0x4ea0f400, d, n, m)
#define FMAXNM(d, n, m) OP3(0x4e20c400, d, n, m)
#define FCMEQ(d, n, m) OP3(0x4e20e400, d, n, m)
#define MULADD(d, n, m) OP3(0x4e20cc00, d, n, m)
#define MULSUB(d, n, m) OP3(0x4ea0cc00, d, n, m)
#define ADDI(d, n, m) OP3(0x4ea08400, d, n, m)
#define SUBI(d, n, m) OP3(0x6ea08400, d, n, m)
#define BIT(d, n, m) OP3(0x6ea01c00, d, n, m)
#define SHL23(d, n) WORD $(0x4f375400 | (n)<<5 | (d))
#define SSHR1(d, n) WORD $(0x4f3f0400 | (n)<<5 | (d))
#define COPY(d, n) OP3(0x4ea01c00, d, n, n)
#define FMAXNMV(d, n) WORD $(0x6e30c800 | (n)<<5 | (d))

#define FADD8(d, n, m) OP3(0x4e60d400, d, n, m)
#define MULADD8(d, n, m) OP3(0x4e60cc00, d, n, m)
#define WIDEN(d, n) WORD $(0x0e617800 | (n)<<5 | (d))
#define WIDENHIGH(d, n) WORD $(0x4e617800 | (n)<<5 | (d))

// A vector is sixteen float32 in four registers, named by the first. EACH3 takes two vectors, EACHC one and a register.
#define EACH3(op, d, n, m) op(d, n, m); op(d+1, n+1, m+1); op(d+2, n+2, m+2); op(d+3, n+3, m+3)
#define EACHC(op, d, n, c) op(d, n, c); op(d+1, n+1, c); op(d+2, n+2, c); op(d+3, n+3, c)
#define EACH2(op, d, n) op(d, n); op(d+1, n+1); op(d+2, n+2); op(d+3, n+3)
#define SPLAT(d, c) COPY(d, c); COPY(d+1, c); COPY(d+2, c); COPY(d+3, c)
