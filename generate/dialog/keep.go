package dialog

import (
	"bytes"
	"errors"
	"fmt"
	"io"

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

// Load reads what Save wrote in place of the conversation, which an error leaves as it was: of the system, if at all, first, then
// of user and assistant in turn. The error names the line, and what would fit there.
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
	n, last, next := 0, 0, "user"
	for line := range bytes.Lines(data) {
		n++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var m Message
		err := json.Unmarshal(line, &m)
		switch {
		case err != nil:
		case m.Role == "":
			err = errors.New(`no role; want a message such as {"role":"user","content":"Hi"}`)
		case m.Role == "system" && n == 1:
			system = m.Content
		case m.Role == next:
			messages, last = append(messages, m), n
			next = map[string]string{"user": "assistant", "assistant": "user"}[next]
		case n == 1:
			err = fmt.Errorf("role %q; want user, or system before it", m.Role)
		default:
			err = fmt.Errorf("role %q; want %s here: user and assistant take turns, and system is for the first line", m.Role, next)
		}
		if err != nil {
			return fmt.Errorf("loading a conversation: line %d: %w", n, err)
		}
	}
	switch {
	case next == "assistant":
		return fmt.Errorf("loading a conversation: line %d: what the user says last has no answer; want one of the assistant after it", last)
	case messages == nil && system == "":
		return errors.New("loading a conversation: there is no message in it")
	}
	d.System, d.Messages = system, messages
	return nil
}
