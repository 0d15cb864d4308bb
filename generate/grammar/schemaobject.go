package grammar

import (
	"fmt"
	"strings"
)

// property is a member an object may have.
type property struct {
	member   string // GBNF of its name, the colon and its value
	required bool
}

// object is an object with its properties in order. What follows the i-th property is a rule of its own, so that the
// grammar grows with their number:
//
//	head i   the first member is the i-th or a later one
//	tail i   , and the i-th, or a later one, or the end
func (c *converter) object(v *value, path string) (string, error) {
	list, more, err := c.properties(v, path)
	if err != nil {
		return "", err
	}
	if len(list) == 0 && more == "" {
		return `"{" ` + c.use("ws") + ` "}"`, nil
	}
	ws, wish := c.use("ws"), wishOf(path)
	tail, head := `""`, `""`
	if more != "" {
		more = c.named(wish+"-more", more)
		tail = c.named(wish+"-tail", `("," ws `+more+`)*`)
		head = c.named(wish+"-head", "("+more+" "+tail+")?")
	}
	for i := len(list) - 1; i >= 0; i-- {
		p := list[i]
		member := c.named(wish+"-member", p.member)
		next := tail
		if p.required {
			head = c.named(wish+"-head", member+" "+next)
			tail = c.named(wish+"-tail", `"," ws `+member+" "+next)
			continue
		}
		head = c.named(wish+"-head", member+" "+next+" | "+head)
		tail = c.named(wish+"-tail", `("," ws `+member+")? "+next)
	}
	return `"{" ` + ws + " " + head + " " + ws + ` "}"`, nil
}

// properties are the members that a schema names, and the member that may follow them any number of times.
func (c *converter) properties(v *value, path string) (list []property, more string, err error) {
	named, required, extra := v.get("properties"), v.get("required"), v.get("additionalProperties")
	if named == nil {
		named = &value{kind: '{'}
	}
	if named.kind != '{' {
		return nil, "", refuse(path+"/properties", "want an object of schemas")
	}
	if required == nil {
		required = &value{kind: '['}
	}
	if required.kind != '[' {
		return nil, "", refuse(path+"/required", "want a list of names")
	}
	// An open schema that names properties is kept to them.
	open := extra
	if extra == nil && len(named.keys) == 0 {
		open = &value{kind: 't'}
	}
	if open != nil && open.kind == 'f' {
		open = nil
	}
	add := func(key string, s *value, at string, must bool) error {
		name, err := c.sub(s, at, wishOf(at))
		if err == nil {
			list = append(list, property{quote(quoteJSON(key)+":") + " " + c.use("ws") + " " + name, must})
		}
		return err
	}
	known := append([]string(nil), named.keys...)
	must := map[string]bool{}
	for _, k := range required.members {
		if k.kind != '"' {
			return nil, "", refuse(path+"/required", "%.40s is no name", k.raw)
		}
		must[k.text] = true
	}
	for i, key := range named.keys {
		at := path + "/properties/" + key
		if named.members[i].kind == 'f' && !must[key] {
			continue // a property that must not be there
		}
		if err := add(key, named.members[i], at, must[key]); err != nil {
			return nil, "", err
		}
		delete(must, key)
	}
	for _, k := range required.members {
		if !must[k.text] {
			continue
		}
		delete(must, k.text)
		s, at := extra, path+"/additionalProperties"
		if s == nil {
			s = &value{kind: 't'}
		}
		if s.kind == 'f' {
			return nil, "", refuse(path+"/required", "%q is required, and neither properties nor additionalProperties has it", k.text)
		}
		if err := add(k.text, s, at, true); err != nil {
			return nil, "", err
		}
		known = append(known, k.text)
	}
	if open == nil {
		return list, "", nil
	}
	name, err := c.sub(open, path+"/additionalProperties", wishOf(path)+"-other")
	if err != nil {
		return nil, "", err
	}
	return list, c.otherKey(known, wishOf(path)+"-key") + ` ":" ` + c.use("ws") + " " + name, nil
}

// otherKey is a name of a member that is none of some names. Where there are any it is written without escapes, which
// could spell them.
func (c *converter) otherKey(names []string, wish string) string {
	if len(names) == 0 {
		return c.use("string")
	}
	root := &letters{}
	for _, n := range names {
		if strings.ContainsFunc(n, func(r rune) bool { return r < 0x20 || r == '"' || r == '\\' || r == 0x7f }) {
			continue // it could only be spelled with an escape
		}
		at := root
		for _, r := range n {
			at = at.child(r)
		}
		at.end = true
	}
	return `"\"" ` + c.notIn(root, wish) + ` "\""`
}

// letters is a tree of names.
type letters struct {
	end  bool
	next []rune
	subs []*letters
}

func (l *letters) child(r rune) *letters {
	for i, n := range l.next {
		if n == r {
			return l.subs[i]
		}
	}
	l.next, l.subs = append(l.next, r), append(l.subs, &letters{})
	return l.subs[len(l.subs)-1]
}

// notIn is a rule for what may follow a place of the tree without spelling a name.
func (c *converter) notIn(l *letters, wish string) string {
	const plain = `^"\\\x00-\x1f\x7f`
	if len(l.subs) == 0 {
		return c.named(wish, "["+plain+"]+")
	}
	var class strings.Builder
	var parts []string
	for i, r := range l.next {
		fmt.Fprintf(&class, `\U%08X`, r)
		parts = append(parts, quote(string(r))+" "+c.notIn(l.subs[i], wish))
	}
	parts = append([]string{"[" + plain + class.String() + "] [" + plain + "]*"}, parts...)
	body := strings.Join(parts, " | ")
	if !l.end {
		body += ` | ""`
	}
	return c.named(wish, body)
}
