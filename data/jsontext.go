package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// eachValue calls f with the place and the bytes of each document of a JSON file: the elements of an array, or the values
// of a file of several (JSON Lines).
func eachValue(r io.Reader, f func(off int64, raw []byte) error) error {
	d := jsontext.NewDecoder(r)
	array := d.PeekKind() == '['
	if array {
		if _, err := d.ReadToken(); err != nil {
			return err
		}
	}
	for {
		if array && d.PeekKind() == ']' {
			return nil
		}
		raw, err := d.ReadValue()
		if errors.Is(err, io.EOF) && !array {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(d.InputOffset()-int64(len(raw)), raw); err != nil {
			return err
		}
	}
}

// extract returns the text of a JSON value: a string's, or an object's fields joined by newlines, where a list of
// strings counts as its lines.
func extract(raw []byte, fields []string) ([]byte, error) {
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] == '"' {
		var s string
		err := json.Unmarshal(raw, &s)
		return []byte(s), err
	}
	var values map[string]jsontext.Value
	if err := json.Unmarshal(raw, &values); err != nil {
		return nil, fmt.Errorf("a string or an object is due: %w", err)
	}
	if len(fields) == 0 {
		switch {
		case values["text"] != nil:
			fields = []string{"text"}
		case values["content"] != nil:
			fields = []string{"content"}
		default:
			for _, name := range []string{"title", "author", "paragraphs"} {
				if values[name] != nil {
					fields = append(fields, name)
				}
			}
		}
	}
	var lines []string
	for _, name := range fields {
		value := values[name]
		switch value.Kind() {
		case '"':
			var s string
			if err := json.Unmarshal(value, &s); err != nil {
				return nil, err
			}
			lines = append(lines, s)
		case '[':
			var list []string
			if err := json.Unmarshal(value, &list); err != nil {
				return nil, fmt.Errorf("field %q: %w", name, err)
			}
			lines = append(lines, list...)
		default:
			return nil, fmt.Errorf("field %q is neither a string nor a list of strings", name)
		}
	}
	if len(lines) == 0 {
		if c := (object{fields: values}); c.first("messages", "conversations") != "" || c.first("prompt", "instruction") != "" && c.first(answers...) != "" {
			return nil, fmt.Errorf("a conversation, not a text; the task chat (--task chat) learns its answers")
		}
		return nil, fmt.Errorf("no field text, content, or title and paragraphs; name the fields to read")
	}
	return []byte(strings.Join(lines, "\n")), nil
}
