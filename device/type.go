package device

import (
	"fmt"

	"brick/kernel"
)

// A Type says how the numbers of a buffer or of a file's tensor are stored.
// Arithmetic is always in kernel.Float, whatever the storage.
type Type uint8

// The storage types. The zero Type is the engine's own kernel.Float.
const (
	Float Type = iota // kernel.Float: float32, or float64 under -tags f64
	F64
	F32
	F16
	BF16
	I64
	I32
	I16
	I8
	U64
	U32
	U16
	U8
	Bool
	Q4_0 // from here on the kinds of kernel.Quant, in its order
	Q4_1
	Q5_0
	Q5_1
	Q8_0
	IQ4_NL
	MXFP4
	Q2_K
	Q3_K
	Q4_K
	Q5_K
	Q6_K
	numTypes
)

var typeNames = [...]string{"FLOAT", "F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"}

var typeSizes = [...]int{floatBytes, 8, 4, 2, 2, 8, 4, 2, 1, 8, 4, 2, 1, 1}

// String returns the type's name as checkpoint formats write it, such as "BF16".
func (t Type) String() string {
	if q, ok := t.Quant(); ok {
		return q.String()
	}
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("Type(%d)", uint8(t))
}

// Known reports whether t is one of the types above.
func (t Type) Known() bool { return t < numTypes }

// Quant is the kind of blocks that t stores numbers in; false for types whose numbers lie on their own.
func (t Type) Quant() (kernel.Quant, bool) {
	if t < Q4_0 || t >= numTypes {
		return 0, false
	}
	return kernel.Quant(t - Q4_0), true
}

// Block is how many neighbours in a row are stored together: 1 for types whose numbers lie on their own.
func (t Type) Block() int {
	if q, ok := t.Quant(); ok {
		return q.Block()
	}
	return 1
}

// BlockSize is the number of bytes of a block; of one element where Block is 1.
func (t Type) BlockSize() int {
	if q, ok := t.Quant(); ok {
		return q.Bytes()
	}
	return typeSizes[t]
}

// Size is the number of bytes of one element. It panics for types that store blocks: see BlockSize.
func (t Type) Size() int { return typeSizes[t] }

// Bytes is how many bytes n elements take, whole blocks of them.
func (t Type) Bytes(n int) int { return n / t.Block() * t.BlockSize() }

// KeepsAs reports whether t is a type that a memory of keys and values may be kept in: Float, F16 or Q8_0. See Device.Convert.
func (t Type) KeepsAs() bool { return t == Float || t == F16 || t == Q8_0 }

// TypeByName is the inverse of String for the types that files may hold.
func TypeByName(name string) (Type, bool) {
	for t := Float + 1; t < numTypes; t++ {
		if t.String() == name {
			return t, true
		}
	}
	return 0, false
}
