package grammar

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// combined is a schema that one keyword stands for.
func (c *converter) combined(v *value, key, path string) (string, error) {
	at, is := path+"/"+key, v.get(key)
	switch key {
	case "$ref":
		return c.ref(is, at)
	case "const":
		return c.literals(v, []*value{is}, path, at)
	case "enum":
		if is.kind != '[' || len(is.members) == 0 {
			return "", refuse(at, "want a list of values")
		}
		return c.literals(v, is.members, path, at)
	}
	if is.kind != '[' || len(is.members) == 0 {
		return "", refuse(at, "want a list of schemas")
	}
	if key == "allOf" && len(is.members) > 1 {
		return "", refuse(at, "the keyword \"allOf\" with %d schemas is not supported", len(is.members))
	}
	if key == "oneOf" {
		for i, a := range is.members {
			for j, b := range is.members[:i] {
				if !c.disjoint(a, b) {
					return "", refuse(at, "parts %d and %d may hold at once; want anyOf, or parts that differ in type or in a constant", j, i)
				}
			}
		}
	}
	var parts []string
	for i, m := range is.members {
		p := fmt.Sprintf("%s/%d", at, i)
		part, err := c.sub(m, p, wishOf(p))
		if err != nil {
			return "", err
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " | "), nil
}

// wishOf is a path as the beginning of a rule's name.
func wishOf(path string) string {
	return "root" + strings.NewReplacer("/properties", "", "/$defs", "", "/", "-").Replace(path[1:])
}

// target finds what a $ref means.
func (c *converter) target(ref *value, at string) (*value, string, error) {
	if ref.kind != '"' || ref.text != "#" && !strings.HasPrefix(ref.text, "#/") {
		return nil, "", refuse(at, "%.80s points out of the schema; want a pointer such as \"#/$defs/name\"", ref.raw)
	}
	pointer, err := url.PathUnescape(ref.text[1:])
	if err != nil {
		return nil, "", refuse(at, "%.80s is no pointer", ref.raw)
	}
	v := c.root.pointer(pointer)
	if v == nil {
		return nil, "", refuse(at, "%.80s points at nothing", ref.raw)
	}
	return v, pointer, nil
}

func (c *converter) ref(ref *value, at string) (string, error) {
	v, pointer, err := c.target(ref, at)
	if err != nil {
		return "", err
	}
	name, ok := c.refs[pointer]
	if !ok {
		name = c.fresh(wishOf("#" + pointer))
		c.refs[pointer] = name
		body, err := c.schema(v, "#"+pointer)
		if err != nil {
			return "", err
		}
		c.rule(name, body)
	}
	return name, nil
}

// literals is one of some values that has the type the schema says.
func (c *converter) literals(v *value, list []*value, path, at string) (string, error) {
	var names []string
	if v.get("type") != nil {
		var err error
		if names, err = types(v, path); err != nil {
			return "", err
		}
	}
	var parts []string
	for _, l := range list {
		if names != nil && !slices.ContainsFunc(names, func(t string) bool { return l.is(t) }) {
			continue
		}
		var b strings.Builder
		l.compact(&b)
		parts = append(parts, quote(b.String()))
	}
	if parts == nil {
		return "", refuse(at, "no value has the type %s", strings.Join(names, " or "))
	}
	return strings.Join(parts, " | "), nil
}

// is reports whether a value has a type.
func (v *value) is(t string) bool {
	switch v.kind {
	case '{':
		return t == "object"
	case '[':
		return t == "array"
	case '"':
		return t == "string"
	case '0':
		return t == "number" || t == "integer" && !strings.ContainsAny(v.raw, ".eE")
	case 'n':
		return t == "null"
	}
	return t == "boolean"
}

// disjoint reports whether surely no value that is written for one of two schemas holds to the other.
func (c *converter) disjoint(a, b *value) bool {
	if c.steps--; c.steps < 0 {
		return false
	}
	for _, v := range []**value{&a, &b} {
		for n := 0; (*v).kind == '{' && (*v).get("$ref") != nil && n < 32; n++ {
			to, _, err := c.target((*v).get("$ref"), "")
			if err != nil {
				return false
			}
			*v = to
		}
	}
	if a.kind != '{' || b.kind != '{' {
		return a.kind == 'f' || b.kind == 'f'
	}
	va, vb := a.constants(), b.constants()
	if va != nil && vb != nil {
		if c.steps -= len(va) * len(vb); c.steps < 0 {
			return false
		}
		return !slices.ContainsFunc(va, func(x *value) bool {
			return slices.ContainsFunc(vb, func(y *value) bool { return mayEqual(x, y) })
		})
	}
	ta, tb := a.has(va), b.has(vb)
	if ta != nil && tb != nil && !slices.ContainsFunc(ta, func(x string) bool {
		return slices.ContainsFunc(tb, func(y string) bool { return x == y || number(x) && number(y) })
	}) {
		return true
	}
	var ea, eb error
	// What is written for a part without a type is of the type its keywords are about.
	ta, ea = types(a, "")
	tb, eb = types(b, "")
	if ea != nil || eb != nil || !slices.Equal(ta, []string{"object"}) || !slices.Equal(tb, ta) {
		return false
	}
	pa, pb := a.get("properties"), b.get("properties")
	if pa == nil || pb == nil || pa.kind != '{' || pb.kind != '{' {
		return false
	}
	return slices.ContainsFunc(pa.keys, func(k string) bool {
		return pb.get(k) != nil && a.requires(k) && b.requires(k) && c.disjoint(pa.get(k), pb.get(k))
	})
}

func number(t string) bool { return t == "number" || t == "integer" }

// constants are the values a schema lists, nil if it lists none.
func (v *value) constants() []*value {
	if k := v.get("const"); k != nil {
		return []*value{k}
	}
	if e := v.get("enum"); e != nil && e.kind == '[' {
		return e.members
	}
	return nil
}

// has are the types that a schema's values surely have, nil if they may have any.
func (v *value) has(constants []*value) (names []string) {
	if v.get("type") != nil {
		names, _ = types(v, "")
		return names
	}
	for _, k := range constants {
		for _, t := range typeNames {
			if k.is(t) && t != "integer" {
				names = append(names, t)
			}
		}
	}
	return names
}

func (v *value) requires(key string) bool {
	r := v.get("required")
	return r != nil && slices.ContainsFunc(r.members, func(k *value) bool { return k.kind == '"' && k.text == key })
}

// mayEqual reports whether two values may be the same; numbers may, lists and objects are not looked into.
func mayEqual(a, b *value) bool {
	return a.kind == b.kind && (a.kind != '"' || a.text == b.text)
}
