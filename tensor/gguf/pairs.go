package gguf

import (
	"fmt"

	"brick/tensor/wire"
)

// pair reads a key and its value.
func (p *parser) pair() {
	at := p.Offset()
	key := p.key("metadata key")
	if p.Err() == nil && p.h.meta.Has(key) {
		p.Fail(at, "metadata key", "the name "+wire.Quote(key)+" a second time", "each once")
	}
	k := p.kind(key, "type")
	if p.Err() != nil {
		return
	}
	var v any
	if k == kindArray {
		v = p.array(key)
	} else {
		v = p.value(k, key)
	}
	if p.Err() == nil {
		p.h.meta.Set(key, v)
	}
}

func (p *parser) value(kind uint32, key string) any {
	switch kind {
	case kindU8:
		return p.U8(key)
	case kindI8:
		return p.I8(key)
	case kindU16:
		return p.U16(key)
	case kindI16:
		return p.I16(key)
	case kindU32:
		return p.U32(key)
	case kindI32:
		return p.I32(key)
	case kindF32:
		return p.F32(key)
	case kindBool:
		return p.bool(key)
	case kindString:
		return p.string(key)
	case kindU64:
		return p.U64(key)
	case kindI64:
		return p.I64(key)
	}
	return p.F64(key)
}

// bool takes every byte but 0 for true, as other readers do.
func (p *parser) bool(field string) bool { return p.U8(field) != 0 }

func (p *parser) array(key string) any {
	at := p.Offset()
	k := p.kind(key, "type of the array")
	if p.Err() == nil && k == kindArray {
		p.Fail(at, "metadata "+wire.Quote(key)+": type of the array", "an array", "numbers, bools or strings")
	}
	n := p.U64(key)
	if p.Err() != nil {
		return nil
	}
	count := p.Count(n, kindSizes[k], key)
	switch k {
	case kindU8:
		return p.Bytes(uint64(count), key)
	case kindI8:
		return elements(p, count, key, p.I8)
	case kindU16:
		return elements(p, count, key, p.U16)
	case kindI16:
		return elements(p, count, key, p.I16)
	case kindU32:
		return elements(p, count, key, p.U32)
	case kindI32:
		return elements(p, count, key, p.I32)
	case kindF32:
		return elements(p, count, key, p.F32)
	case kindBool:
		return elements(p, count, key, p.bool)
	case kindString:
		return elements(p, count, key, p.string)
	case kindU64:
		return elements(p, count, key, p.U64)
	case kindI64:
		return elements(p, count, key, p.I64)
	}
	return elements(p, count, key, p.F64)
}

func elements[T any](p *parser, n int, key string, read func(field string) T) []T {
	s := make([]T, n)
	for i := 0; i < n && p.Err() == nil; i++ {
		s[i] = read(key)
	}
	return s
}

// alignment finds to which multiples the tensors are aligned.
func (p *parser) alignment() {
	p.h.align = alignment
	v, ok := p.h.meta.Get(alignmentKey)
	if !ok || p.Err() != nil {
		return
	}
	a, isU32 := v.(uint32)
	if !isU32 {
		p.Fail(p.Offset(), "metadata "+alignmentKey, TypeName(v), "u32")
	} else if a == 0 || a&(a-1) != 0 || a > wire.MaxAlign {
		p.Fail(p.Offset(), "metadata "+alignmentKey, fmt.Sprint(a), fmt.Sprintf("a power of two up to %d", wire.MaxAlign))
	}
	p.h.align = int64(a)
}
