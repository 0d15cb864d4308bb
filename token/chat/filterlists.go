package chat

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func length(r *run, v any) any {
	switch v := v.(type) {
	case undefined:
		return int64(0)
	case string:
		r.charge(len(v) / 64)
		return int64(utf8.RuneCountInString(v))
	case *list:
		return int64(len(v.items))
	case *Dict:
		return int64(len(v.keys))
	}
	fail(r.line, "%s has no length", kind(v))
	return nil
}

func orDefault(r *run, v any, a args) any {
	if _, missing := v.(undefined); missing || truth(a.arg(1, "boolean", false)) && !truth(v) {
		return a.arg(0, "default_value", "")
	}
	return v
}

func joinFilter(r *run, v any, a args) any {
	if by := a.arg(1, "attribute", nil); by != nil {
		l := &list{}
		for _, x := range r.iterate(v) {
			l.items = append(l.items, r.path(x, by))
		}
		v = l
	}
	return r.join(v, a.str(r, 0, "d", ""))
}

func end(r *run, v any, first bool) any {
	items := r.iterate(v)
	switch {
	case len(items) == 0:
		return undefined{"an item of nothing"}
	case first:
		return items[0]
	}
	return items[len(items)-1]
}

func reverse(r *run, v any, _ args) any {
	if s, ok := v.(string); ok {
		r.charge(len(s) / 16)
		runes := []rune(s)
		slices.Reverse(runes)
		return string(runes)
	}
	items := slices.Clone(r.iterate(v))
	r.slots(len(items))
	slices.Reverse(items)
	return &list{items: items}
}

// folded is what strings are sorted by where case does not matter.
func folded(v any, sensitive bool) any {
	if s, ok := v.(string); ok && !sensitive {
		return strings.ToLower(s)
	}
	return v
}

func sortFilter(r *run, v any, a args) any {
	items := slices.Clone(r.iterate(v))
	r.slots(len(items))
	by, sensitive := a.arg(2, "attribute", nil), truth(a.arg(1, "case_sensitive", false))
	key := func(x any) any {
		if by != nil {
			x = r.path(x, by)
		}
		return folded(x, sensitive)
	}
	down := truth(a.arg(0, "reverse", false))
	slices.SortStableFunc(items, func(x, y any) int {
		if down {
			x, y = y, x
		}
		return order(r, key(x), key(y))
	})
	return &list{items: items}
}

func unique(r *run, v any, a args) any {
	l := &list{}
	var keys []any
	for _, x := range r.iterate(v) {
		key := x
		if by := a.arg(1, "attribute", nil); by != nil {
			key = r.path(x, by)
		}
		key = folded(key, truth(a.arg(0, "case_sensitive", false)))
		if !slices.ContainsFunc(keys, func(k any) bool { return equal(r, k, key) }) {
			keys, l.items = append(keys, key), append(l.items, x)
		}
	}
	return l
}

// pairs lists the entries of a dictionary, by key where sorted is set.
func pairs(r *run, v any, sorted bool) any {
	if _, missing := v.(undefined); missing && !sorted {
		return &list{}
	}
	d, ok := v.(*Dict)
	if !ok {
		fail(r.line, "items of %s, want a dictionary", kind(v))
	}
	r.slots(len(d.keys))
	l := &list{}
	for _, k := range d.keys {
		l.items = append(l.items, &list{items: []any{k, d.values[k]}, tuple: true})
	}
	if sorted {
		slices.SortStableFunc(l.items, func(x, y any) int {
			return strings.Compare(strings.ToLower(x.(*list).items[0].(string)), strings.ToLower(y.(*list).items[0].(string)))
		})
	}
	return l
}

// path is x.a.b for "a.b", x[n] for a number.
func (r *run) path(x, by any) any {
	name, ok := by.(string)
	if !ok {
		return r.item(x, by)
	}
	for part := range strings.SplitSeq(name, ".") {
		r.step()
		if n, err := strconv.Atoi(part); err == nil {
			x = r.item(x, int64(n))
		} else {
			x = r.item(x, part)
		}
	}
	return x
}

func mapFilter(r *run, v any, a args) any {
	l := &list{}
	by := a.given("attribute", nil)
	var do filter
	var rest args
	if by == nil {
		name := a.str(r, 0, "filter", "")
		if do = filterTable[name]; do == nil {
			fail(r.line, "map by %s: no such filter", short(name))
		}
		rest = args{a.pos[1:], a.named}
	}
	for _, x := range r.iterate(v) {
		r.step()
		if do != nil {
			l.items = append(l.items, do(r, x, rest))
			continue
		}
		y := r.path(x, by)
		if _, missing := y.(undefined); missing {
			y = a.given("default", y)
		}
		l.items = append(l.items, y)
	}
	return l
}

// choose keeps the items for which the test named first holds, of the attribute by where there is one.
func choose(r *run, v any, by any, a args, keep bool) any {
	var ask test
	rest := args{named: a.named}
	if len(a.pos) > 0 {
		name := a.str(r, 0, "test", "")
		if ask = testTable[name]; ask == nil {
			fail(r.line, "no test %s is supported; known are %s", short(name), names(testTable))
		}
		rest.pos = a.pos[1:]
	}
	l := &list{}
	for _, x := range r.iterate(v) {
		r.step()
		y := x
		if by != "" {
			y = r.path(x, by)
		}
		if ask == nil && truth(y) == keep || ask != nil && ask(r, y, rest) == keep {
			l.items = append(l.items, x)
		}
	}
	return l
}

func chooseAttr(r *run, v any, a args, keep bool) any {
	if len(a.pos) == 0 {
		fail(r.line, "an attribute is missing")
	}
	return choose(r, v, a.pos[0], args{a.pos[1:], a.named}, keep)
}

func sum(r *run, v any, a args) any {
	total := a.arg(1, "start", int64(0))
	for _, x := range r.iterate(v) {
		if by := a.arg(0, "attribute", nil); by != nil {
			x = r.path(x, by)
		}
		total = arithmetic(r, "+", total, x)
	}
	return total
}

func extreme(r *run, v any, sign int) any {
	items := r.iterate(v)
	if len(items) == 0 {
		return undefined{"an item of nothing"}
	}
	best := items[0]
	for _, x := range items[1:] {
		if order(r, folded(x, false), folded(best, false))*sign > 0 {
			best = x
		}
	}
	return best
}
