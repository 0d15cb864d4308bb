package durable

import (
	"io/fs"
	"os"
)

// osFS is the operating system's file system.
type osFS struct{ mode fs.FileMode } // of new files, before the umask

func (o osFS) Create(name string) (File, error) {
	// O_EXCL: neither a file nor a link of that name is followed.
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, o.mode)
	if err != nil {
		return nil, err // not f: a nil *os.File in an interface is not nil
	}
	return f, nil
}

func (osFS) Rename(from, to string) error { return os.Rename(from, to) }
func (osFS) Remove(name string) error     { return os.Remove(name) }
func (osFS) Mkdir(name string) error      { return os.Mkdir(name, 0o777) }
func (osFS) SyncDir(name string) error    { return syncDir(name) }
