package gguf

import (
	"fmt"
	"slices"
	"strings"

	"brick/device"
	"brick/kernel"
)

// tensorTypes are the format's numbers of tensor types, and what they are here.
var tensorTypes = map[uint32]device.Type{
	0: device.F32, 1: device.F16, 30: device.BF16, 28: device.F64,
	24: device.I8, 25: device.I16, 26: device.I32, 27: device.I64,
	2: device.Q4_0, 3: device.Q4_1, 6: device.Q5_0, 7: device.Q5_1, 8: device.Q8_0,
	10: device.Q2_K, 11: device.Q3_K, 12: device.Q4_K, 13: device.Q5_K, 14: device.Q6_K,
	20: device.IQ4_NL, 39: device.MXFP4,
}

// otherTypes are numbers that have a meaning but no code here, for errors.
var otherTypes = map[uint32]string{
	4: "Q4_2, removed from the format", 5: "Q4_3, removed from the format", 9: "Q8_1", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S",
	21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 29: "IQ1_M", 31: "Q4_0_4_4, removed from the format", 32: "Q4_0_4_8, removed from the format",
	33: "Q4_0_8_8, removed from the format", 34: "TQ1_0", 35: "TQ2_0", 36: "IQ4_NL_4_4, removed from the format",
	37: "IQ4_NL_4_8, removed from the format", 38: "IQ4_NL_8_8, removed from the format",
}

// typeName names a number of tensorTypes or otherTypes for errors.
func typeName(n uint32) string {
	if name, ok := otherTypes[n]; ok {
		return fmt.Sprintf("type %d (%s)", n, name)
	}
	return fmt.Sprintf("type %d", n)
}

// knownTypes lists the names in tensorTypes.
func knownTypes() string {
	var names []string
	for _, t := range tensorTypes {
		names = append(names, t.String())
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// typeNumber is the format's number of t.
func typeNumber(t device.Type) (uint32, error) {
	if t == device.Float {
		t = device.F32
		if kernel.FloatBits == 64 {
			t = device.F64
		}
	}
	for n, u := range tensorTypes {
		if u == t {
			return n, nil
		}
	}
	return 0, fmt.Errorf("the format has no type for %v; want one of %s", t, knownTypes())
}

// The format's numbers of the types of metadata.
const (
	kindU8 = iota
	kindI8
	kindU16
	kindI16
	kindU32
	kindI32
	kindF32
	kindBool
	kindString
	kindArray
	kindU64
	kindI64
	kindF64
	numKinds
)

var kindNames = [numKinds]string{"u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array", "u64", "i64", "f64"}

// kindSizes are the fewest bytes that a value of a kind takes in a file.
var kindSizes = [numKinds]uint64{1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8}

// kindOf is the kind of a value, and of the elements if it is an array; false where no kind fits.
func kindOf(v any) (kind uint32, array, ok bool) {
	switch v.(type) {
	case uint8:
		return kindU8, false, true
	case int8:
		return kindI8, false, true
	case uint16:
		return kindU16, false, true
	case int16:
		return kindI16, false, true
	case uint32:
		return kindU32, false, true
	case int32:
		return kindI32, false, true
	case float32:
		return kindF32, false, true
	case bool:
		return kindBool, false, true
	case string:
		return kindString, false, true
	case uint64:
		return kindU64, false, true
	case int64:
		return kindI64, false, true
	case float64:
		return kindF64, false, true
	case []uint8:
		return kindU8, true, true
	case []int8:
		return kindI8, true, true
	case []uint16:
		return kindU16, true, true
	case []int16:
		return kindI16, true, true
	case []uint32:
		return kindU32, true, true
	case []int32:
		return kindI32, true, true
	case []float32:
		return kindF32, true, true
	case []bool:
		return kindBool, true, true
	case []string:
		return kindString, true, true
	case []uint64:
		return kindU64, true, true
	case []int64:
		return kindI64, true, true
	case []float64:
		return kindF64, true, true
	}
	return 0, false, false
}

// TypeName is the format's name of a value's type, such as "u32" or "string[]"; "" of other values.
func TypeName(v any) string {
	kind, array, ok := kindOf(v)
	switch {
	case !ok:
		return ""
	case array:
		return kindNames[kind] + "[]"
	}
	return kindNames[kind]
}
