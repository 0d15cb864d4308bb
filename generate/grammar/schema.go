package grammar

import (
	"fmt"
	"slices"
	"strings"
)

// Schema turns a JSON Schema (draft 2020-12, and of earlier ones what means the same) into GBNF whose texts are JSON that
// the schema accepts. Not all that it accepts: properties come in the order of the schema, those it does not name only where
// additionalProperties says so or where it names none, a list holds all of prefixItems that fit and more only where items
// says so, a number has at most 15 digits before the point and behind, and white space is bounded.
//
// It knows type, enum, const, anyOf, oneOf (if no two of its parts can hold at once), allOf of one, $ref within the
// schema, properties, required, additionalProperties, items, prefixItems, minItems, maxItems, minLength, maxLength,
// pattern, the formats date, time, date-time and uuid, and minimum, maximum, exclusiveMinimum, exclusiveMaximum. Any
// other keyword that would forbid something is refused by its name and place. Keys that a schema leaves open may occur
// twice in an object.
func Schema(js []byte) (gbnf string, err error) {
	if len(js) > maxText {
		return "", fmt.Errorf("schema: %d bytes; want at most %d", len(js), maxText)
	}
	root, err := readTree(js)
	if err != nil {
		return "", fmt.Errorf("schema: %w", err)
	}
	c := &converter{root: root, refs: map[string]string{}, taken: map[string]bool{}, used: map[string]bool{}, steps: 1 << 16}
	name := c.fresh("root")
	c.refs[""] = name
	body, err := c.schema(root, "#")
	if err == nil {
		c.rule(name, body)
		err = c.err
	}
	if err != nil {
		return "", fmt.Errorf("schema: %w", err)
	}
	return c.out.String(), nil
}

// maxSchemas bounds how many schemas within one another are turned into rules.
const maxSchemas = 1 << 14

type converter struct {
	root   *value
	out    strings.Builder
	refs   map[string]string // rules of what $ref names, by pointer
	taken  map[string]bool   // names of rules
	used   map[string]bool   // primitives that were written
	count  int               // schemas turned
	serial int               // of the last name that was made different
	steps  int               // left for comparing the parts of oneOf
	err    error             // the text is too long
}

// refuse says what of a schema is not understood, or what no text can be.
func refuse(path, format string, args ...any) error {
	return fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...))
}

// fresh is a name for a rule, made of letters of a wish.
func (c *converter) fresh(wish string) string {
	name := strings.Map(func(r rune) rune {
		if r < 0x80 && isWord(byte(r)) {
			return r
		}
		return '-'
	}, wish[:min(len(wish), 60)])
	for base := name; c.taken[name] || primitives[name] != ""; {
		c.serial++
		name = fmt.Sprintf("%s-%d", base, c.serial)
	}
	c.taken[name] = true
	return name
}

func (c *converter) rule(name, body string) {
	if c.out.Len()+len(body) > maxText {
		c.err = fmt.Errorf("its grammar is longer than %d bytes", maxText)
		return
	}
	fmt.Fprintf(&c.out, "%s ::= %s\n", name, body)
}

// named makes a rule of a body and is its name.
func (c *converter) named(wish, body string) string {
	name := c.fresh(wish)
	c.rule(name, body)
	return name
}

// silent are the keywords that forbid nothing.
var silent = []string{"title", "description", "default", "examples", "$schema", "$comment", "deprecated", "readOnly", "writeOnly", "$defs", "definitions"}

// keywords of each type; a keyword says nothing about values of another type.
var keywords = map[string][]string{
	"object":  {"properties", "required", "additionalProperties"},
	"array":   {"items", "prefixItems", "minItems", "maxItems"},
	"string":  {"minLength", "maxLength", "pattern", "format"},
	"number":  {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
	"integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
	"boolean": nil, "null": nil,
}

// combining are the keywords that stand for the whole schema.
var combining = []string{"$ref", "const", "enum", "anyOf", "oneOf", "allOf"}

// schema is the right side of a rule for v, in which | may stand bare.
func (c *converter) schema(v *value, path string) (string, error) {
	if c.count++; c.count > maxSchemas {
		return "", fmt.Errorf("more than %d schemas", maxSchemas)
	}
	if c.err != nil {
		return "", c.err
	}
	switch v.kind {
	case 't':
		return c.use("value"), nil
	case 'f':
		return "", refuse(path, "the schema false accepts nothing")
	case '{':
	default:
		return "", refuse(path, "a schema is an object or true, not %.40s", v.raw)
	}
	whole := ""
	for _, k := range v.keys {
		at := path + "/" + k
		switch {
		case slices.Contains(silent, k), k == "type":
		case k == "$id" && path == "#":
		case slices.Contains(combining, k):
			if whole != "" {
				return "", refuse(at, "stands beside %s; want one of the two", whole)
			}
			whole = k
		case !slices.ContainsFunc(typeNames, func(t string) bool { return slices.Contains(keywords[t], k) }):
			return "", refuse(at, "the keyword %q is not supported", k)
		}
	}
	if whole == "" {
		return c.typed(v, path)
	}
	for _, k := range v.keys {
		if k != whole && !slices.Contains(silent, k) && k != "$id" && (k != "type" || whole != "const" && whole != "enum") {
			return "", refuse(path+"/"+k, "the keyword %q beside %s is not supported", k, whole)
		}
	}
	return c.combined(v, whole, path)
}

// sub makes a rule of a schema within another.
func (c *converter) sub(v *value, path, wish string) (string, error) {
	body, err := c.schema(v, path)
	if err != nil {
		return "", err
	}
	if isName(body) {
		return body, nil
	}
	return c.named(wish, body), nil
}

func isName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 || !isWord(byte(r)) }) < 0
}

var typeNames = []string{"object", "array", "string", "number", "integer", "boolean", "null"}

// types are the types that a schema says its values have: those of type, else the one its keywords are about; nil is any.
func types(v *value, path string) ([]string, error) {
	t := v.get("type")
	if t == nil {
		for _, name := range typeNames {
			for _, k := range keywords[name] {
				if v.get(k) != nil {
					return []string{name}, nil
				}
			}
		}
		return nil, nil
	}
	list := []*value{t}
	if t.kind == '[' {
		list = t.members
	}
	var names []string
	for _, l := range list {
		if !slices.Contains(typeNames, l.text) || l.kind != '"' {
			return nil, refuse(path+"/type", "%.40s is no type; want %s", l.raw, strings.Join(typeNames, ", "))
		}
		names = append(names, l.text)
	}
	if len(names) == 0 {
		return nil, refuse(path+"/type", "an empty list accepts nothing")
	}
	return names, nil
}

// typed is a schema of types and their keywords.
func (c *converter) typed(v *value, path string) (string, error) {
	names, err := types(v, path)
	if err != nil {
		return "", err
	}
	if names == nil {
		return c.use("value"), nil
	}
	var parts []string
	for _, t := range names {
		var part string
		switch t {
		case "object":
			part, err = c.object(v, path)
		case "array":
			part, err = c.array(v, path)
		case "string":
			part, err = c.text(v, path)
		case "number", "integer":
			part, err = c.number(v, t, path)
		default:
			part = c.use(t)
		}
		if err != nil {
			return "", err
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " | "), nil
}

// quote spells a text in GBNF.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}
