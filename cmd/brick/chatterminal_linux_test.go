package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brick/model"
	"brick/nn"
	"brick/token"
)

// terminal is a program at a terminal of 40 columns.
type terminal struct {
	*testing.T
	keys    *os.File
	process *os.Process
	mu      sync.Mutex
	seen    bytes.Buffer // since the last wait
	done    chan error
}

func startTerminal(t *testing.T, dir string, args ...string) *terminal {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { keys.Close() })
	n, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(int(keys.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 10, Col: 40})
	}
	if err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	c := exec.Command("brick", args...)
	c.Dir, c.Stdin, c.Stdout, c.Stderr = dir, tty, tty, tty
	c.Env = append(os.Environ(), "HOME="+dir, "XDG_STATE_HOME="+dir, "NO_COLOR=1")
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	x := &terminal{T: t, keys: keys, process: c.Process, done: make(chan error, 1)}
	t.Cleanup(func() { c.Process.Kill() })
	go func() { x.done <- c.Wait() }()
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := keys.Read(b)
			x.mu.Lock()
			x.seen.Write(b[:n])
			x.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return x
}

func (x *terminal) press(s string) {
	x.Helper()
	if _, err := x.keys.WriteString(s); err != nil {
		x.Fatal(err)
	}
}

// wait returns what the terminal shows up to a text.
func (x *terminal) wait(text string) string {
	x.Helper()
	for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(2 * time.Millisecond) {
		x.mu.Lock()
		if i := bytes.Index(x.seen.Bytes(), []byte(text)); i >= 0 {
			shown := string(x.seen.Next(i + len(text)))
			x.mu.Unlock()
			return shown
		}
		x.mu.Unlock()
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.Fatalf("%q is not shown; there is %q", text, x.seen.Bytes())
	return ""
}

// flow waits for some bytes, whatever they are.
func (x *terminal) flow(n int) {
	x.Helper()
	for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(2 * time.Millisecond) {
		x.mu.Lock()
		seen := x.seen.Len()
		x.mu.Unlock()
		if seen >= n {
			return
		}
	}
	x.Fatalf("less than %d bytes are shown", n)
}

// endless writes a folder of a model that writes without an end, and a template for it.
func endless(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	m, err := model.FromConfig([]byte(`{"model_type":"llama","vocab_size":257,"hidden_size":16,"intermediate_size":16,"num_hidden_layers":1,"num_attention_heads":1,"max_position_embeddings":100000}`))
	if err != nil {
		t.Fatal(err)
	}
	tok, err := token.NewBytes("<|endoftext|>")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "endless")
	for _, err := range []error{
		model.Save(folder, nn.Build(m, 7)), token.Save(tok, folder),
		os.WriteFile(filepath.Join(dir, "chat.jinja"), []byte("{% for m in messages %}{{ m.content }}\n{% endfor %}"), 0o666),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A person types Chinese over the end of a row, corrects it, stops an answer, goes back in the history and leaves.
func TestChatTerminal(t *testing.T) {
	dir := endless(t)
	x := startTerminal(t, dir, "chat", "endless", "--template", "chat.jinja", "-n", "90000", "--ban", "256")
	x.wait("\x1b[?2004h") // pasted text comes between marks
	x.wait(sign)
	x.press("床前明月光疑是地上霜举头望明月低头思故乡错\x7f") // 4 columns of the sign, and 21 characters of 2
	if shown := x.wait("故乡\r\x1b[4C"); !strings.HasSuffix(shown, "\x1b[J>>> 床前明月光疑是地上霜举头望明月低头思\r\n故乡\r\x1b[4C") {
		t.Errorf("the editor shows %q", shown)
	}
	x.press("\r")
	x.wait("\x1b[?2004l") // what follows is the answer
	x.flow(50)
	x.press("\x03")
	answer := x.wait("interrupted; what was written stays in the conversation, /undo takes it back\r\n")
	if strings.Contains(answer, "^C") || strings.Contains(answer, "\x1b") {
		t.Errorf("the answer shows %.200q", answer)
	}
	x.wait(sign)
	x.press("/history\r")
	x.wait("user: 床前明月光疑是地上霜举头望明月低头思故乡\r\n")
	x.wait("assistant (interrupted): ")
	x.wait(sign)
	x.press("half\x03") // a message that is given up
	x.wait("half\r\n")
	x.press("\x03")
	x.wait("Ctrl-D or /bye leaves")
	x.press("\x1b[A\x1b[A\r") // the last but one: the poem
	x.wait("\r\n\x1b[?2004l")
	x.flow(50)
	x.press("\x03")
	x.wait("interrupted")
	x.wait(sign)
	x.press("/sh\t\r") // Tab completes
	x.wait("messages  ")
	x.press("\x04")
	if err := <-x.done; err != nil {
		t.Error(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "brick", "chat_history"))
	if want := "\"床前明月光疑是地上霜举头望明月低头思故乡\"\n\"/history\"\n\"床前明月光疑是地上霜举头望明月低头思故乡\"\n\"/show\"\n"; string(data) != want {
		t.Errorf("history %q, %v", data, err)
	}
}

// What is typed while an answer is written does not show in it and is the next message; SIGTERM leaves the terminal as it was.
func TestChatTypedAhead(t *testing.T) {
	dir := endless(t)
	x := startTerminal(t, dir, "chat", "endless", "--template", "chat.jinja", "-n", "1500", "--ban", "256", "--no-history")
	x.wait(sign)
	x.press("a\r")
	x.wait("\x1b[?2004l")
	x.press("/clear\r/show\r")
	if answer := x.wait(" tokens, prompt "); strings.Contains(answer, "/clear") {
		t.Errorf("the answer shows %q", answer)
	}
	x.wait("the conversation is empty")
	x.wait("messages  0")
	x.wait(sign)
	modes := func() *unix.Termios {
		m, err := unix.IoctlGetTermios(int(x.keys.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if modes().Lflag&unix.ICANON != 0 {
		t.Error("the editor does not read keys")
	}
	if err := x.process.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := <-x.done; !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Error(err)
	}
	const lines = unix.ICANON | unix.ECHO | unix.ISIG
	if modes().Lflag&lines != lines {
		t.Error("the terminal is left in raw mode")
	}
	x.wait("\x1b[?2004l")
}
