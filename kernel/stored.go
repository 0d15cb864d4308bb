package kernel

// Stored is keys or values as the memory of a conversation keeps them: floats F, or B in the type As.
type Stored struct {
	F  []Float
	B  []byte
	As StoredAs
}

// StoredAs is how a memory keeps numbers.
type StoredAs uint8

// The ways to keep numbers. Arithmetic is in Float, on what is decoded.
const (
	StoredFloat StoredAs = iota
	StoredF16
	StoredQ8_0 // blocks of 32 numbers, see Quant
)

// Block is how many neighbours are kept together, Bytes how many bytes they take.
func (a StoredAs) Block() int {
	if a == StoredQ8_0 {
		return Q8_0.Block()
	}
	return 1
}

// Bytes is how many bytes a Block takes.
func (a StoredAs) Bytes() int {
	switch a {
	case StoredF16:
		return 2
	case StoredQ8_0:
		return Q8_0.Bytes()
	}
	return FloatBits / 8
}

// size is how many bytes n numbers take, whole blocks.
func (a StoredAs) size(n int) int { return n / a.Block() * a.Bytes() }

// From is k from number i on, the first one of a block.
func (k Stored) From(i int) Stored {
	if k.As == StoredFloat {
		k.F = k.F[i:]
	} else {
		k.B = k.B[k.As.size(i):]
	}
	return k
}

// Get is  y[i] = number i of k;  len(y) is a multiple of a block.
func (k Stored) Get(y []Float) {
	switch k.As {
	case StoredF16:
		GetF16(y, k.B)
	case StoredQ8_0:
		if n := len(y); !getRowsVector(y, k, n, min(n, 1), n) {
			GetQuant(Q8_0, y, k.B)
		}
	default:
		copy(y, k.F)
	}
}

// Put is  number i of k = x[i], rounded to nearest;  len(x) is a multiple of a block.
func (k Stored) Put(x []Float) {
	switch k.As {
	case StoredF16:
		PutF16(k.B, x)
	case StoredQ8_0:
		putRowQ8_0(k.B, x)
	default:
		copy(k.F, x)
	}
}

// putRowQ8_0 is PutQuant of Q8_0, whose call by name keeps its block off the heap.
func putRowQ8_0(b []byte, x []Float) {
	var block [32]float32
	for ; len(x) > 0; x, b = x[32:], b[34:] {
		for i, v := range x[:32] {
			block[i] = float32(v)
		}
		putQ8_0(b[:34:34], block[:])
	}
}

// rows are n rows of d numbers, ld apart, and how far apart they are: those of k themselves, or decoded to mem (n, d).
func (k Stored) rows(mem []Float, ld, n, d int) ([]Float, int) {
	if k.As == StoredFloat {
		return k.F, ld
	}
	if getRowsVector(mem, k, ld, n, d) {
		return mem, d
	}
	for j := range n {
		k.From(j * ld).Get(mem[j*d:][:d])
	}
	return mem, d
}

// scratch is how much memory rows needs for a block of keys of width d.
func (a StoredAs) scratch(d int) int {
	if a == StoredFloat {
		return 0
	}
	return AttentionBlock * d
}
