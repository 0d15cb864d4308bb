package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"brick/cmd/brick/prompt"
	"brick/generate"
	"brick/generate/dialog"
)

// maxTurn bounds what is said at once, in bytes.
const maxTurn = 16 << 20

// turn says something to the model and prints its answer.
func (t *talk) turn(ctx context.Context, said string) error {
	if !utf8.ValidString(said) {
		return usagef("chat: what is said is not UTF-8")
	}
	return t.print(t.dialog.Ask(ctx, said))
}

// print shows an answer as it is written, or as JSON when it is whole.
func (t *talk) print(answer iter.Seq2[generate.Token, error]) error {
	out := t.cmd.OutOrStdout()
	clean := isTerminal(out) // a model's text never steers a terminal
	var text strings.Builder
	for k, err := range answer {
		if err != nil {
			if text.Len() > 0 && !t.asJSON {
				_, failed := fmt.Fprintln(out)
				err = errors.Join(err, failed)
			}
			return err
		}
		text.WriteString(k.Text)
		if t.asJSON {
			continue
		}
		if clean {
			k.Text = prompt.Printable(k.Text)
		}
		if _, err := io.WriteString(out, k.Text); err != nil {
			return fmt.Errorf("chat: writing the answer: %w", err)
		}
	}
	if t.asJSON {
		return t.encode(text.String())
	}
	if _, err := fmt.Fprintln(out); err != nil {
		return fmt.Errorf("chat: writing the answer: %w", err)
	}
	t.remark()
	return nil
}

// encode prints a turn as JSON.
func (t *talk) encode(text string) error {
	l, s := t.dialog.Last, t.writer.Stats
	return json.NewEncoder(t.cmd.OutOrStdout()).Encode(map[string]any{
		"role": "assistant", "content": text, "finish_reason": l.Reason, "prompt_tokens": l.Prompt, "completion_tokens": l.Tokens,
		"context": t.dialog.Context, "context_full": l.Full, "unseen_messages": l.Unseen, "tokens_per_second": s.WriteRate(), "stats": s,
	})
}

// remark prints what the answer cost, and when the context is full or nearly so.
func (t *talk) remark() {
	l := t.dialog.Last
	w := t.cmd.ErrOrStderr()
	held := l.Prompt + l.Tokens
	if l.Full {
		held-- // the last token was not read
	}
	if t.stats && l.Tokens > 0 {
		line := fmt.Sprintf("%d tokens, %s; context %s", l.Tokens, speed(t.writer.Stats), t.used(held))
		if l.Unseen > 0 {
			line += fmt.Sprintf(" without the first %d messages", l.Unseen)
		}
		if l.Reason == generate.Length && !l.Full {
			line += "; stopped by --tokens"
		}
		fmt.Fprintln(w, dim(w, line))
	}
	switch left := t.dialog.Context - held; {
	case l.Full:
		fmt.Fprintf(w, "the context is full and the answer ends here%s\n", t.ways())
	case t.terminal != nil && !t.dialog.Shift && t.dialog.Context > 0 && left < t.dialog.Context/8:
		fmt.Fprintf(w, "the context is nearly full: it holds %s tokens%s\n", t.used(held), t.ways())
	}
}

// ways says how a full context is made room in, where there are commands.
func (t *talk) ways() string {
	if t.terminal == nil {
		return ""
	}
	return "; /clear begins anew, /undo takes the last turn back, --context-shift would leave out the oldest turns"
}

// used is how much of the context n tokens are.
func (t *talk) used(n int) string {
	if t.dialog.Context == 0 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d of %d", n, t.dialog.Context)
}

// wholeTurn takes all of standard input as one turn.
func (t *talk) wholeTurn() error {
	b, err := io.ReadAll(io.LimitReader(t.cmd.InOrStdin(), maxTurn+1))
	if err == nil && len(b) > maxTurn {
		err = fmt.Errorf("more than %d bytes", maxTurn)
	}
	if err != nil {
		return fmt.Errorf("chat: standard input: %w", err)
	}
	return t.turn(t.cmd.Context(), strings.TrimSuffix(string(b), "\n"))
}

// lines takes each line of standard input as a turn. An empty one is none, except that plain text goes on.
func (t *talk) lines() error {
	in := bufio.NewScanner(t.cmd.InOrStdin())
	in.Buffer(nil, maxTurn)
	for in.Scan() {
		if strings.TrimSpace(in.Text()) == "" && !t.raw {
			continue
		}
		if err := t.turn(t.cmd.Context(), in.Text()); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("chat: standard input: %w", err)
	}
	return nil
}

// interruptibly runs a turn in a terminal: Ctrl-C ends the answer alone, and a second one the program. Errors are printed.
func (t *talk) interruptibly(turn func(context.Context) error) (err error) {
	if !t.edits {
		defer func(restore func() error) { err = errors.Join(err, restore()) }(t.mute())
	}
	ctx, cancel := context.WithCancel(t.cmd.Context())
	defer cancel()
	i := interruptsOf(t.cmd.Context())
	i.taken(func() bool {
		if ctx.Err() != nil {
			return false
		}
		cancel()
		return true
	})
	err = turn(ctx)
	i.taken(nil)
	w := t.cmd.ErrOrStderr()
	var full *dialog.FullError
	switch {
	case err == nil:
	case t.cmd.Context().Err() != nil:
		return err
	case errors.Is(err, context.Canceled) && t.dialog.Last.Kept:
		fmt.Fprintln(w, dim(w, "interrupted; what was written stays in the conversation, /undo takes it back"))
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, dim(w, "interrupted before an answer; the conversation is as it was"))
	case errors.As(err, &full):
		fmt.Fprintf(w, "%v%s\n", err, t.ways())
	default:
		fmt.Fprintln(w, err)
	}
	return nil
}
