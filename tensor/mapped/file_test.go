package mapped_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"brick/tensor/mapped"
)

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSections(t *testing.T) {
	f, err := mapped.Open(write(t, filepath.Join(t.TempDir(), "f"), "0123456789"))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "linux" && !f.Mapped() {
		t.Error("the file is not mapped")
	}
	for _, c := range []struct {
		off, n int64
		want   string
	}{{0, 10, "0123456789"}, {3, 2, "34"}, {10, 0, ""}, {0, 0, ""}} {
		if b, err := f.Section(c.off, c.n); err != nil || string(b) != c.want || cap(b) != len(b) {
			t.Errorf("Section(%d, %d) = %q, %v, want %q", c.off, c.n, b, err, c.want)
		}
	}
	for _, c := range [][2]int64{{0, 11}, {11, 0}, {-1, 1}, {1, -1}, {5, 1<<63 - 1}} {
		if b, err := f.Section(c[0], c[1]); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("Section(%d, %d) = %q, %v", c[0], c[1], b, err)
		}
	}
	if err := iotest.TestReader(io.NewSectionReader(f, 0, f.Size()), []byte("0123456789")); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestOnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	empty, err := mapped.Open(write(t, filepath.Join(dir, "empty"), ""))
	if err != nil || empty.Size() != 0 {
		t.Fatalf("an empty file: %v", err)
	}
	empty.Close()
	if _, err := mapped.Open(dir); err == nil || !strings.Contains(err.Error(), "found a directory, want a regular file") {
		t.Errorf("a directory: %v", err)
	}
	if _, err := mapped.Open(filepath.Join(dir, "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
	if runtime.GOOS == "linux" {
		if _, err := mapped.Open("/dev/zero"); err == nil {
			t.Error("a device was opened")
		}
	}
}

func TestOpenInStaysInside(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "secret"), "secret")
	if err := os.Mkdir(filepath.Join(dir, "model"), 0o777); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "model", "shard"), "shard")
	if err := os.Symlink("../secret", filepath.Join(dir, "model", "link")); err != nil {
		t.Skipf("this system makes no links: %v", err)
	}
	root, err := os.OpenRoot(filepath.Join(dir, "model"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	f, err := mapped.OpenIn(root, "shard")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	for _, name := range []string{"../secret", "link", "a/../../secret", filepath.Join(dir, "secret"), "."} {
		if f, err := mapped.OpenIn(root, name); err == nil {
			f.Close()
			t.Errorf("%s was opened", name)
		}
	}
}

func Example() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "words")
	os.WriteFile(path, []byte("one two three"), 0o666)

	f, err := mapped.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	b, err := f.Section(4, 3)
	fmt.Printf("%s of %d bytes, %v\n", b, f.Size(), err)
	// Output:
	// two of 13 bytes, <nil>
}
