package data

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"brick/kernel"
)

// Columns is all that is needed to turn a row of a table into a model's inputs, and the model's outputs back into the
// table's units. It is written into the model's configuration as JSON, so that new rows are treated as the training rows were.
type Columns struct {
	Header    bool     `json:"header"`    // the first line held the names
	Delimiter string   `json:"delimiter"` // one character
	Columns   []Column `json:"columns"`   // in the order of the file
	Targets   []int    `json:"targets"`   // places of the target columns
	Task      Task     `json:"task"`
	Classes   []string `json:"classes,omitempty"` // of the target, for Classification
}

// Width returns the number of inputs a row makes.
func (cs *Columns) Width() int {
	n := 0
	for i := range cs.Columns {
		n += cs.Columns[i].Width()
	}
	return n
}

// Inputs returns the name of each input: the column's, or column=value for a category.
func (cs *Columns) Inputs() []string {
	var names []string
	for i := range cs.Columns {
		switch c := &cs.Columns[i]; {
		case c.Width() == 0:
		case c.Kind == Category:
			for _, v := range c.Categories {
				names = append(names, c.Name+"="+v)
			}
		default:
			names = append(names, c.Name)
		}
	}
	return names
}

// Encode appends the inputs of a new row to dst. The row has every column of the training table in its order, or every
// one but the targets. It errs on any other length and on text where a number is due; a category never seen makes zeros.
func (cs *Columns) Encode(dst []kernel.Float, row []string) ([]kernel.Float, error) {
	inputs := len(cs.Columns) - len(cs.Targets)
	whole := len(row) == len(cs.Columns)
	if !whole && len(row) != inputs {
		return dst, fmt.Errorf("data: a row of %d fields; the model was trained on %d columns (%d without its targets)", len(row), len(cs.Columns), inputs)
	}
	k := 0
	for i := range cs.Columns {
		c := &cs.Columns[i]
		if c.Target && !whole {
			continue
		}
		field := row[k]
		k++
		if w := c.Width(); w > 0 {
			v, err := c.cell([]byte(field))
			if err != nil {
				return dst, fmt.Errorf("data: column %d (%q): %w", i+1, c.Name, err)
			}
			n := len(dst)
			dst = append(dst, make([]kernel.Float, w)...)
			c.put(dst[n:], v)
		}
	}
	return dst, nil
}

// Unscale turns a model's numeric outputs, one for each target, back into the table's units, in place.
func (cs *Columns) Unscale(y []kernel.Float) {
	for k := range y {
		if c := &cs.Columns[cs.Targets[k%len(cs.Targets)]]; c.Scaled {
			y[k] = kernel.Float(float64(y[k])*c.Std + c.Mean)
		}
	}
}

// chooseTargets marks the target columns named in the options, or the last one that is not skipped by name.
func (cs *Columns) chooseTargets(file string, o *Options) error {
	find := func(name, what string) (int, error) {
		for i := range cs.Columns {
			if cs.Columns[i].Name == name {
				return i, nil
			}
		}
		var n int
		if _, err := fmt.Sscanf(name, "%d", &n); err == nil && fmt.Sprint(n) == name && n >= 1 && n <= len(cs.Columns) {
			return n - 1, nil
		}
		var names []string
		for i := range min(len(cs.Columns), 30) {
			names = append(names, cs.Columns[i].Name)
		}
		return 0, fmt.Errorf("data: %s: no column %q to %s; its columns are %s", file, name, what, strings.Join(names, ", "))
	}
	for _, name := range o.Skip {
		i, err := find(name, "skip")
		if err != nil {
			return err
		}
		cs.Columns[i].Kind, cs.Columns[i].Note = Skipped, "left out by name"
	}
	for _, name := range o.Target {
		i, err := find(name, "predict")
		if err != nil {
			return err
		}
		if slices.Contains(cs.Targets, i) {
			return fmt.Errorf("data: %s: target %q named twice", file, name)
		}
		cs.Targets = append(cs.Targets, i)
	}
	if len(o.Target) == 0 {
		for i := len(cs.Columns) - 1; i >= 0 && len(cs.Targets) == 0; i-- {
			if cs.Columns[i].Kind != Skipped {
				cs.Targets = []int{i}
			}
		}
	}
	for _, i := range cs.Targets {
		c := &cs.Columns[i]
		if c.Kind == Skipped {
			return fmt.Errorf("data: %s: target %q is also to be left out", file, c.Name)
		}
		c.Target = true
	}
	if len(cs.Targets) == 0 {
		return fmt.Errorf("data: %s: no column is left to predict", file)
	}
	return nil
}

// chooseTask decides between regression and classification from the targets' kinds, unless the options say.
func (cs *Columns) chooseTask(file string, o *Options) error {
	t := &cs.Columns[cs.Targets[0]]
	switch o.Task {
	case "":
		cs.Task = Regression
		if t.Kind != Number {
			cs.Task = Classification
		}
		if len(cs.Targets) > 1 {
			cs.Task = Regression
		}
	case Regression.String():
		cs.Task = Regression
	case Classification.String():
		cs.Task = Classification
	default:
		return fmt.Errorf("data: task %q for a table; regression or classification would fit", o.Task)
	}
	if cs.Task == Regression {
		for _, i := range cs.Targets {
			if k := cs.Columns[i].Kind; k != Number && k != Boolean {
				return fmt.Errorf("data: %s: regression needs numbers, but target column %q is of kind %s", file, cs.Columns[i].Name, k)
			}
		}
		return nil
	}
	if len(cs.Targets) > 1 {
		return fmt.Errorf("data: %s: classification predicts one column, %d were named", file, len(cs.Targets))
	}
	return nil
}

// running gathers mean and variance in one pass (Welford 1962).
type running struct {
	n       int
	mean, s float64
}

func (r *running) add(x float64) {
	r.n++
	d := x - r.mean
	r.mean += d / float64(r.n)
	r.s += d * (x - r.mean)
}

// std returns the population standard deviation, or 1 where nothing varies (or the spread is lost to rounding).
func (r *running) std() float64 {
	if r.n == 0 {
		return 1
	}
	sd := math.Sqrt(r.s / float64(r.n))
	if !(sd > 1e-12*math.Abs(r.mean)) || math.IsInf(sd, 0) {
		return 1
	}
	return sd
}
