package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
	"brick/tensor/gguf"
	"brick/tensor/goldentest"
	"brick/tensor/safetensors"
)

// brick runs a command and returns its exit code and what it printed.
func brick(args ...string) (code int, out, problem string) {
	var stdout, stderr bytes.Buffer
	code = run(args, strings.NewReader(""), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestInspectGGUF(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.gguf")
	var m gguf.Metadata
	m.Set("general.architecture", "llama")
	m.Set("long", strings.Repeat("砖", 100))
	m.Set("tokens", []string{"a", "b\n", "c", "d", "e", "f"})
	m.Set("eps", float32(1e-5))
	err := gguf.Write(path, &m, []gguf.Source{
		gguf.From(tensor.Named{Name: "w", Tensor: tensor.FromFloats(make([]kernel.Float, 2048), device.Q4_0, 32, 64)}),
		gguf.From(tensor.Named{Name: "norm\x1b", Tensor: tensor.New(device.F32, 64)}),
	})
	if err != nil {
		t.Fatal(err)
	}
	code, out, problem := brick("inspect", path)
	want := `m.gguf: GGUF version 3, 2 tensors of 2,112 numbers in 1.38 KiB

key                   type      value
general.architecture  string    "llama"
long                  string    "` + strings.Repeat("砖", 60) + `"… (300 bytes)
tokens                string[]  6: "a" "b\n" "c" "d" "e" …
eps                   f32       1e-05

tensor    type  shape  size
w         Q4_0  32 64  1.12 KiB
norm\x1b  F32   64     256 B

type  tensors  numbers  size      bits a number
F32   1        64       256 B     32
Q4_0  1        2,048    1.12 KiB  4.5
`
	if code != 0 || out != want {
		t.Errorf("exit code %d, %s printed\n%s\nwant\n%s", code, problem, out, want)
	}
	m.Set("eps", []float32{float32(math.NaN())})
	if err := gguf.Write(path, &m, []gguf.Source{gguf.From(tensor.Named{Name: "w", Tensor: tensor.New(device.Q4_0, 32, 66*32)})}); err != nil {
		t.Fatal(err)
	}
	code, out, problem = brick("inspect", path, "--json")
	var s fileSummary
	if err := json.Unmarshal([]byte(out), &s); code != 0 || err != nil || s.Parameters != 32*66*32 || len(s.Metadata) != 4 || s.Metadata[3].Value != "[NaN]" || s.Tensors[0].Type != "Q4_0" {
		t.Errorf("exit code %d, %v %s: %s", code, err, problem, out)
	}
}

func TestInspectSafetensors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	x := tensor.New(device.BF16, 1000, 3)
	if err := safetensors.Write(path, []tensor.Named{{Name: "w", Tensor: x}}, map[string]string{"format": "pt"}, safetensors.WithCRC()); err != nil {
		t.Fatal(err)
	}
	code, out, problem := brick("inspect", path)
	for _, want := range []string{"m.safetensors: safetensors with checksums, 1 tensors of 3,000 numbers in 5.86 KiB", `format  string  "pt"`, "w       BF16  1000 3  5.86 KiB"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit code %d, %s printed\n%s\nwithout %q", code, problem, out, want)
		}
	}
}

func TestInspectBadFiles(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.gguf")
	if err := os.WriteFile(bad, []byte("GGUF\x07\x00\x00\x00"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"inspect", bad}, exitBadInput, "bad.gguf: byte 4: version: found 7, want 2 to 3"},
		{[]string{"inspect", filepath.Join(dir, "none.gguf")}, exitBadInput, "no such file"},
		{[]string{"inspect", filepath.Join(dir, "none.safetensors")}, exitBadInput, "no such file"},
		{[]string{"inspect", bad, "--receptive-field"}, exitUsage, "--receptive-field"},
		{[]string{"inspect", bad, "--filters", "f.png"}, exitUsage, "not of a file of weights"},
	} {
		if code, out, problem := brick(c.args...); code != c.code || !strings.Contains(problem, c.want) || out != "" {
			t.Errorf("%q: exit code %d, want %d; %s%s", c.args, code, c.code, out, problem)
		}
	}
}

func TestInspectShared(t *testing.T) {
	code, out, problem := brick("inspect", goldentest.Shared(t, "stories260k", "stories260k-q4_k_m.gguf"))
	for _, want := range []string{"47 tensors of 260,032 numbers", "tokenizer.ggml.tokens", `"llama"`, "Q5_0"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit code %d, %s printed\n%s\nwithout %q", code, problem, out, want)
		}
	}
}
