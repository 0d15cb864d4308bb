package prompt

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// editor is one that keys come to in pieces of one byte, so that every character is split.
func editor(keys string) (*Editor, *bytes.Buffer) {
	out := new(bytes.Buffer)
	return &Editor{
		In: bufio.NewReader(iotest.OneByteReader(strings.NewReader(keys))), Out: out, History: new(History),
		Size: func() (int, int) { return 20, 6 }, Words: []string{"/help", "/history", "/save"},
	}, out
}

func (e *Editor) read() (string, error) { return e.Read(context.Background(), "> ", ". ") }

const (
	left, right, up, down = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"
	paste, pasted         = "\x1b[200~", "\x1b[201~"
)

// What keys write.
func TestKeys(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{"hello\r", "hello"},
		{"床前明月光\r", "床前明月光"},
		{"床前明光" + left + "月\r", "床前明月光"},
		{"床前\x7f\x7f前\r", "前"},
		{"ab" + left + left + left + "床" + right + "前\r", "床a前b"},
		{"e\u0301\x7fo\r", "o"},           // an accent goes with its letter
		{"a👨\u200d👩\u200d👧\x7fb\r", "ab"}, // and a family is one character
		{"a\x01床\x05c\r", "床ac"},          // home, end
		{"one two 三四\x17five\r", "one two five"},
		{"one two" + "\x1bb\x0b" + "三\r", "one 三"},
		{"one two\x15x\x19\r", "xone two"}, // kill, then yank
		{"ab\x01\x1b[3~\x04c\r", "c"},      // delete
		{"one two\x01\x1bd three\r", " three two"},
		{"one\x1b[1;5Dx\x1bfy\r", "xoney"},
		{"/he\t\r", "/help"},
		{"/h\tx\r", "/hx"}, // two begin so
		{"x/he\t\r", "x/he"},
		{"/s\t 床.jsonl\r", "/save 床.jsonl"},
		{"a\nb\r", "a\nb"},     // Ctrl-J
		{"a\x1b\rb\r", "a\nb"}, // Alt-Enter
		{"a\\\rb\r", "a\nb"},
		{`a\\` + "\r", `a\\`}, // a line that ends with a backslash of its own
		{"\"\"\"\r床\r前\r\"\"\"\r", "床\n前"},
		{"\"\"\"床\"\"\"\r", "床"},
		{"ab\rc", "ab"},
		{"one\ntwo" + up + "X" + down + "Y\r", "oneX\ntwoY"}, // the nearest column
		{"床前\nabcdef" + left + left + left + up + "X\r", "床X前\nabcdef"},
		{paste + "a\r\nb\rc\n" + pasted + "d\r", "a\nb\nc\nd"},
		{paste + "床\x1b[31m\x07\x03\t前" + pasted + "\r", "床[31m\t前"}, // neither colours nor an interrupt
		{paste + "a\xffb" + pasted + "\r", "a\uFFFDb"},
		{"a\x1b[200x\x1b[99~\x1bOPb\x00\x1b\x1b\r", "ab"}, // keys without a meaning here
		{"\xe5\xbaab\xff\r", "ab"},                        // bytes that are no character
		{"a\x1b床\r", "a床"},                                // Esc, then a character
		{"a\u009b31mb\r", "a31mb"},
		{"half\x03whole\r", "whole"}, // Ctrl-C gives a message up
	} {
		e, _ := editor(c.keys)
		if got, err := e.read(); got != c.want || err != nil {
			t.Errorf("%q: %q, %v; want %q", c.keys, got, err, c.want)
		}
	}
}

// How reading ends without a message.
func TestReadEnds(t *testing.T) {
	for keys, want := range map[string]error{
		"\x03": ErrInterrupt, "ab\x7f\x7f\x03": ErrInterrupt, "\x04": io.EOF, "": io.EOF, "ab": io.EOF, "a\x1b[": io.EOF,
		paste + "never ended": io.EOF, paste + strings.Repeat("x", maxPaste+1) + pasted + "\r": ErrPaste,
	} {
		e, out := editor(keys)
		e.In = bufio.NewReader(strings.NewReader(keys))
		if got, err := e.read(); err != want {
			t.Errorf("%.20q: %q, %v; want %v", keys, got, err, want)
		}
		if s := out.String(); !strings.HasPrefix(s, "\x1b[?2004h") || !strings.HasSuffix(s, "\r\n\x1b[?2004l") {
			t.Errorf("%.20q: the terminal is left as by %q", keys, s)
		}
	}
	in, _ := io.Pipe() // nobody types
	e, _ := editor("")
	e.In = bufio.NewReader(in)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Read(ctx, "> ", ". "); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	e, _ = editor(paste + strings.Repeat("x", maxPaste+1) + pasted + "next\r") // what was too long is gone
	e.In = bufio.NewReader(strings.NewReader(paste + strings.Repeat("x", maxPaste+1) + pasted + "next\r"))
	e.read()
	if got, err := e.read(); got != "next" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// Wide characters break before the end of a row, and the cursor stands where the next character goes.
func TestScreen(t *testing.T) {
	for _, c := range []struct {
		text        string
		at          int
		rows        []string
		row, column int
	}{
		{"", 0, []string{"> "}, 0, 2},
		{"ab", 1, []string{"> ab"}, 0, 3},
		{"床前明", 3, []string{"> 床前明"}, 0, 8},
		{"床前明月", 4, []string{"> 床前明月", ""}, 1, 0}, // a full row
		{"床前明月光", 5, []string{"> 床前明月", "光"}, 1, 2},
		{"a床前明月", 4, []string{"> a床前明", "月"}, 1, 0}, // one column is left free
		{"床\n前", 2, []string{"> 床", ". 前"}, 1, 2},
		{"床\n", 2, []string{"> 床", ". "}, 1, 2},
		{"a\tb", 3, []string{"> a    b"}, 0, 8},
		{"e\u0301床", 1, []string{"> e\u0301床"}, 0, 3},
	} {
		var x text
		x.set(c.text)
		x.at = c.at
		s := screen{sign: "> ", more: ". "}
		rows, row, column := s.rows(&x, 10)
		if !slices.Equal(rows, c.rows) || row != c.row || column != c.column {
			t.Errorf("%q: %q, cursor %d %d; want %q, %d %d", c.text, rows, row, column, c.rows, c.row, c.column)
		}
	}
	// What is taller than the terminal is shown around the cursor, and whole when it is done.
	e, out := editor(paste + "1\n2\n3\n4\n5\n6\n7\n8" + pasted + "\r")
	e.read()
	if s := out.String(); strings.Count(s, ". 2\r\n") != 1 || strings.Count(s, ". 8") < 2 {
		t.Errorf("%q", s)
	}
}

// The arrows go through what was written, and come back to what is being written.
func TestHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brick", "history")
	h, err := OpenHistory(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"one", "床前\n明月", "床前\n明月", " secret", "", "three"} {
		if err := h.Add(s); err != nil {
			t.Fatal(err)
		}
	}
	if h, err = OpenHistory(path); err != nil || !slices.Equal(h.entries, []string{"one", "床前\n明月", "three"}) {
		t.Fatalf("%q, %v", h.entries, err)
	}
	for keys, want := range map[string]string{
		up + "\r": "three", up + up + "\r": "床前\n明月", up + up + up + up + up + up + "\r": "one",
		"draft" + up + up + down + down + "!\r": "draft!", "draft\x10\x10\x0e\r": "three", down + "x\r": "x", up + "\x7f\r": "thre",
	} {
		e, _ := editor(keys)
		e.History = h
		if got, err := e.read(); got != want || err != nil {
			t.Errorf("%q: %q, %v; want %q", keys, got, err, want)
		}
	}
}
