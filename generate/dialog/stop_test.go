package dialog

import (
	"context"
	"errors"
	"iter"
	"testing"

	"brick/generate"
	"brick/token"
)

// What an answer is stopped in stays, as interrupted; a question without an answer does not.
func TestInterrupted(t *testing.T) {
	d, _ := talk(t, 0, "hello")
	if text, err := ask(d, "Q", 3); text != "hel" || !errors.Is(err, context.Canceled) {
		t.Errorf("%q, %v", text, err)
	}
	if got := said(d); got != "u Q | a hel…" || !d.Last.Kept || d.Last.Reason != "" || d.Last.Tokens != 3 {
		t.Errorf("%s, %+v", got, d.Last)
	}
	for name, answer := range map[string]string{"a part of a character": "你", "blanks": "  x"} {
		d, _ := talk(t, 0, answer, "fine")
		if text, err := ask(d, "Q", 2); text != "" || !errors.Is(err, context.Canceled) || said(d) != "" || d.Last.Kept {
			t.Errorf("%s: %q, %v; %s", name, text, err, said(d))
		}
	}
	for n, want := range map[int]string{2: "u Q | a he…", 5: "u Q | a hello…", 6: "u Q | a hello"} { // the sixth ends it
		d, _ := talk(t, 0, "hello")
		for range d.Ask(context.Background(), "Q") {
			if n--; n == 0 {
				break
			}
		}
		if got := said(d); got != want {
			t.Errorf("the caller left: %s, want %s", got, want)
		}
	}
}

// stubborn is a session that goes on after an answer is whole, and after an error.
type stubborn struct{ err error }

func (s stubborn) Continue(context.Context, []int32, generate.Sampling) iter.Seq2[generate.Token, error] {
	return func(yield func(generate.Token, error) bool) {
		_ = yield(generate.Token{Text: "a"}, nil) && yield(generate.Token{Text: "b", Reason: generate.EOS}, s.err) && yield(generate.Token{Text: "c"}, nil)
	}
}

// A caller that has left is not called again, whatever the session does: Go would panic.
func TestLeaving(t *testing.T) {
	tok, err := token.NewBytes()
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	for _, c := range []struct {
		err   error
		leave int
		want  string
	}{{nil, 1, "u Q | a a…"}, {nil, 2, "u Q | a ab"}, {nil, 9, "u Q | a ab"}, {broken, 1, "u Q | a a…"}, {broken, 2, ""}, {broken, 9, ""}} {
		d := New(stubborn{c.err}, nil, tok, 0)
		n := 0
		for range d.Ask(context.Background(), "Q") {
			if n++; n == c.leave {
				break
			}
		}
		if got := said(d); got != c.want || n > 2 {
			t.Errorf("%+v: %s after %d tokens", c, got, n)
		}
	}
}

// Another answer takes the place of the one before it, but only when there is one.
func TestRetry(t *testing.T) {
	d, m := talk(t, 0, "one", "two", "three", "four")
	if _, err := listen(d.Retry, 0); err != ErrNoQuestion {
		t.Error(err)
	}
	ask(d, "A", 0)
	ask(d, "B", 0)
	if text, err := listen(d.Retry, 0); text != "three" || err != nil || said(d) != "u A | a one | u B | a three" {
		t.Errorf("%q, %v; %s", text, err, said(d))
	}
	before := said(d)
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range d.Retry(stopped) {
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	d.Context = 20
	var full *FullError
	if _, err := listen(d.Retry, 0); !errors.As(err, &full) || full.Context != 20 {
		t.Error(err)
	}
	d.Context, d.Sampling.TopP = 0, 7
	if _, err := listen(d.Retry, 0); err == nil {
		t.Error("top-p 7 is no error")
	}
	if said(d) != before {
		t.Errorf("a retry that failed left %s, want %s", said(d), before)
	}
	d.Sampling.TopP = 0
	m.ids = m.tok.EncodeOrdinary("four", nil)
	if text, _ := listen(d.Retry, 2); text != "fo" || said(d) != "u A | a one | u B | a fo…" {
		t.Errorf("%q; %s", text, said(d))
	}
}
