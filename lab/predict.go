package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"brick/train"
)

// A Prediction is what the law of the smaller sizes says of the largest, written down before its first step.
type Prediction struct {
	At      time.Time   `json:"at"`
	Results string      `json:"results_sha256"` // of the results it was made from, without their seconds
	Law     *Law        `json:"law"`
	Rows    []Predicted `json:"rows"`
}

// Predicted is the loss that is expected of a held-out trial, in nats a token, with its interval.
type Predicted struct {
	Trial  string  `json:"trial"`
	N      int     `json:"n"` // parameters, as the law counts them
	Tokens int     `json:"tokens"`
	Loss   float64 `json:"loss"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// A Verdict is how the prediction came true.
type Verdict struct {
	Rows    []Verified `json:"rows"`
	Longest Verified   `json:"longest"` // the row of the longest training: the headline
	Worst   float64    `json:"worst_percent"`
}

// Verified is a prediction beside what was measured.
type Verified struct {
	Predicted
	Measured float64 `json:"measured"`
	Percent  float64 `json:"error_percent"` // (measured − predicted)/measured
	Inside   bool    `json:"inside"`        // of the interval
}

// predict is the prediction in prediction.json, which is made if it is not there, and never again.
func (s *Sweep) predict() (*Prediction, error) {
	path := filepath.Join(s.Dir, predictionFile)
	var p *Prediction
	err := readJSON(path, &p)
	if err == nil && p != nil || !errors.Is(err, fs.ErrNotExist) {
		return p, err
	}
	for _, t := range s.Plan.Trials {
		if _, err := os.Lstat(s.dir(t)); t.HeldOut && err == nil {
			return nil, &train.InputError{Err: fmt.Errorf("lab: %s is missing, and %s has begun already: what is said now is no prediction; put the file back, or remove the runs of %s", path, s.dir(t), t.Size.Name)}
		}
	}
	list, err := s.Results()
	if err != nil {
		return nil, err
	}
	list = withoutHeldOut(list)
	p = &Prediction{At: time.Now().UTC().Truncate(time.Second)}
	if p.Results, err = hashOf(list); err != nil {
		return nil, err
	}
	if p.Law, err = FitLaw(list, s.Plan.fitOptions()); err != nil {
		return nil, err
	}
	for _, t := range s.Plan.Trials {
		if !t.HeldOut {
			continue
		}
		row, err := p.Law.predict(t)
		if err != nil {
			return nil, err
		}
		p.Rows = append(p.Rows, row)
	}
	return p, writeJSON(path, p)
}

// withoutHeldOut are the results of all trials but those of the held-out size.
func withoutHeldOut(list []Result) (out []Result) {
	for _, r := range list {
		if !r.HeldOut {
			out = append(out, r)
		}
	}
	return out
}

// verify compares the prediction with what the held-out trials reached, and writes verdict.json.
func (s *Sweep) verify(p *Prediction) (*Verdict, error) {
	list, err := s.Results()
	if err != nil {
		return nil, err
	}
	v := &Verdict{}
	for _, r := range list {
		for _, row := range p.Rows {
			if row.Trial != r.ID {
				continue
			}
			f := Verified{Predicted: row, Measured: r.Loss, Percent: 100 * (r.Loss - row.Loss) / r.Loss, Inside: row.Low <= r.Loss && r.Loss <= row.High}
			v.Rows = append(v.Rows, f)
			v.Worst = max(v.Worst, math.Abs(f.Percent))
			if f.Tokens > v.Longest.Tokens {
				v.Longest = f
			}
		}
	}
	if len(v.Rows) != len(p.Rows) {
		return nil, fmt.Errorf("lab: %d of the %d held-out trials that %s names are done", len(v.Rows), len(p.Rows), predictionFile)
	}
	return v, writeJSON(filepath.Join(s.Dir, verdictFile), v)
}
