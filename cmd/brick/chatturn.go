package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"brick/cmd/brick/prompt"
	"brick/generate/dialog"
)

// maxTurn bounds what is said at once, in bytes.
const maxTurn = 16 << 20

// turn says something to the model and prints its answer.
func (t *talk) turn(ctx context.Context, said string) error {
	if !utf8.ValidString(said) {
		return usagef("chat: what is said is not UTF-8")
	}
	out := t.cmd.OutOrStdout()
	clean := isTerminal(out) // a model's text never steers a terminal
	var text strings.Builder
	for k, err := range t.dialog.Ask(ctx, said) {
		if err != nil {
			if text.Len() > 0 && !t.asJSON {
				fmt.Fprintln(out)
			}
			return err
		}
		text.WriteString(k.Text)
		switch {
		case t.asJSON:
		case clean:
			fmt.Fprint(out, prompt.Printable(k.Text))
		default:
			fmt.Fprint(out, k.Text)
		}
	}
	if t.asJSON {
		return t.encode(text.String())
	}
	if _, err := fmt.Fprintln(out); err != nil {
		return err
	}
	t.tell()
	return nil
}

// encode prints a turn as JSON.
func (t *talk) encode(text string) error {
	l := t.dialog.Last
	return json.NewEncoder(t.cmd.OutOrStdout()).Encode(map[string]any{
		"role": "assistant", "content": text, "finish_reason": l.Reason, "prompt_tokens": l.Prompt, "completion_tokens": l.Tokens,
		"context": t.dialog.Context, "context_full": l.Full, "seconds_to_first_token": l.First.Seconds(), "tokens_per_second": l.Rate(),
	})
}

// tell prints what the answer cost, and when the context is nearly full.
func (t *talk) tell() {
	l := t.dialog.Last
	w := t.cmd.ErrOrStderr()
	if t.stats && l.Tokens > 0 {
		line := fmt.Sprintf("%d tokens, first after %.2f s, then %.1f a second; context %s", l.Tokens, l.First.Seconds(), l.Rate(), t.used(l.Prompt+l.Tokens))
		if l.Reason == "length" && !l.Full {
			line += "; stopped by --tokens"
		}
		fmt.Fprintln(w, dim(w, line))
	}
	if l.Full {
		fmt.Fprintln(w, "the context is full and the answer ends here: /clear begins anew, /undo takes the last turn back")
	}
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

// interruptibly is turn for a terminal: Ctrl-C ends the answer alone, and a second one the program. Errors are printed.
func (t *talk) interruptibly(said string) error {
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
	err := t.turn(ctx, said)
	i.taken(nil)
	w := t.cmd.ErrOrStderr()
	var full *dialog.FullError
	switch {
	case err == nil:
	case t.cmd.Context().Err() != nil:
		return err
	case errors.Is(err, context.Canceled):
		if t.dialog.Last.Tokens == 0 {
			fmt.Fprintln(w, dim(w, "interrupted before an answer; the question is taken back"))
		} else {
			fmt.Fprintln(w, dim(w, "interrupted; what was written stays in the conversation, /undo takes it back"))
		}
	case errors.As(err, &full):
		fmt.Fprintf(w, "%v; /clear begins anew, /undo takes the last turn back\n", err)
	default:
		fmt.Fprintln(w, err)
	}
	return nil
}
