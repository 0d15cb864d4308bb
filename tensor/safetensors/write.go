package safetensors

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/wire"
)

// An Option changes how a file is written.
type Option func(*options)

type options struct {
	crc  bool
	disk durable.Disk
}

// WithCRC adds a CRC-32C per tensor and one of the header to the metadata, which
// reading verifies: every single flipped bit is noticed.
func WithCRC() Option { return func(o *options) { o.crc = true } }

// On writes to another disk than the machine's own, for tests.
func On(d durable.Disk) Option { return func(o *options) { o.disk = d } }

// Write replaces the file at path by one that holds the tensors in their order.
// The same arguments give the same bytes. A crash or a power cut leaves the old
// file or the new one (see tensor/durable). It is an error, and the old file
// stands, when a name is empty, not UTF-8, used twice or "__metadata__"; when a
// tensor's Data does not fit its Shape or its type stores blocks; and when metadata uses the keys of checksums.
func Write(path string, tensors []tensor.Named, metadata map[string]string, opts ...Option) error {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	list, meta, err := sources(tensors, metadata, o.crc)
	if err != nil {
		return fmt.Errorf("safetensors: write %s: %w", path, err)
	}
	return o.write(path, list, meta)
}

// WriteSources is Write of tensors that need not be in memory: the Data of each is called when its bytes are due, and before
// that once more for checksums, which stand before what they are of.
func WriteSources(path string, tensors []tensor.Source, metadata map[string]string, opts ...Option) error {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	meta, err := allMetadata(tensors, metadata, o.crc)
	if err != nil {
		return fmt.Errorf("safetensors: write %s: %w", path, err)
	}
	return o.write(path, tensors, meta)
}

func (o *options) write(path string, tensors []tensor.Source, meta map[string]string) error {
	head, err := encodeHeader(tensors, meta, o.crc)
	if err != nil {
		return fmt.Errorf("safetensors: write %s: %w", path, err)
	}
	w, err := o.disk.Create(path)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	defer w.Close()
	if err := encode(w, head, tensors); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if err := w.Commit(); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	return nil
}

// Encode writes the bytes of a file to w; Write says what is an error.
func Encode(w io.Writer, tensors []tensor.Named, metadata map[string]string, opts ...Option) error {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	list, meta, err := sources(tensors, metadata, o.crc)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	head, err := encodeHeader(list, meta, o.crc)
	if err == nil {
		err = encode(w, head, list)
	}
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	return nil
}

// sources checks tensors in memory, and is what is written of them and of the metadata, checksums included.
func sources(tensors []tensor.Named, metadata map[string]string, crc bool) ([]tensor.Source, map[string]string, error) {
	list := make([]tensor.Source, 0, len(tensors))
	for _, t := range tensors {
		if t.Tensor == nil {
			return nil, nil, fmt.Errorf("tensor %q: no tensor given", t.Name)
		}
		if err := t.Tensor.Check(); err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		list = append(list, tensor.SourceOf(t))
	}
	meta, err := allMetadata(list, metadata, crc)
	return list, meta, err
}

func encode(w io.Writer, head []byte, tensors []tensor.Source) error {
	if _, err := w.Write(head); err != nil {
		return err
	}
	for _, t := range tensors {
		if _, err := t.WriteTo(w); err != nil {
			return err
		}
	}
	return nil
}

// encodeHeader gives the length and the header, padded with spaces so that the
// data start at a multiple of 8.
func encodeHeader(tensors []tensor.Source, meta map[string]string, crc bool) ([]byte, error) {
	if len(tensors) > wire.MaxTensors {
		return nil, fmt.Errorf("found %d tensors, want at most %d", len(tensors), wire.MaxTensors)
	}
	js := []byte{'{'}
	var sumAt int
	var err error
	if len(meta) > 0 {
		js = append(js, `"__metadata__":{`...)
		for i, key := range slices.Sorted(maps.Keys(meta)) {
			if i > 0 {
				js = append(js, ',')
			}
			if js, err = jsontext.AppendQuote(js, key); err != nil {
				return nil, fmt.Errorf("metadata key %q: %w", key, err)
			}
			js = append(js, ':')
			if crc && key == sumKey {
				sumAt = len(js) + 1
			}
			if js, err = jsontext.AppendQuote(js, meta[key]); err != nil {
				return nil, fmt.Errorf("metadata %q: %w", key, err)
			}
		}
		js = append(js, '}', ',')
	}
	seen := make(map[string]bool, len(tensors))
	at := 0
	for _, t := range tensors {
		if seen[t.Name] {
			return nil, fmt.Errorf("tensor %q is there twice", t.Name)
		}
		seen[t.Name] = true
		if js, err = appendEntry(js, t, &at); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		js = append(js, ',')
	}
	js = append(trimComma(js), '}')
	for len(js)%8 != 0 {
		js = append(js, ' ')
	}
	if len(js) > maxHeader {
		return nil, fmt.Errorf("found a header of %d bytes, want at most %d", len(js), maxHeader)
	}
	if crc {
		copy(js[sumAt:], formatSum(headerSum(js, sumAt)))
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(js))), js...), nil
}

func trimComma(js []byte) []byte {
	if js[len(js)-1] == ',' {
		return js[:len(js)-1]
	}
	return js
}

// allMetadata is the metadata with the checksums, that of the header as zeros.
func allMetadata(tensors []tensor.Source, metadata map[string]string, crc bool) (map[string]string, error) {
	for key := range metadata {
		if key == sumKey || strings.HasPrefix(key, sumKey+".") {
			return nil, fmt.Errorf("metadata key %q is kept for checksums", key)
		}
	}
	meta := maps.Clone(metadata)
	if crc {
		if meta == nil {
			meta = map[string]string{}
		}
		meta[sumKey] = strings.Repeat("0", sumDigits)
		for _, t := range tensors {
			sum := crc32.New(castagnoli)
			if _, err := t.WriteTo(sum); err != nil {
				return nil, err
			}
			meta[sumKey+"."+t.Name] = formatSum(sum.Sum32())
		}
	}
	if len(meta) > wire.MaxMetadata {
		return nil, fmt.Errorf("found %d metadata keys, checksums included, want at most %d", len(meta), wire.MaxMetadata)
	}
	for key, value := range meta {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, fmt.Errorf("metadata %q: %q is not valid UTF-8", key, value)
		}
	}
	return meta, nil
}

// appendEntry appends the description of t, whose data start at *at, and moves
// *at behind them.
func appendEntry(js []byte, t tensor.Source, at *int) ([]byte, error) {
	switch {
	case t.Name == "" || t.Name == "__metadata__":
		return js, fmt.Errorf("not a name for a tensor")
	case t.Data == nil:
		return js, fmt.Errorf("no data given")
	case len(t.Shape) > wire.MaxDims:
		return js, fmt.Errorf("found %d dimensions, want at most %d", len(t.Shape), wire.MaxDims)
	}
	size, err := tensor.Bytes(t.Type, t.Shape)
	if err != nil {
		return js, err
	}
	if t.Type.Block() > 1 {
		return js, fmt.Errorf("found %v, a type of blocks, which this format does not have; want one of F32, F16, BF16", t.Type)
	}
	if size > math.MaxInt-*at {
		return js, fmt.Errorf("the sizes of all tensors overflow")
	}
	js, err = jsontext.AppendQuote(js, t.Name)
	if err != nil {
		return js, err
	}
	js = append(js, `:{"dtype":"`...)
	js = append(js, fileType(t.Type).String()...)
	js = append(js, `","shape":[`...)
	for i, d := range t.Shape {
		if i > 0 {
			js = append(js, ',')
		}
		js = strconv.AppendInt(js, int64(d), 10)
	}
	js = append(js, `],"data_offsets":[`...)
	js = strconv.AppendInt(js, int64(*at), 10)
	js = append(js, ',')
	*at += size
	js = strconv.AppendInt(js, int64(*at), 10)
	return append(js, "]}"...), nil
}

// fileType is the name under which a file holds t: kernel.Float has no name there.
func fileType(t device.Type) device.Type {
	switch {
	case t != device.Float:
		return t
	case kernel.FloatBits == 64:
		return device.F64
	}
	return device.F32
}
