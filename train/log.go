package train

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
)

// Record is one line of run.jsonl: a step, or an evaluation after a step.
type Record struct {
	Step     int      `json:"step"`         // steps done
	Loss     number   `json:"loss"`         // mean over the step's examples, before its update
	LR       float64  `json:"lr,omitempty"` // learning rate of the step
	GradNorm number   `json:"grad_norm,omitempty"`
	Skipped  bool     `json:"skipped,omitempty"`    // the update was skipped: not finite
	Seconds  float64  `json:"seconds,omitempty"`    // the step took
	Rate     float64  `json:"per_second,omitempty"` // tokens or examples a second
	Valid    *Metrics `json:"valid,omitempty"`      // evaluation on the validation set
}

// number is a float64 whose NaN and infinities survive JSON as null.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

func (n *number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

// runLog appends Records to run.jsonl.
type runLog struct {
	f *os.File
	w *bufio.Writer
}

// openLog opens the log of a run that has done the given number of steps. Lines of later
// steps, left by a run that was killed after its last checkpoint, are cut off.
func openLog(path string, step int) (*runLog, []Record, error) {
	kept, records, err := readLog(path, step)
	if err != nil {
		return nil, nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, fmt.Errorf("train: run log: %w", err)
	}
	if err = f.Truncate(kept); err == nil {
		_, err = f.Seek(kept, 0)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("train: run log: %w", errors.Join(err, f.Close()))
	}
	return &runLog{f: f, w: bufio.NewWriter(f)}, records, nil
}

// readLog returns the records of the first steps, and where in the file they end.
func readLog(path string, step int) (kept int64, records []Record, err error) {
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("train: run log: %w", err)
	}
	for line := range bytes.Lines(data) {
		var r Record
		if json.Unmarshal(line, &r) != nil || r.Step > step || line[len(line)-1] != '\n' {
			break // a torn last line, or steps after the checkpoint
		}
		records = append(records, r)
		kept += int64(len(line))
	}
	return kept, records, nil
}

// ReadLog returns the records of the run log at path.
func ReadLog(path string) ([]Record, error) {
	_, records, err := readLog(path, math.MaxInt)
	return records, err
}

func (l *runLog) add(r Record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := l.w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("train: run log: %w", err)
	}
	return nil
}

// sync forces the lines to the disk: a checkpoint never stands after steps that the log lacks.
func (l *runLog) sync() error {
	err := l.w.Flush()
	if err == nil {
		err = l.f.Sync()
	}
	if err != nil {
		return fmt.Errorf("train: run log: %w", err)
	}
	return nil
}

func (l *runLog) close() error {
	err := l.w.Flush()
	if err = errors.Join(err, l.f.Close()); err != nil {
		return fmt.Errorf("train: run log: %w", err)
	}
	return nil
}
