package mapped

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// A File is an open file whose parts can be read at random. Its methods may be
// called from several goroutines, Close only after the last of them.
type File struct {
	name string
	f    *os.File
	size int64
	view []byte // nil where the file is not mapped
}

// Open opens the regular file at path; a pipe or device, which could block or
// never end, is an error.
func Open(path string) (*File, error) {
	info, err := os.Stat(path) // before opening: opening a pipe waits for its writer
	if err != nil {
		return nil, err
	}
	if err := regular(path, info); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return own(path, f)
}

// OpenIn opens the regular file called name inside root; a name or link that
// leads out of root is an error.
func OpenIn(root *os.Root, name string) (*File, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if err := regular(name, info); err != nil {
		return nil, err
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	return own(f.Name(), f)
}

func regular(name string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("open %s: found %s, want a regular file", name, kind(info.Mode()))
	}
	return nil
}

func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	case m&fs.ModeDevice != 0:
		return "a device"
	case m&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a special file"
}

// own maps f, which it closes on failure.
func own(name string, f *os.File) (*File, error) {
	info, err := f.Stat() // again: what was opened counts
	if err == nil {
		err = regular(name, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	m := &File{name: name, f: f, size: info.Size()}
	if view, err := mmap(f, m.size); err == nil {
		m.view = view
	} // a file system without mapping still has ReadAt
	return m, nil
}

// Name is the path the file was opened by.
func (m *File) Name() string { return m.name }

// Size is the length of the file in bytes when it was opened.
func (m *File) Size() int64 { return m.size }

// Mapped reports whether Section gives views rather than copies.
func (m *File) Mapped() bool { return m.view != nil }

// Section gives the n bytes from offset off: a read-only view that is valid
// until Close where the file is mapped, a copy elsewhere. A part outside the file
// is io.ErrUnexpectedEOF.
func (m *File) Section(off, n int64) ([]byte, error) {
	if off < 0 || n < 0 || off > m.size || n > m.size-off {
		return nil, fmt.Errorf("read %s: bytes %d to %d of %d: %w", m.name, off, off+n, m.size, io.ErrUnexpectedEOF)
	}
	if m.view != nil {
		return m.view[off : off+n : off+n], nil
	}
	b := make([]byte, n)
	if n == 0 {
		return b, nil
	}
	if k, err := m.f.ReadAt(b, off); k < len(b) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return b, nil
}

// ReadAt copies from offset off, as io.ReaderAt says.
func (m *File) ReadAt(b []byte, off int64) (int, error) {
	if m.view == nil {
		return m.f.ReadAt(b, off)
	}
	if off < 0 {
		return 0, fmt.Errorf("read %s: negative offset %d", m.name, off)
	}
	if off >= m.size {
		return 0, io.EOF
	}
	n := copy(b, m.view[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// Close ends the mapping: views given by Section must not be touched afterwards.
func (m *File) Close() error {
	view := m.view
	m.view, m.size = nil, 0
	err := munmap(view)
	if cerr := m.f.Close(); err == nil {
		err = cerr
	}
	return err
}
