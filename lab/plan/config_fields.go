package plan

import (
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"brick/nn"
	"brick/tensor/wire"
)

// fields are those of a config.json. The first that is wrong is kept in err; what is read after it is 0.
type fields struct {
	file   string
	values map[string]jsontext.Value
	err    error
}

func (f *fields) fail(field, found, want string) {
	if f.err == nil {
		f.err = &wire.Error{File: f.file, Offset: -1, Field: field, Found: found, Want: want}
	}
}

// get is the value of the first of some names that is there and not null.
func (f *fields) get(names ...string) (string, jsontext.Value) {
	for _, name := range names {
		if v := f.values[name]; v != nil && v.Kind() != 'n' {
			return name, v
		}
	}
	return names[0], nil
}

// size is a number from 1 to nn.MaxSize that must be there, under the first of its names that is.
func (f *fields) size(names ...string) int {
	if name, v := f.get(names...); v == nil {
		f.fail(name, "nothing", fmt.Sprintf("a number from 1 to %d", nn.MaxSize))
		return 0
	}
	return f.number(1, 0, names...)
}

// sizeOr is size, or d where there is none, or null.
func (f *fields) sizeOr(d int, names ...string) int { return f.number(1, d, names...) }

// countOr is sizeOr that may be 0.
func (f *fields) countOr(d int, names ...string) int { return f.number(0, d, names...) }

func (f *fields) number(least, d int, names ...string) int {
	name, v := f.get(names...)
	if v == nil {
		return d
	}
	n, err := strconv.Atoi(string(v))
	if err != nil || n < least || n > nn.MaxSize {
		f.fail(name, short(v), fmt.Sprintf("a number from %d to %d", least, nn.MaxSize))
		return 0
	}
	return n
}

// flag is true or false, or d where nothing is said.
func (f *fields) flag(name string, d bool) bool {
	switch _, v := f.get(name); {
	case v == nil:
		return d
	case v.Kind() == 't':
		return true
	case v.Kind() != 'f':
		f.fail(name, short(v), "true or false")
	}
	return false
}

// only refuses another value of a flag than the one whose parameters are counted.
func (f *fields) only(name string, value bool) {
	if got := f.flag(name, value); got != value {
		f.fail(name, fmt.Sprint(got), fmt.Sprintf("%v: another model has other parameters, which are not counted here", value))
	}
}

// word is a string that must be there.
func (f *fields) word(name string) (s string) {
	if _, v := f.get(name); v == nil {
		f.fail(name, "nothing", "a string")
	} else if v.Kind() != '"' {
		f.fail(name, short(v), "a string")
	} else if err := json.Unmarshal(v, &s); err != nil {
		f.fail(name, short(v), "a string")
	}
	return s
}

// none refuses a list that is not empty.
func (f *fields) none(name string) {
	if _, v := f.get(name); v != nil && string(v) != "[]" {
		f.fail(name, short(v), "an empty list: such layers are not counted here")
	}
}

// divided is the width of a head where none is named: the model's over the number of heads, which must divide it.
func (f *fields) divided(width, heads int, field string) int {
	if heads == 0 || width%heads != 0 {
		f.fail(field, fmt.Sprint(heads), fmt.Sprintf("a number that divides the width %d", width))
		return 0
	}
	return width / heads
}

// short is a value as it stands in the file, cut to what a person reads.
func short(v jsontext.Value) string {
	if s := string(v); len(s) <= 40 {
		return s
	}
	return string(v[:40]) + "…"
}
