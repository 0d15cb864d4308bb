package tensor

import (
	"fmt"
	"io"

	"brick/device"
)

// A Source is a tensor to be written to a file, whose bytes need not be in memory before they are written.
type Source struct {
	Name  string
	Type  device.Type
	Shape []int // row-major
	// Data writes the tensor's bytes, row-major and little-endian, in pieces of any size. It is called after the Data
	// of the tensors before it, and twice where a file has checksums.
	Data func(w io.Writer) error
}

// SourceOf is a Source of a tensor in memory.
func SourceOf(t Named) Source {
	return Source{Name: t.Name, Type: t.Tensor.Type, Shape: t.Tensor.Shape, Data: func(w io.Writer) error {
		_, err := w.Write(t.Tensor.Data)
		return err
	}}
}

// WriteTo writes the bytes of the tensor, as many as its type and shape have: it is an error when Data writes another number.
func (s Source) WriteTo(w io.Writer) (int64, error) {
	size, err := Bytes(s.Type, s.Shape)
	if err != nil {
		return 0, fmt.Errorf("tensor %q: %w", s.Name, err)
	}
	c := &counter{w: w, left: int64(size)}
	if err := s.Data(c); err != nil {
		return int64(size) - c.left, fmt.Errorf("tensor %q: %w", s.Name, err)
	}
	if c.left != 0 {
		return int64(size) - c.left, fmt.Errorf("tensor %q: its data are %d bytes, want %d as %v%v has", s.Name, int64(size)-c.left, size, s.Type, s.Shape)
	}
	return int64(size), nil
}

// counter passes on no more bytes than there is room for.
type counter struct {
	w    io.Writer
	left int64
}

func (c *counter) Write(b []byte) (int, error) {
	if int64(len(b)) > c.left {
		return 0, fmt.Errorf("%d bytes of data more than its type and shape have", int64(len(b))-c.left)
	}
	n, err := c.w.Write(b)
	c.left -= int64(n)
	return n, err
}
