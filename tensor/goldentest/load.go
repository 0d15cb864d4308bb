package goldentest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/tensor"
	"brick/tensor/safetensors"
)

// A Case is one reference computation: Out (and Grad, the gradient of
// Σ out·gout) of Op applied to In with Attrs. The maps' keys are the names
// without the case's prefix, such as "x" or "attn.c_attn.weight"; a tensor is F32 or
// I32. What a case does not use is absent from its map.
type Case struct {
	Name  string // unique, such as "conv2d_groups"
	Group string // such as "conv"
	Op    string
	Note  string // what is particular about it, often empty
	Attrs map[string]any

	In, Out, Gout, Grad map[string]*tensor.Tensor
}

// Shared gives the path of a file or folder of the shared reference data: below
// $BRICK_SHARED, or else below the folder "shared" beside the module's root. It
// skips the test, with a message, when there is none.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	base := os.Getenv("BRICK_SHARED")
	if base == "" {
		root, err := moduleRoot()
		if err != nil {
			t.Skipf("goldentest: no shared data: %v; set BRICK_SHARED to their folder", err)
		}
		base = filepath.Join(filepath.Dir(root), "shared")
	}
	path := filepath.Join(append([]string{base}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("goldentest: shared data absent (%v); place them beside the repository or set BRICK_SHARED to their folder", err)
	}
	return path
}

// moduleRoot is the nearest folder above the working one that has a go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod above %s", dir)
		}
		dir = up
	}
}

// Load reads all cases of a group, in the manifest's order: "ops", "nn",
// "losses", "conv", "recurrent", "attention", "blocks", "optimizers", "schedules"
// or "trajectories". When t ends, the group's row of the error table is logged.
func Load(t testing.TB, group string) []Case {
	t.Helper()
	cases, err := read(Shared(t, "goldens"), group)
	if err != nil {
		t.Fatalf("goldentest: %v", err)
	}
	t.Cleanup(func() { report(t, group, len(cases)) })
	return cases
}

// manifestCase is a case as manifest.json has it: names of tensors, not tensors.
type manifestCase struct {
	Case, Op, File, Note string
	Attrs                map[string]any
	In, Out, Gout, Grad  map[string]string
}

func read(dir, group string) ([]Case, error) {
	path := filepath.Join(dir, "manifest.json")
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var manifest struct {
		Format string
		Cases  []manifestCase
	}
	if err := json.Unmarshal(b, &manifest); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if manifest.Format != "goldens-1" {
		return nil, fmt.Errorf("%s: found format %q, want goldens-1", path, manifest.Format)
	}
	tensors, _, err := safetensors.Read(filepath.Join(dir, group+".safetensors"))
	if err != nil {
		return nil, err
	}
	var cases []Case
	for _, m := range manifest.Cases {
		if strings.TrimSuffix(m.File, ".safetensors") != group {
			continue
		}
		c := Case{Name: m.Case, Group: group, Op: m.Op, Note: m.Note, Attrs: m.Attrs}
		for _, part := range []struct {
			dst   *map[string]*tensor.Tensor
			names map[string]string
		}{{&c.In, m.In}, {&c.Out, m.Out}, {&c.Gout, m.Gout}, {&c.Grad, m.Grad}} {
			*part.dst = make(map[string]*tensor.Tensor, len(part.names))
			for name, full := range part.names {
				x := tensors[full]
				if x == nil {
					return nil, fmt.Errorf("%s: case %s: no tensor %q in %s", path, m.Case, full, m.File)
				}
				(*part.dst)[name] = x
			}
		}
		cases = append(cases, c)
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("%s: no case of group %q", path, group)
	}
	return cases, nil
}
