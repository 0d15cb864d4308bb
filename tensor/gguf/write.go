package gguf

import (
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/wire"
)

// A Source is a tensor to be written, of 1 to 4 dimensions.
type Source = tensor.Source

// From is a Source of a tensor in memory.
func From(t tensor.Named) Source { return tensor.SourceOf(t) }

// An Option changes how a file is written.
type Option func(*options)

type options struct{ disk durable.Disk }

// On writes to another disk than the machine's own, for tests.
func On(d durable.Disk) Option { return func(o *options) { o.disk = d } }

// Write replaces the file at path by one of version 3 that holds the metadata and the tensors in their order, aligned to what
// "general.alignment" says or to 32. The same arguments give the same bytes. A crash or a power cut leaves the old file or the
// new one (see tensor/durable). It is an error, and the old file stands, when a name is empty, not UTF-8, used twice or longer than 63
// bytes; when the format has no such type or shape; when the metadata's alignment is no power of two; and when Data writes another number of bytes than the tensor has.
func Write(path string, m *Metadata, tensors []Source, opts ...Option) error {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	head, align, err := encodeHeader(m, tensors)
	if err != nil {
		return fmt.Errorf("gguf: write %s: %w", path, err)
	}
	w, err := o.disk.Create(path)
	if err != nil {
		return fmt.Errorf("gguf: %w", err)
	}
	defer w.Close()
	if err := encode(w, head, align, tensors); err != nil {
		return fmt.Errorf("gguf: write %s: %w", path, err)
	}
	if err := w.Commit(); err != nil {
		return fmt.Errorf("gguf: %w", err)
	}
	return nil
}

// Encode writes the bytes of a file to w; Write says what is an error.
func Encode(w io.Writer, m *Metadata, tensors []Source) error {
	head, align, err := encodeHeader(m, tensors)
	if err == nil {
		err = encode(w, head, align, tensors)
	}
	if err != nil {
		return fmt.Errorf("gguf: %w", err)
	}
	return nil
}

func encode(w io.Writer, head []byte, align int64, tensors []Source) error {
	if _, err := w.Write(head); err != nil {
		return err
	}
	padding := make([]byte, align)
	for _, t := range tensors {
		size, err := t.WriteTo(w)
		if err != nil {
			return err
		}
		if _, err := w.Write(padding[:roundUp(size, align)-size]); err != nil {
			return err
		}
	}
	return nil
}

// encodeHeader gives everything before the first tensor's data, and the alignment.
func encodeHeader(m *Metadata, tensors []Source) (head []byte, align int64, err error) {
	if m == nil {
		m = new(Metadata)
	}
	if len(tensors) > wire.MaxTensors || m.Len() > wire.MaxMetadata {
		return nil, 0, fmt.Errorf("found %d tensors and %d metadata keys, want at most %d and %d", len(tensors), m.Len(), wire.MaxTensors, wire.MaxMetadata)
	}
	align = alignment
	if v, ok := m.Get(alignmentKey); ok {
		a, isU32 := v.(uint32)
		if !isU32 || a == 0 || a&(a-1) != 0 || a > wire.MaxAlign {
			return nil, 0, fmt.Errorf("metadata %s: found %v (%s), want a u32, a power of two up to %d", alignmentKey, v, TypeName(v), wire.MaxAlign)
		}
		align = int64(a)
	}
	head = order.AppendUint32([]byte(magic), version)
	head = order.AppendUint64(head, uint64(len(tensors)))
	head = order.AppendUint64(head, uint64(m.Len()))
	for key, v := range m.All() {
		if key == "" || !utf8.ValidString(key) || len(key) > wire.MaxString {
			return nil, 0, fmt.Errorf("metadata key %s: want 1 to %d bytes of UTF-8", wire.Quote(key), wire.MaxString)
		}
		if head, err = appendValue(appendString(head, key), v); err != nil {
			return nil, 0, fmt.Errorf("metadata %q: %w", key, err)
		}
	}
	seen := make(map[string]bool, len(tensors))
	at := int64(0)
	for _, t := range tensors {
		if seen[t.Name] {
			return nil, 0, fmt.Errorf("tensor %q is there twice", t.Name)
		}
		seen[t.Name] = true
		if head, err = appendTensor(head, t, &at, align); err != nil {
			return nil, 0, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
	}
	return append(head, make([]byte, roundUp(int64(len(head)), align)-int64(len(head)))...), align, nil
}

// appendTensor appends the description of t, whose data start at *at, and moves *at behind them.
func appendTensor(b []byte, t Source, at *int64, align int64) ([]byte, error) {
	switch {
	case t.Name == "" || len(t.Name) > maxName || !utf8.ValidString(t.Name):
		return b, fmt.Errorf("not a name for a tensor; want 1 to %d bytes of UTF-8", maxName)
	case len(t.Shape) == 0 || len(t.Shape) > maxDims:
		return b, fmt.Errorf("found %d dimensions, want 1 to %d", len(t.Shape), maxDims)
	case t.Data == nil:
		return b, fmt.Errorf("no data given")
	}
	size, err := tensor.Bytes(t.Type, t.Shape)
	if err != nil {
		return b, err
	}
	number, err := typeNumber(t.Type)
	if err != nil {
		return b, err
	}
	b = order.AppendUint32(appendString(b, t.Name), uint32(len(t.Shape)))
	for _, d := range slices.Backward(t.Shape) {
		b = order.AppendUint64(b, uint64(d))
	}
	b = order.AppendUint64(order.AppendUint32(b, number), uint64(*at))
	if int64(size) > math.MaxInt64-2*wire.MaxAlign-*at {
		return b, fmt.Errorf("the sizes of all tensors overflow")
	}
	*at += roundUp(int64(size), align)
	return b, nil
}
