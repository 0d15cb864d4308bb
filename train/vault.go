package train

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/safetensors"
)

// A vault keeps the checkpoints of a run, so that the newest whole one can be read whenever the process is
// killed or the power fails:
//
//	step-000500        a checkpoint: whole since it has this name, unless the disk damaged it
//	step-000500.old    one that is being replaced by another of the same step
//	.step-000500.tmp-… being written, or being deleted
type vault struct {
	dir   string          // of the run
	disk  durable.Disk    // writing goes through it
	sound map[string]bool // folders that this process wrote, or has found whole
}

func newVault(dir string) *vault { return &vault{dir: dir, sound: map[string]bool{}} }

func (v *vault) root() string { return filepath.Join(v.dir, checkpointDir) }

// best is the folder of the weights that did best on the validation set so far.
func (v *vault) best() string { return filepath.Join(v.root(), "best") }

const (
	oldMark = ".old"
	tmpMark = ".tmp-"
)

func stepDir(step int) string { return fmt.Sprintf("step-%06d", step) }

// temporary is a name nobody else has for what is to become, or was, a folder of the given name.
func temporary(name string) string {
	return fmt.Sprintf(".%s%s%016x", name, tmpMark, rand.Uint64())
}

// save writes a checkpoint folder: filled under a temporary name, forced to the disk, then renamed.
func (v *vault) save(s state, files map[string][]tensor.Named) (string, error) {
	name := stepDir(s.Step)
	final, tmp := filepath.Join(v.root(), name), filepath.Join(v.root(), temporary(name))
	if err := v.fill(tmp, s, files); err != nil {
		err = errors.Join(err, v.delete(tmp))
		return "", fmt.Errorf("train: save checkpoint %s: %w", final, err)
	}
	if err := v.place(tmp, final); err != nil {
		return "", fmt.Errorf("train: save checkpoint %s: %w", final, err)
	}
	v.sound[name] = true
	return final, nil
}

// fill makes the folder tmp and its files, trainer_state.json last.
func (v *vault) fill(tmp string, s state, files map[string][]tensor.Named) error {
	if err := v.disk.MkdirAll(tmp); err != nil {
		return err
	}
	s.Version, s.Files = stateVersion, map[string]fileMark{}
	for _, name := range checkpointFiles[:2] {
		mark, err := writeTensors(v.disk, filepath.Join(tmp, name), files[name])
		if err != nil {
			return err
		}
		s.Files[name] = mark
	}
	text, err := seal(s)
	if err != nil {
		return err
	}
	return v.disk.WriteFile(filepath.Join(tmp, stateFile), text)
}

// checkpointFiles are all files of a checkpoint, in the order in which they are written.
var checkpointFiles = [...]string{modelFile, optimizerFile, stateFile}

// place gives a filled folder its name. One that has the name already (damaged, or the same step once more)
// steps aside first, under a name that is still read, and goes when the new one is in place.
func (v *vault) place(tmp, final string) error {
	old := final + oldMark
	if _, err := os.Lstat(final); err == nil {
		if err := v.discard(old); err != nil {
			return err
		}
		if err := v.disk.Rename(final, old); err != nil {
			return err
		}
	}
	if err := v.disk.Rename(tmp, final); err != nil {
		return err
	}
	return v.discard(old)
}

// writeTensors writes a safetensors file with checksums, and measures it.
func writeTensors(disk durable.Disk, path string, tensors []tensor.Named) (fileMark, error) {
	w, err := disk.Create(path)
	if err != nil {
		return fileMark{}, err
	}
	defer w.Close()
	var m marker
	if err := safetensors.Encode(io.MultiWriter(w, &m), tensors, map[string]string{"format": "pt"}, safetensors.WithCRC()); err != nil {
		return fileMark{}, err
	}
	return fileMark(m), w.Commit()
}

// list names the checkpoint folders, latest first; of one step, one that was being replaced comes last.
func (v *vault) list() []string {
	entries, err := os.ReadDir(v.root())
	if err != nil {
		return nil
	}
	var found []string
	for _, e := range entries {
		if _, ok := stepOf(e.Name()); ok && e.IsDir() {
			found = append(found, e.Name())
		}
	}
	slices.SortStableFunc(found, func(a, b string) int { // ReadDir's order puts step-1 before step-1.old
		x, _ := stepOf(a)
		y, _ := stepOf(b)
		return y - x
	})
	return found
}

// stepOf is the step that a folder's name says, if it is a checkpoint's.
func stepOf(name string) (int, bool) {
	name = strings.TrimSuffix(name, oldMark)
	n, err := strconv.Atoi(strings.TrimPrefix(name, "step-"))
	return n, err == nil && n >= 0 && stepDir(n) == name
}

// latest finds the newest whole checkpoint; path is "" if there is none. Damaged ones are passed
// over and reported. It is an error if one was written by a newer brick.
func (v *vault) latest() (path string, s state, damaged, err error) { return v.before(math.MaxInt) }

// before is latest among the checkpoints of less than the given number of steps.
func (v *vault) before(step int) (path string, s state, damaged, err error) {
	for _, name := range v.list() {
		if n, _ := stepOf(name); n >= step {
			continue
		}
		path := filepath.Join(v.root(), name)
		s, err := readState(path)
		switch {
		case err == nil:
			v.sound[name] = true
			return path, s, damaged, nil
		case errors.Is(err, errNewer):
			return "", s, damaged, err
		}
		damaged = errors.Join(damaged, err)
	}
	return "", state{}, damaged, nil
}

// whole reports whether a checkpoint can be relied on; each is read at most once.
func (v *vault) whole(name string) bool {
	if _, known := v.sound[name]; !known {
		_, err := readState(filepath.Join(v.root(), name))
		v.sound[name] = err == nil || errors.Is(err, errNewer)
	}
	return v.sound[name]
}

// prune deletes all but the newest whole checkpoints, and what killed writers left behind.
func (v *vault) prune(keep int) error {
	var errs []error
	kept := 0
	for _, name := range v.list() {
		switch {
		case kept >= keep:
			errs = append(errs, v.discard(filepath.Join(v.root(), name)))
		case v.whole(name):
			kept++
		case kept > 0: // damaged, and older than one that is not
			errs = append(errs, v.discard(filepath.Join(v.root(), name)))
		}
	}
	left, _ := filepath.Glob(filepath.Join(v.root(), ".*"+tmpMark+"*"))
	for _, p := range left {
		errs = append(errs, v.delete(p))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("train: delete old checkpoints: %w", err)
	}
	return nil
}

// discard deletes a checkpoint folder, if it is there, in such a way that no half of it is ever taken for one.
func (v *vault) discard(path string) error {
	if _, err := os.Lstat(path); err != nil {
		return nil
	}
	delete(v.sound, filepath.Base(path))
	trash := filepath.Join(v.root(), temporary(filepath.Base(path)))
	if err := v.disk.Rename(path, trash); err != nil {
		return err
	}
	return v.delete(trash)
}

// delete removes a temporary folder. A link is removed, not followed.
func (v *vault) delete(path string) error { return os.RemoveAll(path) }
