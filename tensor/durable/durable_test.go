package durable_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"brick/tensor/durable"
	"brick/tensor/durable/powerloss"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a", "b", "run.yaml")
	if err := durable.MkdirAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"old", strings.Repeat("new", 1<<20), ""} {
		if err := durable.WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if read(t, path) != text {
			t.Errorf("the file does not hold the %d bytes written", len(text))
		}
	}
	if err := durable.Rename(filepath.Join(dir, "a", "b"), filepath.Join(dir, "c")); err != nil {
		t.Fatal(err)
	}
	if got := list(t, filepath.Join(dir, "c")); len(got) != 1 {
		t.Errorf("found %v, want run.yaml alone", got)
	}
	if err := durable.WriteFile(filepath.Join(dir, "absent", "x"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into an absent folder: %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "c", "run.yaml")); err != nil || info.Mode().Perm()&0o400 == 0 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// A private file is its owner's alone, also where one that others may read was there.
func TestPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, disk := range []durable.Disk{{}, durable.Private} {
		if err := disk.WriteFile(path, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestCloseWithoutCommit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	w, err := durable.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, "half")
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Error(err)
	}
	if got := list(t, dir); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
	if err := w.Commit(); err == nil {
		t.Error("Commit after Close passed")
	}
	if _, err := w.Write([]byte("x")); err == nil {
		t.Error("Write after Close passed")
	}
}

// A link that waits under the file's own name is replaced, not followed.
func TestLinkIsNotFollowed(t *testing.T) {
	dir := t.TempDir()
	secret, path := filepath.Join(dir, "secret"), filepath.Join(dir, "f")
	if err := os.WriteFile(secret, []byte("secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, path); err != nil {
		t.Skipf("this system makes no links: %v", err)
	}
	if err := durable.WriteFile(path, []byte("mine")); err != nil {
		t.Fatal(err)
	}
	if read(t, secret) != "secret" || read(t, path) != "mine" {
		t.Error("the link was followed")
	}
}

func TestTwoWriters(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if err := durable.WriteFile(path, []byte(strings.Repeat(string(rune('a'+i)), 100_000))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got := read(t, path)
	if len(got) != 100_000 || strings.Trim(got, got[:1]) != "" {
		t.Error("the file mixes two writers")
	}
	if names := list(t, dir); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

func TestRemoveTemporaries(t *testing.T) {
	dir := t.TempDir()
	w, err := durable.Create(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"keep.tmp-0123456789abcdef", ".tmp-0123456789abcdef", ".keep.tmp-", ".keep.tmp-0123456789abcdeg"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	gone, err := durable.RemoveTemporaries(dir)
	if err != nil || len(gone) != 1 || !strings.HasPrefix(gone[0], ".model.safetensors.tmp-") {
		t.Errorf("removed %v, %v", gone, err)
	}
	if left := list(t, dir); len(left) != 4 {
		t.Errorf("left %v", left)
	}
	w.Close()
}

// Whatever step the power fails at, the file is the old one or the new one, and
// after WriteFile has returned it is the new one.
func TestPowerLoss(t *testing.T) {
	disk := powerloss.New(map[string][]byte{"run/state": []byte("old")})
	if err := (durable.Disk{FS: disk}).WriteFile("run/state", []byte("new and longer")); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	total := 0
	for when, files := range disk.Crashes() {
		got, ok := files[filepath.Join("run", "state")]
		if text := string(got); !ok || text != "old" && text != "new and longer" {
			t.Errorf("%s: the file is %q, there %v", when, got, ok)
		}
		seen[string(got)]++
		total++
	}
	if seen["old"] == 0 || seen["new and longer"] == 0 {
		t.Errorf("states seen: %v", seen)
	}
	t.Logf("%d states: %v", total, seen)
	if got := string(disk.Files()[filepath.Join("run", "state")]); got != "new and longer" {
		t.Errorf("in use: %q", got)
	}
}

// skipping leaves one of the four steps out, to show that the test above would
// notice.
type skipping struct {
	*powerloss.Disk
	sync, dir bool
}

type unsynced struct{ durable.File }

func (unsynced) Sync() error { return nil }

func (s skipping) Create(name string) (durable.File, error) {
	f, err := s.Disk.Create(name)
	if s.sync {
		f = unsynced{f}
	}
	return f, err
}

func (s skipping) SyncDir(name string) error {
	if s.dir {
		return nil
	}
	return s.Disk.SyncDir(name)
}

func TestPowerLossNoticesMissingSteps(t *testing.T) {
	for _, s := range []skipping{{sync: true}, {dir: true}} {
		s.Disk = powerloss.New(map[string][]byte{"state": []byte("old")})
		if err := (durable.Disk{FS: s}).WriteFile("state", []byte("new")); err != nil {
			t.Fatal(err)
		}
		torn, stale := false, false
		var last string
		for when, files := range s.Crashes() {
			text := string(files["state"])
			torn = torn || text != "old" && text != "new"
			if strings.Contains(when, "after the rename") {
				last = text
				stale = stale || last == "old"
			}
		}
		if s.sync && !torn {
			t.Error("without fsync of the file no torn file was seen")
		}
		if s.dir && !stale {
			t.Error("without fsync of the folder no lost rename was seen")
		}
	}
}

// failing answers one step with an error.
type failing struct {
	durable.FS
	step string
}

var errStep = errors.New("step failed")

func (f failing) at(step string) error {
	if f.step == step {
		return errStep
	}
	return nil
}

type failingFile struct {
	durable.File
	f failing
}

func (f failing) Create(name string) (durable.File, error) {
	if err := f.at("create"); err != nil {
		return nil, err
	}
	file, err := f.FS.Create(name)
	return failingFile{file, f}, err
}
func (f failing) Rename(a, b string) error {
	return errors.Join(f.at("rename"), ifNil(f.at("rename"), func() error { return f.FS.Rename(a, b) }))
}
func (f failing) SyncDir(d string) error { return errors.Join(f.at("syncdir"), f.FS.SyncDir(d)) }
func (f failingFile) Write(b []byte) (int, error) {
	if err := f.f.at("write"); err != nil {
		return 0, err
	}
	return f.File.Write(b)
}
func (f failingFile) Sync() error  { return errors.Join(f.f.at("sync"), f.File.Sync()) }
func (f failingFile) Close() error { return errors.Join(f.f.at("close"), f.File.Close()) }

func ifNil(err error, f func() error) error {
	if err != nil {
		return nil
	}
	return f()
}

func TestFailingSteps(t *testing.T) {
	for _, step := range []string{"create", "write", "sync", "close", "rename", "syncdir"} {
		disk := powerloss.New(map[string][]byte{"state": []byte("old")})
		err := durable.Disk{FS: failing{disk, step}}.WriteFile("state", []byte("new"))
		if !errors.Is(err, errStep) || !strings.Contains(err.Error(), "write state") {
			t.Errorf("%s: error %v", step, err)
		}
		want := "old"
		if step == "syncdir" { // in place, only its survival is in doubt
			want = "new"
		}
		if files := disk.Files(); len(files) != 1 || string(files["state"]) != want {
			t.Errorf("%s: left %q, want %q alone", step, files, want)
		}
	}
}

func TestDiskFull(t *testing.T) {
	for space := range 10 {
		disk := powerloss.New(map[string][]byte{"state": []byte("old")})
		disk.Space = space
		err := durable.Disk{FS: disk}.WriteFile("state", []byte("0123456789"))
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%d bytes free: error %v", space, err)
		}
		if files := disk.Files(); len(files) != 1 || string(files["state"]) != "old" {
			t.Errorf("%d bytes free: left %q", space, files)
		}
	}
}

func Example() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "run.jsonl")

	w, err := durable.Create(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Close()
	for step := range 3 {
		fmt.Fprintf(w, `{"step":%d}`+"\n", step)
	}
	_, err = os.Stat(path)
	fmt.Println("before:", errors.Is(err, os.ErrNotExist))
	err = w.Commit()
	b, _ := os.ReadFile(path)
	fmt.Printf("after: %v, %d bytes\n", err, len(b))
	// Output:
	// before: true
	// after: <nil>, 33 bytes
}
