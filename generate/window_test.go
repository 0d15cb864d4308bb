package generate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"brick/model"
)

// Where the context is full, a text goes on only if asked: the older half of what is not kept is forgotten. With learned
// positions, and with one layer of rotary ones, it is what a fresh reading of the rest gives.
func TestWindow(t *testing.T) {
	tokens := 150
	if testing.Short() {
		tokens = 100
	}
	for name, stack := range map[string]string{"GPT": gpt, "LLaMA": "embed(32) llama(heads=2) rmsnorm linear"} {
		m := build(t, stack)
		for _, c := range []struct{ context, prompt, keep int }{
			{64, 10, 0}, {64, 64, 0}, {7, 3, 0}, {2, 2, 0}, {1, 1, 0}, {64, 10, 4}, {7, 3, 5}, {20, 20, 20}, {20, 20, 19}, {2, 1, 1},
		} {
			for _, shift := range []bool{false, true} {
				what := fmt.Sprintf("%s, context %d, prompt %d, kept %d", name, c.context, c.prompt, c.keep)
				window := ids(c.prompt, 3)
				r := newReader(m, c.context, nil)
				r.shift, r.keep = shift, c.keep
				n, shifts, reason := 0, 0, Reason("")
				for tok, err := range r.write(context.Background(), window, Sampling{Max: tokens}, nil) {
					if err != nil {
						t.Fatal(err)
					}
					if want := argmax(logitsOf(m, window)); tok.ID != want {
						t.Fatalf("%s: token %d is %d, a fresh reading of %d gives %d", what, n, tok.ID, len(window), want)
					}
					if !slices.Equal(r.ids, window) {
						t.Fatalf("%s: remembers %v, want %v", what, r.ids, window)
					}
					if window = append(window, tok.ID); len(window) > c.context && shift && c.keep < c.context {
						half := (c.context - c.keep + 1) / 2
						window, shifts = slices.Delete(window, c.keep, c.keep+half), shifts+1
					}
					n, reason = n+1, tok.Reason
				}
				if want := c.context - c.prompt + 1; !shift || c.keep == c.context {
					if n != want || reason != Full {
						t.Errorf("%s: %d tokens ended by %q, want %d by %q", what, n, reason, want, Full)
					}
				} else if n != tokens || shifts < 1 || reason != Length {
					t.Errorf("%s: %d tokens, %d shifts, ended by %q", what, n, shifts, reason)
				}
			}
		}
	}
	// Stream knows the context of the model, which is 64.
	if got, _, last, err := collect(Stream(build(t, gpt), ids(5, 0), Sampling{Max: 100})); err != nil || len(got) != 60 || last.Reason != Full {
		t.Errorf("%d tokens, ended by %q, %v", len(got), last.Reason, err)
	}
	// All of a new prompt is read, if half the context would not hold it.
	r := newReader(build(t, llama), 20, nil)
	for _, err := range r.write(context.Background(), ids(15, 0), Sampling{Max: 1}, nil) {
		if err != nil {
			t.Fatal(err)
		}
	}
	r.shift = true
	if more := ids(20, 4); r.fits(more) != nil {
		t.Error(r.fits(more))
	} else if _, err := r.read(more); err != nil || !slices.Equal(r.ids, more) {
		t.Errorf("remembers %v, want %v; %v", r.ids, more, err)
	}
}

// A session says what does not fit, and what it goes on from after a shift is no more than it would be of a fresh one.
func TestSessionWindow(t *testing.T) {
	l, err := Open(littleFolder(t, 257), model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s := l.Session()
	s.Ends = nil
	holds := s.Context()
	for _, n := range []int{-1, holds + 1} {
		if err := s.Limit(n); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("the model can hold %d", holds)) {
			t.Errorf("a limit of %d: %v", n, err)
		}
	}
	text := func(s *Session, ids []int32, max int) (out []int32) {
		t.Helper()
		for tok, err := range s.Continue(context.Background(), ids, Sampling{Max: max, Temperature: 1, Seed: 4}) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, tok.ID)
		}
		return out
	}
	if err := s.Limit(16); err != nil || s.Context() != 16 {
		t.Fatal(err, s.Context())
	}
	prompt := ids(10, 2)
	wrote := text(s, prompt, 3)
	// The whole text counts, not only what is unread of it.
	long := slices.Concat(prompt, wrote, ids(4, 0))
	for _, err := range s.Continue(context.Background(), long, Sampling{}) {
		if err == nil || !strings.Contains(err.Error(), "the model's context holds 16") {
			t.Errorf("a text of %d: %v", len(long), err)
		}
	}
	for _, keep := range []int{0, 3, -1} {
		s.Reset()
		s.Shift, s.Keep = true, keep
		wrote := text(s, prompt, 40)
		if len(wrote) != 40 {
			t.Errorf("kept %d: %d tokens", keep, len(wrote))
		}
		if n := max(keep, 0); !slices.Equal(s.reader.ids[:n], prompt[:n]) || keep < 0 && !slices.Equal(s.reader.ids[:10], prompt) {
			t.Errorf("kept %d: remembers %v of %v", keep, s.reader.ids, prompt)
		}
		again := slices.Clone(s.reader.ids[:12])
		if got, want := text(s, again, 5), text(l.limited(t, 16), again, 5); !slices.Equal(got, want) {
			t.Errorf("kept %d: goes on with %v, a fresh session with %v", keep, got, want)
		}
	}
	for _, err := range s.Stream(context.Background(), strings.Repeat("x", 8), Sampling{}) {
		if err != nil && !strings.Contains(err.Error(), "9 tokens and 10 are kept; the model's context holds 16") {
			t.Error(err)
		}
	}
}

// limited is a session that holds n positions.
func (l *Language) limited(t *testing.T, n int) *Session {
	s := l.Session()
	s.Ends = nil
	if err := s.Limit(n); err != nil {
		t.Fatal(err)
	}
	return s
}
