package data

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"brick/kernel"
)

// A Kind is the type found for a column.
type Kind string

// The kinds of columns.
const (
	Number   Kind = "number"   // decimal numbers; one input, standardised by mean and std of the training rows
	Boolean  Kind = "boolean"  // true/false, yes/no, t/f, y/n, on/off or 0/1; one input, 0 or 1
	Category Kind = "category" // any other text; one input for each value, 1 for the row's value and 0 for the others
	Text     Kind = "text"     // free text, the only input of a set of labelled texts; it becomes token ids
	Skipped  Kind = "skipped"  // not used; Note says why
)

// A Column is what was found out about one column of a table, and how its text becomes numbers.
type Column struct {
	Name       string   `json:"name"`
	Kind       Kind     `json:"kind"`
	Target     bool     `json:"target,omitempty"`     // to be predicted, not an input
	Scaled     bool     `json:"scaled,omitempty"`     // x ← (x − Mean)/Std
	Mean       float64  `json:"mean"`                 // of the training rows (Number, Boolean); it stands for a missing value
	Std        float64  `json:"std"`                  // of the training rows, 1 where they do not vary
	Min        float64  `json:"min"`                  // of all rows
	Max        float64  `json:"max"`                  // of all rows
	Categories []string `json:"categories,omitempty"` // sorted; for Boolean the two words, false first
	Missing    int      `json:"missing,omitempty"`    // rows without a value
	Note       string   `json:"note,omitempty"`       // why it is skipped
}

// Width returns how many inputs the column makes.
func (c *Column) Width() int {
	switch {
	case c.Target || c.Kind == Skipped || c.Kind == Text:
		return 0
	case c.Kind == Category:
		return len(c.Categories)
	}
	return 1
}

// cell turns a field into a number: its value, its category's place, or NaN where it is missing or a category never seen.
func (c *Column) cell(field []byte) (float64, error) {
	if isMissing(field) {
		return math.NaN(), nil
	}
	switch c.Kind {
	case Skipped:
		return math.NaN(), nil
	case Category:
		for i, v := range c.Categories { // few, and short: cheaper than a map that would have to be rebuilt after loading
			if v == string(field) {
				return float64(i), nil
			}
		}
		if c.Target {
			return 0, fmt.Errorf("%.40q is not one of the classes", field)
		}
		return math.NaN(), nil
	case Boolean:
		if v, ok := parseBool(field); ok {
			return v, nil
		}
		return 0, fmt.Errorf("%.40q is not one of true/false, yes/no, t/f, y/n, on/off, 0/1", field)
	}
	v, err := parseNumber(field)
	if err != nil {
		return 0, err
	}
	return v, nil
}

// put writes the inputs that a cell's number makes into dst, which has Width elements.
func (c *Column) put(dst []kernel.Float, v float64) {
	if c.Kind == Category {
		clear(dst)
		if v == v {
			dst[int(v)] = 1
		}
		return
	}
	dst[0] = kernel.Float(c.scale(v))
}

// scale standardises a number, if the column is scaled; a missing one counts as the mean.
func (c *Column) scale(v float64) float64 {
	if v != v {
		v = c.Mean
	}
	if c.Scaled {
		v = (v - c.Mean) / c.Std
	}
	return v
}

// isMissing says whether a field stands for no value.
func isMissing(field []byte) bool {
	f := trim(field)
	if len(f) > 0 && (f[0] >= '0' && f[0] <= '9' || f[0] == '-') {
		return false // most fields: no need to look further
	}
	switch len(f) {
	case 0:
		return true
	case 1:
		return f[0] == '?'
	case 2, 3, 4:
		switch strings.ToLower(string(f)) {
		case "na", "n/a", "nan", "null", "none", "#n/a":
			return true
		}
	}
	return false
}

// parseBool reads a truth value as 0 or 1.
func parseBool(field []byte) (float64, bool) {
	f := trim(field)
	if len(f) > 5 {
		return 0, false
	}
	switch strings.ToLower(string(f)) {
	case "true", "t", "yes", "y", "on", "1":
		return 1, true
	case "false", "f", "no", "n", "off", "0":
		return 0, true
	}
	return 0, false
}

// parseNumber reads a finite decimal number.
func parseNumber(field []byte) (float64, error) {
	f := trim(field)
	for _, b := range f {
		if (b < '0' || b > '9') && b != '+' && b != '-' && b != '.' && b != 'e' && b != 'E' {
			if isInfinite(f) {
				return 0, fmt.Errorf("%q is infinite; numbers must be finite (leave the field empty if the value is missing)", f)
			}
			return 0, fmt.Errorf("%.40q is not a number", f)
		}
	}
	if len(f) > 400 {
		return 0, fmt.Errorf("%.20q… is a number of %d characters", f, len(f))
	}
	v, err := strconv.ParseFloat(string(f), 64)
	if err != nil {
		if math.IsInf(v, 0) {
			return 0, fmt.Errorf("%q is beyond the largest number, 1.8e308", f)
		}
		return 0, fmt.Errorf("%.40q is not a number", f)
	}
	return v, nil
}

func isInfinite(f []byte) bool {
	switch strings.ToLower(strings.TrimLeft(string(f), "+-")) {
	case "inf", "infinity", "∞":
		return true
	}
	return false
}

// trim drops spaces and tabs at both ends without allocating.
func trim(f []byte) []byte {
	for len(f) > 0 && (f[0] == ' ' || f[0] == '\t') {
		f = f[1:]
	}
	for len(f) > 0 && (f[len(f)-1] == ' ' || f[len(f)-1] == '\t') {
		f = f[:len(f)-1]
	}
	return f
}
