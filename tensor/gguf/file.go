package gguf

import (
	"fmt"
	"io"
	"slices"

	"brick/tensor"
	"brick/tensor/mapped"
)

// A File is an open GGUF file. Its header has been checked as a whole; the tensors' data are read when asked for. Its methods may
// be called from several goroutines, Close only after the last of them.
type File struct {
	name    string
	h       *header
	section func(off, n int64) ([]byte, error)
	close   func() error
}

// Open opens the file at path, mapped into memory where the system can.
func Open(path string) (*File, error) {
	m, err := mapped.Open(path)
	if err != nil {
		return nil, fmt.Errorf("gguf: %w", err)
	}
	h, err := parse(m.Name(), m, m.Size())
	if err != nil {
		m.Close()
		return nil, fmt.Errorf("gguf: %w", err)
	}
	return &File{name: m.Name(), h: h, section: m.Section, close: m.Close}, nil
}

// Decode reads the header of a file of size bytes from r; the name appears in errors. Tensors are copied from r when asked for.
func Decode(name string, r io.ReaderAt, size int64) (*File, error) {
	h, err := parse(name, r, size)
	if err != nil {
		return nil, fmt.Errorf("gguf: %w", err)
	}
	section := func(off, n int64) ([]byte, error) {
		b := make([]byte, n)
		if k, err := r.ReadAt(b, off); k < len(b) {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		return b, nil
	}
	return &File{name: name, h: h, section: section, close: func() error { return nil }}, nil
}

// Version is the version of the format that the file is written in: 2 or 3.
func (f *File) Version() int { return int(f.h.version) }

// Alignment is the power of two to whose multiples the tensors are aligned.
func (f *File) Alignment() int { return int(f.h.align) }

// Metadata are the file's keys and values; treat them as read-only.
func (f *File) Metadata() *Metadata { return &f.h.meta }

// Names lists the tensors in the order of their data.
func (f *File) Names() []string {
	names := make([]string, len(f.h.entries))
	for i, e := range f.h.entries {
		names[i] = e.name
	}
	return names
}

// Has reports whether there is a tensor of that name.
func (f *File) Has(name string) bool { _, ok := f.h.index[name]; return ok }

// Info gives the shape and type of a tensor without its data (Data is nil).
func (f *File) Info(name string) (*tensor.Tensor, error) {
	i, ok := f.h.index[name]
	if !ok {
		return nil, fmt.Errorf("gguf: %s: found no tensor %q among %d", f.name, name, len(f.h.index))
	}
	e := &f.h.entries[i]
	return &tensor.Tensor{Shape: slices.Clone(e.shape), Type: e.dtype}, nil
}

// Tensor gives the tensor of that name. Of a mapped file Data is a read-only view, valid until Close; writing to it ends the program.
func (f *File) Tensor(name string) (*tensor.Tensor, error) {
	x, err := f.Info(name)
	if err != nil {
		return nil, err
	}
	e := &f.h.entries[f.h.index[name]]
	if x.Data, err = f.section(e.at, e.size); err != nil {
		return nil, fmt.Errorf("gguf: %s: tensor %q: %w", f.name, name, err)
	}
	return x, nil
}

// Close releases the file; views given by Tensor must not be touched afterwards.
func (f *File) Close() error { return f.close() }
