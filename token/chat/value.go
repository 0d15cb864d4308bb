package chat

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Values of templates are nil (none), undefined, bool, int64, float64, string, *list, *Dict, *namespace, *function and
// *loopState.
type (
	undefined struct{ name string }

	list struct {
		items []any
		tuple bool // printed with ( )
	}

	namespace struct{ vars Dict }

	function struct {
		name string
		call func(*run, args) any
	}
)

// A Dict is a dictionary that keeps the order its keys came in, which tojson shows. The zero value is empty.
type Dict struct {
	keys   []string
	values map[string]any
}

func (d *Dict) set(key string, v any) {
	if d.values == nil {
		d.values = map[string]any{}
	}
	if _, known := d.values[key]; !known {
		d.keys = append(d.keys, key)
	}
	d.values[key] = v
}

// get returns the value of a key, and whether there is one.
func (d *Dict) get(key string) (any, bool) {
	v, ok := d.values[key]
	return v, ok
}

// from turns Go's values into those of templates: what encoding/json gives, slices and maps of such, and whole numbers.
// The keys of a map come in order.
func from(v any, depth int) (any, error) {
	if depth > 64 {
		return nil, fmt.Errorf("a value nested more than 64 deep")
	}
	switch v := v.(type) {
	case nil, bool, int64, float64, string, *Dict, *list:
		return v, nil
	case int:
		return int64(v), nil
	case int32:
		return int64(v), nil
	case float32:
		return float64(v), nil
	case json.Number:
		if n, err := strconv.ParseInt(string(v), 10, 64); err == nil {
			return n, nil
		}
		return v.Float64()
	case []string:
		l := &list{}
		for _, s := range v {
			l.items = append(l.items, s)
		}
		return l, nil
	case []any:
		l := &list{items: make([]any, len(v))}
		for i, x := range v {
			var err error
			if l.items[i], err = from(x, depth+1); err != nil {
				return nil, err
			}
		}
		return l, nil
	case map[string]any:
		d := new(Dict)
		for _, k := range slices.Sorted(maps.Keys(v)) {
			x, err := from(v[k], depth+1)
			if err != nil {
				return nil, err
			}
			d.set(k, x)
		}
		return d, nil
	}
	return nil, fmt.Errorf("a %T, want what JSON has", v)
}

// kind names the type of a value, as Python does.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case undefined:
		return v.name + ", which is undefined"
	case bool:
		return "a boolean"
	case int64, float64:
		return "a number"
	case string:
		return "a string"
	case *list:
		if v.tuple {
			return "a tuple"
		}
		return "a list"
	case *Dict:
		return "a dictionary"
	case *namespace:
		return "a namespace"
	case *function:
		return "the function " + v.name
	}
	return "the variable loop"
}

// truth is Python's.
func truth(v any) bool {
	switch v := v.(type) {
	case nil, undefined:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case *list:
		return len(v.items) > 0
	case *Dict:
		return len(v.keys) > 0
	}
	return true
}

// asNumber takes a boolean for 0 or 1, as Python does.
func asNumber(v any) (f float64, isFloat, ok bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, false, true
		}
		return 0, false, true
	case int64:
		return float64(v), false, true
	case float64:
		return v, true, true
	}
	return 0, false, false
}

func asInt(v any) (int64, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case int64:
		return v, true
	}
	return 0, false
}

// equal is Python's ==.
func equal(r *run, a, b any) bool {
	r.charge(1)
	defer r.nest()()
	if x, ok := asInt(a); ok {
		if y, ok := asInt(b); ok {
			return x == y
		}
	}
	if x, _, ok := asNumber(a); ok {
		y, _, ok := asNumber(b)
		return ok && x == y
	}
	switch a := a.(type) {
	case nil:
		return b == nil
	case undefined:
		_, ok := b.(undefined)
		return ok
	case string:
		b, ok := b.(string)
		r.charge(len(a) / 64)
		return ok && a == b
	case *list:
		b, ok := b.(*list)
		return ok && a.tuple == b.tuple && slices.EqualFunc(a.items, b.items, func(x, y any) bool { return equal(r, x, y) })
	case *Dict:
		b, ok := b.(*Dict)
		if !ok || len(a.keys) != len(b.keys) {
			return false
		}
		for _, k := range a.keys {
			v, ok := b.get(k)
			if !ok || !equal(r, a.values[k], v) {
				return false
			}
		}
		return true
	}
	return a == b
}

// order compares two values as Python's < does, which are numbers, strings or lists.
func order(r *run, a, b any) int {
	r.charge(1)
	defer r.nest()()
	if x, ok := asInt(a); ok {
		if y, ok := asInt(b); ok {
			return cmp.Compare(x, y)
		}
	}
	x, _, ok1 := asNumber(a)
	y, _, ok2 := asNumber(b)
	if ok1 && ok2 {
		return cmp.Compare(x, y)
	}
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			r.charge(len(a) / 64)
			return strings.Compare(a, b)
		}
	case *list:
		if b, ok := b.(*list); ok {
			return slices.CompareFunc(a.items, b.items, func(x, y any) int { return order(r, x, y) })
		}
	}
	fail(r.line, "%s and %s have no order", kind(a), kind(b))
	return 0
}
