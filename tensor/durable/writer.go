package durable

import (
	"bufio"
	"errors"
	"fmt"
	"path/filepath"
)

// A Writer is a file on its way. What is written to it becomes the file at the
// path by Commit and not before; Close without Commit leaves no trace:
//
//	w, err := durable.Create(path)
//	defer w.Close()
//	… w.Write …
//	return w.Commit()
type Writer struct {
	disk      FS
	path, tmp string
	f         File // nil once closed
	buf       *bufio.Writer
	err       error // sticks: after a failed write there is nothing to commit
	done      bool
}

// Name is the path the file will have.
func (w *Writer) Name() string { return w.path }

// Write appends b.
func (w *Writer) Write(b []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	if w.f == nil {
		return 0, fmt.Errorf("write %s: already closed", w.path)
	}
	n, err := w.buf.Write(b)
	w.fail(err)
	return n, w.err
}

func (w *Writer) fail(err error) bool {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("write %s: %w", w.path, err)
	}
	return w.err != nil
}

// Commit puts the file in its place and returns when it will survive a power
// cut. The Writer is closed then, whatever the outcome.
func (w *Writer) Commit() error {
	if w.f == nil && w.err == nil {
		return fmt.Errorf("write %s: already closed", w.path)
	}
	if w.err == nil && !w.fail(w.buf.Flush()) && !w.fail(w.f.Sync()) {
		f := w.f
		w.f = nil
		if !w.fail(f.Close()) && !w.fail(w.disk.Rename(w.tmp, w.path)) {
			w.done = true
			w.fail(w.disk.SyncDir(filepath.Dir(w.path)))
		}
	}
	err := w.err
	return errors.Join(err, w.Close())
}

// Close drops the file unless Commit put it in place. It may be called twice.
func (w *Writer) Close() error {
	var err error
	if w.f != nil {
		err = w.f.Close()
		w.f = nil
	}
	if !w.done {
		w.done = true
		err = errors.Join(err, w.disk.Remove(w.tmp))
	}
	return err
}
