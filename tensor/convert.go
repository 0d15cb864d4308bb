package tensor

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"brick/device"
	"brick/kernel"
)

var (
	putU16 = binary.LittleEndian.PutUint16
	putU32 = binary.LittleEndian.PutUint32
	putU64 = binary.LittleEndian.PutUint64
	u16    = binary.LittleEndian.Uint16
	u32    = binary.LittleEndian.Uint32
	u64    = binary.LittleEndian.Uint64
)

// Floats converts the elements to kernel.Float: exactly from the narrower
// types, to nearest from F64 and wide integers; Bool gives 0 or 1. It writes to
// dst where that has the capacity, to a new slice otherwise (nil is fine), and
// returns Len() values.
func (x *Tensor) Floats(dst []kernel.Float) []kernel.Float {
	dst = sized(dst, x.Len())
	b := x.Data
	if q, ok := x.Type.Quant(); ok {
		kernel.GetQuant(q, dst, b)
		return dst
	}
	switch stored(x.Type) {
	case device.F64:
		for i := range dst {
			dst[i] = kernel.Float(math.Float64frombits(u64(b[8*i:])))
		}
	case device.F32:
		for i := range dst {
			dst[i] = kernel.Float(math.Float32frombits(u32(b[4*i:])))
		}
	case device.F16:
		kernel.GetF16(dst, b)
	case device.BF16:
		kernel.GetBF16(dst, b)
	case device.U64:
		for i := range dst {
			dst[i] = kernel.Float(u64(b[8*i:]))
		}
	default:
		for i := range dst {
			dst[i] = kernel.Float(intAt(b, i, x.Type))
		}
	}
	return dst
}

// Ints converts the elements to int32, into dst where that has the capacity
// (nil is fine), and returns Len() values. It fails when the type is a floating
// one or a value does not fit an int32, naming the element.
func (x *Tensor) Ints(dst []int32) ([]int32, error) {
	if IsFloat(x.Type) {
		return nil, fmt.Errorf("tensor: %v holds floating-point numbers where integers are needed", x)
	}
	dst = sized(dst, x.Len())
	for i := range dst {
		v := intAt(x.Data, i, x.Type)
		if int64(int32(v)) != v || x.Type == device.U64 && v < 0 {
			return nil, fmt.Errorf("tensor: element %d of %v is beyond the range of int32", i, x)
		}
		dst[i] = int32(v)
	}
	return dst, nil
}

// Values converts the elements to float64, which is exact for every type but
// the 64-bit integers; F64 keeps all its digits also where kernel.Float is float32.
func (x *Tensor) Values() []float64 {
	dst := make([]float64, x.Len())
	if q, ok := x.Type.Quant(); ok {
		f := make([]kernel.Float, len(dst))
		kernel.GetQuant(q, f, x.Data)
		for i, v := range f {
			dst[i] = float64(v)
		}
		return dst
	}
	switch stored(x.Type) {
	case device.F64:
		for i := range dst {
			dst[i] = math.Float64frombits(u64(x.Data[8*i:]))
		}
	case device.F32:
		for i := range dst {
			dst[i] = float64(math.Float32frombits(u32(x.Data[4*i:])))
		}
	case device.F16:
		for i := range dst {
			dst[i] = float64(kernel.F16Value(u16(x.Data[2*i:])))
		}
	case device.BF16:
		for i := range dst {
			dst[i] = float64(kernel.BF16Value(u16(x.Data[2*i:])))
		}
	case device.U64:
		for i := range dst {
			dst[i] = float64(u64(x.Data[8*i:]))
		}
	default:
		for i := range dst {
			dst[i] = float64(intAt(x.Data, i, x.Type))
		}
	}
	return dst
}

// sized returns n elements, dst's own memory where it is large enough.
func sized[T any](dst []T, n int) []T {
	if dst == nil {
		return make([]T, n)
	}
	return slices.Grow(dst[:0], n)[:n]
}

// intAt reads element i of the integer type t; U64 above the range of int64
// comes out negative.
func intAt(b []byte, i int, t device.Type) int64 {
	switch t {
	case device.I64, device.U64:
		return int64(u64(b[8*i:]))
	case device.I32:
		return int64(int32(u32(b[4*i:])))
	case device.U32:
		return int64(u32(b[4*i:]))
	case device.I16:
		return int64(int16(u16(b[2*i:])))
	case device.U16:
		return int64(u16(b[2*i:]))
	case device.I8:
		return int64(int8(b[i]))
	case device.U8:
		return int64(b[i])
	case device.Bool:
		if b[i] != 0 {
			return 1
		}
		return 0
	}
	panic(fmt.Sprintf("tensor: %v is not an integer type", t))
}

// putFloats stores values in b as the floating type t.
func putFloats(b []byte, values []kernel.Float, t device.Type) {
	if q, ok := t.Quant(); ok {
		kernel.PutQuant(q, b, values)
		return
	}
	switch stored(t) {
	case device.F64:
		for i, v := range values {
			putU64(b[8*i:], math.Float64bits(float64(v)))
		}
	case device.F32:
		for i, v := range values {
			putU32(b[4*i:], math.Float32bits(float32(v)))
		}
	case device.F16:
		kernel.PutF16(b, values)
	case device.BF16:
		kernel.PutBF16(b, values)
	}
}

// putInts stores values in b as the integer type t, or gives the index of the
// first that does not fit.
func putInts(b []byte, values []int32, t device.Type) (int, bool) {
	for i, v := range values {
		var fits bool
		switch t {
		case device.I64:
			putU64(b[8*i:], uint64(int64(v)))
			fits = true
		case device.U64:
			putU64(b[8*i:], uint64(int64(v)))
			fits = v >= 0
		case device.I32:
			putU32(b[4*i:], uint32(v))
			fits = true
		case device.U32:
			putU32(b[4*i:], uint32(v))
			fits = v >= 0
		case device.I16:
			putU16(b[2*i:], uint16(v))
			fits = v == int32(int16(v))
		case device.U16:
			putU16(b[2*i:], uint16(v))
			fits = v == int32(uint16(v))
		case device.I8:
			b[i] = byte(v)
			fits = v == int32(int8(v))
		case device.U8:
			b[i] = byte(v)
			fits = v == int32(uint8(v))
		case device.Bool:
			b[i] = byte(v)
			fits = v == 0 || v == 1
		}
		if !fits {
			return i, false
		}
	}
	return 0, true
}
