package train

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/device"
	"brick/grad"
	"brick/tensor"
	"brick/tensor/durable"
)

// tiny is a job of a few milliseconds.
func tiny() Job {
	return Job{
		Name: "tiny", Model: "linear(4) tanh linear", Data: DataJob{Source: "moons", Examples: 64},
		Optimizer: Optimizer{Name: "adam", LR: 0.01}, Schedule: Schedule{Name: "constant"},
		Batch: 8, Steps: 6, Eval: EvalJob{Every: 100}, Save: SaveJob{Every: 2},
	}
}

// trained is the folder of a finished run of job.
func trained(t *testing.T, job Job) (string, Options) {
	t.Helper()
	o := Options{Root: t.TempDir()}
	r, err := Create(context.Background(), job, o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, err := range r.Train(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return r.Dir, o
}

// resume answers where Resume takes the run up, what it notes and its error.
func resume(dir string, o Options) (step int, notes string, err error) {
	o.Note = func(s string) { notes += s + "\n" }
	r, err := Resume(context.Background(), dir, o)
	if err != nil {
		return 0, notes, err
	}
	return r.Step(), notes, r.Close()
}

// with changes a file for the time of f.
func with(t *testing.T, path string, change func([]byte) []byte, f func()) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(slices.Clone(text)), 0o666); err != nil {
		t.Fatal(err)
	}
	f()
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
}

// damage cuts a file at every 1/100, then flips bits of each byte of its header, and of every few of the rest.
func damage(t *testing.T, path string, bits int, f func(what string)) {
	t.Helper()
	with(t, path, func(b []byte) []byte { return b }, func() {
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		try := func(text []byte, format string, a ...any) {
			if err := os.WriteFile(path, text, 0o666); err != nil {
				t.Fatal(err)
			}
			f(fmt.Sprintf(format, a...))
		}
		for cut := range 100 {
			try(good[:len(good)*cut/100], "cut at %d %%", cut)
		}
		header := min(8+int(binary.LittleEndian.Uint64(good)), len(good))
		if good[0] == '{' { // not a tensor file
			header = 0
		}
		for at := 0; at < len(good); at++ {
			if at >= header || testing.Short() {
				at += 4
			}
			for k := range bits {
				if at < len(good) {
					bad := slices.Clone(good)
					bad[at] ^= 1 << ((at + 3*k) % 8)
					try(bad, "bit flipped in byte %d of %d", at, len(good))
				}
			}
		}
	})
}

// However the newest checkpoint is damaged, the one before it is taken, and what is wrong is named.
func TestDamaged(t *testing.T) {
	dir, o := trained(t, tiny())
	v := newVault(dir)
	if got := v.list(); !slices.Equal(got, []string{"step-000006", "step-000004"}) {
		t.Fatal(got)
	}
	newest := filepath.Join(v.root(), "step-000006")
	passedOver := func(what, file string) {
		t.Helper()
		path, s, damaged, err := newVault(dir).latest()
		if err != nil || s.Step != 4 || filepath.Base(path) != "step-000004" || damaged == nil || !strings.Contains(damaged.Error(), newest) || !strings.Contains(damaged.Error(), file) {
			t.Errorf("%s: found %s, damaged: %v, error %v", what, path, damaged, err)
		}
	}
	for _, file := range checkpointFiles {
		path := filepath.Join(newest, file)
		with(t, path, func(b []byte) []byte { return append(b, 0) }, func() { passedOver("longer", file) })
		damage(t, path, 1, func(what string) { passedOver(what, file) })
		if err := os.Rename(path, path+".away"); err != nil {
			t.Fatal(err)
		}
		passedOver("absent", file)
		if err := os.Mkdir(path, 0o777); err != nil {
			t.Fatal(err)
		}
		passedOver("a folder", file)
		if err := errors.Join(os.Remove(path), os.Rename(path+".away", path)); err != nil {
			t.Fatal(err)
		}
	}
	with(t, filepath.Join(newest, modelFile), func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, func() {
		step, notes, err := resume(dir, o)
		if err != nil || step != 4 || !strings.Contains(notes, modelFile+" is damaged") || !strings.Contains(notes, "CRC-32C") {
			t.Errorf("resumed at step %d: %s, %v", step, notes, err)
		}
	})
	if step, notes, err := resume(dir, o); err != nil || step != 6 || strings.Contains(notes, "damaged") {
		t.Errorf("undamaged: resumed at step %d: %s, %v", step, notes, err)
	}
}

// The weights of a finished run carry their own checksums: no flipped bit and no cut is loaded.
func TestDamagedWeights(t *testing.T) {
	dir, o := trained(t, tiny())
	path := filepath.Join(dir, modelFile)
	m, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	damage(t, path, 3, func(what string) {
		if err := loadWeights(m.Model, path); err == nil || !strings.Contains(err.Error(), modelFile) {
			t.Errorf("%s: %v", what, err)
		}
	})
}

// Checkpoints that are whole but do not fit are an error: passing over them would lose work.
func TestUnfitting(t *testing.T) {
	dir, o := trained(t, tiny())
	v := newVault(dir)
	job := filepath.Join(dir, jobFile)
	replace := func(old, new string) func([]byte) []byte {
		return func(b []byte) []byte { return []byte(strings.Replace(string(b), old, new, 1)) }
	}
	refused := func(what string, want ...string) {
		t.Helper()
		_, _, err := resume(dir, o)
		if err == nil {
			t.Errorf("%s: no error", what)
			return
		}
		for _, w := range append(want, dir) {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v\nlacks %q", what, err, w)
			}
		}
	}
	with(t, job, replace("linear(4)", "linear(5)"), func() { refused("other width", modelFile, "shape [4 2]", "wants [5 2]") })
	with(t, job, replace("linear(4) tanh linear", "linear(4) tanh linear(4) tanh linear"), func() { refused("deeper", modelFile, "2.weight", "shape [2 4]") })
	with(t, job, replace("linear(4) tanh linear", "linear"), func() { refused("shallower", modelFile, "shape") })
	with(t, job, replace("adam", "momentum"), func() { refused("other optimizer", optimizerFile, "momentum_buffer is missing") })
	with(t, job, replace("steps: 6", "steps: 3"), func() { refused("fewer steps", "after step 6", "3 steps") })
	with(t, job, replace("examples: 64", "examples: 60"), func() { refused("other data", "64 examples", "now has 60") })
	with(t, job, replace("source: moons", "source: spirals"), func() { refused("other data", "changed since the run began", "classes") })

	r, err := Resume(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	files := func() map[string][]tensor.Named {
		return map[string][]tensor.Named{modelFile: weights(r.Model), optimizerFile: r.optimizerState()}
	}
	s := r.state
	r.Close()
	extra := tensor.Named{Name: "extra", Tensor: tensor.FromFloats(make([]grad.Float, 2), device.Float, 2)}
	for _, c := range []struct {
		what   string
		change func(map[string][]tensor.Named)
		want   []string
	}{
		{"tensor missing", func(f map[string][]tensor.Named) { f[modelFile] = f[modelFile][1:] }, []string{modelFile, `"0.weight" is missing`}},
		{"tensor extra", func(f map[string][]tensor.Named) { f[modelFile] = append(f[modelFile], extra) }, []string{modelFile, `"extra" is not part`}},
		{"state missing", func(f map[string][]tensor.Named) { f[optimizerFile] = f[optimizerFile][1:] }, []string{optimizerFile, "0.weight.step is missing"}},
		{"state extra", func(f map[string][]tensor.Named) { f[optimizerFile] = append(f[optimizerFile], extra) }, []string{optimizerFile, `"extra" belongs to no part`}},
	} {
		f := files()
		c.change(f)
		if _, err := v.save(s, f); err != nil {
			t.Fatal(err)
		}
		refused(c.what, c.want...)
	}
	if _, err := v.save(s, files()); err != nil {
		t.Fatal(err)
	}
	text, err := seal(state{Version: stateVersion + 1, Step: 6})
	if err != nil {
		t.Fatal(err)
	}
	with(t, filepath.Join(v.root(), "step-000006", stateFile), func([]byte) []byte { return text }, func() {
		refused("future version", "version 2", "newer brick", "up to 1")
	})
	if step, _, err := resume(dir, o); err != nil || step != 6 {
		t.Errorf("put back: step %d, %v", step, err)
	}
}

// Links that wait where a checkpoint will be are replaced, never followed.
func TestLinksAreNotFollowed(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	v := newVault(dir)
	if err := durable.MkdirAll(v.root()); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(v.root(), "step-000002")); err != nil {
		t.Skipf("this system makes no links: %v", err)
	}
	if err := os.Symlink(outside, filepath.Join(v.root(), ".step-000002.tmp-0123456789abcdef")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(outside, "mine"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := v.save(state{Step: 2}, filled(1)); err != nil {
		t.Fatal(err)
	}
	if err := v.prune(2); err != nil {
		t.Fatal(err)
	}
	if all, _ := os.ReadDir(outside); len(all) != 1 {
		t.Errorf("outside the run: %v", all)
	}
	if path, s, damaged, err := newVault(dir).latest(); s.Step != 2 || damaged != nil || err != nil {
		t.Errorf("found %q, %v, %v", path, damaged, err)
	}
	if all, _ := os.ReadDir(v.root()); len(all) != 1 {
		t.Errorf("left %v", all)
	}
}

// Two processes never write one run, and a name that is taken is not overwritten.
func TestTwoWriters(t *testing.T) {
	o := Options{Root: t.TempDir()}
	r, err := Create(context.Background(), tiny(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, _, err := resume(r.Dir, o); err == nil || !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), r.Dir) {
		t.Errorf("resuming a run that is being trained: %v", err)
	}
	if _, err := Create(context.Background(), tiny(), o); !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), "--resume") {
		t.Errorf("creating it again: %v", err)
	}
	job := tiny()
	job.Name = ""
	for _, want := range []string{"moons-1", "moons-2"} {
		if want == "moons-1" { // another process is setting it up
			other := filepath.Join(o.Root, want)
			if err := os.MkdirAll(other, 0o777); err != nil {
				t.Fatal(err)
			}
			lock, err := lockFolder(other)
			if err != nil {
				t.Fatal(err)
			}
			defer lock.Close()
			continue
		}
		r, err := Create(context.Background(), job, o)
		if err != nil || filepath.Base(r.Dir) != want {
			t.Fatalf("%v, %v", r, err)
		}
		r.Close()
	}
	for _, name := range []string{"..", "../x", "/x", ".", "a/../.."} {
		job.Name = name
		if _, err := Create(context.Background(), job, o); err == nil || !strings.Contains(err.Error(), "run name") {
			t.Errorf("name %q: %v", name, err)
		}
	}
	job.Name = "x\x00y"
	if _, err := Create(context.Background(), job, o); err == nil {
		t.Error("a name with NUL")
	}
}

// A folder that cannot be written is an error before anything is computed or lost.
func TestUnwritable(t *testing.T) {
	root := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(root, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(context.Background(), tiny(), Options{Root: root}); err == nil || !strings.Contains(err.Error(), root) {
		t.Errorf("a file in the folder's place: %v", err)
	}
	dir, o := trained(t, tiny())
	for _, name := range []string{logFile, infoFile, jobFile} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.Rename(path, path+".away"), os.Mkdir(path, 0o777)); err != nil {
			t.Fatal(err)
		}
		r, err := Resume(context.Background(), dir, o)
		if err == nil {
			for _, err = range r.Train(context.Background()) {
			}
			r.Close()
		}
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("a folder in the place of %s: %v", name, err)
		}
		if err := errors.Join(os.Remove(path), os.Rename(path+".away", path)); err != nil {
			t.Fatal(err)
		}
	}
}
