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
	n, each := 2, 2
	if testing.Short() {
		n = 1
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ask, o := tinyAsk(t)
	ask.Studies = -1
	s, err := lab.New(context.Background(), ask, o)
	if err != nil {
		t.Fatal(err)
	}
	copies := make([]string, n)
	for i := range copies {
		copies[i] = filepath.Join(t.TempDir(), "sweep")
		if err := os.CopyFS(copies[i], os.DirFS(s.Dir)); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	if out, err := attempt(exe, s.Dir, 0); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	usual := time.Since(began)
	random := rand.New(rand.NewPCG(3, 5))
	kills := 0
	for i, dir := range copies {
		for k := 0; ; k++ {
			after := time.Duration(0) // left alone
			if k < each {
				after = time.Duration(random.Float64() * 0.6 * float64(usual))
			}
			out, err := attempt(exe, dir, after)
			if err == nil {
				break
			}
			if after == 0 {
				t.Fatalf("%v\n%s", err, out)
			}
			kills++
		}
		if got, want := table(t, dir), table(t, s.Dir); got != want {
			t.Errorf("copy %d: the table is\n%s\nwant\n%s", i, got, want)
		}
		for _, name := range []string{"verdict.json", "plan.json"} {
			got, _ := os.ReadFile(filepath.Join(dir, name))
			if want, err := os.ReadFile(filepath.Join(s.Dir, name)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("copy %d: %s is\n%s\nwant\n%s (%v)", i, name, got, want, err)
			}
		}
	}
	t.Logf("%d kills of %d sweeps of %v", kills, n, usual.Round(time.Millisecond))
	if kills < each {
		t.Errorf("only %d kills of %d sweeps", kills, n)
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
