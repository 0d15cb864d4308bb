package grammar

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// value is JSON with its members in order.
type value struct {
	kind    jsontext.Kind // '{' '[' '"' '0' 't' 'f' 'n'
	raw     string        // of a scalar, as it is written
	text    string        // of a string
	keys    []string
	members []*value // by keys of an object, or the items of an array
}

// maxJSON bounds how deep a schema is nested.
const maxJSON = 128

// readTree reads one JSON value and nothing behind it. Names that occur twice, and text that is not UTF-8, are errors.
func readTree(js []byte) (*value, error) {
	d := jsontext.NewDecoder(strings.NewReader(string(js)))
	v, err := readValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); err == nil {
		return nil, fmt.Errorf("there is more behind the JSON value, at byte %d", d.InputOffset())
	}
	return v, nil
}

func readValue(d *jsontext.Decoder, depth int) (*value, error) {
	if depth > maxJSON {
		return nil, fmt.Errorf("JSON is nested more than %d deep", maxJSON)
	}
	t, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	v := &value{kind: t.Kind()}
	switch v.kind {
	case '{', '[':
		end := v.kind + 2 // in ASCII } and ] stand two after { and [
		for d.PeekKind() != end {
			if v.kind == '{' {
				k, err := d.ReadToken()
				if err != nil {
					return nil, err
				}
				v.keys = append(v.keys, k.String())
			}
			m, err := readValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			v.members = append(v.members, m)
		}
		_, err = d.ReadToken()
		return v, err
	case '"':
		v.text = t.String()
		v.raw = quoteJSON(v.text)
	default:
		v.raw = t.String()
	}
	return v, nil
}

// quoteJSON spells a string of valid UTF-8 in JSON.
func quoteJSON(s string) string {
	b, err := jsontext.AppendQuote(nil, s)
	if err != nil {
		panic(err) // s came out of JSON, which is UTF-8
	}
	return string(b)
}

// get is a member by name, nil if there is none.
func (v *value) get(key string) *value {
	for i, k := range v.keys {
		if k == key {
			return v.members[i]
		}
	}
	return nil
}

// compact spells a value without white space.
func (v *value) compact(b *strings.Builder) {
	switch v.kind {
	case '{':
		b.WriteByte('{')
		for i, m := range v.members {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoteJSON(v.keys[i]))
			b.WriteByte(':')
			m.compact(b)
		}
		b.WriteByte('}')
	case '[':
		b.WriteByte('[')
		for i, m := range v.members {
			if i > 0 {
				b.WriteByte(',')
			}
			m.compact(b)
		}
		b.WriteByte(']')
	default:
		b.WriteString(v.raw)
	}
}

// pointer follows a JSON pointer (RFC 6901) such as /$defs/node.
func (v *value) pointer(path string) *value {
	for path != "" && v != nil {
		var part string
		part, path, _ = strings.Cut(path[1:], "/")
		if path != "" || strings.HasSuffix(part, "/") {
			path = "/" + path
		}
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		if v.kind == '[' {
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v.members) {
				return nil
			}
			v = v.members[i]
			continue
		}
		v = v.get(part)
	}
	return v
}
