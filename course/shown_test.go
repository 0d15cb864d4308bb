package course

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What "show the call" prints compiles, for the default argument and those recorded.
func TestShownProgramsCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program a call")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(mod), "module brick\n", "module shown\n", 1) + "\nrequire brick v0.0.0\n\nreplace brick => " + root + "\n"
	write := func(name string, content []byte) {
		t.Helper()
		file := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(file), 0o755)
		if err == nil {
			err = os.WriteFile(file, content, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", []byte(other))
	write("go.sum", sum)
	n := 0
	for _, ch := range All() {
		for _, k := range ch.Calls {
			if !k.HasShow() {
				continue
			}
			for i, in := range append([]any{nil, map[string]string{"run": "file:model.gguf"}}, k.Records...) {
				if i == 1 && ch.Dir != "playground" {
					continue
				}
				raw, err := argument(in)
				if err != nil {
					t.Fatal(err)
				}
				shown, err := k.Show(raw)
				if err != nil {
					t.Errorf("%s %s: %v", ch.Dir, k.Name, err)
					continue
				}
				write(fmt.Sprintf("%s-%s-%d/main.go", ch.Dir, k.Name, i), []byte(shown.Go))
				n++
			}
		}
	}
	c := exec.Command("go", "vet", "-mod=mod", "./...")
	c.Dir = dir
	c.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%d programs: %v\n%s", n, err, out)
	}
}

func argument(in any) ([]byte, error) {
	if in == nil {
		return nil, nil
	}
	return json.Marshal(in)
}
