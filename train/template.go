package train

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"brick/data"
	"brick/token"
	"brick/token/chat"
)

// plain is the template of conversations with a model that has none of its own.
const plain = "plain"

// Template is the text of a chat template: the one of a name, see [chat.Names], or a file's. The error is a *UsageError where there is
// neither, else an *InputError.
func Template(name string) (string, error) {
	if text, ok := chat.Named(name); ok {
		return text, nil
	}
	b, err := readBounded(name, maxJob)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", usagef("template %q is neither a file nor one of %s", name, strings.Join(chat.Names(), ", "))
	case err != nil:
		return "", &InputError{fmt.Errorf("template: %w", err)}
	}
	return string(b), nil
}

// template is the text of the template that the job's conversations are written by: the job's, the model's own, or the plain one, which
// the job then names.
func (j *Job) template(t token.Tokenizer) (string, error) {
	if s, ok := t.(*token.Subword); ok && s.ChatTemplate != "" && j.Data.Template == "" {
		return s.ChatTemplate, nil
	}
	if j.Data.Template == "" {
		j.Data.Template = plain
	}
	text, err := Template(j.Data.Template)
	if err != nil {
		return "", fmt.Errorf("train: data.template: %w", err)
	}
	return text, nil
}

// ChatTemplate is the text of the template that the run's conversations are written by, "" for a run on other data.
func (r *Run) ChatTemplate() (string, error) {
	if r.Job.Data.Task != data.ChatTask {
		return "", nil
	}
	return r.Job.template(r.Tokenizer)
}
