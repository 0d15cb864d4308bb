package train

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
	"testing"

	"brick/device"
	"brick/grad"
	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/durable/powerloss"
)

// both does every step on the real disk and on one that remembers it for replaying.
type both struct {
	root string // of the real one
	log  *powerloss.Disk
}

func (b both) rel(name string) string {
	r, err := filepath.Rel(b.root, name)
	if err != nil {
		panic(err)
	}
	return r
}

type bothFile struct {
	durable.File
	real *os.File
}

func (f bothFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	if _, err := f.real.Write(p[:n]); err != nil {
		return 0, err
	}
	return n, err
}

func (f bothFile) Close() error { return errors.Join(f.File.Close(), f.real.Close()) }

func (b both) Create(name string) (durable.File, error) {
	f, err := b.log.Create(b.rel(name))
	if err != nil {
		return nil, err
	}
	real, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	return bothFile{f, real}, err
}

func (b both) Rename(from, to string) error {
	if err := b.log.Rename(b.rel(from), b.rel(to)); err != nil {
		return err
	}
	return os.Rename(from, to)
}

func (b both) Remove(name string) error {
	if err := b.log.Remove(b.rel(name)); err != nil {
		return err
	}
	return os.Remove(name)
}

func (b both) Mkdir(name string) error {
	if err := b.log.Mkdir(b.rel(name)); err != nil {
		return err
	}
	return os.Mkdir(name, 0o777)
}

func (b both) SyncDir(name string) error { return b.log.SyncDir(b.rel(name)) }

// filled is the two tensor files of a checkpoint whose numbers are all v.
func filled(v grad.Float) map[string][]tensor.Named {
	x := tensor.FromFloats([]grad.Float{v, v, v}, device.Float, 3)
	return map[string][]tensor.Named{modelFile: {{Name: "w", Tensor: x}}, optimizerFile: {{Name: "optimizer.w.m", Tensor: x}}}
}

// Whenever the power fails while a checkpoint is saved and old ones are deleted, the newest whole one is the one
// before or the new one; and when saving has returned, it is the new one.
func TestPowerLoss(t *testing.T) {
	for _, c := range []struct {
		name     string
		have     []int // steps of the checkpoints there are
		damaged  bool  // the one of the new step is
		step     int
		allowed  []string // what may be found: step and content
		survives string   // what must be, once prune has returned
	}{
		{"first", nil, false, 2, []string{"none", "2 new"}, "2 new"},
		{"second", []int{2}, false, 4, []string{"2 old", "4 new"}, "4 new"},
		{"third, one is deleted", []int{2, 4}, false, 6, []string{"4 old", "6 new"}, "6 new"},
		{"the same step once more", []int{4}, false, 4, []string{"4 old", "4 new"}, "4 new"},
		{"in the place of a damaged one", []int{2, 4}, true, 4, []string{"2 old", "4 new"}, "4 new"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			v := newVault(dir)
			for _, step := range c.have {
				if _, err := v.save(state{Step: step, Seconds: 1}, filled(1)); err != nil {
					t.Fatal(err)
				}
			}
			if c.damaged {
				if err := os.Truncate(filepath.Join(v.root(), stepDir(c.step), modelFile), 100); err != nil {
					t.Fatal(err)
				}
			}
			disk := powerloss.New(read(t, dir))
			v = newVault(dir)
			v.disk = durable.Disk{FS: both{dir, disk}}
			if _, err := v.save(state{Step: c.step, Seconds: 2}, filled(2)); err != nil {
				t.Fatal(err)
			}
			if err := v.prune(2); err != nil {
				t.Fatal(err)
			}
			seen := map[string]int{}
			known := map[string]string{}
			states, last := 0, ""
			for when, files := range disk.Crashes() {
				states++
				key := fmt.Sprint(slices.Sorted(maps.Keys(files))) + strings.Join(slices.Sorted(contents(files)), "|")
				found, ok := known[key]
				if !ok {
					found = reload(t, files)
					known[key] = found
				}
				if !slices.Contains(c.allowed, found) {
					t.Errorf("%s: found %s, want one of %q; files %v", when, found, c.allowed, slices.Sorted(maps.Keys(files)))
				}
				seen[found]++
				last = found
			}
			if last != c.survives || len(seen) != len(c.allowed) {
				t.Errorf("seen %v, at the end %s", seen, last)
			}
			t.Logf("%d states: %v", states, seen)
		})
	}
}

func contents(files powerloss.Files) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name, text := range files {
			if !yield(name + "=" + string(text)) {
				return
			}
		}
	}
}

// read is the content of a folder, by relative path.
func read(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			files[rel], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// reload says which checkpoint is found among files, and whether its numbers are the old or the new ones.
func reload(t *testing.T, files powerloss.Files) string {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := files.WriteTo(dir); err != nil {
		t.Fatal(err)
	}
	path, s, _, err := newVault(dir).latest()
	if err != nil {
		return err.Error()
	}
	if path == "" {
		return "none"
	}
	return fmt.Sprintf("%d %s", s.Step, map[float64]string{1: "old", 2: "new"}[s.Seconds])
}

// A full disk is an error that names the checkpoint; what was there stays, nothing is left behind.
func TestDiskFull(t *testing.T) {
	need := 0
	sample := t.TempDir()
	if _, err := newVault(sample).save(state{Step: 4}, filled(2)); err != nil {
		t.Fatal(err)
	}
	for _, text := range read(t, sample) {
		need += len(text)
	}
	for space := 0; space < need; space += 50 {
		dir := t.TempDir()
		v := newVault(dir)
		if _, err := v.save(state{Step: 2}, filled(1)); err != nil {
			t.Fatal(err)
		}
		disk := powerloss.New(read(t, dir))
		disk.Space = space
		v.disk = durable.Disk{FS: both{dir, disk}}
		_, err := v.save(state{Step: 4}, filled(2))
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "step-000004") {
			t.Errorf("%d bytes free: %v", space, err)
		}
		if got := v.list(); len(got) != 1 || got[0] != "step-000002" {
			t.Errorf("%d bytes free: left %v", space, got)
		}
		if all, _ := os.ReadDir(v.root()); len(all) != 1 {
			t.Errorf("%d bytes free: left %v", space, all)
		}
	}
}

// refusing answers one kind of step as a read-only disk does.
type refusing struct {
	both
	step string
}

func (r refusing) deny(step, name string) error {
	if r.step == step {
		return &fs.PathError{Op: step, Path: name, Err: syscall.EROFS}
	}
	return nil
}

func (r refusing) Create(name string) (durable.File, error) {
	if err := r.deny("create", name); err != nil {
		return nil, err
	}
	return r.both.Create(name)
}

func (r refusing) Rename(from, to string) error {
	if strings.HasSuffix(from, stateFile) || !strings.Contains(filepath.Base(filepath.Dir(from)), "step") {
		if err := r.deny("rename", to); err != nil {
			return err
		}
	}
	return r.both.Rename(from, to)
}

func (r refusing) Mkdir(name string) error {
	if err := r.deny("mkdir", name); err != nil {
		return err
	}
	return r.both.Mkdir(name)
}

func TestReadOnly(t *testing.T) {
	for _, step := range []string{"mkdir", "create", "rename"} {
		dir := t.TempDir()
		v := newVault(dir)
		if _, err := v.save(state{Step: 2}, filled(1)); err != nil {
			t.Fatal(err)
		}
		v.disk = durable.Disk{FS: refusing{both{dir, powerloss.New(read(t, dir))}, step}}
		_, err := v.save(state{Step: 4}, filled(2))
		if !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), "step-000004") {
			t.Errorf("%s refused: %v", step, err)
		}
		if path, s, _, _ := newVault(dir).latest(); path == "" || s.Step != 2 {
			t.Errorf("%s refused: left %q", step, path)
		}
	}
}

// Old checkpoints go only when enough whole ones are newer; damaged ones do not count.
func TestPrune(t *testing.T) {
	dir := t.TempDir()
	v := newVault(dir)
	for _, step := range []int{2, 4, 6, 8} {
		if _, err := v.save(state{Step: step}, filled(1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(filepath.Join(v.root(), "step-000006", optimizerFile), 90); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".step-000007.tmp-0123456789abcdef", "notes"} {
		if err := os.MkdirAll(filepath.Join(v.root(), name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	v = newVault(dir) // as after a restart
	if err := v.prune(2); err != nil {
		t.Fatal(err)
	}
	if got := v.list(); !slices.Equal(got, []string{"step-000008", "step-000004"}) {
		t.Errorf("left %v", got)
	}
	if all, _ := os.ReadDir(v.root()); len(all) != 3 {
		t.Errorf("left %v", all)
	}
}

// Not one bit of trainer_state.json can change, and not one byte be lost, unnoticed.
func TestSeal(t *testing.T) {
	s := state{Version: 1, Step: 500, Examples: 60000, Best: &best{400, Metrics{Loss: 1.5}}, Seconds: 12.25, Files: map[string]fileMark{modelFile: {1, 2}}}
	text, err := seal(s)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := unseal(text); err != nil || got.Step != 500 || got.Best.Valid.Loss != 1.5 || got.Files[modelFile] != s.Files[modelFile] {
		t.Errorf("%+v, %v", got, err)
	}
	for i := range text {
		if _, err := unseal(text[:i]); err == nil {
			t.Errorf("cut to %d bytes: no error", i)
		}
		for bit := range 8 {
			bad := slices.Clone(text)
			bad[i] ^= 1 << bit
			if _, err := unseal(bad); err == nil {
				t.Errorf("bit %d of byte %d (%q) flipped: no error", bit, i, text[i])
			}
		}
	}
	s.Version = 9
	text, _ = seal(s)
	if _, err := unseal(text); !errors.Is(err, errNewer) || !strings.Contains(err.Error(), "version 9") {
		t.Errorf("a future version: %v", err)
	}
}
