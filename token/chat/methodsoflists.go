package chat

import (
	"maps"
	"slices"
)

func listMethod(l *list, name string) any {
	switch name {
	case "index", "count":
		return &function{name, func(r *run, a args) any {
			a.most(r, name, 1)
			n := int64(0)
			for i, x := range l.items {
				if equal(r, x, a.arg(0, "value", nil)) {
					if n++; name == "index" {
						return int64(i)
					}
				}
			}
			if name == "index" {
				fail(r.line, "index of a value that is not in the list")
			}
			return n
		}}
	case "append", "extend", "insert", "pop", "remove", "reverse", "sort", "clear":
		return &function{name, func(r *run, a args) any {
			fail(r.line, "%s: templates may not change a list; a new one is made by +", name)
			return nil
		}}
	}
	return nil
}

func dictMethod(d *Dict, name string) any {
	pairs := func(of func(k string) any) *function {
		return &function{name, func(r *run, a args) any {
			a.most(r, name, 0)
			r.slots(len(d.keys))
			l := &list{}
			for _, k := range d.keys {
				l.items = append(l.items, of(k))
			}
			return l
		}}
	}
	switch name {
	case "get":
		return &function{name, func(r *run, a args) any {
			a.most(r, name, 2)
			if v, ok := d.get(a.str(r, 0, "key", "")); ok {
				return v
			}
			return a.arg(1, "default", nil)
		}}
	case "items":
		return pairs(func(k string) any { return &list{items: []any{k, d.values[k]}, tuple: true} })
	case "keys":
		return pairs(func(k string) any { return k })
	case "values":
		return pairs(func(k string) any { return d.values[k] })
	case "copy":
		return &function{name, func(r *run, a args) any {
			r.slots(len(d.keys))
			return &Dict{slices.Clone(d.keys), maps.Clone(d.values)}
		}}
	case "update", "pop", "popitem", "setdefault", "clear":
		return &function{name, func(r *run, a args) any {
			fail(r.line, "%s: templates may not change a dictionary", name)
			return nil
		}}
	}
	return nil
}

func sortedKeys(keys []string) []string { return slices.Sorted(slices.Values(keys)) }
