//go:build unix

package lab_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"brick/lab"
)

func init() {
	victim = func(dir string) error {
		s, err := lab.Open(dir, lab.Options{Threads: 2})
		if err != nil {
			return err
		}
		for _, err := range s.Run(context.Background()) {
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// A sweep that is killed with kill -9 at random moments, and run again until it is done, leaves the table, the prediction and the
// verdict of one that was left alone.
func TestKill(t *testing.T) {
	kills := 3
	if testing.Short() {
		kills = 1
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	whole, killed := twoOfAKind(t)
	began := time.Now()
	if out, err := attempt(exe, whole.Dir, 0); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	usual := time.Since(began)
	seed := uint64(began.UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	dead := 0
	for k := 0; ; k++ {
		after := time.Duration(0) // left alone
		if k < kills {
			after = time.Duration(random.Float64() * 0.6 * float64(usual))
		}
		out, err := attempt(exe, killed.Dir, after)
		if err == nil {
			break
		}
		if after == 0 {
			t.Fatalf("%v\n%s", err, out)
		}
		dead++
	}
	if got, want := table(t, killed.Dir), table(t, whole.Dir); got != want {
		t.Errorf("the table is\n%s\nwant\n%s", got, want)
	}
	for _, name := range []string{"verdict.json", "plan.json"} {
		if got, want := read(t, filepath.Join(killed.Dir, name)), read(t, filepath.Join(whole.Dir, name)); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
		}
	}
	t.Logf("%d kills (seed %d) of a sweep of %v", dead, seed, usual.Round(time.Millisecond))
	if dead == 0 {
		t.Error("not killed once")
	}
}

// attempt lets another process go on with a sweep, and kills it after a while unless that is 0.
func attempt(exe, dir string, after time.Duration) (string, error) {
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "BRICK_TEST_SWEEP="+dir)
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
