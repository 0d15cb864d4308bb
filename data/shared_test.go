package data

import (
	"os"
	"path/filepath"
	"testing"
)

// shared returns a path in the fixture folder beside the module, or skips the test.
func shared(t testing.TB, parts ...string) string {
	dir := os.Getenv("BRICK_SHARED")
	if dir == "" {
		at, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
				break
			}
			if at == filepath.Dir(at) {
				t.Skip("no go.mod above the test")
			}
			at = filepath.Dir(at)
		}
		dir = filepath.Join(at, "..", "shared")
	}
	p := filepath.Join(append([]string{dir}, parts...)...)
	if _, err := os.Stat(p); err != nil {
		t.Skipf("fixture %s is not here (set BRICK_SHARED to its folder)", p)
	}
	return p
}

// cloned copies a batch out of the memory it shares with others.
func cloned(b *Batch) Batch {
	return Batch{
		Shape: append([]int(nil), b.Shape...), X: append(b.X[:0:0], b.X...), IDs: append([]int32(nil), b.IDs...),
		YShape: append([]int(nil), b.YShape...), Y: append(b.Y[:0:0], b.Y...), Labels: append([]int32(nil), b.Labels...), Bytes: b.Bytes,
	}
}
