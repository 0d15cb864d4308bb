package train

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxJob bounds a run file.
const maxJob = 1 << 20

// LoadJob reads a run file. Unknown fields, wrong types and values out of range are refused with their field and line; the
// error is a *JobError where the file could be read.
func LoadJob(path string) (Job, error) {
	var j Job
	src, err := readBounded(path, maxJob)
	if err != nil {
		return j, fmt.Errorf("train: run file: %w", err)
	}
	if err = j.merge(src); err == nil {
		err = j.check()
	}
	if err != nil {
		return j, &JobError{path, err}
	}
	return j, nil
}

// A JobError says why a run file cannot be used.
type JobError struct {
	Path string
	Err  error
}

func (e *JobError) Error() string { return fmt.Sprintf("train: run file %s: %v", e.Path, e.Err) }
func (e *JobError) Unwrap() error { return e.Err }

// YAML is the run file of j.
func (j Job) YAML() []byte {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(j); err != nil {
		panic(err) // a Job is plain data
	}
	return b.Bytes()
}

// merge sets the fields that the YAML text src names. After an error j is as it was.
func (j *Job) merge(src []byte) error {
	next := *j
	next.Optimizer.Args, next.Schedule.Args = cloneArgs(j.Optimizer.Args), cloneArgs(j.Schedule.Args)
	if err := decode(src, &next); err != nil {
		return err
	}
	*j = next
	return nil
}

// decode reads one YAML document, strictly.
func decode(src []byte, into any) error {
	dec := yaml.NewDecoder(bytes.NewReader(src))
	dec.KnownFields(true)
	err := dec.Decode(into)
	switch {
	case errors.Is(err, io.EOF):
		return nil // nothing is said
	case err != nil:
		return explain(err, src, into)
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return errors.New("a second document follows after ---; want one")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		return explain(err, src, into)
	}
	if len(doc.Content) == 0 {
		return nil
	}
	return settle("", doc.Content[0], reflect.ValueOf(into))
}

// settle does what the decoder leaves undone: a field that is named without a value becomes zero, and
// a fraction is refused where a whole number is due.
func settle(path string, n *yaml.Node, v reflect.Value) error {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch {
	case v.Kind() == reflect.Struct && n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i].Value
			if f, ok := fieldOf(v, name); ok {
				if err := settle(strings.TrimPrefix(path+"."+name, "."), n.Content[i+1], f); err != nil {
					return err
				}
			}
		}
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null" && v.CanSet():
		v.SetZero()
	case n.Kind == yaml.ScalarNode && n.Tag == "!!float" && (v.CanInt() || v.CanUint()):
		if f, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64); err != nil || f != math.Trunc(f) {
			return fmt.Errorf("line %d: %s is %s; want a whole number", n.Line, path, n.Value)
		}
	}
	return nil
}

// fieldOf is the field of a struct with a YAML name.
func fieldOf(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ","); tag == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// Set overrides one field, given as "optimizer.lr=3e-4". After an error j is as it was.
func (j *Job) Set(assignment string) error {
	path, value, ok := strings.Cut(assignment, "=")
	if path = strings.TrimSpace(path); !ok || path == "" {
		return fmt.Errorf("train: %q sets nothing; write field=value, such as optimizer.lr=3e-4", assignment)
	}
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(value), &node); err != nil {
		return fmt.Errorf("train: set %s: %q is no value: %s", assignment, value, lineNumber.ReplaceAllString(strings.TrimPrefix(err.Error(), "yaml: "), ""))
	}
	tree := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: ""}
	if len(node.Content) == 1 {
		tree = node.Content[0]
	}
	parts := strings.Split(path, ".")
	for i := len(parts) - 1; i >= 0; i-- {
		key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: strings.TrimSpace(parts[i])}
		tree = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{key, tree}}
	}
	src, err := yaml.Marshal(tree)
	if err != nil {
		return fmt.Errorf("train: set %s: %w", assignment, err)
	}
	next := *j
	if err := next.merge(src); err != nil {
		return fmt.Errorf("train: set %s: %s", assignment, lineNumber.ReplaceAllString(err.Error(), ""))
	}
	if err := next.check(); err != nil {
		return fmt.Errorf("train: set %s: %w", assignment, err)
	}
	*j = next
	return nil
}

var (
	lineNumber   = regexp.MustCompile(`line \d+: `)
	wrongType    = regexp.MustCompile("(?s)^line (\\d+): cannot unmarshal (\\S+?)(?: `(.*)`)? into (\\S+)$")
	unknownField = regexp.MustCompile(`^line (\d+): field (.*) not found in type (\S+)$`)
)

// explain puts a YAML error in the words of a run file: line, field, what was found, what would fit.
func explain(err error, src []byte, into any) error {
	var typed *yaml.TypeError
	if !errors.As(err, &typed) {
		text := strings.TrimPrefix(err.Error(), "yaml: ")
		if !strings.HasPrefix(text, "line ") {
			text = "line 1: " + text // of the first line the decoder does not say so
		}
		return errors.New(text)
	}
	places := placesOf(src)
	var out []string
	for _, e := range typed.Errors {
		if m := wrongType.FindStringSubmatch(e); m != nil {
			found := m[3]
			if found == "" {
				found = map[string]string{"!!seq": "a list", "!!map": "a section of fields"}[m[2]]
			}
			e = fmt.Sprintf("line %s: %s is %s; want %s", m[1], places.find(m[1], m[2], m[3]), found, wanted(m[4]))
		} else if m := unknownField.FindStringSubmatch(e); m != nil {
			what := "a setting"
			if strings.HasPrefix(m[3], "train.") {
				what = "a field of a run file"
			}
			e = fmt.Sprintf("line %s: %s is not %s; there are %s", m[1], m[2], what, strings.Join(fieldsOfType(reflect.TypeOf(into), m[3]), ", "))
		}
		out = append(out, e)
	}
	return errors.New(strings.Join(out, "; "))
}

// A place is where a YAML text says something.
type place struct{ line, tag, value, path string }

type places []place

// placesOf lists what a YAML text says, with the fields it sets, such as optimizer.lr.
func placesOf(src []byte) (list places) {
	var walk func(path string, n *yaml.Node)
	walk = func(path string, n *yaml.Node) {
		list = append(list, place{strconv.Itoa(n.Line), n.Tag, n.Value, path})
		for i, c := range n.Content {
			switch {
			case n.Kind != yaml.MappingNode:
				walk(path, c)
			case i%2 == 1:
				walk(strings.TrimPrefix(path+"."+n.Content[i-1].Value, "."), c)
			}
		}
	}
	var doc yaml.Node
	if yaml.Unmarshal(src, &doc) == nil {
		walk("", &doc)
	}
	return list
}

// find names the field that was set to a value, which may be cut short by dots.
func (list places) find(line, tag, value string) string {
	for _, p := range list {
		if p.line == line && p.tag == tag && strings.HasPrefix(p.value, strings.TrimSuffix(value, "...")) && p.path != "" {
			return p.path
		}
	}
	return "the file"
}

// wanted says in words what a Go type wants.
func wanted(kind string) string {
	switch strings.TrimLeft(kind, "0123456789") {
	case "int", "int64":
		return "a whole number"
	case "uint64":
		return "a whole number, 0 or more"
	case "float64":
		return "a number"
	case "bool":
		return "true or false"
	case "string":
		return "text"
	case "[]string":
		return "a list of texts"
	case "[]int":
		return "a list of whole numbers"
	}
	return "a section of fields"
}

// fieldsOfType lists the YAML names of the fields of the struct type of that name, found in t.
func fieldsOfType(t reflect.Type, name string) (out []string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if tag != "" && tag != "-" && t.String() == name {
			out = append(out, tag)
		} else if found := fieldsOfType(f.Type, name); t.String() != name && found != nil {
			return found
		}
	}
	return out
}
