package safetensors

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"sync/atomic"

	"brick/tensor"
	"brick/tensor/mapped"
	"brick/tensor/wire"
)

// A File is an open safetensors file. Its header has been checked as a whole;
// the tensors' data are read when asked for. Its methods may be called from
// several goroutines, Close only after the last of them.
type File struct {
	name    string
	h       *header
	dataAt  int64
	section func(off, n int64) ([]byte, error)
	close   func() error
	sound   []atomic.Bool // whether an entry's checksum has been found right
}

// Open opens the file at path, mapped into memory where the system can.
func Open(path string) (*File, error) {
	m, err := mapped.Open(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return fromMapped(m)
}

func fromMapped(m *mapped.File) (*File, error) {
	f, err := decode(m.Name(), m, m.Size(), m.Section)
	if err != nil {
		m.Close()
		return nil, err
	}
	f.close = m.Close
	return f, nil
}

// Decode reads the header of a file of size bytes from r; the name appears in
// errors. Tensors are copied from r when asked for.
func Decode(name string, r io.ReaderAt, size int64) (*File, error) {
	return decode(name, r, size, func(off, n int64) ([]byte, error) {
		b := make([]byte, n)
		if k, err := r.ReadAt(b, off); k < len(b) {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		return b, nil
	})
}

func decode(name string, src io.ReaderAt, size int64, section func(off, n int64) ([]byte, error)) (*File, error) {
	r := wire.New(name, src, size)
	n := r.U64("header length")
	if r.Err() == nil && (n < 2 || n > maxHeader) {
		r.Fail(0, "header length", fmt.Sprint(n), fmt.Sprintf("2 to %d bytes", maxHeader))
	}
	js := r.Bytes(n, "header")
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	h, err := parseHeader(name, js, r.Remaining())
	if err == nil {
		err = h.sums.check(name, js, h.entries)
	}
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return &File{name: name, h: h, dataAt: r.Offset(), section: section, sound: make([]atomic.Bool, len(h.entries))}, nil
}

// Names lists the tensors in the order of their data.
func (f *File) Names() []string {
	names := make([]string, len(f.h.entries))
	for i, e := range f.h.entries {
		names[i] = e.name
	}
	return names
}

// Metadata is a copy of the file's own strings, without checksums; never nil.
func (f *File) Metadata() map[string]string {
	m := maps.Clone(f.h.meta)
	if m == nil {
		m = map[string]string{}
	}
	return m
}

// Has reports whether there is a tensor of that name.
func (f *File) Has(name string) bool { _, ok := f.h.index[name]; return ok }

// Info gives the shape and type of a tensor without its data (Data is nil).
func (f *File) Info(name string) (*tensor.Tensor, error) {
	i, ok := f.h.index[name]
	if !ok {
		return nil, fmt.Errorf("safetensors: %s: found no tensor %q among %d", f.name, name, len(f.h.index))
	}
	e := &f.h.entries[i]
	return &tensor.Tensor{Shape: slices.Clone(e.shape), Type: e.dtype}, nil
}

// Tensor gives the tensor of that name. Of a mapped file Data is a read-only
// view, valid until Close; writing to it ends the program. Where the file has
// checksums, the first call for a tensor verifies its own.
func (f *File) Tensor(name string) (*tensor.Tensor, error) {
	x, err := f.Info(name)
	if err != nil {
		return nil, err
	}
	i := f.h.index[name]
	e := &f.h.entries[i]
	if x.Data, err = f.section(f.dataAt+e.begin, e.end-e.begin); err != nil {
		return nil, fmt.Errorf("safetensors: %s: tensor %q: %w", f.name, name, err)
	}
	if want, ok := f.h.sums.tensors[name]; ok && !f.sound[i].Load() {
		if got := sumOf(x.Data); got != want {
			return nil, fmt.Errorf("safetensors: %w", &wire.Error{File: f.name, Offset: f.dataAt + e.begin,
				Field: "tensor " + wire.Quote(name), Found: fmt.Sprintf("data with CRC-32C %08x", got),
				Want: fmt.Sprintf("%08x as the header says: the file is damaged", want)})
		}
		f.sound[i].Store(true)
	}
	return x, nil
}

// Verify reads every tensor, and with it every checksum the file has.
func (f *File) Verify() error {
	for _, e := range f.h.entries {
		if _, err := f.Tensor(e.name); err != nil {
			return err
		}
	}
	return nil
}

// Checked reports whether the file carries checksums.
func (f *File) Checked() bool { return f.h.sums.at != 0 }

// Close releases the file; views given by Tensor must not be touched afterwards.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}

// Read copies all tensors of the file at path, and its metadata, into memory.
func Read(path string) (map[string]*tensor.Tensor, map[string]string, error) {
	f, err := Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	all := make(map[string]*tensor.Tensor, len(f.h.index))
	for _, name := range f.Names() {
		x, err := f.Tensor(name)
		if err != nil {
			return nil, nil, err
		}
		x.Data = slices.Clone(x.Data) // on systems without mapping a second copy, of one tensor at a time
		all[name] = x
	}
	return all, f.Metadata(), nil
}
