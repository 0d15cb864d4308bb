package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A Listed is a line of the list of sweeps.
type Listed struct {
	Dir    string    `json:"dir"`
	Text   string    `json:"text"`
	Made   time.Time `json:"made"`
	Budget string    `json:"budget"`
	Done   int       `json:"trials_done"`
	Trials int       `json:"trials"`
	Error  *float64  `json:"error_percent,omitempty"` // of the longest prediction, once it is known
}

// String is one line for people.
func (l Listed) String() string {
	out := fmt.Sprintf("%-24s %-18s %-8s %d of %d trials", l.Dir, l.Text, l.Budget, l.Done, l.Trials)
	if l.Error != nil {
		out += fmt.Sprintf(", prediction off by %+.2f %%", *l.Error)
	}
	return out
}

// List describes the sweeps in the folders of root; a folder without a plan is none.
func List(root string) (out []Listed, err error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	for _, e := range entries {
		dir := filepath.Join(root, e.Name())
		if !hasPlan(dir) {
			continue
		}
		s, err := Open(dir, Options{})
		if err != nil {
			return nil, err
		}
		list, err := s.Results()
		if err != nil {
			return nil, err
		}
		v, err := s.Verdict()
		if err != nil {
			return nil, err
		}
		l := Listed{Dir: dir, Text: s.Plan.Text.Source, Made: s.Plan.Made, Budget: s.Plan.Budget.String(), Done: len(list), Trials: len(s.Plan.Trials)}
		if v != nil {
			l.Error = &v.Longest.Percent
		}
		out = append(out, l)
	}
	return out, nil
}
