package data

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
)

// records is append-only storage of equally long records: in memory up to a bound, beyond it in an unnamed temporary
// file that is mapped, so that a table or a folder of images may be larger than memory.
type records struct {
	size   int // of a record, in bytes
	bound  int64
	n      int
	memory []byte
	name   string
	file   *os.File
	w      *bufio.Writer
	m      *mapped
}

func newRecords(size int, bound int64) *records { return &records{size: size, bound: bound} }

// add appends one record.
func (r *records) add(rec []byte) error {
	if len(rec) != r.size {
		panic(fmt.Sprintf("data: a record of %d bytes among records of %d", len(rec), r.size))
	}
	r.n++
	if r.file == nil && int64(len(r.memory))+int64(len(rec)) <= r.bound {
		r.memory = append(r.memory, rec...)
		return nil
	}
	if r.file == nil {
		f, err := os.CreateTemp("", "brick-*.rows")
		if err != nil {
			return fmt.Errorf("data: make room for more than %d bytes of examples: %w", r.bound, err)
		}
		r.file, r.name, r.w = f, f.Name(), bufio.NewWriterSize(f, 1<<20)
		if _, err := r.w.Write(r.memory); err != nil {
			return r.writeError(err)
		}
		r.memory = nil
	}
	if _, err := r.w.Write(rec); err != nil {
		return r.writeError(err)
	}
	return nil
}

func (r *records) writeError(err error) error {
	return fmt.Errorf("data: write examples to %s: %w", r.name, err)
}

// finish makes what was added readable.
func (r *records) finish() error {
	if r.file == nil {
		return nil
	}
	if err := r.w.Flush(); err != nil {
		return r.writeError(err)
	}
	m, err := newMapped(r.file)
	if err != nil {
		return r.writeError(err)
	}
	r.m, r.w = m, nil
	if runtime.GOOS != "windows" { // an open file cannot be removed there; close does it
		os.Remove(r.name)
	}
	return nil
}

// at returns record i, which must not be written.
func (r *records) at(i int) ([]byte, error) {
	if r.m != nil {
		return r.m.slice(int64(i)*int64(r.size), r.size)
	}
	return r.memory[i*r.size : (i+1)*r.size], nil
}

// close removes the temporary file, if there is one.
func (r *records) close() error {
	if r.file == nil {
		return nil
	}
	var err error
	if r.m != nil {
		err = r.m.close()
	} else {
		err = r.file.Close()
	}
	os.Remove(r.name)
	return err
}
