package device

import "fmt"

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
)

var typeNames = [...]string{"FLOAT", "F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"}

var typeSizes = [...]int{floatBytes, 8, 4, 2, 2, 8, 4, 2, 1, 8, 4, 2, 1, 1}

// String returns the type's name as checkpoint formats write it, such as "BF16".
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("Type(%d)", uint8(t))
}

// Size is the number of bytes of one element.
func (t Type) Size() int { return typeSizes[t] }

// TypeByName is the inverse of String for the types that files may hold.
func TypeByName(name string) (Type, bool) {
	for i, n := range typeNames[1:] {
		if n == name {
			return Type(i + 1), true
		}
	}
	return 0, false
}
