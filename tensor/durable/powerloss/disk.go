package powerloss

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"brick/tensor/durable"
)

// A Disk is a file system in memory that remembers every step done to it. It
// implements durable.FS, for one goroutine. Its root is the folder ".".
type Disk struct {
	// Space is the number of bytes that can still be written before the disk is
	// full and writing fails with ENOSPC; negative for no limit.
	Space int

	now  names
	log  []step
	base int // steps that happened before, safely
}

// names is a folder tree by path: a file's node, or nil for a folder.
type names map[string]*node

// node is the identity of a file, whatever it is called.
type node struct{ _ byte }

type kind string

const (
	create  kind = "create"
	write   kind = "write"
	sync    kind = "fsync"
	rename  kind = "rename"
	remove  kind = "remove"
	mkdir   kind = "mkdir"
	syncDir kind = "fsync folder"
)

// step is one thing done to the disk.
type step struct {
	kind     kind
	name, to string
	node     *node
	data     []byte
}

func (s step) String() string {
	switch s.kind {
	case write:
		return fmt.Sprintf("write of %d bytes to %s", len(s.data), s.name)
	case rename:
		return fmt.Sprintf("rename of %s to %s", s.name, s.to)
	}
	return string(s.kind) + " " + s.name
}

// New gives a disk that holds files (by path relative to the root; their
// folders exist) safely.
func New(files map[string][]byte) *Disk {
	d := &Disk{Space: -1, now: names{".": nil}}
	disk := durable.Disk{FS: d}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := errors.Join(disk.MkdirAll(filepath.Dir(name)), disk.WriteFile(name, files[name])); err != nil {
			panic(err)
		}
	}
	d.base = len(d.log)
	return d
}

// do notes a step and carries it out.
func (d *Disk) do(s step) {
	d.log = append(d.log, s)
	d.now.apply(s)
}

// apply changes the names as a step of the kinds that change names does.
func (n names) apply(s step) {
	switch s.kind {
	case create, mkdir:
		n[s.name] = s.node
	case remove:
		delete(n, s.name)
	case rename:
		node, ok := n[s.name]
		if !ok {
			return // its own creation was lost
		}
		delete(n, s.name)
		n[s.to] = node
		for _, name := range slices.Sorted(maps.Keys(n)) { // what a folder holds goes along
			if rest, ok := strings.CutPrefix(name, s.name+string(filepath.Separator)); ok {
				n[filepath.Join(s.to, rest)] = n[name]
				delete(n, name)
			}
		}
	}
}

func (d *Disk) need(op, name string) error {
	if node, ok := d.now[filepath.Dir(name)]; !ok || node != nil {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return nil
}

// Create is durable.FS's.
func (d *Disk) Create(name string) (durable.File, error) {
	name = filepath.Clean(name)
	if _, ok := d.now[name]; ok {
		return nil, &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	if err := d.need("create", name); err != nil {
		return nil, err
	}
	f := &file{disk: d, name: name, node: &node{}}
	d.do(step{kind: create, name: name, node: f.node})
	return f, nil
}

// Mkdir is durable.FS's.
func (d *Disk) Mkdir(name string) error {
	name = filepath.Clean(name)
	if _, ok := d.now[name]; ok {
		return &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrExist}
	}
	if err := d.need("mkdir", name); err != nil {
		return err
	}
	d.do(step{kind: mkdir, name: name})
	return nil
}

// Rename is durable.FS's.
func (d *Disk) Rename(from, to string) error {
	from, to = filepath.Clean(from), filepath.Clean(to)
	if _, ok := d.now[from]; !ok {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrNotExist}
	}
	if err := d.need("rename", to); err != nil {
		return err
	}
	d.do(step{kind: rename, name: from, to: to})
	return nil
}

// Remove is durable.FS's.
func (d *Disk) Remove(name string) error {
	name = filepath.Clean(name)
	if _, ok := d.now[name]; !ok {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	d.do(step{kind: remove, name: name})
	return nil
}

// SyncDir is durable.FS's.
func (d *Disk) SyncDir(name string) error {
	d.do(step{kind: syncDir, name: filepath.Clean(name)})
	return nil
}

// file is a file being written.
type file struct {
	disk *Disk
	name string // as created, for the log
	node *node
}

func (f *file) Write(b []byte) (int, error) {
	n, err := len(b), error(nil)
	if f.disk.Space >= 0 {
		if n > f.disk.Space {
			n, err = f.disk.Space, &fs.PathError{Op: "write", Path: f.name, Err: syscall.ENOSPC}
		}
		f.disk.Space -= n
	}
	f.disk.do(step{kind: write, name: f.name, node: f.node, data: slices.Clone(b[:n])})
	return n, err
}

func (f *file) Sync() error {
	f.disk.do(step{kind: sync, name: f.name, node: f.node})
	return nil
}

func (f *file) Close() error { return nil }
