package train

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"brick/tensor/durable"
)

// Fork makes a new run at dir out of the checkpoint that the run in from has of a step: a branch, which Resume goes on with. job is
// the branch's run file. It may differ from that of from in name, steps, schedule, evaluations, checkpoints and sample, as long as
// the learning rates of the steps done are the same; then the branch ends in the bits of a run that had been trained by job alone.
// (Evaluations leave no trace in weights; how many there were is remembered from the trunk.)
//
// So one trunk of constant rate serves several lengths of training, each with a decay of its own: Hu et al. 2024, "MiniCPM", §4; Hägele
// et al. 2024, "Scaling laws and compute-optimal training beyond fixed training durations". from may be in training at the time. The
// folder appears whole or not at all; it is an error wrapping ErrExists if it is there.
func Fork(from string, step int, dir string, job Job) error {
	fail := func(err error) error {
		return fmt.Errorf("train: fork %s from step %d of %s: %w", dir, step, from, err)
	}
	trunk, err := LoadJob(filepath.Join(from, jobFile))
	if err != nil {
		return fail(err)
	}
	if err := forkable(trunk, job, step); err != nil {
		return fail(err)
	}
	if _, err := os.Lstat(dir); err == nil {
		return fail(ErrExists)
	}
	parent := filepath.Dir(dir)
	if err := durable.MkdirAll(parent); err != nil {
		return fail(err)
	}
	tmp := filepath.Join(parent, temporary(filepath.Base(dir)))
	if err := fillFork(from, step, tmp, job); err != nil {
		return fail(errors.Join(err, os.RemoveAll(tmp)))
	}
	if err := durable.Rename(tmp, dir); err != nil {
		return fail(errors.Join(err, os.RemoveAll(tmp)))
	}
	return nil
}

// forkable says why a run by job would not have been where trunk was after the given number of steps.
func forkable(trunk, job Job, step int) error {
	if step < 1 || step > job.Steps {
		return usagef("the branch has %d steps in all; want a fork after 1 to %d", job.Steps, job.Steps)
	}
	if trunk.Eval.Patience > 0 || job.Eval.Patience > 0 {
		return usagef("eval.patience is set: which weights did best is not part of a checkpoint")
	}
	was, err := trunk.rate()
	if err != nil {
		return err
	}
	will, err := job.rate()
	if err != nil {
		return err
	}
	for t := range step {
		if a, b := was.At(t), will.At(t); a != b {
			return usagef("the learning rate of step %d was %g, and by the branch's schedule is %g: fork earlier, or let its warm-up be as long", t, a, b)
		}
	}
	for _, j := range []*Job{&trunk, &job} {
		j.Name, j.Steps, j.Epochs, j.Schedule, j.Eval, j.Save, j.Sample = "", 0, 0, Schedule{}, EvalJob{}, SaveJob{}, SampleJob{}
	}
	a, b := bytes.Split(trunk.YAML(), []byte("\n")), bytes.Split(job.YAML(), []byte("\n"))
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || !bytes.Equal(a[i], b[i]) {
			return usagef("run files differ in what training depends on: %q and %q", line(a, i), line(b, i))
		}
	}
	return nil
}

func line(list [][]byte, i int) []byte {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// fillFork writes the folder of a branch under a temporary name.
func fillFork(from string, step int, tmp string, job Job) error {
	checkpoint := filepath.Join(checkpointDir, stepDir(step))
	if err := durable.MkdirAll(filepath.Join(tmp, checkpoint)); err != nil {
		return err
	}
	names := []string{infoFile, logFile}
	for _, name := range []string{tokenizerFile, "tokenizer_config.json", "special_tokens_map.json"} { // as token.Save wrote them
		if _, err := os.Lstat(filepath.Join(from, name)); err == nil {
			names = append(names, name)
		}
	}
	for _, name := range checkpointFiles {
		names = append(names, filepath.Join(checkpoint, name))
	}
	for _, name := range names {
		if err := copyFile(filepath.Join(from, name), filepath.Join(tmp, name)); err != nil {
			return err
		}
	}
	if _, err := readState(filepath.Join(tmp, checkpoint)); err != nil { // it may have been pruned meanwhile
		return err
	}
	return durable.WriteFile(filepath.Join(tmp, jobFile), job.YAML())
}

func copyFile(from, to string) error {
	src, err := openRegular(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := durable.Create(to)
	if err != nil {
		return err
	}
	defer dst.Close()
	if _, err := io.Copy(dst, src); err != nil {
		return err
	}
	return dst.Commit()
}
