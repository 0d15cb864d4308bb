package dialog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
)

// maxFile bounds a conversation that is loaded.
const maxFile = 16 << 20

// Clear forgets what was said; what the model is told first stays.
func (d *Dialog) Clear() { d.Messages = nil }

// Undo takes back the last question and its answer, and returns the question; ok is false where there is none.
func (d *Dialog) Undo() (said string, ok bool) {
	for i := len(d.Messages) - 1; i >= 0; i-- {
		if d.Messages[i].Role == "user" {
			said, d.Messages = d.Messages[i].Content, d.Messages[:i]
			return said, true
		}
	}
	return "", false
}

// Save writes the conversation, a message as JSON a line, that of the system first.
func (d *Dialog) Save(w io.Writer) error {
	all := d.Messages
	if d.System != "" {
		all = append([]Message{{Role: "system", Content: d.System}}, all...)
	}
	for _, m := range all {
		b, err := json.Marshal(m)
		if err == nil {
			_, err = w.Write(append(b, '\n'))
		}
		if err != nil {
			return fmt.Errorf("saving the conversation: %w", err)
		}
	}
	return nil
}

// Load reads what Save wrote in place of the conversation, which an error leaves as it was. The error names the line.
func (d *Dialog) Load(r io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("more than %d bytes", maxFile)
	}
	if err != nil {
		return fmt.Errorf("loading a conversation: %w", err)
	}
	system := ""
	var messages []Message
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var m Message
		err := json.Unmarshal(line, &m)
		switch {
		case err != nil:
		case !utf8.ValidString(m.Content):
			err = errors.New("not UTF-8")
		case m.Role == "system" && n == 1:
			system = m.Content
		case m.Role != "user" && m.Role != "assistant":
			err = fmt.Errorf("role %q; want user or assistant, or system in the first line", m.Role)
		default:
			messages = append(messages, m)
		}
		if err != nil {
			return fmt.Errorf("loading a conversation: line %d: %w", n, err)
		}
	}
	if messages == nil && system == "" {
		return errors.New("loading a conversation: there is no message in it")
	}
	d.System, d.Messages = system, messages
	return nil
}
