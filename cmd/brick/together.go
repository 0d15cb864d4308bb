package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"brick/generate"
	"brick/nn"
)

// maxPrompt bounds a line of --prompts.
const maxPrompt = 1 << 24

// An answer is what was written after one of several prompts.
type answer struct {
	Prompt string          `json:"prompt"`
	Text   string          `json:"text"`
	IDs    []int32         `json:"ids"`
	Reason generate.Reason `json:"finish_reason,omitempty"`
	Error  string          `json:"error,omitempty"`

	ended bool
}

// together continues the prompts of a file, several at a time, and prints the texts in the order of the prompts.
func (w *writing) together(cmd *cobra.Command, model string) error {
	prompts, err := readPrompts(w.prompts)
	if err != nil {
		return err
	}
	dir, err := folderOf(model)
	if err != nil {
		return usageError{err}
	}
	if dir == "" {
		return usagef("--prompts is for models of a DIR or FILE.gguf; %s is a run", model)
	}
	if err := w.how.check(); err != nil {
		return err
	}
	if w.how.draft != "" || w.how.lookup != 0 {
		return usagef("--draft and --lookup guess for one text; with --prompts several are written at once")
	}
	if w.how.shift {
		return usagef("--context-shift is for one text; with --prompts each ends where its context is full")
	}
	kept, err := w.how.kept()
	if err != nil {
		return err
	}
	l, err := w.how.open(dir)
	if err != nil {
		return err
	}
	if err := l.Session().Limit(w.how.context); err != nil {
		return usageError{fmt.Errorf("--ctx: %w", err)}
	}
	usual, says := l.Sampling()
	s := writer{usual: usual, says: says}
	if err := s.fill(cmd, &w.options.Sampling); err != nil {
		return err
	}
	requests, answers := make([]generate.Request, len(prompts)), make([]answer, len(prompts))
	for i, p := range prompts {
		requests[i], answers[i].Prompt = generate.Request{Prompt: p, Sampling: w.options.Sampling}, p
	}
	o := generate.TogetherOptions{Most: w.parallel, Piece: w.how.batch, Context: w.how.context, Memory: nn.Remember{KV: kept}}
	printed, failed := 0, 0
	for t, err := range l.WriteTogether(cmd.Context(), requests, o) {
		if err != nil && t.Request < 0 {
			return err
		}
		a := &answers[t.Request]
		if err != nil {
			a.Error, a.ended = err.Error(), true
			failed++
		} else {
			a.Text += t.Text
			a.IDs, a.Reason, a.ended = append(a.IDs, t.ID), t.Reason, t.Reason != ""
		}
		for ; printed < len(answers) && answers[printed].ended; printed++ {
			if err := w.print(cmd, &answers[printed]); err != nil {
				return err
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("generate: %d of %d prompts failed", failed, len(prompts))
	}
	return nil
}

// print writes an answer that has ended.
func (w *writing) print(cmd *cobra.Command, a *answer) error {
	if w.asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(a)
	}
	if a.Error != "" {
		_, err := fmt.Fprintf(cmd.ErrOrStderr(), "%.60q: %s\n", a.Prompt, a.Error)
		return err
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), a.Prompt+a.Text)
	return err
}

// readPrompts reads a prompt a line: the line itself, or, in a file called .jsonl, the field prompt of its object.
func readPrompts(file string) (list []string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("generate: prompts: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	lines := bufio.NewScanner(io.Reader(f))
	lines.Buffer(nil, maxPrompt)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if strings.HasSuffix(file, ".jsonl") {
			var object struct {
				Prompt *string `json:"prompt"`
			}
			if err := json.Unmarshal(lines.Bytes(), &object); err != nil {
				return nil, fmt.Errorf("generate: prompts: %s: line %d: %w", file, n, err)
			}
			if object.Prompt == nil {
				return nil, fmt.Errorf("generate: prompts: %s: line %d has no prompt", file, n)
			}
			line = *object.Prompt
		}
		list = append(list, line)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("generate: prompts: %s: line %d: %w", file, len(list)+1, err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("generate: prompts: %s is empty; want a prompt a line", file)
	}
	return list, nil
}
