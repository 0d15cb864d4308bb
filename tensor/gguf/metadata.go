package gguf

import (
	"fmt"
	"iter"
	"math"
	"slices"
)

// Metadata are keys and values in an order. A value is one of uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32,
// float64, bool, string, or a slice of one of these. The zero Metadata is empty and ready to use.
type Metadata struct {
	keys   []string
	values map[string]any
}

// Len is the number of keys.
func (m *Metadata) Len() int { return len(m.keys) }

// All are the keys and values in their order. Slices are not copies: treat them as read-only.
func (m *Metadata) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, k := range m.keys {
			if !yield(k, m.values[k]) {
				return
			}
		}
	}
}

// Set gives key a value; a new key comes last. It panics when the type of value is none of Metadata's.
func (m *Metadata) Set(key string, value any) {
	if _, _, ok := kindOf(value); !ok {
		panic(fmt.Sprintf("gguf: %s: metadata cannot hold a %T", key, value))
	}
	if m.values == nil {
		m.values = map[string]any{}
	}
	if _, had := m.values[key]; !had {
		m.keys = append(m.keys, key)
	}
	m.values[key] = value
}

// Get gives the value of key, and whether there is one.
func (m *Metadata) Get(key string) (any, bool) {
	v, ok := m.values[key]
	return v, ok
}

// Has reports whether there is a value of key.
func (m *Metadata) Has(key string) bool { _, ok := m.values[key]; return ok }

// without is m but for some keys.
func (m *Metadata) without(keys ...string) (out Metadata) {
	for k, v := range m.All() {
		if !slices.Contains(keys, k) {
			out.Set(k, v)
		}
	}
	return out
}

// want is the error of a key that is absent or has another type.
func (m *Metadata) want(key, what string) error {
	v, ok := m.values[key]
	if !ok {
		return fmt.Errorf("gguf: found no metadata %q, want %s", key, what)
	}
	return fmt.Errorf("gguf: metadata %q: found %s, want %s", key, TypeName(v), what)
}

// Int is the whole number of key, of any integer type. It is an error when there is none or it does not fit an int.
func (m *Metadata) Int(key string) (int, error) {
	switch v := m.values[key].(type) {
	case uint64:
		if v > math.MaxInt {
			return 0, fmt.Errorf("gguf: metadata %q: found %d, want at most %d", key, v, math.MaxInt)
		}
		return int(v), nil
	case int64:
		if int64(int(v)) != v {
			return 0, fmt.Errorf("gguf: metadata %q: found %d, want at most %d", key, v, math.MaxInt)
		}
		return int(v), nil
	case uint32:
		return int(v), nil
	case int32:
		return int(v), nil
	case uint16:
		return int(v), nil
	case int16:
		return int(v), nil
	case uint8:
		return int(v), nil
	case int8:
		return int(v), nil
	}
	return 0, m.want(key, "an integer")
}

// Float is the floating-point number of key. It is an error when there is none.
func (m *Metadata) Float(key string) (float64, error) {
	switch v := m.values[key].(type) {
	case float32:
		return float64(v), nil
	case float64:
		return v, nil
	}
	return 0, m.want(key, "a floating-point number")
}

// Bool is the truth value of key. It is an error when there is none.
func (m *Metadata) Bool(key string) (bool, error) {
	if v, ok := m.values[key].(bool); ok {
		return v, nil
	}
	return false, m.want(key, "a bool")
}

// Text is the string of key; files in the wild may have other bytes than UTF-8 in it. It is an error when there is none.
func (m *Metadata) Text(key string) (string, error) {
	if v, ok := m.values[key].(string); ok {
		return v, nil
	}
	return "", m.want(key, "a string")
}

// Texts is the array of strings of key, as it is: treat it as read-only. It is an error when there is none.
func (m *Metadata) Texts(key string) ([]string, error) {
	if v, ok := m.values[key].([]string); ok {
		return v, nil
	}
	return nil, m.want(key, "an array of strings")
}

// Floats is the array of floating-point numbers of key, a copy. It is an error when there is none.
func (m *Metadata) Floats(key string) ([]float64, error) {
	switch v := m.values[key].(type) {
	case []float32:
		return convert[float64](v), nil
	case []float64:
		return convert[float64](v), nil
	}
	return nil, m.want(key, "an array of floating-point numbers")
}

// Ints is the array of whole numbers of key, of any integer type but u64, a copy. It is an error when there is none.
func (m *Metadata) Ints(key string) ([]int64, error) {
	switch v := m.values[key].(type) {
	case []uint8:
		return convert[int64](v), nil
	case []int8:
		return convert[int64](v), nil
	case []uint16:
		return convert[int64](v), nil
	case []int16:
		return convert[int64](v), nil
	case []uint32:
		return convert[int64](v), nil
	case []int32:
		return convert[int64](v), nil
	case []int64:
		return convert[int64](v), nil
	}
	return nil, m.want(key, "an array of integers that fit 64 bits with their sign")
}

type number interface {
	~uint8 | ~int8 | ~uint16 | ~int16 | ~uint32 | ~int32 | ~int64 | ~float32 | ~float64
}

func convert[To, From number](from []From) []To {
	to := make([]To, len(from))
	for i, v := range from {
		to[i] = To(v)
	}
	return to
}
