package grammar

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// valid checks a text against a schema by the words of the standard: what the grammars are held against.
func valid(t testing.TB, schema, text string) error {
	t.Helper()
	var root, v any
	if err := json.Unmarshal([]byte(schema), &root); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return err
	}
	return holds(root, root, v)
}

func holds(root, schema, v any) error {
	if schema == true {
		return nil
	}
	s, ok := schema.(map[string]any)
	if !ok {
		return fmt.Errorf("%v accepts nothing", schema)
	}
	for key, want := range s {
		if err := keyword(root, s, key, want, v); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func typeOf(v any) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case float64:
		if x == math.Trunc(x) {
			return "integer"
		}
	}
	return "number"
}

func keyword(root any, s map[string]any, key string, want, v any) error {
	no := fmt.Errorf("%v does not hold to %v", v, want)
	fails := func(bad bool) error {
		if bad {
			return no
		}
		return nil
	}
	count := func(list any) (n int) {
		for _, sub := range list.([]any) {
			if holds(root, sub, v) == nil {
				n++
			}
		}
		return n
	}
	switch key {
	case "$ref":
		to := root
		for _, part := range strings.Split(want.(string), "/")[1:] {
			to = to.(map[string]any)[strings.ReplaceAll(part, "~1", "/")]
		}
		return holds(root, to, v)
	case "const":
		return fails(!reflect.DeepEqual(want, v))
	case "enum":
		for _, w := range want.([]any) {
			if reflect.DeepEqual(w, v) {
				return nil
			}
		}
		return no
	case "anyOf":
		return fails(count(want) < 1)
	case "oneOf":
		return fails(count(want) != 1)
	case "allOf":
		return fails(count(want) != len(want.([]any)))
	case "type":
		list, ok := want.([]any)
		if !ok {
			list = []any{want}
		}
		for _, w := range list {
			if is := typeOf(v); w == is || w == "number" && is == "integer" {
				return nil
			}
		}
		return no
	}
	switch x := v.(type) {
	case map[string]any:
		named, _ := s["properties"].(map[string]any)
		switch key {
		case "required":
			for _, k := range want.([]any) {
				if _, ok := x[k.(string)]; !ok {
					return no
				}
			}
		case "properties", "additionalProperties":
			for k, member := range x {
				sub, ok := named[k]
				if !ok && key == "additionalProperties" {
					if err := holds(root, want, member); err != nil {
						return err
					}
				}
				if ok && key == "properties" {
					if err := holds(root, sub, member); err != nil {
						return err
					}
				}
			}
		}
	case []any:
		prefix, _ := s["prefixItems"].([]any)
		switch key {
		case "minItems":
			return fails(float64(len(x)) < want.(float64))
		case "maxItems":
			return fails(float64(len(x)) > want.(float64))
		case "prefixItems", "items":
			for i, item := range x {
				var err error
				if i < len(prefix) && key == "prefixItems" {
					err = holds(root, prefix[i], item)
				} else if i >= len(prefix) && key == "items" {
					err = holds(root, want, item)
				}
				if err != nil {
					return err
				}
			}
		}
	case string:
		switch key {
		case "minLength":
			return fails(float64(utf8.RuneCountInString(x)) < want.(float64))
		case "maxLength":
			return fails(float64(utf8.RuneCountInString(x)) > want.(float64))
		case "pattern":
			spelled := strings.NewReplacer(`\u0041`, "A", `\s`, `[\s\v\p{Z}\x{feff}]`, `\S`, `[^\s\v\p{Z}\x{feff}]`).Replace(want.(string))
			return fails(!regexp.MustCompile(spelled).MatchString(x))
		case "format":
			layout := map[any]string{"date": time.DateOnly, "time": "15:04:05Z07:00", "date-time": time.RFC3339}[want]
			if layout == "" {
				return fails(!regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`).MatchString(x))
			}
			_, err := time.Parse(layout, x)
			return err
		}
	case float64:
		switch key {
		case "minimum":
			return fails(x < want.(float64))
		case "maximum":
			return fails(x > want.(float64))
		case "exclusiveMinimum":
			return fails(x <= want.(float64))
		case "exclusiveMaximum":
			return fails(x >= want.(float64))
		}
	}
	return nil
}
