package device

import "brick/kernel"

const floatBytes = kernel.FloatBits / 8

// A Buf is memory on a device. It is a value: passing one allocates nothing.
// Its zero value means "absent".
type Buf struct {
	F    []kernel.Float // the numbers, on devices that compute in host memory
	I    []int32        // the same for ids (Type I32)
	B    []byte         // the same for other types, as they are stored
	Ptr  uintptr        // the address, on other devices
	Kept *Kept          // the same for a matrix of another Type, see Device.Keep
	N    int            // elements
	Type Type           // Float, I32, that of a kept matrix, or what a memory is kept in, see KeepsAs
}

// Host wraps host memory that a CPU device can compute on directly.
func Host(f []kernel.Float) Buf { return Buf{F: f, N: len(f)} }

// HostIDs wraps ids in host memory.
func HostIDs(ids []int32) Buf { return Buf{I: ids, N: len(ids), Type: I32} }

// Present reports whether b stands for memory (possibly of no elements).
func (b Buf) Present() bool { return b.F != nil || b.I != nil || b.B != nil || b.N > 0 || b.Ptr != 0 }

// HostBytes wraps n numbers of type t, as they are stored, in host memory.
func HostBytes(b []byte, n int, t Type) Buf { return Buf{B: b, N: n, Type: t} }

// Slice is the n elements of b from element off on; where types store blocks, whole ones. A kept matrix has no parts.
func (b Buf) Slice(off, n int) Buf {
	if b.F != nil {
		b.F = b.F[off : off+n : off+n]
	}
	if b.I != nil {
		b.I = b.I[off : off+n : off+n]
	}
	if b.B != nil {
		from, to := b.Type.Bytes(off), b.Type.Bytes(off+n)
		b.B = b.B[from:to:to]
	}
	if b.Ptr != 0 {
		b.Ptr += uintptr(b.Type.Bytes(off))
	}
	b.N = n
	return b
}

// A Mode says what a kernel does with a result.
type Mode uint8

const (
	Skip Mode = iota // nobody wants it: compute nothing
	Set              // y = …
	Add              // y += …
)

// A Dst is where a result goes, and how. Gradients are Dsts: the first one to
// reach a value is Set, later ones are Added, so no buffer is cleared first.
type Dst struct {
	Buf
	Mode Mode
}

// Into is the Dst that stores to b.
func Into(b Buf) Dst { return Dst{b, Set} }

// Onto is the Dst that adds to b.
func Onto(b Buf) Dst { return Dst{b, Add} }

// MaxRank is the largest number of axes a value may have.
const MaxRank = 6

// Dims are the sizes of MaxRank axes; unused leading axes are 1.
type Dims [MaxRank]int

// Len is the number of elements, the product of the sizes.
func (d Dims) Len() int {
	n := 1
	for _, s := range d {
		n *= s
	}
	return n
}

// A View says where element (i0, …, i5) lies in a buffer: at Off + Σ i·Stride.
// A stride of 0 repeats the same elements along an axis (broadcasting); none is negative.
type View struct {
	Off    int
	Stride Dims
}

// Contiguous is the row-major View of a buffer of shape d.
func Contiguous(d Dims) (v View) {
	n := 1
	for i := MaxRank - 1; i >= 0; i-- {
		v.Stride[i] = n
		n *= d[i]
	}
	return v
}

// A Mat is one operand of a batched matrix product: in memory a row-major
// matrix whose rows are LD elements apart, read as its transpose if T.
type Mat struct {
	Buf
	LD    int    // elements from one row in memory to the next
	T     bool   // use the transpose
	Batch [4]int // elements from one matrix to the next along each batch axis; 0 repeats
}

// A Product is the size of a batched matrix product: y (M×N) = a (M×K) · b (K×N)
// for every index of the batch axes. Unused batch axes are 1.
type Product struct {
	M, N, K int
	Batch   [4]int
}

// An Epilogue is what happens to each element of a product before it is stored:
//
//	z = a·b + Bias[column]    Pre = z    y = Act(z)
//
// Absent parts are left out. Act None keeps z.
type Epilogue struct {
	Bias Buf       // (N), or absent
	Pre  Buf       // like y, or absent: receives z for the backward pass
	Act  kernel.Fn // kernel.Identity for none
}

// Attn is the size and kind of an attention.
//
//	q, y (B, T, H, D)   k, v (B, S, K, D)   stat (B, T, H)   mask (B, S) or absent
//
// With Room, k and v are (B, K, Room, D), as a cache holds them, and each head's first S positions count; there is no way back.
// Query head h reads key head h·K/H. With Causal, query t sees keys s ≤ t + S − T.
// A key whose mask is 0 is not seen; a query that sees no key gives y = 0 and stat = −∞.
// Scale multiplies q·k, usually 1/√D.
type Attn struct {
	B, T, S, H, K, D int
	Causal           bool
	Scale            kernel.Float
	Window           int          // keys that a query sees at most, its own position's the last; 0 for no bound. Only if Causal
	Cap              kernel.Float // scores s become Cap·tanh(s/Cap), where it is not 0
	Room             int          // positions that a cache has room for; 0 for keys and values that are no cache's
}

// KeyRow is how far apart the positions of a key head are in k and v, and KeyAt where the first one of key head i of example b is.
func (a *Attn) KeyRow() int {
	if a.Room > 0 {
		return a.D
	}
	return a.K * a.D
}

func (a *Attn) KeyAt(b, i int) int {
	if a.Room > 0 {
		return (b*a.K + i) * a.Room * a.D
	}
	return (b*a.S*a.K + i) * a.D
}

// Loss is the size and kind of a cross-entropy.
type Loss struct {
	N, C      int          // rows, classes
	Ignore    int32        // rows with this target take no part
	Smoothing kernel.Float // in [0, 1)
	LogProbs  bool         // x already holds log-probabilities
	Reduction Reduction
}

// CTC is the size and kind of a connectionist temporal classification loss.
type CTC struct {
	N, T, C, S int // sequences, places of each, classes with the blank, labels at most
	Reduction  Reduction
}

// A Reduction says how the losses of the rows become one.
type Reduction uint8

const (
	Mean Reduction = iota // Σ losses / Σ class weights of the rows that take part; CTC: the mean of losses per label
	Sum                   // Σ losses
	None                  // one loss a row
)
