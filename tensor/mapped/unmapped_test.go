package mapped

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
)

// Where files are not mapped, the same methods read.
func TestUnmapped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("0123456789"), 0o666); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	m := &File{name: path, f: f, size: 10}
	if b, err := m.Section(3, 2); err != nil || string(b) != "34" || m.Mapped() {
		t.Errorf("Section gave %q, %v", b, err)
	}
	if b, err := m.Section(10, 0); err != nil || len(b) != 0 {
		t.Errorf("an empty section: %q, %v", b, err)
	}
	if err := iotest.TestReader(io.NewSectionReader(m, 0, 10), []byte("0123456789")); err != nil {
		t.Error(err)
	}
	if err := os.Truncate(path, 5); err != nil {
		t.Fatal(err)
	}
	if b, err := m.Section(3, 4); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("of a file that was cut meanwhile: %q, %v", b, err)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}
