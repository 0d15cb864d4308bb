package train_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/train"
)

// uniqueJob passes over 5 windows of a text again and again.
func uniqueJob(t *testing.T, text string) train.Job {
	t.Helper()
	job := llamaJob(text)
	if err := job.Set("data.unique=5"); err != nil {
		t.Fatal(err)
	}
	return job
}

// A run on a part of its training examples is resumed bit for bit, and epochs pass over the part.
func TestUniqueResumes(t *testing.T) {
	o := setup(t)
	job := uniqueJob(t, write(t, "poem.txt", poem))
	job.Name = "whole"
	whole := create(t, job, o)
	if n := whole.Splits.Train.Len(); n != 5 || whole.Info.Unique != 5 {
		t.Fatalf("%d examples to train on, said to be %d; want 5", n, whole.Info.Unique)
	}
	finish(t, whole)
	job.Name = "parts"
	r := create(t, job, o)
	for !train.Done(r.Dir) {
		if err := interrupt(r, 5, false); err != nil {
			t.Fatal(err)
		}
		r.Close()
		var err error
		if r, err = train.Resume(context.Background(), r.Dir, o); err != nil {
			t.Fatal(err)
		}
	}
	r.Close()
	if a, b := hashFile(t, filepath.Join(whole.Dir, "model.safetensors")), hashFile(t, filepath.Join(r.Dir, "model.safetensors")); a != b {
		t.Errorf("resumed: weights %s, uninterrupted %s", b, a)
	}
	opened, err := train.Open(whole.Dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := opened.Evaluate(context.Background(), "train", ""); err != nil || m.Examples != 5*job.Data.Context {
		t.Errorf("evaluated on %d tokens of the training set, %v; want those of 5 windows of %d", m.Examples, err, job.Data.Context)
	}
	if _, err := opened.Evaluate(context.Background(), "train", write(t, "short.txt", "床前明月光，疑是地上霜。\n")); err != nil {
		t.Errorf("another text, shorter than the choice: %v", err)
	}
}

// Another choice than the one a run began with is refused, and so is one that the data do not have.
func TestUniqueRefuses(t *testing.T) {
	o := setup(t)
	text := write(t, "poem.txt", poem)
	job := uniqueJob(t, text)
	r := create(t, job, o)
	for e := range r.Train(context.Background()) {
		if e.Done == 4 {
			break
		}
	}
	r.Close()
	run := filepath.Join(r.Dir, "run.yaml")
	if err := rewrite(run, "unique: 5", "unique: 6"); err != nil {
		t.Fatal(err)
	}
	if _, err := train.Resume(context.Background(), r.Dir, o); err == nil || !strings.Contains(err.Error(), "unique was 5 and is now 6") {
		t.Errorf("resumed with another choice: %v", err)
	}
	var usage *train.UsageError
	job.Data.Unique, job.Name = 1_000_000, "more"
	if _, err := train.Create(context.Background(), job, o); !errors.As(err, &usage) || !strings.Contains(err.Error(), "data.unique") || !strings.Contains(err.Error(), "would fit") {
		t.Errorf("more than there are: %v", err)
	}
	for _, set := range []string{"data.unique=-1", "data.unique=1.5"} {
		if err := job.Set(set); err == nil || !strings.Contains(err.Error(), "data.unique") {
			t.Errorf("%s: %v", set, err)
		}
	}
	carried := carryJob(text)
	if err := carried.Set("data.unique=3"); err == nil || !strings.Contains(err.Error(), "data.carry") {
		t.Errorf("with data.carry: %v", err)
	}
}

// rewrite changes a word of a file.
func rewrite(path, from, to string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !strings.Contains(string(b), from) {
		return fmt.Errorf("%s does not say %q", path, from)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(b), from, to, 1)), 0o666)
}
