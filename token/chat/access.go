package chat

import (
	"unicode/utf8"
)

// iterate returns what a loop over v goes through.
func (r *run) iterate(v any) []any {
	switch v := v.(type) {
	case undefined:
		return nil
	case *list:
		return v.items
	case *Dict:
		r.slots(len(v.keys))
		items := make([]any, len(v.keys))
		for i, k := range v.keys {
			items[i] = k
		}
		return items
	case string:
		r.slots(utf8.RuneCountInString(v))
		var items []any
		for _, c := range v {
			items = append(items, string(c))
		}
		return items
	}
	fail(r.line, "%s can't be gone through", kind(v))
	return nil
}

// attribute is v.name.
func (r *run) attribute(v any, name string) any {
	switch v := v.(type) {
	case undefined:
		fail(r.line, "%s is undefined: it has no %s", v.name, short(name))
	case *Dict:
		if m := dictMethod(v, name); m != nil {
			return m
		}
		if x, ok := v.get(name); ok {
			return x
		}
	case *namespace:
		if x, ok := v.vars.get(name); ok {
			return x
		}
	case *loopState:
		return v.field(r, name)
	case string:
		if m := stringMethod(v, name); m != nil {
			return m
		}
	case *list:
		if m := listMethod(v, name); m != nil {
			return m
		}
	}
	return undefined{name}
}

// item is v[key].
func (r *run) item(v, key any) any {
	switch v := v.(type) {
	case undefined:
		fail(r.line, "%s is undefined: it has no items", v.name)
	case *Dict:
		if k, ok := key.(string); ok {
			if x, ok := v.get(k); ok {
				return x
			}
			return r.attribute(v, k)
		}
	case *list:
		if i, ok := asInt(key); ok {
			if i < 0 {
				i += int64(len(v.items))
			}
			if i >= 0 && i < int64(len(v.items)) {
				return v.items[i]
			}
			return undefined{"an item beyond the end of a list"}
		}
	case string:
		if i, ok := asInt(key); ok {
			r.charge(len(v) / 64)
			runes := []rune(v)
			if i < 0 {
				i += int64(len(runes))
			}
			if i >= 0 && i < int64(len(runes)) {
				return string(runes[i])
			}
			return undefined{"a character beyond the end of a string"}
		}
	}
	if k, ok := key.(string); ok {
		return r.attribute(v, k)
	}
	return undefined{"an item"}
}

// call is v(arguments).
func (r *run) call(v any, a args) any {
	f, ok := v.(*function)
	if !ok {
		fail(r.line, "%s can't be called", kind(v))
	}
	r.step()
	return f.call(r, a)
}

// slice is v[from:to:step], with Python's rules for what is beyond the ends.
func (r *run) slice(v any, bounds [3]*int64) any {
	step := int64(1)
	if bounds[2] != nil {
		step = *bounds[2]
	}
	if step == 0 {
		fail(r.line, "a slice by steps of 0")
	}
	switch v := v.(type) {
	case string:
		r.charge(len(v) / 16)
		runes := []rune(v)
		return string(sliced(runes, bounds, step))
	case *list:
		items := sliced(v.items, bounds, step)
		r.slots(len(items))
		return &list{items: items, tuple: v.tuple}
	}
	fail(r.line, "%s has no slices", kind(v))
	return nil
}

func sliced[T any](s []T, bounds [3]*int64, step int64) []T {
	n := int64(len(s))
	low, high := int64(0), n
	if step < 0 {
		low, high = -1, n-1
	}
	bound := func(b *int64, otherwise int64) int64 {
		if b == nil {
			return otherwise
		}
		i := *b
		if i < 0 {
			i = max(i, -n-1) + n
		}
		return min(max(i, low), high)
	}
	var out []T
	if step > 0 {
		for i, to := bound(bounds[0], low), bound(bounds[1], high); i < to; i += min(step, n) {
			out = append(out, s[i])
		}
		return out
	}
	for i, to := bound(bounds[0], high), bound(bounds[1], low); i > to; i += max(step, -n) {
		out = append(out, s[i])
	}
	return out
}
