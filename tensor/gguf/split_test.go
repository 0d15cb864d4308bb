package gguf_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
	"brick/tensor/gguf"
)

// A part is what a file of a split model says, and its tensors.
type part struct {
	name    string
	no      any
	count   any
	tensors any // split.tensors.count
	holds   []string
}

func writeParts(t *testing.T, parts []part) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, p := range parts {
		meta := new(gguf.Metadata)
		meta.Set("general.name", p.name)
		for k, v := range map[string]any{"split.no": p.no, "split.count": p.count, "split.tensors.count": p.tensors} {
			if v != nil {
				meta.Set(k, v)
			}
		}
		var list []gguf.Source
		for _, name := range p.holds {
			x := tensor.FromFloats([]kernel.Float{kernel.Float(len(name)), 2}, device.F32, 2)
			list = append(list, gguf.From(tensor.Named{Name: name, Tensor: x}))
		}
		if err := gguf.Write(filepath.Join(dir, p.name), meta, list); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// three are the parts of a whole model.
func three() []part {
	n := func(i int) string { return fmt.Sprintf("m-%05d-of-00003.gguf", i) }
	return []part{
		{n(1), uint16(0), uint16(3), int32(4), []string{"a", "bb"}},
		{n(2), uint16(1), uint16(3), int32(4), []string{"ccc"}},
		{n(3), uint16(2), uint16(3), int32(4), []string{"dddd"}},
	}
}

// The parts of a model are one file, which is told to be none of several.
func TestSplit(t *testing.T) {
	dir := writeParts(t, three())
	f, err := gguf.Open(filepath.Join(dir, "m-00001-of-00003.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if want := []string{"a", "bb", "ccc", "dddd"}; !slices.Equal(f.Names(), want) {
		t.Fatalf("tensors %v, want %v", f.Names(), want)
	}
	for _, name := range f.Names() {
		x, err := f.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := x.Floats(nil); got[0] != kernel.Float(len(name)) {
			t.Errorf("tensor %s begins with %v, want %d", name, got[0], len(name))
		}
	}
	if f.Metadata().Has("split.count") || f.Metadata().Has("split.no") || !f.Metadata().Has("general.name") {
		t.Error("metadata of the whole are not those of the first part but for its number")
	}
	out := filepath.Join(dir, "whole.gguf")
	var all []gguf.Source
	for _, name := range f.Names() {
		x, _ := f.Tensor(name)
		all = append(all, gguf.From(tensor.Named{Name: name, Tensor: x}))
	}
	if err := gguf.Write(out, f.Metadata(), all); err != nil {
		t.Fatal(err)
	}
	whole, err := gguf.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	whole.Close()
}

// Parts that are not those of one model are refused by name.
func TestSplitRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(parts []part) []part
		open   string
		want   []string
	}{
		"missing":           {func(p []part) []part { return p[:2] }, "", []string{"part 3 of 3", "m-00003-of-00003.gguf"}},
		"not the first":     {nil, "m-00002-of-00003.gguf", []string{"is part 2 of 3; want the first", "m-00001-of-00003.gguf"}},
		"other number":      {func(p []part) []part { p[1].no = uint16(2); return p }, "", []string{"m-00002-of-00003.gguf: found part 3 of 3"}},
		"other count":       {func(p []part) []part { p[2].count = uint16(4); return p }, "", []string{"m-00003-of-00003.gguf: found part 3 of 4"}},
		"part without one":  {func(p []part) []part { p[1].count = nil; return p }, "", []string{"m-00002-of-00003.gguf: found part 1 of 1"}},
		"name of another":   {func(p []part) []part { p[0].count = uint16(2); return p }, "", []string{"split.count: found 2", "NAME-00001-of-00002.gguf"}},
		"first with a no":   {func(p []part) []part { p[0].no = uint16(1); return p }, "", []string{"split.no: found 1, which is part 2 of 3; its name says part 00001"}},
		"duplicate":         {func(p []part) []part { p[2].holds = []string{"bb"}; return p }, "", []string{`tensor "bb" is in`, "m-00003-of-00003.gguf", "m-00001-of-00003.gguf too"}},
		"duplicate, later":  {func(p []part) []part { p[2].holds = []string{"ccc"}; return p }, "", []string{`tensor "ccc" is in`, "m-00002-of-00003.gguf too"}},
		"tensors":           {func(p []part) []part { p[0].tensors = int32(5); return p }, "", []string{"split.tensors.count: found 5, but 3 parts hold 4"}},
		"count of a text":   {func(p []part) []part { p[0].count = "3"; return p }, "", []string{"split.count"}},
		"no number":         {func(p []part) []part { p[0].no = nil; return p }, "", []string{"split.no"}},
		"tensors of a text": {func(p []part) []part { p[0].tensors = "4"; return p }, "", []string{"split.tensors.count"}},
	} {
		parts := three()
		if c.change != nil {
			parts = c.change(parts)
		}
		dir := writeParts(t, parts)
		if c.open == "" {
			c.open = "m-00001-of-00003.gguf"
		}
		_, err := gguf.Open(filepath.Join(dir, c.open))
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
	}
	dir := writeParts(t, three())
	if err := os.Rename(filepath.Join(dir, "m-00001-of-00003.gguf"), filepath.Join(dir, "m.gguf")); err != nil {
		t.Fatal(err)
	}
	if _, err := gguf.Open(filepath.Join(dir, "m.gguf")); err == nil || !strings.Contains(err.Error(), "want a file called") {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "m-00001-of-00003.gguf"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := gguf.Open(filepath.Join(dir, "m-00001-of-00003.gguf")); err == nil {
		t.Error("an empty first part is a model")
	}
}
