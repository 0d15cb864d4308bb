package token

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shared returns the path of a fixture beside the module, and skips the test where it is absent.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir := os.Getenv("BRICK_SHARED")
	if dir == "" {
		d, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil {
				break
			}
			up := filepath.Dir(d)
			if up == d {
				t.Skip("no go.mod above this folder")
			}
			d = up
		}
		dir = filepath.Join(d, "..", "shared")
	}
	path := filepath.Join(append([]string{dir}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no fixture: %v", err)
	}
	return path
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// goSource returns up to max bytes of the Go toolchain's own source, files in order; the tests' fallback is a text
// of their own.
func goSource(t testing.TB, max int) []string {
	t.Helper()
	root := filepath.Join(goroot(), "src")
	var docs []string
	size := 0
	_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || size >= max {
			return filepath.SkipAll
		}
		if d.Type().IsRegular() && strings.HasSuffix(path, ".go") {
			if b, err := os.ReadFile(path); err == nil {
				docs = append(docs, string(b))
				size += len(b)
			}
		}
		return nil
	})
	if size == 0 {
		t.Skip("no Go source on this machine")
	}
	return docs
}
