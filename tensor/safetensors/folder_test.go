package safetensors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/device"
	"brick/tensor"
	"brick/tensor/goldentest"
	"brick/tensor/safetensors"
)

// shards makes a folder of two shards with tensors a and b, beside a file that no
// index may reach.
func shards(t *testing.T) string {
	t.Helper()
	base := t.TempDir()
	dir := filepath.Join(base, "model")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for path, name := range map[string]string{"model/model-1.safetensors": "a", "model/model-2.safetensors": "b", "secret.safetensors": "c"} {
		x := tensor.FromInts([]int32{int32(name[0])}, device.I32, 1)
		if err := safetensors.Write(filepath.Join(base, path), []tensor.Named{{Name: name, Tensor: x}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func index(t *testing.T, dir, js string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, safetensors.IndexName), []byte(js), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestShards(t *testing.T) {
	dir := shards(t)
	index(t, dir, `{"metadata": {"total_size": 8, "nested": [{}]}, "weight_map": {"b": "model-2.safetensors", "a": "model-1.safetensors"}}`)
	f, err := safetensors.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(f.Names()); got != "[a b]" {
		t.Errorf("tensors %s", got)
	}
	for _, name := range f.Names() {
		x, err := f.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := x.Ints(nil); err != nil || v[0] != int32(name[0]) {
			t.Errorf("%s holds %v, %v", name, v, err)
		}
		if info, err := f.Info(name); err != nil || info.String() != "I32[1]" || info.Data != nil || !f.Has(name) {
			t.Errorf("%s: info %v, %v", name, info, err)
		}
	}
	for _, get := range []func(string) (*tensor.Tensor, error){f.Tensor, f.Info} {
		if _, err := get("c"); err == nil || !strings.Contains(err.Error(), `no tensor "c" among 2`) {
			t.Errorf("an absent tensor: %v", err)
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestSingleFile(t *testing.T) {
	f, err := safetensors.OpenFolder(goldentest.Shared(t, "stories260k", "hf"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	one, err := safetensors.Open(goldentest.Shared(t, "stories260k", "hf", "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	same(t, one, f)
}

func TestBadIndex(t *testing.T) {
	for _, c := range []struct{ name, js, want string }{
		{"no map", `{}`, "no weight_map"},
		{"an array", `[]`, "found an array, want an object"},
		{"empty file", ``, "unexpected EOF"},
		{"cut", `{"weight_map": {"a": "mod`, "unexpected EOF"},
		{"more behind", `{"weight_map": {}} {}`, "more after the closing brace"},
		{"a tensor twice", `{"weight_map": {"a": "model-1.safetensors", "a": "model-2.safetensors"}}`, "duplicate"},
		{"a number", `{"weight_map": {"a": 1}}`, "found a number, want a string"},
		{"not UTF-8", "{\"weight_map\": {\"\xff\": \"model-1.safetensors\"}}", "UTF-8"},
		{"path above", `{"weight_map": {"c": "../secret.safetensors"}}`, "inside the folder"},
		{"path above, later", `{"weight_map": {"c": "x/../../secret.safetensors"}}`, "inside the folder"},
		{"absolute", `{"weight_map": {"c": "/etc/x.safetensors"}}`, "inside the folder"},
		{"Windows path", `{"weight_map": {"c": "..\\secret.safetensors"}}`, "inside the folder"},
		{"drive", `{"weight_map": {"c": "C:x.safetensors"}}`, "inside the folder"},
		{"empty path", `{"weight_map": {"c": ""}}`, "inside the folder"},
		{"other file", `{"weight_map": {"c": "config.json"}}`, "inside the folder"},
		{"link", `{"weight_map": {"c": "link.safetensors"}}`, "escapes"},
		{"folder", `{"weight_map": {"c": "folder.safetensors"}}`, "found a directory"},
		{"absent shard", `{"weight_map": {"c": "model-3.safetensors"}}`, "model-3.safetensors"},
		{"absent tensor", `{"weight_map": {"c": "model-1.safetensors"}}`, "has no such tensor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := shards(t)
			if err := os.Mkdir(filepath.Join(dir, "folder.safetensors"), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("../secret.safetensors", filepath.Join(dir, "link.safetensors")); err != nil && c.name == "link" {
				t.Skipf("this system makes no links: %v", err)
			}
			index(t, dir, c.js)
			if f, err := safetensors.OpenFolder(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("found %v, error %v, want %q", f, err, c.want)
			}
		})
	}
	if _, err := safetensors.OpenFolder(t.TempDir()); err == nil || !strings.Contains(err.Error(), "found neither model.safetensors nor") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := safetensors.OpenFolder(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("an absent folder was opened")
	}
}

func FuzzIndex(f *testing.F) {
	dir := f.TempDir()
	f.Add([]byte(`{"metadata": {"total_size": 8}, "weight_map": {"a": "model-1.safetensors"}}`))
	f.Add([]byte(`{"weight_map": {"c": "../secret.safetensors"}}`))
	f.Fuzz(func(t *testing.T, js []byte) {
		if err := os.WriteFile(filepath.Join(dir, safetensors.IndexName), js, 0o666); err != nil {
			t.Fatal(err)
		}
		if folder, err := safetensors.OpenFolder(dir); err == nil {
			folder.Close()
		}
	})
}
