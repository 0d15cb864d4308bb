//go:build unix

package train_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"brick/device/cpu"
	"brick/train"
)

func init() {
	victim = func(dir string) error {
		d := cpu.New(1)
		defer d.Close()
		r, err := train.Resume(context.Background(), dir, train.Options{Device: d})
		if err != nil {
			return err
		}
		defer r.Close()
		for _, err := range r.Train(context.Background()) {
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// killJob saves so often that many of the kills fall into a save.
func killJob(name string) train.Job {
	return train.Job{
		Name: name, Model: "linear(6) tanh dropout(0.1) linear", Data: train.DataJob{Source: "moons", Examples: 64},
		Optimizer: train.Optimizer{Name: "adamw", LR: 0.01}, Schedule: train.Schedule{Name: "cosine"},
		Batch: 8, Accumulate: 2, Steps: 100, Seed: 1, EMA: 0.9,
		Eval: train.EvalJob{Every: 10}, Save: train.SaveJob{Every: 2},
	}
}

// Runs that are killed with kill -9 at random moments, and resumed until they are done, end in the bits of one that
// was not, with its log.
func TestKill(t *testing.T) {
	n, atOnce := 50, 2
	if testing.Short() {
		n = 5
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := setup(t)
	whole := create(t, killJob("whole"), o)
	finish(t, whole)
	want, wantLog := hashFile(t, filepath.Join(whole.Dir, "model.safetensors")), logOf(t, whole.Dir)

	began := time.Now()
	usual := time.Hour // of a process that is left alone
	for _, name := range []string{"calm", "calmer"} {
		calm := create(t, killJob(name), o)
		calm.Close()
		start := time.Now()
		if out, err := attempt(exe, calm.Dir, 0); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		usual = min(usual, time.Since(start))
	}

	var mu sync.Mutex
	kills, exact, inSave := 0, 0, 0
	slots := make(chan struct{}, atOnce)
	var wait sync.WaitGroup
	for i := range n {
		name := "killed-" + strconv.Itoa(i)
		r := create(t, killJob(name), o)
		r.Close()
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			random := rand.New(rand.NewPCG(uint64(i), 1))
			mine := 0
			for k := 0; !train.Done(r.Dir); k++ {
				after := time.Duration(0) // left alone
				if k < 2 {
					after = time.Duration(random.Float64() * 0.9 * float64(usual))
				}
				out, err := attempt(exe, r.Dir, after)
				if after == 0 && err != nil {
					t.Errorf("%s: %v\n%s", name, err, out)
					return
				}
				if err != nil {
					mine++
				}
				if half, _ := filepath.Glob(filepath.Join(r.Dir, "checkpoints", ".*")); len(half) > 0 && err != nil {
					mu.Lock()
					inSave++
					mu.Unlock()
				}
			}
			mu.Lock()
			defer mu.Unlock()
			kills += mine
			if got := hashFile(t, filepath.Join(r.Dir, "model.safetensors")); got != want {
				t.Errorf("%s: killed %d times, ends in %s, want %s", name, mine, got, want)
			} else if got := logOf(t, r.Dir); got != wantLog {
				t.Errorf("%s: killed %d times, its log differs:\n%s", name, mine, got)
			} else {
				exact++
			}
		})
	}
	wait.Wait()
	t.Logf("%d of %d runs exact after %d kills, %d of them during a save; a process left alone takes %v, all took %v", exact, n, kills, inSave, usual.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	if kills < n/2 {
		t.Errorf("only %d kills in %d runs", kills, n)
	}
}

// attempt lets another process go on with the run in dir, and kills it after a while unless that is 0.
func attempt(exe, dir string, after time.Duration) (string, error) {
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "BRICK_TEST_VICTIM="+dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return "", err
	}
	if after > 0 {
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Signal(syscall.SIGKILL) })
		defer timer.Stop()
	}
	err := cmd.Wait()
	return out.String(), err
}
