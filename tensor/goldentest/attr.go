package goldentest

import "fmt"

// attr gives an attribute as T, or absent where the case has none (or null). A
// value of another kind panics: the test reads the case wrongly.
func attr[T any](c Case, name string, absent T) T {
	v, ok := c.Attrs[name]
	if !ok || v == nil {
		return absent
	}
	x, ok := v.(T)
	if !ok {
		panic(fmt.Sprintf("goldentest: case %s: attribute %s is %v (%T), want %T", c.Name, name, v, v, absent))
	}
	return x
}

// Has reports whether the case has the attribute, and not as null.
func (c Case) Has(name string) bool { return c.Attrs[name] != nil }

// Bool gives an attribute, or absent where the case has none.
func (c Case) Bool(name string, absent bool) bool { return attr(c, name, absent) }

// Text gives an attribute, or absent where the case has none.
func (c Case) Text(name, absent string) string { return attr(c, name, absent) }

// Float gives an attribute, or absent where the case has none.
func (c Case) Float(name string, absent float64) float64 { return attr(c, name, absent) }

// Int gives an attribute that is a whole number, or absent where the case has none.
func (c Case) Int(name string, absent int) int {
	return whole(c, name, attr(c, name, float64(absent)))
}

// Ints gives an attribute that is a list of whole numbers, or one such number
// as a list of one; nil where the case has none.
func (c Case) Ints(name string) []int {
	if v, ok := c.Attrs[name].(float64); ok {
		return []int{whole(c, name, v)}
	}
	list := attr[[]any](c, name, nil)
	if list == nil {
		return nil
	}
	ints := make([]int, len(list))
	for i, v := range list {
		f, ok := v.(float64)
		if !ok {
			panic(fmt.Sprintf("goldentest: case %s: attribute %s[%d] is %v (%T), want a number", c.Name, name, i, v, v))
		}
		ints[i] = whole(c, name, f)
	}
	return ints
}

// Texts gives an attribute that is a list of strings; nil where the case has none.
func (c Case) Texts(name string) []string {
	var texts []string
	for i, v := range attr[[]any](c, name, nil) {
		s, ok := v.(string)
		if !ok {
			panic(fmt.Sprintf("goldentest: case %s: attribute %s[%d] is %v (%T), want a string", c.Name, name, i, v, v))
		}
		texts = append(texts, s)
	}
	return texts
}

// Sub gives an attribute that is an object, as a Case that has only attributes,
// such as c.Sub("optimizer").Float("eps", 0).
func (c Case) Sub(name string) Case {
	return Case{Name: c.Name + "." + name, Group: c.Group, Attrs: attr[map[string]any](c, name, nil)}
}

func whole(c Case, name string, f float64) int {
	if f != float64(int(f)) {
		panic(fmt.Sprintf("goldentest: case %s: attribute %s is %v, want a whole number", c.Name, name, f))
	}
	return int(f)
}
