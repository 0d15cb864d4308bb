//go:build linux

package train_test

import (
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"brick/train"
)

func init() {
	resident = func() string {
		text, err := os.ReadFile("/proc/self/status")
		if err != nil {
			return err.Error()
		}
		_, rest, _ := strings.Cut(string(text), "VmHWM:")
		kb, _, _ := strings.Cut(rest, "kB")
		return strings.TrimSpace(kb)
	}
}

// A process that trains has at most the memory that was planned for the run, beside what any run has:
// saving, loading and what the garbage collector leaves behind included.
func TestResident(t *testing.T) {
	if testing.Short() {
		t.Skip("trains models of some hundred MB in processes of their own")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	job := func(name, stack string, batch int) train.Job {
		return train.Job{Name: name, Model: stack, Data: train.DataJob{Source: "digits", Examples: 1500},
			Batch: batch, Steps: 2, Seed: 1, Eval: train.EvalJob{Every: 100}, Save: train.SaveJob{Every: 1}}
	}
	process := func(job train.Job) (used, planned float64, dir string) {
		r, err := train.Create(context.Background(), job, train.Options{Root: root})
		if err != nil {
			t.Fatal(err)
		}
		planned, dir = float64(r.Memory.Total()), r.Dir
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		used = processMemory(t, exe, dir)
		return used, planned, dir
	}
	base, little, _ := process(job("base", "flatten linear(8) relu linear", 8))
	deep := job("deep", "flatten linear(1024) 20*residual[layernorm tanh sigmoid tanh] linear", 1024)
	spared := deep
	spared.Name, spared.Recompute = "spared", true
	var plans []float64
	residual := job("residual", "convnorm(16,3,pad=1) 3*resblock(16) resblock(32,stride=2) 2*resblock(32) globalpool linear", 256)
	recurrent := job("recurrent", "columns lstm(256,layers=2) last linear", 768)
	for _, j := range []train.Job{job("wide", "flatten linear(4096) relu linear(4096) relu linear", 8), deep, spared, residual, recurrent} {
		used, planned, dir := process(j)
		// When the collector of garbage comes to run adds a percent or not: what a process needs is the least of a few.
		for again := 0; again < 3 && used-(base-little) > 1.05*planned; again++ {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			once, _, _ := process(j)
			used = min(used, once)
		}
		used -= base - little
		t.Logf("%s: planned %.1f MB, used %.1f MB beside the %.1f MB of any process", j.Name, planned/1e6, used/1e6, base/1e6)
		if math.Abs(used/planned-1) > 0.05 {
			t.Errorf("%s: planned %.1f MB, used %.1f MB", j.Name, planned/1e6, used/1e6)
		}
		plans = append(plans, planned)
		if j.Name != "wide" {
			continue
		}
		// Once more from the checkpoint in the middle: loading is within the plan too.
		for _, name := range []string{"DONE", filepath.Join("checkpoints", "step-000002")} {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		// The pages of the checkpoint's files count too, though the system can take them back at any time.
		if again := processMemory(t, exe, dir) - (base - little); again > 1.05*planned+filesUnder(t, dir) {
			t.Errorf("%s, resumed: planned %.1f MB, used %.1f MB", j.Name, planned/1e6, again/1e6)
		}
	}
	if plans[2] > 0.6*plans[1] {
		t.Errorf("recomputing is planned to need %.1f MB, %.1f MB without", plans[2]/1e6, plans[1]/1e6)
	}
}

// filesUnder is the size, in bytes, of the files of a run's newest checkpoint.
func filesUnder(t *testing.T, dir string) (total float64) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "checkpoints", "step-000001", "*"))
	if err != nil || len(found) == 0 {
		t.Fatal("no checkpoint", err)
	}
	for _, name := range found {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		total += float64(info.Size())
	}
	return total
}

// processMemory is the most memory, in bytes, that a process had which trained the run in dir.
func processMemory(t *testing.T, exe, dir string) float64 {
	t.Helper()
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "BRICK_TEST_VICTIM="+dir, "BRICK_TEST_RESIDENT=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	kb, err := strconv.Atoi(string(out))
	if err != nil {
		t.Fatal(err)
	}
	return float64(kb) * 1024
}
