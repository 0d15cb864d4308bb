package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/term"

	"brick/cmd/brick/prompt"
)

// sign is what a message of the user stands after; more, its further lines.
const (
	sign = ">>> "
	more = "... "
)

// dim is s as a remark where w is a terminal with colours.
func dim(w io.Writer, s string) string {
	if _, no := os.LookupEnv("NO_COLOR"); no || !isTerminal(w) {
		return s
	}
	return "\x1b[2m" + s + "\x1b[0m"
}

// converse reads messages from a terminal until the user leaves.
func (t *talk) converse(in *os.File) (err error) {
	w := t.cmd.ErrOrStderr()
	fmt.Fprintln(w, dim(w, fmt.Sprintf("%s; /help lists the commands, Ctrl-D leaves", t.name)))
	history := new(prompt.History)
	if path := historyPath(); path != "" && !t.noHistory {
		h, err := prompt.OpenHistory(path)
		if err != nil {
			fmt.Fprintf(w, "%v; this conversation goes without\n", err)
		} else {
			history = h
		}
	}
	var read func() (string, error) // one of the two alone: both would take bytes from the terminal
	t.terminal, t.edits = in, isTerminal(t.cmd.OutOrStdout())
	if t.edits {
		defer func(restore func() error) { err = errors.Join(err, restore()) }(t.mute())
		read = t.edited(in, history)
	} else {
		read = t.plainly(in)
	}
	for {
		said, err := read()
		switch {
		case t.cmd.Context().Err() != nil:
			return t.cmd.Context().Err()
		case errors.Is(err, prompt.ErrInterrupt):
			fmt.Fprintln(w, dim(w, "Ctrl-D or /bye leaves"))
			continue
		case errors.Is(err, prompt.ErrPaste):
			fmt.Fprintf(w, "%v; --whole reads a long message from standard input\n", err)
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("chat: reading the terminal: %w", err)
		}
		if err := history.Add(said); err != nil {
			fmt.Fprintln(w, err)
		}
		if command, rest, ok := slash(said); ok {
			if done, err := t.command(command, rest); done || err != nil {
				return err
			}
			continue
		}
		if strings.TrimSpace(said) == "" && !t.raw {
			continue
		}
		if err := t.interruptibly(func(ctx context.Context) error { return t.turn(ctx, said) }); err != nil {
			return err
		}
	}
}

// mute keeps what is typed from showing until restore is called, or the program ends.
func (t *talk) mute() (restore func() error) {
	unmute, err := prompt.Mute(int(t.terminal.Fd()), !t.edits)
	if err != nil {
		return func() error { return nil } // only the looks suffer
	}
	i := interruptsOf(t.cmd.Context())
	i.tidied(func() { _ = unmute() }) // there is nobody to tell
	return func() error {
		i.tidied(nil)
		return unmute()
	}
}

// edited reads by the editor, for which the terminal is in raw mode meanwhile.
func (t *talk) edited(in *os.File, history *prompt.History) func() (string, error) {
	out, _ := t.cmd.OutOrStdout().(*os.File)
	e := &prompt.Editor{In: bufio.NewReader(in), Out: out, History: history, Words: commandNames()}
	e.Size = func() (columns, rows int) {
		columns, rows, err := term.GetSize(int(out.Fd()))
		if err != nil || columns <= 0 {
			return 80, 24
		}
		return columns, rows
	}
	return func() (said string, err error) {
		old, err := term.MakeRaw(int(in.Fd()))
		if err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, term.Restore(int(in.Fd()), old)) }()
		return e.Read(t.cmd.Context(), sign, more)
	}
}

// plainly reads lines as the terminal gives them, for one that understands nothing else.
func (t *talk) plainly(in *os.File) func() (string, error) {
	type line struct {
		text string
		err  error
	}
	lines := make(chan line)
	ctx := t.cmd.Context()
	go func() {
		r := bufio.NewReader(in)
		for {
			s, err := r.ReadString('\n')
			select {
			case lines <- line{strings.TrimSuffix(s, "\n"), err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return func() (string, error) {
		said, lead := "", sign
		for {
			fmt.Fprint(t.cmd.ErrOrStderr(), lead)
			select {
			case l := <-lines:
				if l.err != nil {
					return "", l.err
				}
				if said += l.text; !prompt.Open(said) {
					return prompt.Message(said), nil
				}
				said, lead = said+"\n", more
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
	}
}

// historyPath is the file of what was typed, "" where the user has no place for it.
func historyPath() string {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		if runtime.GOOS == "windows" {
			if dir, err := os.UserCacheDir(); err == nil {
				return filepath.Join(dir, "brick", "chat_history")
			}
			return ""
		}
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "brick", "chat_history")
}
