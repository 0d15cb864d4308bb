package lesson

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/generate"
	"brick/model"
)

const tinyConfig = `{"model_type":"qwen2","vocab_size":256,"hidden_size":16,"intermediate_size":24,"num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":1,"max_position_embeddings":64}`

// written makes a model file of a shape.
func written(t *testing.T, elem ...string) string {
	t.Helper()
	m, err := model.FromConfig([]byte(tinyConfig))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(elem...)
	if err := generate.ConvertRandom(t.Context(), m, "tiny", path, model.Mix{}, 1); err != nil {
		t.Fatal(err)
	}
	return path
}

func key(err error) string {
	var r *Refusal
	errors.As(err, &r)
	if r == nil {
		return ""
	}
	return r.Key
}

// Pages open the files that were named, and those of the runs folder, by name; no other part of the disk has a name.
func TestFiles(t *testing.T) {
	root, other := t.TempDir(), t.TempDir()
	written(t, root, "beside.gguf")
	written(t, root, "folder")
	outside := written(t, other, "outside.gguf")
	named, err := NameFiles([]string{outside, outside})
	if err != nil || len(named) != 1 {
		t.Fatal(named, err)
	}
	r := &Runs{Root: root, Files: named}
	if err := os.WriteFile(filepath.Join(root, "broken.gguf"), []byte("GGUF"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(root, "link.gguf")); err != nil {
		t.Fatal(err)
	}
	list, err := r.List()
	var names []string
	for _, i := range list {
		if i.Kind != "file" || !i.Done {
			t.Errorf("%+v", i)
		}
		names = append(names, i.Name)
	}
	if got := strings.Join(names, " "); err != nil || got != "file:beside.gguf file:folder file:outside.gguf" {
		t.Errorf("the list is %q, %v", got, err)
	}
	for _, name := range names {
		var first *generate.Language
		for range 2 {
			if err := r.WithFile(name, func(l *generate.Language) error {
				if first != nil && l != first {
					t.Errorf("%s is opened twice", name)
				}
				first = l
				return nil
			}); err != nil {
				t.Error(err)
			}
		}
	}
	for name, want := range map[string]string{
		"file:broken.gguf": "refused.open", "file:link.gguf": "refused.file", "file:": "refused.file", "file:none": "refused.file", "file:../" + filepath.Base(other) + "/outside.gguf": "refused.file",
		"file:" + outside: "refused.file", "folder": "refused.file", "file:folder/config.json": "refused.file",
	} {
		err := r.WithFile(name, func(*generate.Language) error { return errors.New("it is open") })
		if key(err) != want || strings.Contains(err.Error(), root) {
			t.Errorf("%s: %v; want %s, and no path", name, err, want)
		}
	}
}

// What holds no language model is refused when it is named.
func TestNameFilesRefuses(t *testing.T) {
	dir, again := t.TempDir(), t.TempDir()
	a, b := written(t, dir, "a.gguf"), written(t, again, "a.gguf")
	text := filepath.Join(dir, "text.txt")
	if err := os.WriteFile(text, []byte("no model"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, paths := range map[string][]string{
		"are both called a.gguf": {a, b}, "text.txt: gguf:": {text}, "config.json": {dir}, "no such file": {filepath.Join(dir, "none")},
	} {
		if _, err := NameFiles(paths); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v; want %q", paths, err, want)
		}
	}
}

// A model of more parameters than pages look into is refused with figures, before its weights are looked for.
func TestLargeFile(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "seven"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "seven", "config.json"), []byte(`{"model_type":"llama"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	err := (&Runs{Root: root}).WithFile("file:seven", func(*generate.Language) error { return nil })
	if key(err) != "refused.large" || !strings.Contains(err.Error(), "seven has 6738415616 parameters; pages look into models of at most 600000000") {
		t.Errorf("7 B: %v", err)
	}
}
