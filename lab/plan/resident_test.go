//go:build linux

package plan

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"brick/nn"
	"brick/train"
)

// child is the run that this test binary trains in a process of its own, instead of testing.
const child = "BRICK_TEST_PLANNED_RUN"

func TestMain(m *testing.M) {
	dir := os.Getenv(child)
	if dir == "" {
		os.Exit(m.Run())
	}
	r, err := train.Resume(context.Background(), dir, train.Options{})
	if err == nil {
		for _, e := range r.Train(context.Background()) {
			err = e
		}
	}
	status, err2 := os.ReadFile("/proc/self/status")
	if err != nil || err2 != nil {
		fmt.Fprintln(os.Stderr, err, err2)
		os.Exit(1)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Print(strings.Fields(rest)[0])
	os.Exit(0)
}

// A planned model needs the memory that was planned, within 5 %: the most that a process had which trained it, beside what a process has
// that trains next to nothing.
func TestPlannedMemoryIsUsed(t *testing.T) {
	if testing.Short() {
		t.Skip("trains models of some hundred MB in processes of their own")
	}
	source := text(t, 2000)
	root := t.TempDir()
	process := func(name, stack string, batch int) (used, planned float64) {
		r, err := train.Create(context.Background(), train.Job{
			Name: name, Model: stack, Data: train.DataJob{Source: source, Context: 64, Valid: -1, Test: -1}, Tokenizer: train.TokenJob{Kind: "bytes"},
			Batch: batch, Steps: 1, Save: train.SaveJob{Every: 100},
		}, train.Options{Root: root})
		if err != nil {
			t.Fatal(err)
		}
		dir := r.Dir
		vocab := r.Info.Vocab
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		target, err := Find(stack, nn.Input{Vocab: vocab})
		if err != nil {
			t.Fatal(err)
		}
		p, err := New(context.Background(), target, Options{Batch: batch, Context: 64, NoMeasure: true})
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), child+"="+dir)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
		}
		kb, err := strconv.Atoi(string(out))
		if err != nil {
			t.Fatal(err)
		}
		return float64(kb) * 1024, p.Engine.Total(false)
	}
	base, little := process("base", "embed(8) rmsnorm linear", 1)
	for _, c := range []struct {
		name, stack string
		batch       int
	}{
		{"wide", "embed(512) 3*llama(heads=8) rmsnorm linear(tied=true)", 2},
		{"long", "embed(256) 5*llama(heads=4) rmsnorm linear(tied=true)", 32},
	} {
		used, planned := process(c.name, c.stack, c.batch)
		used -= base - little
		t.Logf("%s: planned %.1f MB, used %.1f MB beside the %.1f MB of any process: %+.1f %%", c.name, planned/1e6, used/1e6, base/1e6, 100*(planned/used-1))
		if math.Abs(used/planned-1) > 0.05 {
			t.Errorf("%s: planned %.1f MB, used %.1f MB", c.name, planned/1e6, used/1e6)
		}
	}
}
