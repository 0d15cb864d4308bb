package brick

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms lists the packages from the ground up: each may import those before it.
var rooms = []string{
	"kernel", "device", "tensor", "grad", "nn", "optim", "solve", "data", "token", "model", "train", "generate",
	"bench", "serve", "lab", "course", "cmd/brick",
}

// roomOf is the number of the room a package path belongs to, −1 for none.
func roomOf(pkg string) int {
	return slices.IndexFunc(rooms, func(r string) bool { return pkg == r || strings.HasPrefix(pkg, r+"/") })
}

// No import points up: a room knows only the rooms it is built on.
func TestRooms(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		at := roomOf(filepath.ToSlash(filepath.Dir(name)))
		if at < 0 {
			return nil // tools and the tour
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		files++
		for _, im := range f.Imports {
			p, _ := strconv.Unquote(im.Path.Value)
			inner, ours := strings.CutPrefix(p, "brick/")
			if to := roomOf(inner); ours && to > at {
				t.Errorf("%s (room %s) imports brick/%s, a room above it", name, rooms[at], inner)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Fatalf("only %d files seen: is the test run in the module's root?", files)
	}
}
