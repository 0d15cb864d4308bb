package tensor

import (
	"fmt"
	"math"

	"brick/device"
	"brick/kernel"
)

// A Tensor is an array as files hold it: Data has the elements of Shape in
// row-major order, each Type.Size() bytes, little-endian; of types that store blocks,
// Data has the blocks of each row, and the last dimension is a multiple of Type.Block(). A Tensor with an
// empty Shape is a scalar, one element. The bytes may belong to a mapped file
// (see tensor/safetensors), so treat Data of a tensor you were given as read-only.
type Tensor struct {
	Shape []int
	Type  device.Type
	Data  []byte
}

// Named is a tensor with the name it has in a file.
type Named struct {
	Name   string
	Tensor *Tensor
}

// New returns a tensor of zeros. It panics where Bytes would fail.
func New(t device.Type, shape ...int) *Tensor {
	n, err := Bytes(t, shape)
	if err != nil {
		panic(err)
	}
	return &Tensor{Shape: append([]int{}, shape...), Type: t, Data: make([]byte, n)}
}

// FromFloats stores values (row-major, one per element of shape) as t, one of
// Float, F64, F32, F16, BF16 or those that store blocks. Narrowing rounds to nearest, ties to even; what is
// too large for the type becomes infinite, NaN stays NaN;
// blocks want finite values, see kernel.PutQuant. It panics when t is not a floating type or len(values) does not fit shape.
func FromFloats(values []kernel.Float, t device.Type, shape ...int) *Tensor {
	x := New(t, shape...)
	x.mustHold(len(values))
	if !IsFloat(t) {
		panic(fmt.Sprintf("tensor: FromFloats cannot store as %v; use one of FLOAT, F64, F32, F16, BF16 or a type of blocks", t))
	}
	putFloats(x.Data, values, t)
	return x
}

// FromInts stores values (row-major, one per element of shape) as any type.
// It panics when a value is out of the type's range (integer types and Bool) or
// len(values) does not fit shape; floating types round to nearest even.
func FromInts(values []int32, t device.Type, shape ...int) *Tensor {
	x := New(t, shape...)
	x.mustHold(len(values))
	if IsFloat(t) {
		f := make([]kernel.Float, len(values))
		for i, v := range values {
			f[i] = kernel.Float(v)
		}
		if stored(t) == device.F64 { // an int32 needs 31 bits, which a float32 has not
			for i, v := range values {
				putU64(x.Data[8*i:], math.Float64bits(float64(v)))
			}
			return x
		}
		putFloats(x.Data, f, t)
		return x
	}
	if i, ok := putInts(x.Data, values, t); !ok {
		panic(fmt.Sprintf("tensor: FromInts: value %d at %d does not fit %v", values[i], i, t))
	}
	return x
}

func (x *Tensor) mustHold(n int) {
	if n != x.Len() {
		panic(fmt.Sprintf("tensor: shape %v has %d elements, but %d values were given", x.Shape, x.Len(), n))
	}
}

// Len is the number of elements: the product of Shape, 1 for a scalar.
func (x *Tensor) Len() int {
	n := 1
	for _, d := range x.Shape {
		n *= d
	}
	return n
}

// Bytes is the number of bytes of the elements.
func (x *Tensor) Bytes() int { return x.Len() / x.Type.Block() * x.Type.BlockSize() }

// Check reports why x is not a well-formed tensor, or nil: dimensions are not
// negative, the size does not overflow, and Data has exactly that size.
func (x *Tensor) Check() error {
	n, err := Bytes(x.Type, x.Shape)
	if err != nil {
		return err
	}
	if n != len(x.Data) {
		return fmt.Errorf("tensor: shape %v of %v needs %d bytes, found %d", x.Shape, x.Type, n, len(x.Data))
	}
	return nil
}

// String names the type and shape, as in "BF16[512 128]".
func (x *Tensor) String() string { return fmt.Sprintf("%v%v", x.Type, x.Shape) }

// Elements is the product of shape. It fails when a dimension is negative or
// the product of the non-zero dimensions does not fit an int, so that strides
// of an empty tensor are representable too.
func Elements(shape []int) (int, error) {
	n, zero := 1, false
	for i, d := range shape {
		switch {
		case d < 0:
			return 0, fmt.Errorf("tensor: dimension %d of shape %v is negative", i, shape)
		case d == 0:
			zero = true
		case n > math.MaxInt/d:
			return 0, fmt.Errorf("tensor: the product of shape %v overflows; at most %d elements fit", shape, math.MaxInt)
		default:
			n *= d
		}
	}
	if zero {
		return 0, nil
	}
	return n, nil
}

// Bytes is the number of bytes a tensor of this type and shape takes. It fails
// where Elements does, for an unknown type, when rows are no whole number of the type's blocks, and when the product overflows.
func Bytes(t device.Type, shape []int) (int, error) {
	if !t.Known() {
		return 0, fmt.Errorf("tensor: unknown storage type %v", t)
	}
	n, err := Elements(shape)
	if err != nil {
		return 0, err
	}
	if block := t.Block(); block > 1 {
		row := 1
		if len(shape) > 0 {
			row = shape[len(shape)-1]
		}
		if row%block != 0 {
			return 0, fmt.Errorf("tensor: rows of %d elements in shape %v are not whole blocks of %v; want a multiple of %d", row, shape, t, block)
		}
		n /= block
	}
	if n > math.MaxInt/t.BlockSize() {
		return 0, fmt.Errorf("tensor: %d elements of %v overflow; at most %d bytes fit", n, t, math.MaxInt)
	}
	return n * t.BlockSize(), nil
}

// IsFloat reports whether t stores floating-point numbers, rounded to blocks or not.
func IsFloat(t device.Type) bool { return t <= device.BF16 || t.Block() > 1 }

// stored is the concrete type behind device.Float in this build.
func stored(t device.Type) device.Type {
	if t != device.Float {
		return t
	}
	if kernel.FloatBits == 64 {
		return device.F64
	}
	return device.F32
}
