package token

import (
	"fmt"
	"math"
	"unicode/utf8"
)

// ggufMeta reads values of the metadata by their keys without "tokenizer.ggml."; it remembers the first error.
type ggufMeta struct {
	values map[string]any
	err    error
}

func (m *ggufMeta) get(name string) (key string, v any, ok bool) {
	key = "tokenizer.ggml." + name
	if name == "chat_template" {
		key = "tokenizer." + name
	}
	v, ok = m.values[key]
	return key, v, ok
}

func (m *ggufMeta) wrong(key string, found any, want string) {
	if m.err == nil {
		m.err = fmt.Errorf("%s: found %T, want %s", key, found, want)
	}
}

func (m *ggufMeta) str(name, otherwise string) string {
	key, v, ok := m.get(name)
	if !ok {
		return otherwise
	}
	s, ok := v.(string)
	if !ok {
		m.wrong(key, v, "a string")
	}
	return s
}

func (m *ggufMeta) flag(name string, otherwise bool) bool {
	key, v, ok := m.get(name)
	if !ok {
		return otherwise
	}
	b, ok := v.(bool)
	if !ok {
		m.wrong(key, v, "a bool")
	}
	return b
}

// id reads <role>_token_id, an id of the vocabulary.
func (m *ggufMeta) id(role string, otherwise int32) int32 {
	key, v, ok := m.get(role + "_token_id")
	if !ok {
		return otherwise
	}
	n := int64(-1)
	switch v := v.(type) {
	case uint8:
		n = int64(v)
	case int8:
		n = int64(v)
	case uint16:
		n = int64(v)
	case int16:
		n = int64(v)
	case uint32:
		n = int64(v)
	case int32:
		n = int64(v)
	case uint64:
		n = int64(min(v, math.MaxInt64))
	case int64:
		n = v
	default:
		m.wrong(key, v, "an integer")
		return None
	}
	if tokens, _ := m.values["tokenizer.ggml.tokens"].([]string); n < 0 || n >= int64(len(tokens)) {
		if m.err == nil {
			m.err = fmt.Errorf("%s: %d, want an id below %d", key, n, len(tokens))
		}
		return None
	}
	return int32(n)
}

func (m *ggufMeta) strings(name string) []string {
	key, v, ok := m.get(name)
	if !ok {
		return nil
	}
	list, ok := v.([]string)
	if !ok {
		m.wrong(key, v, "an array of strings")
	}
	for i, s := range list {
		if !utf8.ValidString(s) && m.err == nil {
			m.err = fmt.Errorf("%s[%d]: %s is not valid UTF-8", key, i, quote(s))
		}
	}
	return list
}

// ints reads an array of n numbers, all otherwise where there is none.
func (m *ggufMeta) ints(name string, n int, otherwise int32) []int32 {
	key, v, ok := m.get(name)
	var list []int32
	switch v := v.(type) {
	case nil:
		if ok {
			m.wrong(key, v, "an array of int32")
		}
		list = make([]int32, n)
		for i := range list {
			list[i] = otherwise
		}
	case []int32:
		list = v
	case []uint32:
		for _, x := range v {
			list = append(list, int32(min(x, math.MaxInt32)))
		}
	default:
		m.wrong(key, v, "an array of int32")
	}
	m.count(key, len(list), n)
	return list
}

// floats reads an array of n numbers, 0 where there is none.
func (m *ggufMeta) floats(name string, n int) []float64 {
	key, v, ok := m.get(name)
	list := make([]float64, 0, n)
	switch v := v.(type) {
	case nil:
		if ok {
			m.wrong(key, v, "an array of float32")
		}
		return list[:n]
	case []float32:
		for _, x := range v {
			list = append(list, float64(x))
		}
	case []int32:
		for _, x := range v {
			list = append(list, float64(x))
		}
	default:
		m.wrong(key, v, "an array of float32")
	}
	m.count(key, len(list), n)
	return list
}

func (m *ggufMeta) count(key string, found, want int) {
	if found != want && m.err == nil {
		m.err = fmt.Errorf("%s: %d values for %d tokens", key, found, want)
	}
}

func (m *ggufMeta) bytes(name string) []byte {
	key, v, ok := m.get(name)
	if !ok {
		return nil
	}
	switch v := v.(type) {
	case []uint8:
		return v
	case []int8:
		b := make([]byte, len(v))
		for i, x := range v {
			b[i] = byte(x)
		}
		return b
	}
	m.wrong(key, v, "an array of bytes")
	return nil
}
