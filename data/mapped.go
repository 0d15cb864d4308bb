package data

import (
	"fmt"
	"os"
	"runtime"
	"sync"
)

// A mapped file gives its bytes at random places: from memory the system pages in and out, where files can be mapped,
// and by plain reads elsewhere.
type mapped struct {
	*mapping
	size int64
}

// mapping is what has to be released, apart from mapped so that it can be when mapped is unreachable.
type mapping struct {
	once  sync.Once
	f     *os.File // nil once the bytes are mapped
	bytes []byte
	err   error
}

func (m *mapping) close() error {
	m.once.Do(func() {
		if m.bytes != nil {
			m.err = unmapFile(m.bytes)
			m.bytes = nil
		}
		if m.f != nil {
			m.err = m.f.Close()
		}
	})
	return m.err
}

// newMapped takes over an open file: it is closed when the mapping is, or already when the bytes are mapped.
func newMapped(f *os.File) (*mapped, error) {
	fi, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	m := &mapped{&mapping{f: f}, fi.Size()}
	if m.size > 0 && m.size == int64(int(m.size)) {
		if b, err := mapFile(f, int(m.size)); err == nil {
			m.bytes, m.f = b, nil
			f.Close()
		}
	}
	runtime.AddCleanup(m, func(in *mapping) { in.close() }, m.mapping)
	return m, nil
}

// slice returns n bytes at off. They are valid while m is reachable and open, and must not be written.
func (m *mapped) slice(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || off > m.size-int64(n) {
		panic(fmt.Sprintf("data: bytes %d to %d of a file of %d", off, off+int64(n), m.size))
	}
	if m.bytes != nil {
		return m.bytes[off : off+int64(n)], nil
	}
	b := make([]byte, n)
	if n == 0 {
		return b, nil
	}
	if _, err := m.f.ReadAt(b, off); err != nil {
		return nil, fmt.Errorf("data: read %d bytes at %d of %s: %w", n, off, m.f.Name(), err)
	}
	return b, nil
}
