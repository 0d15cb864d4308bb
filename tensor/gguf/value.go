package gguf

import (
	"fmt"
	"math"

	"brick/tensor/wire"
)

func appendString(b []byte, s string) []byte {
	return append(order.AppendUint64(b, uint64(len(s))), s...)
}

// appendValue appends the type of v and v.
func appendValue(b []byte, v any) ([]byte, error) {
	kind, array, ok := kindOf(v)
	if !ok {
		return b, fmt.Errorf("the format has no type for a %T", v)
	}
	if array {
		b = order.AppendUint32(b, kindArray)
	}
	b = order.AppendUint32(b, kind)
	switch v := v.(type) {
	case string:
		if len(v) > wire.MaxString {
			return b, fmt.Errorf("found a string of %d bytes, want at most %d", len(v), wire.MaxString)
		}
		return appendString(b, v), nil
	case []string:
		b = order.AppendUint64(b, uint64(len(v)))
		for _, s := range v {
			if len(s) > wire.MaxString {
				return b, fmt.Errorf("found a string of %d bytes, want at most %d", len(s), wire.MaxString)
			}
			b = appendString(b, s)
		}
		return b, nil
	case []uint8:
		return append(order.AppendUint64(b, uint64(len(v))), v...), nil
	case []int8:
		return appendAll(b, v), nil
	case []uint16:
		return appendAll(b, v), nil
	case []int16:
		return appendAll(b, v), nil
	case []uint32:
		return appendAll(b, v), nil
	case []int32:
		return appendAll(b, v), nil
	case []float32:
		return appendAll(b, v), nil
	case []bool:
		return appendAll(b, v), nil
	case []uint64:
		return appendAll(b, v), nil
	case []int64:
		return appendAll(b, v), nil
	case []float64:
		return appendAll(b, v), nil
	}
	return appendScalar(b, v), nil
}

func appendAll[T any](b []byte, v []T) []byte {
	b = order.AppendUint64(b, uint64(len(v)))
	for _, x := range v {
		b = appendScalar(b, x)
	}
	return b
}

func appendScalar(b []byte, v any) []byte {
	switch v := v.(type) {
	case uint8:
		return append(b, v)
	case int8:
		return append(b, byte(v))
	case uint16:
		return order.AppendUint16(b, v)
	case int16:
		return order.AppendUint16(b, uint16(v))
	case uint32:
		return order.AppendUint32(b, v)
	case int32:
		return order.AppendUint32(b, uint32(v))
	case float32:
		return order.AppendUint32(b, math.Float32bits(v))
	case bool:
		if v {
			return append(b, 1)
		}
		return append(b, 0)
	case uint64:
		return order.AppendUint64(b, v)
	case int64:
		return order.AppendUint64(b, uint64(v))
	case float64:
		return order.AppendUint64(b, math.Float64bits(v))
	}
	panic(fmt.Sprintf("gguf: a %T is no scalar", v))
}
