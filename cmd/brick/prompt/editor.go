package prompt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrInterrupt says that Ctrl-C was typed where nothing was written.
var ErrInterrupt = errors.New("interrupted")

// An Editor reads messages from a terminal in raw mode.
type Editor struct {
	In      *bufio.Reader
	Out     io.Writer
	Size    func() (columns, rows int) // of the terminal
	History *History
	Words   []string // what Tab completes a message to that has one word

	text   text
	screen screen
	yank   string
	past   int    // place in the history
	draft  string // what was being written before going to the history
}

// Read reads one message after sign; further lines begin with more. A message goes on after a line that ends with \, and
// from """ to """; neither is part of it. Ctrl-J puts a line end. The error is [ErrInterrupt] after Ctrl-C, and io.EOF
// after Ctrl-D, where nothing was written, [ErrPaste], that of ctx, after which the editor cannot be used, or what reading
// failed with.
func (e *Editor) Read(ctx context.Context, sign, more string) (string, error) {
	e.text, e.past, e.draft = text{}, len(e.History.entries), ""
	e.screen = screen{out: e.Out, size: e.Size, sign: sign, more: more}
	fmt.Fprint(e.Out, "\x1b[?2004h") // what is pasted comes between marks
	defer fmt.Fprint(e.Out, "\x1b[?2004l")
	for {
		if e.In.Buffered() == 0 {
			e.screen.draw(&e.text)
		}
		k, err := e.key(ctx)
		if err != nil {
			e.screen.leave(&e.text)
			return "", err
		}
		done, err := e.press(k)
		if err != nil || done {
			e.screen.leave(&e.text)
			return Message(e.text.String()), err
		}
	}
}

// key reads one key. Where ctx ends first the reading goes on, as nothing stops it.
func (e *Editor) key(ctx context.Context) (key, error) {
	type pressed struct {
		key
		err error
	}
	c := make(chan pressed, 1)
	go func() {
		k, err := readKey(e.In)
		c <- pressed{k, err}
	}()
	select {
	case p := <-c:
		return p.key, p.err
	case <-ctx.Done():
		return key{}, ctx.Err()
	}
}

// press does what a key means, and says whether the message is done.
func (e *Editor) press(k key) (done bool, err error) {
	t := &e.text
	switch k.name {
	case "":
		t.insert(k.text)
	case "enter":
		if s := t.String(); Open(s) {
			t.at = len(t.chars)
			t.insert("\n")
			return false, nil
		}
		return true, nil
	case "newline":
		t.insert("\n")
	case "interrupt":
		if len(t.chars) == 0 {
			return false, ErrInterrupt
		}
		e.screen.leave(t)
		e.text, e.past = text{}, len(e.History.entries)
		e.screen = screen{out: e.Out, size: e.Size, sign: e.screen.sign, more: e.screen.more}
	case "eof":
		if len(t.chars) == 0 {
			return false, io.EOF
		}
		e.erase(t.at, t.at+1)
	case "delete":
		e.erase(t.at, t.at+1)
	case "backspace":
		e.erase(t.at-1, t.at)
	case "left":
		t.at = max(t.at-1, 0)
	case "right":
		t.at = min(t.at+1, len(t.chars))
	case "wordleft":
		t.at = t.wordLeft()
	case "wordright":
		t.at = t.wordRight()
	case "home":
		t.at = t.lineStart()
	case "end":
		t.at = t.lineEnd()
	case "up":
		if !t.vertical(false) {
			e.recall(-1)
		}
	case "down":
		if !t.vertical(true) {
			e.recall(1)
		}
	case "previous":
		e.recall(-1)
	case "next":
		e.recall(1)
	case "killend":
		end := t.lineEnd()
		if end == t.at && end < len(t.chars) {
			end++ // the line end itself
		}
		e.kill(t.at, end)
	case "killstart":
		e.kill(t.lineStart(), t.at)
	case "killword":
		e.kill(t.wordLeft(), t.at)
	case "killright":
		e.kill(t.at, t.wordRight())
	case "yank":
		t.insert(e.yank)
	case "clear":
		fmt.Fprint(e.Out, "\x1b[H\x1b[2J")
		e.screen.row = 0
	case "tab":
		e.complete()
	}
	return false, nil
}

// erase removes what lies between two places, as far as they are there.
func (e *Editor) erase(from, to int) {
	if from >= 0 && to <= len(e.text.chars) {
		e.text.cut(from, to)
	}
}

// kill is erase for the yank.
func (e *Editor) kill(from, to int) {
	if from < to {
		e.yank = e.text.cut(from, to)
	}
}

// recall goes through the history.
func (e *Editor) recall(by int) {
	list := e.History.entries
	to := e.past + by
	if to < 0 || to > len(list) {
		return
	}
	if e.past == len(list) {
		e.draft = e.text.String()
	}
	e.past = to
	if to == len(list) {
		e.text.set(e.draft)
	} else {
		e.text.set(list[to])
	}
}

// complete ends a word as far as only one way is open.
func (e *Editor) complete() {
	s := e.text.String()
	common := ""
	for _, w := range e.Words {
		if s == "" || !strings.HasPrefix(w, s) {
			continue
		}
		if common == "" {
			common = w
		}
		for !strings.HasPrefix(w, common) {
			common = common[:len(common)-1]
		}
	}
	if common != "" {
		e.text.set(common)
	}
}

// Open says that a message goes on in another line.
func Open(s string) bool {
	if strings.HasPrefix(s, `"""`) {
		return !strings.HasSuffix(strings.TrimRight(s[3:], " \t"), `"""`)
	}
	slashes := len(s) - len(strings.TrimRight(s, `\`))
	return slashes%2 == 1
}

// Message is what was written, without the signs that it is of several lines.
func Message(s string) string {
	if inner, ok := strings.CutPrefix(s, `"""`); ok {
		if inner, ok = strings.CutSuffix(strings.TrimRight(inner, " \t"), `"""`); ok {
			return strings.TrimSuffix(strings.TrimPrefix(inner, "\n"), "\n")
		}
	}
	return strings.ReplaceAll(s, "\\\n", "\n")
}
