package data

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxCategory is the longest text that counts as a category's name, in bytes.
const maxCategory = 256

// maxClasses bounds how many different values a classification target may have.
const maxClasses = 1 << 16

// sight is what the first pass over a table learns about one column.
type sight struct {
	rows, missing int
	number        bool // every value so far is a number, an infinite one perhaps
	boolean       bool // every value so far is a truth value
	min, max      float64
	zero, one     string          // the words seen for false and true
	values        map[string]bool // different values, until there are too many
	tooMany       bool
	badLine       int    // line of the first infinite number
	bad           string // and its text
}

func newSight() sight {
	return sight{number: true, boolean: true, values: map[string]bool{}}
}

// look takes in one field.
func (s *sight) look(field []byte, line, limit int) {
	s.rows++
	if isMissing(field) {
		s.missing++
		return
	}
	if s.number {
		v, err := parseNumber(field)
		switch {
		case err == nil:
			if s.rows-s.missing == 1 {
				s.min, s.max = v, v
			}
			s.min, s.max = min(s.min, v), max(s.max, v)
		case isInfinite(trim(field)) || strings.Contains(err.Error(), "beyond"):
			if s.bad == "" {
				s.bad, s.badLine = err.Error(), line
			}
		default:
			s.number = false
		}
	}
	if s.boolean {
		v, ok := parseBool(field)
		switch {
		case !ok:
			s.boolean = false
		case v == 0 && s.zero == "":
			s.zero = string(trim(field))
		case v == 1 && s.one == "":
			s.one = string(trim(field))
		}
	}
	if !s.tooMany && !s.values[string(field)] {
		if len(s.values) >= limit || len(field) > maxCategory {
			s.tooMany, s.values = true, nil
			return
		}
		s.values[string(field)] = true
	}
}

// decide turns what was seen into the column's kind. A column that is all numbers but for infinite ones is an error.
func (s *sight) decide(c *Column, file string, place, limit int, classes bool) error {
	c.Missing = s.missing
	seen := s.rows - s.missing
	switch {
	case c.Kind == Skipped:
	case seen == 0:
		c.Kind, c.Note = Skipped, "no row has a value"
	case s.boolean && !(s.number && (s.zero == "" || s.one == "")): // a column of ones only is a number that never varies
		c.Kind = Boolean
		c.Categories = []string{cmp.Or(s.zero, "false"), cmp.Or(s.one, "true")}
		c.Max = 1
	case s.number && s.bad != "":
		return &TableError{File: file, Line: s.badLine, Column: place + 1, Name: c.Name, Reason: s.bad}
	case s.number:
		c.Kind, c.Min, c.Max = Number, s.min, s.max
	case s.tooMany && c.Target:
		return fmt.Errorf("data: %s: target column %q has more than %d different texts; that many classes cannot be learnt", file, c.Name, limit)
	case s.tooMany:
		c.Kind, c.Note = Skipped, fmt.Sprintf("more than %d different texts, or long ones", limit)
	default:
		c.Kind = Category
		c.Categories = slices.Sorted(maps.Keys(s.values))
	}
	if classes && c.Kind == Number {
		if s.tooMany {
			return fmt.Errorf("data: %s: target column %q has more than %d different numbers; regression would fit", file, c.Name, limit)
		}
		c.Kind = Category
		c.Categories = slices.SortedFunc(maps.Keys(s.values), func(a, b string) int {
			x, _ := strconv.ParseFloat(strings.TrimSpace(a), 64)
			y, _ := strconv.ParseFloat(strings.TrimSpace(b), 64)
			return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
		})
	}
	if c.Target && c.Kind == Skipped {
		return fmt.Errorf("data: %s: target column %q has no values", file, c.Name)
	}
	if c.Target && s.missing > 0 {
		return fmt.Errorf("data: %s: target column %q is missing in %d of %d rows; remove those rows, or predict another column", file, c.Name, s.missing, s.rows)
	}
	return nil
}
