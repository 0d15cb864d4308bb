package lesson

import (
	"fmt"
	"math"
	"strings"
)

// Refusal is an error that is the asker's to mend. A page shows the text of Key
// in its language, with Args put in, and Message where it has none.
type Refusal struct {
	Key     string `json:"key"`
	Args    []any  `json:"args,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

func (r *Refusal) Error() string { return r.Message }

// Within refuses a value of a field outside [lo, hi], NaN included.
func Within(field string, v, lo, hi float64) error {
	if v >= lo && v <= hi {
		return nil
	}
	return &Refusal{Key: "refused.range", Args: []any{field, Num(v), lo, hi}, Field: field,
		Message: fmt.Sprintf("%s is %g; want %g to %g", field, v, lo, hi)}
}

// OneOf refuses a word that is none of those known.
func OneOf(field, word string, known ...string) error {
	for _, k := range known {
		if word == k {
			return nil
		}
	}
	return &Refusal{Key: "refused.word", Args: []any{field, word, strings.Join(known, ", ")}, Field: field,
		Message: fmt.Sprintf("%s is %q; want one of %s", field, word, strings.Join(known, ", "))}
}

// First gives the first error of several checks.
func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Num is a number of an answer that may be infinite or undefined: NaN is written
// null, and ±Inf as ±1e999, which JavaScript reads as Infinity.
type Num float64

// MarshalJSON writes the shortest digits that read back as n.
func (n Num) MarshalJSON() ([]byte, error) {
	switch v := float64(n); {
	case math.IsNaN(v):
		return []byte("null"), nil
	case math.IsInf(v, 1):
		return []byte("1e999"), nil
	case math.IsInf(v, -1):
		return []byte("-1e999"), nil
	default:
		return fmt.Appendf(nil, "%v", v), nil
	}
}

// Nums is v as numbers that may be infinite or undefined.
func Nums[F ~float32 | ~float64](v []F) []Num {
	out := make([]Num, len(v))
	for i, x := range v {
		out[i] = Num(x)
	}
	return out
}
