package generate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A Question has several answers, of which one is right. Answers are written after Context, with a space between where neither
// has one.
type Question struct {
	Context string
	Choices []string
	Answer  int // place of the right one
}

// maxQuestion bounds a line of a file of questions.
const maxQuestion = 1 << 20

// ReadQuestions reads a JSON object a line, with the names of fields that data sets of the field use:
//
//	context, question, prompt or ctx    what comes before: a string
//	choices or endings                  a list of at least two strings, or {"text": […], "label": […]}
//	answer, label, answerKey or gold    the right one: a place from 0, a letter from A, or one of the labels
//
// Other fields are left alone, as are empty lines. An error names the line and the field.
func ReadQuestions(r io.Reader) (list []Question, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxQuestion)
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		q, err := question(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		list = append(list, q)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w (a line has at most %d bytes)", n+1, err, maxQuestion)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("there is no question in it; want a JSON object a line")
	}
	return list, nil
}

// question reads one line.
func question(line []byte) (q Question, err error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return q, fmt.Errorf("%w; want a JSON object", err)
	}
	before, name, err := oneOf(fields, "context", "question", "prompt", "ctx")
	if err != nil {
		return q, err
	}
	if err := json.Unmarshal(before, &q.Context); err != nil {
		return q, fmt.Errorf("%s: %w; want a string", name, err)
	}
	choices, name, err := oneOf(fields, "choices", "endings")
	if err != nil {
		return q, err
	}
	var labelled struct {
		Text  []string `json:"text"`
		Label []string `json:"label"`
	}
	if json.Unmarshal(choices, &q.Choices) != nil {
		if err := json.Unmarshal(choices, &labelled); err != nil {
			return q, fmt.Errorf("%s: want a list of strings, or an object with the lists text and label", name)
		}
		q.Choices = labelled.Text
	}
	if len(q.Choices) < 2 {
		return q, fmt.Errorf("%s: %d of them; want two or more", name, len(q.Choices))
	}
	for i, c := range q.Choices {
		if c == "" {
			return q, fmt.Errorf("%s[%d] is empty", name, i)
		}
	}
	right, name, err := oneOf(fields, "answer", "label", "answerKey", "gold")
	if err != nil {
		return q, err
	}
	if q.Answer = place(right, labelled.Label, len(q.Choices)); q.Answer < 0 {
		return q, fmt.Errorf("%s is %.40s; want a place from 0 to %d, a letter, or a label of the choices", name, right, len(q.Choices)-1)
	}
	return q, nil
}

// oneOf is the first of some fields that is there.
func oneOf(fields map[string]json.RawMessage, names ...string) (json.RawMessage, string, error) {
	for _, n := range names {
		if v, ok := fields[n]; ok {
			return v, n, nil
		}
	}
	return nil, "", fmt.Errorf("there is no %s", strings.Join(names, ", nor "))
}

// place is which of n choices an answer names, −1 for none.
func place(raw json.RawMessage, labels []string, n int) int {
	name := strings.Trim(string(raw), `" `)
	for i, l := range labels {
		if l == name && i < n {
			return i
		}
	}
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < n {
		return i
	}
	if len(name) == 1 {
		if i := int(name[0]|0x20) - 'a'; i >= 0 && i < n {
			return i
		}
	}
	return -1
}
