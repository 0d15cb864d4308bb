package powerloss_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/tensor/durable"
	"brick/tensor/durable/powerloss"
)

// A folder that is filled under another name and renamed is there whole or not
// at all.
func TestFolders(t *testing.T) {
	disk := powerloss.New(nil)
	d := durable.Disk{FS: disk}
	err := errors.Join(d.MkdirAll("tmp/deep"), d.WriteFile("tmp/model", []byte("m")), d.WriteFile("tmp/deep/state", []byte("s")),
		d.Rename("tmp", "step-1"))
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]bool{}
	for when, files := range disk.Crashes() {
		var in []string
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if rest, ok := strings.CutPrefix(filepath.ToSlash(name), "step-1/"); ok {
				in = append(in, rest+"="+string(files[name]))
			}
		}
		if got := strings.Join(in, " "); got != "" && got != "deep/state=s model=m" {
			t.Errorf("%s: step-1 holds %q", when, got)
		} else {
			states[got] = true
		}
		if err := files.WriteTo(t.TempDir()); err != nil {
			t.Fatal(err)
		}
	}
	if len(states) != 2 {
		t.Errorf("states seen: %v", states)
	}
}

func TestErrorsLikeARealDisk(t *testing.T) {
	disk := powerloss.New(map[string][]byte{"a/f": nil})
	for name, c := range map[string]struct{ got, want error }{
		"mkdir again":         {disk.Mkdir("a"), fs.ErrExist},
		"mkdir without above": {disk.Mkdir("x/y"), fs.ErrNotExist},
		"mkdir below a file":  {disk.Mkdir("a/f/y"), fs.ErrNotExist},
		"remove absent":       {disk.Remove("x"), fs.ErrNotExist},
		"rename absent":       {disk.Rename("x", "y"), fs.ErrNotExist},
		"rename out":          {disk.Rename("a/f", "x/y"), fs.ErrNotExist},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if _, err := disk.Create("a/f"); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
	if _, err := disk.Create("x/f"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// Writing in place, as os.WriteFile does, can lose both versions.
func Example() {
	disk := powerloss.New(map[string][]byte{"state": []byte("old")})
	disk.Remove("state")
	f, _ := disk.Create("state")
	f.Write([]byte("new!"))
	f.Sync()
	seen := map[string]bool{}
	for _, files := range disk.Crashes() {
		text, ok := files["state"]
		seen[fmt.Sprintf("%q %v", text, ok)] = true
	}
	for _, s := range slices.Sorted(maps.Keys(seen)) {
		fmt.Println(s)
	}
	// Output:
	// "" false
	// "" true
	// "ne" true
	// "new!" true
	// "old" true
}
