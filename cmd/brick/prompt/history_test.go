package prompt

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The file is its owner's alone, bounded, and read whatever is in it.
func TestHistoryFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	h, err := OpenHistory(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Add("x"); err != nil {
		t.Fatal(err)
	}
	private := func() {
		t.Helper()
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
	private()
	var b strings.Builder
	b.WriteString("no JSON\n7\n\"\"\n\"half")
	for i := range maxHistory + 5 {
		fmt.Fprintf(&b, "\n\"%d\"", i)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 { // as it is, and shortened
		if h, err = OpenHistory(path); err != nil || len(h.entries) != maxHistory || h.entries[0] != "5" {
			t.Fatalf("%d entries, %v", len(h.entries), err)
		}
		private()
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("x", maxFile)+"\n\"last\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if h, err = OpenHistory(path); err != nil || len(h.entries) != 1 || h.entries[0] != "last" {
		t.Errorf("%.100q, %v", h.entries, err)
	}
	if _, err := OpenHistory(t.TempDir()); err == nil || !strings.HasPrefix(err.Error(), "history: ") {
		t.Errorf("a folder: %v", err)
	}
}
