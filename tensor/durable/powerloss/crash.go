package powerloss

import (
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Files is what a disk holds: contents by path relative to its root.
type Files map[string][]byte

// WriteTo puts the files into the folder dir of the real disk.
func (f Files) WriteTo(dir string) error {
	for _, name := range slices.Sorted(maps.Keys(f)) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, f[name], 0o666); err != nil {
			return err
		}
	}
	return nil
}

// Files is what the disk holds now, in use.
func (d *Disk) Files() Files { return d.state(len(d.log), len(d.log), 1) }

// Crashes gives every state the disk may be left in by a power cut before,
// between or after the steps done since New, with a sentence that says which: after each
// prefix of the steps, for each number of the latest unforced changes of names that
// is lost, with none, half or all of the unforced bytes of every file.
func (d *Disk) Crashes() iter.Seq2[string, Files] {
	return func(yield func(string, Files) bool) {
		for n := d.base; n <= len(d.log); n++ {
			when := "before the first step"
			if n > d.base {
				when = "after the " + d.log[n-1].String()
			}
			pending := d.pending(n)
			for kept := 0; kept <= pending; kept++ {
				for half := range 3 {
					say := fmt.Sprintf("power lost %s (step %d): %d of %d changes of names kept, %d/2 of unforced bytes",
						when, n-d.base, kept, pending, half)
					if !yield(say, d.state(n, kept, float64(half)/2)) {
						return
					}
				}
			}
		}
	}
}

// changes tells whether the step changes names, and in which folders.
func (s step) changes() (dirs []string, ok bool) {
	switch s.kind {
	case create, mkdir, remove:
		return []string{filepath.Dir(s.name)}, true
	case rename:
		return []string{filepath.Dir(s.name), filepath.Dir(s.to)}, true
	}
	return nil, false
}

// forced tells which of the first n steps are changes of names that a later
// fsync of their folder has forced to the disk. A rename across folders is one
// entry of the journal: forcing either folder forces it.
func (d *Disk) forced(n int) []bool {
	forced := make([]bool, n)
	for i, s := range d.log[:n] {
		if s.kind != syncDir {
			continue
		}
		for j, c := range d.log[:i] {
			if dirs, ok := c.changes(); ok && slices.Contains(dirs, s.name) {
				forced[j] = true
			}
		}
	}
	return forced
}

// pending counts the changes of names among the first n steps that are not forced.
func (d *Disk) pending(n int) int {
	count := 0
	for i, f := range d.forced(n) {
		if _, ok := d.log[i].changes(); ok && !f {
			count++
		}
	}
	return count
}

// state is what the disk holds after the first n steps with the first kept of
// the pending changes of names, and the given share of each file's unforced bytes.
func (d *Disk) state(n, kept int, share float64) Files {
	tree := names{".": nil}
	type content struct {
		data   []byte
		forced int
	}
	contents := map[*node]*content{}
	forced := d.forced(n)
	for i, s := range d.log[:n] {
		switch s.kind {
		case create:
			contents[s.node] = &content{}
		case write:
			c := contents[s.node]
			c.data = append(c.data, s.data...)
		case sync:
			c := contents[s.node]
			c.forced = len(c.data)
		}
		if _, ok := s.changes(); !ok {
			continue
		}
		if !forced[i] {
			if kept == 0 {
				continue
			}
			kept--
		}
		tree.apply(s)
	}
	files := Files{}
	for name, node := range tree {
		if node == nil || !tree.reachable(name) {
			continue
		}
		c := contents[node]
		files[name] = c.data[:c.forced+int(share*float64(len(c.data)-c.forced))]
	}
	return files
}

// reachable reports whether the folders above name exist.
func (n names) reachable(name string) bool {
	for dir := filepath.Dir(name); dir != "."; dir = filepath.Dir(dir) {
		if node, ok := n[dir]; !ok || node != nil {
			return false
		}
	}
	return true
}
