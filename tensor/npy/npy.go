package npy

import (
	"fmt"
	"io"
	"slices"

	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/mapped"
	"brick/tensor/wire"
)

// Read reads the array in the .npy file at path. What breaks the format's
// rules, or holds anything but numbers and booleans, is a *wire.Error.
func Read(path string) (*tensor.Tensor, error) {
	m, err := mapped.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	defer m.Close()
	return Decode(path, m, m.Size())
}

// Decode reads the array in the size bytes of src; the name appears in errors.
func Decode(name string, src io.ReaderAt, size int64) (*tensor.Tensor, error) {
	return decode(wire.New(name, src, size))
}

func decode(r *wire.Reader) (*tensor.Tensor, error) {
	h, err := readHeader(r)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	data := r.Bytes(uint64(h.bytes()), "data")
	if err := r.End("data"); err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	if h.big {
		for e := range slices.Chunk(data, h.dtype.Size()) {
			slices.Reverse(e)
		}
	}
	if h.fortran {
		data = rowMajor(data, h.shape, h.dtype.Size())
	}
	return &tensor.Tensor{Shape: h.shape, Type: h.dtype, Data: data}, nil
}

// rowMajor reorders elements of size bytes from column-major to row-major.
//
//	dst[((i₀·d₁ + i₁)·d₂ + i₂)…] = src[i₀ + d₀·(i₁ + d₁·(i₂ + …))]
func rowMajor(src []byte, shape []int, size int) []byte {
	if len(shape) < 2 || len(src) == 0 {
		return src
	}
	stride := make([]int, len(shape)) // of src, in bytes
	s := size
	for i, d := range shape {
		stride[i] = s
		s *= d
	}
	dst := make([]byte, 0, len(src))
	index := make([]int, len(shape))
	at := 0
	for len(dst) < len(src) {
		dst = append(dst, src[at:at+size]...)
		for a := len(shape) - 1; a >= 0; a-- { // the last axis runs fastest
			index[a]++
			at += stride[a]
			if index[a] < shape[a] {
				break
			}
			at -= index[a] * stride[a]
			index[a] = 0
		}
	}
	return dst
}

// Write replaces the file at path by the array x, row-major, little-endian,
// version 1.0; a crash leaves the old file or the new one. NumPy has no BF16: that is
// an error.
func Write(path string, x *tensor.Tensor) error {
	head, err := appendHeader(nil, x)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	w, err := durable.Create(path)
	if err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	defer w.Close()
	for _, b := range [][]byte{head, x.Data} {
		if _, err := w.Write(b); err != nil {
			return fmt.Errorf("npy: %w", err)
		}
	}
	return w.Commit()
}

// Encode writes the bytes of a .npy file of x to w.
func Encode(w io.Writer, x *tensor.Tensor) error {
	head, err := appendHeader(nil, x)
	if err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err = w.Write(x.Data)
	return err
}
