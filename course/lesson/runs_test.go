package lesson

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"brick/train"
)

// While one learner trains a small model, another is told so; when the first one's page has gone, the other goes on with what was saved.
func TestTwoLearnersTrainOneRun(t *testing.T) {
	runs := &Runs{Root: t.TempDir()}
	job := train.Job{Model: "linear(4) tanh linear", Data: train.DataJob{Source: "moons", Examples: 64}, Steps: 6, Batch: 8}
	if err := os.Mkdir(filepath.Join(runs.Root, "small"), 0o777); err != nil { // of one that was killed before it was set up
		t.Fatal(err)
	}
	other := func() error {
		return runs.Train(t.Context(), "small", job, func(*train.Run, train.Event) error { return nil })
	}
	steps := 0
	err := runs.Train(t.Context(), "small", job, func(_ *train.Run, e train.Event) error {
		if steps = e.Done; steps < 3 {
			return nil
		}
		if err := other(); key(err) != "refused.locked" {
			t.Errorf("training what another learner trains: %v", err)
		}
		return context.Canceled
	})
	if err == nil || steps != 3 || runs.Has("small") {
		t.Errorf("stopped after %d steps: %v", steps, err)
	}
	if err := other(); err != nil || !runs.Has("small") {
		t.Errorf("going on with it: %v", err)
	}
}
