package course

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"brick/course/lesson"
	"brick/course/web"
)

var refusedKey = regexp.MustCompile(`Key:\s*"(refused\.[a-z.]*[a-z])"`)

// Whatever the engine refuses, the page says in its language.
func TestRefusalsHaveTexts(t *testing.T) {
	known := map[string]map[string]map[string]string{} // of a folder, by language and key
	read := func(dir string, files fs.FS) {
		text, err := lesson.Text(files)
		if err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
		known[dir] = text
	}
	read(".", texts)
	read("web", web.FS)
	for _, ch := range All() {
		read(ch.Dir, ch.Files)
		for _, part := range ch.Parts {
			read(part.Dir, part.Files)
		}
	}
	seen := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if name == "tools" { // no engine's
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(name)
		for _, m := range refusedKey.FindAllSubmatch(raw, -1) {
			seen++
			key, found := string(m[1]), false
			for _, dir := range []string{".", "web", path.Dir(name)} {
				found = found || known[dir]["zh"][key] != "" && known[dir]["en"][key] != ""
			}
			if !found {
				t.Errorf("%s refuses with %q, which no text.json of its pages has", name, key)
			}
		}
		return err
	})
	if err != nil || seen < 20 {
		t.Errorf("%d refusals: %v", seen, err)
	}
}
