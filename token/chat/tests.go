package chat

import (
	"maps"
	"slices"
	"strings"
)

type test func(r *run, v any, a args) bool

// testTable are the tests of Jinja.
var testTable = map[string]test{
	"defined":   func(r *run, v any, a args) bool { return !isUndefined(v) },
	"undefined": func(r *run, v any, a args) bool { return isUndefined(v) },
	"none":      func(r *run, v any, a args) bool { return v == nil },
	"boolean":   func(r *run, v any, a args) bool { _, ok := v.(bool); return ok },
	"true":      func(r *run, v any, a args) bool { return v == true },
	"false":     func(r *run, v any, a args) bool { return v == false },
	"integer":   func(r *run, v any, a args) bool { _, ok := v.(int64); return ok },
	"float":     func(r *run, v any, a args) bool { _, ok := v.(float64); return ok },
	"number":    func(r *run, v any, a args) bool { _, _, ok := asNumber(v); return ok },
	"string":    func(r *run, v any, a args) bool { _, ok := v.(string); return ok },
	"mapping":   func(r *run, v any, a args) bool { _, ok := v.(*Dict); return ok },
	"callable":  func(r *run, v any, a args) bool { _, ok := v.(*function); return ok },
	"iterable":  iterable,
	"sequence":  func(r *run, v any, a args) bool { return iterable(r, v, a) },
	"upper": func(r *run, v any, a args) bool {
		s := r.text(v)
		return strings.ToUpper(s) == s && strings.ToLower(s) != s
	},
	"lower": func(r *run, v any, a args) bool {
		s := r.text(v)
		return strings.ToLower(s) == s && strings.ToUpper(s) != s
	},
	"even": func(r *run, v any, a args) bool { return whole(r, v)%2 == 0 },
	"odd":  func(r *run, v any, a args) bool { return whole(r, v)%2 != 0 },
	"divisibleby": func(r *run, v any, a args) bool {
		by := a.num(r, 0, "num", 0)
		if by == 0 {
			fail(r.line, "divisibleby 0")
		}
		return whole(r, v)%by == 0
	},
	"in":          func(r *run, v any, a args) bool { return contains(r, a.one(r), v) },
	"sameas":      func(r *run, v any, a args) bool { return kind(v) == kind(a.one(r)) && equal(r, v, a.one(r)) },
	"eq":          comparing("=="),
	"equalto":     comparing("=="),
	"ne":          comparing("!="),
	"lt":          comparing("<"),
	"lessthan":    comparing("<"),
	"le":          comparing("<="),
	"gt":          comparing(">"),
	"greaterthan": comparing(">"),
	"ge":          comparing(">="),
}

func comparing(op string) test {
	return func(r *run, v any, a args) bool { return compare(r, op, v, a.one(r)) }
}

// one is the argument of a test that takes one.
func (a args) one(r *run) any {
	if len(a.pos) != 1 {
		fail(r.line, "a test with %d arguments, want 1", len(a.pos))
	}
	return a.pos[0]
}

func isUndefined(v any) bool {
	_, ok := v.(undefined)
	return ok
}

func iterable(_ *run, v any, _ args) bool {
	switch v.(type) {
	case undefined, string, *list, *Dict:
		return true
	}
	return false
}

func whole(r *run, v any) int64 {
	n, ok := asInt(v)
	if !ok {
		fail(r.line, "%s, want a whole number", kind(v))
	}
	return n
}

// names lists the keys of a table for an error.
func names[T any](table map[string]T) string {
	return strings.Join(slices.Sorted(maps.Keys(table)), ", ")
}
