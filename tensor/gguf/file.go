package gguf

import (
	"errors"
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
	parts   []*File // the others, where the model lies in several
}

// Open opens the file at path, mapped into memory where the system can. Of a model that was split, path is the first part, such as
// NAME-00001-of-00003.gguf; the others are opened beside it, and the File has the tensors of all.
func Open(path string) (*File, error) {
	f, err := openOne(path)
	if err == nil {
		if err = f.openParts(); err != nil {
			err = errors.Join(err, f.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("gguf: %w", err)
	}
	return f, nil
}

func openOne(path string) (*File, error) {
	m, err := mapped.Open(path)
	if err != nil {
		return nil, err
	}
	h, err := parse(m.Name(), m, m.Size())
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return &File{name: m.Name(), h: h, section: m.Section, close: m.Close}, nil
}

// Decode reads the header of a file of size bytes from r; the name appears in errors. Of a model that was split it is one part. Tensors are copied from r when asked for.
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
	if x.Data, err = f.part(e.in).section(e.at, e.size); err != nil {
		return nil, fmt.Errorf("gguf: %s: tensor %q: %w", f.name, name, err)
	}
	return x, nil
}
