package train

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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
	return nil
}

// Set overrides one field, given as "optimizer.lr=3e-4". After an error j is as it was.
func (j *Job) Set(assignment string) error {
	path, value, ok := strings.Cut(assignment, "=")
	if path = strings.TrimSpace(path); !ok || path == "" {
		return fmt.Errorf("train: %q sets nothing; write field=value, such as optimizer.lr=3e-4", assignment)
	}
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(value), &node); err != nil {
		return fmt.Errorf("train: set %s: %q is no value: %w", path, value, err)
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
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	names := fieldsByLine(src)
	var out []string
	for _, e := range typed.Errors {
		if m := wrongType.FindStringSubmatch(e); m != nil {
			line, _ := strconv.Atoi(m[1])
			found := m[3]
			if found == "" {
				found = map[string]string{"!!seq": "a list", "!!map": "a section of fields"}[m[2]]
			}
			e = fmt.Sprintf("line %s: %s is %s; want %s", m[1], names[line], found, wanted(m[4]))
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

// fieldsByLine names the field that each line of a YAML text sets, such as optimizer.lr.
func fieldsByLine(src []byte) map[int]string {
	names := map[int]string{}
	var walk func(path string, n *yaml.Node)
	walk = func(path string, n *yaml.Node) {
		if path != "" && names[n.Line] == "" {
			names[n.Line] = path
		}
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
	return names
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
