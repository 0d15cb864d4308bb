package train_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/train"
)

// wsdJob is a job whose rate is constant between a warm-up and a decay.
func wsdJob(job train.Job, name string, steps, decay int) train.Job {
	job.Name, job.Steps = name, steps
	job.Schedule = train.Schedule{Name: "wsd", Args: map[string]any{"warmup": 3, "decay": decay, "min_lr": 0.0}}
	job.Eval = train.EvalJob{Every: 1000, Batches: 3}
	job.Save = train.SaveJob{Every: 4, Keep: 2}
	return job
}

// A branch ends in the bits of a run that was trained by its job alone: weights, optimizer, average of weights, log.
func TestForkIsExact(t *testing.T) {
	o := setup(t)
	text := write(t, "poem.txt", poem)
	muon := llamaJob(text)
	muon.Optimizer = train.Optimizer{Name: "muon", LR: 0.01}
	for name, base := range map[string]train.Job{"llama": llamaJob(text), "muon": muon, "mlp": mlpJob()} {
		t.Run(name, func(t *testing.T) {
			alone := create(t, wsdJob(base, name+"-alone", 20, 4), o)
			finish(t, alone)
			trunk := create(t, wsdJob(base, name+"-trunk", 40, 8), o)
			dir := filepath.Join(o.Root, name+"-branch")
			for e, err := range trunk.Train(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				if e.Done == 16 {
					job, err := train.LoadJob(filepath.Join(trunk.Dir, "run.yaml"))
					if err != nil {
						t.Fatal(err)
					}
					if err := train.Fork(trunk.Dir, 16, dir, wsdJob(job, name+"-branch", 20, 4)); err != nil {
						t.Fatal(err)
					}
				}
			}
			branch, err := train.Resume(context.Background(), dir, o)
			if err != nil {
				t.Fatal(err)
			}
			defer branch.Close()
			if branch.Step() != 16 {
				t.Fatalf("the branch begins at step %d", branch.Step())
			}
			finish(t, branch)
			for _, file := range []string{"model.safetensors", "checkpoints/step-000020/optimizer.safetensors", "data.json"} {
				if a, b := hashFile(t, filepath.Join(alone.Dir, file)), hashFile(t, filepath.Join(dir, file)); a != b {
					t.Errorf("%s: alone %s, branch %s", file, a, b)
				}
			}
			if hashFile(t, filepath.Join(alone.Dir, "model.safetensors")) == hashFile(t, filepath.Join(trunk.Dir, "model.safetensors")) {
				t.Error("trunk and branch end alike: the test tells nothing")
			}
			if a, b := logOf(t, alone.Dir), logOf(t, dir); a != b {
				t.Errorf("logs differ:\n%s\n%s", a, b)
			}
			a, _ := os.ReadFile(filepath.Join(alone.Dir, "run.yaml"))
			b, _ := os.ReadFile(filepath.Join(dir, "run.yaml"))
			if strings.Replace(string(a), "-alone", "-branch", 1) != string(b) {
				t.Errorf("run files differ:\n%s\n%s", a, b)
			}
		})
	}
}

func TestForkRefuses(t *testing.T) {
	o := setup(t)
	base := mlpJob()
	trunk := create(t, wsdJob(base, "trunk", 20, 4), o)
	finish(t, trunk)
	job, err := train.LoadJob(filepath.Join(trunk.Dir, "run.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	patient, seed := wsdJob(job, "", 18, 2), wsdJob(job, "", 18, 2)
	patient.Eval.Patience, seed.Seed = 3, 99
	for _, c := range []struct {
		step int
		job  train.Job
		want string
	}{
		{16, wsdJob(job, "", 12, 2), "want a fork after 1 to 12"},
		{16, wsdJob(job, "", 18, 4), "learning rate of step 15 was 0.05, and by the branch's schedule is"},
		{16, patient, "patience"},
		{16, seed, "seed: 7"},
		{8, wsdJob(job, "", 18, 2), "step-000008"}, // pruned
	} {
		dir := filepath.Join(o.Root, "branch")
		if err := train.Fork(trunk.Dir, c.step, dir, c.job); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want …%s…", err, c.want)
		}
	}
	if err := train.Fork(trunk.Dir, 16, trunk.Dir, wsdJob(job, "", 18, 2)); !errors.Is(err, train.ErrExists) {
		t.Errorf("onto itself: %v", err)
	}
	left, err := os.ReadDir(o.Root)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
