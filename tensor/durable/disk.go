package durable

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// FS is what durable needs of a file system. Every method is one step between
// which the power may fail.
type FS interface {
	Create(name string) (File, error) // a new file; an error like fs.ErrExist when the name is taken
	Rename(from, to string) error     // replaces to, in one step
	Remove(name string) error
	Mkdir(name string) error   // an error like fs.ErrExist when the name is taken
	SyncDir(name string) error // forces the folder's names to the disk
}

// File is a file being written.
type File interface {
	io.Writer
	Sync() error // forces the bytes to the disk
	Close() error
}

// A Disk writes files durably. The zero Disk is the machine's own.
type Disk struct {
	FS FS // nil for the operating system's
}

func (d Disk) fs() FS {
	if d.FS == nil {
		return osFS{0o666}
	}
	return d.FS
}

// Private is the machine's own disk, on which only their owner reads the files that are written.
var Private = Disk{FS: osFS{0o600}}

// WriteFile replaces the file at path by data. After an error, the old file
// stands as it was, unless only the last step (fsync of the folder) failed: then it
// is one of the two.
func WriteFile(path string, data []byte) error { return Disk{}.WriteFile(path, data) }

// Create starts a file that will replace the one at path; see Writer.
func Create(path string) (*Writer, error) { return Disk{}.Create(path) }

// MkdirAll makes the folder at path and those above it, and forces their names
// to the disk. An existing folder is fine.
func MkdirAll(path string) error { return Disk{}.MkdirAll(path) }

// Rename renames a file or a folder and forces both folders' names to the disk.
// A folder of several files becomes visible whole when it is filled under another
// name and then renamed.
func Rename(from, to string) error { return Disk{}.Rename(from, to) }

// WriteFile is the function WriteFile on this disk.
func (d Disk) WriteFile(path string, data []byte) error {
	w, err := d.Create(path)
	if err != nil {
		return err
	}
	defer w.Close()
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.Commit()
}

// tmpMark is in the name of every temporary file, after the name it will have.
const tmpMark = ".tmp-"

// Create is the function Create on this disk.
func (d Disk) Create(path string) (*Writer, error) {
	dir, base := filepath.Split(path)
	for range 100 {
		// A fresh name each time: two writers, or a link somebody put in the way, must not meet.
		tmp := fmt.Sprintf("%s.%s%s%016x", dir, base, tmpMark, rand.Uint64())
		f, err := d.fs().Create(tmp)
		if errors.Is(err, fs.ErrExist) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("write %s: %w", path, err)
		}
		return &Writer{disk: d.fs(), path: path, tmp: tmp, f: f, buf: bufio.NewWriterSize(f, 256<<10)}, nil
	}
	return nil, fmt.Errorf("write %s: no free temporary name in 100 tries", path)
}

// MkdirAll is the function MkdirAll on this disk.
func (d Disk) MkdirAll(path string) error {
	path = filepath.Clean(path)
	err := d.fs().Mkdir(path)
	parent := filepath.Dir(path)
	if errors.Is(err, fs.ErrNotExist) && parent != path {
		if err := d.MkdirAll(parent); err != nil {
			return err
		}
		err = d.fs().Mkdir(path)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	} else if err != nil {
		return err
	}
	return d.fs().SyncDir(parent)
}

// Rename is the function Rename on this disk.
func (d Disk) Rename(from, to string) error {
	if err := d.fs().Rename(from, to); err != nil {
		return err
	}
	a, b := filepath.Dir(from), filepath.Dir(to)
	err := d.fs().SyncDir(b)
	if a != b {
		err = errors.Join(err, d.fs().SyncDir(a))
	}
	return err
}

// RemoveTemporaries deletes what killed writers left in the folder dir, and
// gives the names it deleted. No writer may be at work in the folder.
func RemoveTemporaries(dir string) ([]string, error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var gone []string
	for _, e := range list {
		if e.Type().IsRegular() && isTemporary(e.Name()) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return gone, err
			}
			gone = append(gone, e.Name())
		}
	}
	return gone, nil
}

func isTemporary(name string) bool {
	at := strings.LastIndex(name, tmpMark)
	return at > 1 && name[0] == '.' && len(name) == at+len(tmpMark)+16 &&
		strings.Trim(name[at+len(tmpMark):], "0123456789abcdef") == ""
}
