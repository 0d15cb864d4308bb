package generate

import (
	"context"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"brick/device/cpu"
	"brick/grad"
	"brick/nn"
	"brick/token"
)

// script is a model that writes given ids, whatever it reads: after the k-th position that it has seen since its first
// answer it gives the k-th id.
type script struct {
	vocab  int
	ids    []int32
	n      int     // answers given
	heard  []int32 // everything read
	passes int
}

func (s *script) Forward(x *grad.Var) *grad.Var {
	T := x.Dim(1)
	s.heard = append(s.heard, x.IDs()...)
	s.passes++
	logits := make([]grad.Float, T*s.vocab)
	if s.n < len(s.ids) {
		logits[(T-1)*s.vocab+int(s.ids[s.n])] = 9
	}
	s.n++
	return x.Tape().Const(logits, 1, T, s.vocab)
}

func bytesTokenizer(t testing.TB) *token.Bytes {
	t.Helper()
	tok, err := token.NewBytes("<|endoftext|>")
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// writes is a session whose model writes text, byte by byte, and then ends.
func writes(t testing.TB, text string) (*Session, *script) {
	t.Helper()
	tok := bytesTokenizer(t)
	m := &script{vocab: tok.Vocab(), ids: append(tok.EncodeOrdinary(text, nil), tok.Special().EOS)}
	return NewSession(m, tok, 0, cpu.Default()), m
}

// pieces is what a stream shows, token by token.
func pieces(t testing.TB, s *Session, prompt string, o Sampling) (shown []string, last Token) {
	t.Helper()
	for tok, err := range s.Stream(context.Background(), prompt, o) {
		if err != nil {
			t.Fatal(err)
		}
		shown, last = append(shown, tok.Text), tok
	}
	return shown, last
}

// A character shows when its last byte is there, never before and never in parts; bytes that are none show as U+FFFD.
func TestCharactersAreWhole(t *testing.T) {
	s, _ := writes(t, "床前a😀é")
	shown, last := pieces(t, s, "x", Sampling{})
	want := []string{"", "", "床", "", "", "前", "a", "", "", "", "😀", "", "é", ""}
	if !slices.Equal(shown, want) || last.Reason != EOS {
		t.Errorf("%q, want %q; %s", shown, want, last.Reason)
	}
	for n := 1; n < 20; n++ { // cut anywhere
		s, _ := writes(t, "床前明月光a😀")
		shown, last := pieces(t, s, "x", Sampling{Max: n})
		text := strings.Join(shown, "")
		if !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError) || !strings.HasPrefix("床前明月光a😀", text) || last.Reason != Length {
			t.Errorf("%d tokens: %q, %s", n, text, last.Reason)
		}
	}
	s, _ = writes(t, "a\xffb\xe5\x83c")
	if shown, _ := pieces(t, s, "x", Sampling{}); strings.Join(shown, "") != "a\uFFFDb\uFFFDc" {
		t.Errorf("%q", shown)
	}
	s, _ = writes(t, "ab\xe5\x83") // the model ends in the middle of a character
	if shown, last := pieces(t, s, "x", Sampling{}); strings.Join(shown, "") != "ab" || last.Reason != EOS {
		t.Errorf("%q, %s", shown, last.Reason)
	}
}

// A stop text ends the output before it, across tokens and inside one, and no part of it is ever shown.
func TestStop(t *testing.T) {
	for _, c := range []struct {
		text   string
		stop   []string
		want   string
		reason Reason
	}{
		{"hello world", []string{"o w"}, "hell", Stop},
		{"hello world", []string{"world", "wo"}, "hello ", Stop},
		{"hello world", []string{"l"}, "he", Stop},
		{"hello world", []string{"hello world"}, "", Stop},
		{"hello world", []string{"worldly"}, "hello world", EOS},
		{"aaab", []string{"aab"}, "a", Stop},
		{"ababac", []string{"abac"}, "ab", Stop},
		{"abcabd", []string{"abd", "bcab"}, "a", Stop},
		{"床前明月光", []string{"明月"}, "床前", Stop},
		{"床前明月光", []string{"月光!"}, "床前明月光", EOS},
		{"one\n\ntwo", []string{"\n\n"}, "one", Stop},
	} {
		s, _ := writes(t, c.text)
		shown, last := pieces(t, s, "x", Sampling{Stop: c.stop})
		if got := strings.Join(shown, ""); got != c.want || last.Reason != c.reason {
			t.Errorf("%q stopped by %q: %q (%s), want %q (%s)", c.text, c.stop, got, last.Reason, c.want, c.reason)
		}
		for i := range shown {
			if sofar := strings.Join(shown[:i+1], ""); !strings.HasPrefix(c.want, sofar) {
				t.Errorf("%q stopped by %q: %q was shown", c.text, c.stop, sofar)
			}
		}
	}
	// Text that was held back is shown when the length is reached.
	s, _ := writes(t, "hello world")
	if shown, last := pieces(t, s, "x", Sampling{Max: 7, Stop: []string{"world"}}); strings.Join(shown, "") != "hello w" || last.Reason != Length {
		t.Errorf("%q, %s", shown, last.Reason)
	}
	// One token may hold the end of a text, the stop text and more.
	tok, err := token.TrainBPE(func(yield func(string) bool) { yield(strings.Repeat("yesENDno ", 50)) }, token.TrainConfig{Vocab: 300})
	if err != nil {
		t.Fatal(err)
	}
	ids := tok.Encode("yesENDno yesENDno", nil)
	if len(ids) > 6 {
		t.Fatalf("the vocabulary did not learn the word: %d ids", len(ids))
	}
	session := NewSession(&script{vocab: tok.Vocab(), ids: ids}, tok, 0, cpu.Default())
	if shown, last := pieces(t, session, "a", Sampling{Max: len(ids), Stop: []string{"END"}}); strings.Join(shown, "") != "yes" || last.Reason != Stop {
		t.Errorf("inside a token: %q, %s", shown, last.Reason)
	}
}

// A session reads each id once: the prompt, then what it wrote itself, then the next prompt.
func TestSessionGoesOn(t *testing.T) {
	tok := bytesTokenizer(t)
	m := &script{vocab: tok.Vocab(), ids: tok.EncodeOrdinary("abcdefgh", nil)}
	s := NewSession(m, tok, 0, cpu.Default())
	first, _ := pieces(t, s, "Q1", Sampling{Max: 3})
	second, _ := pieces(t, s, "Q2", Sampling{Max: 2})
	third, _ := pieces(t, s, "", Sampling{Max: 1})
	if strings.Join(first, "")+"|"+strings.Join(second, "")+"|"+strings.Join(third, "") != "abc|de|f" {
		t.Errorf("%q %q %q", first, second, third)
	}
	if got := string(tok.Decode(m.heard)); got != "Q1abcQ2de" || m.passes != 6 {
		t.Errorf("read %q in %d passes", got, m.passes)
	}
	for range s.Stream(context.Background(), "more", Sampling{}) {
		break // the caller has heard enough
	}
	m.heard = nil
	pieces(t, s, "!", Sampling{Max: 1})
	if got := string(tok.Decode(m.heard)); got != "g!" {
		t.Errorf("after leaving the loop: read %q", got)
	}
	s.Reset()
	m.heard = nil
	pieces(t, s, "new", Sampling{Max: 1})
	if got := string(tok.Decode(m.heard)); got != "new" {
		t.Errorf("after Reset: read %q", got)
	}
	// After an error the conversation stands as it was.
	for _, err := range s.Stream(context.Background(), "lost", Sampling{TopP: 7}) {
		if err == nil {
			t.Error("no error")
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range s.Stream(ctx, "lost", Sampling{}) {
		if err != context.Canceled {
			t.Error(err)
		}
	}
	m.heard = nil
	pieces(t, s, "?", Sampling{Max: 1})
	if got := tok.Decode(m.heard); strings.Contains(string(got), "lost") || !strings.HasSuffix(string(got), "?") {
		t.Errorf("after errors: read %q", got)
	}
}

// With a real model, a conversation is the continuation of all that was said.
func TestConversation(t *testing.T) {
	for _, stack := range []string{gpt, llama} {
		m, tok := build(t, stack), bytesTokenizer(t)
		s := NewSession(m, tok, 64, nil)
		one, _, _, err := collect(s.Stream(context.Background(), "Hello", Sampling{Max: 6}))
		if err != nil {
			t.Fatal(err)
		}
		two, _, _, err := collect(s.Stream(context.Background(), "again", Sampling{Max: 6}))
		if err != nil {
			t.Fatal(err)
		}
		all := append(tok.Encode("Hello", nil), one...)
		all = tok.Encode("again", all)
		for n, id := range two {
			if want := argmax(logitsOf(m, all)); id != want {
				t.Fatalf("%s: token %d is %d, want %d", stack, n, id, want)
			}
			all = append(all, id)
		}
		if id := s.tok.Special().EOS; slices.Contains(one, id) {
			t.Log("the model ended its first answer")
		}
	}
}

// An empty prompt begins a text where the tokenizer knows how; a prompt that is too long names both numbers.
func TestPrompts(t *testing.T) {
	s, m := writes(t, "ab")
	if shown, _ := pieces(t, s, "", Sampling{}); strings.Join(shown, "") != "ab" || m.heard[0] != 256 {
		t.Errorf("%q after %v", shown, m.heard)
	}
	none, err := token.NewBytes()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		tok    token.Tokenizer
		prompt string
		want   string
	}{
		"empty":    {none, "", "prompt is empty and the tokenizer has no token that begins a text"},
		"too long": {none, strings.Repeat("x", 41), "the prompt has 41 tokens; the model's context holds 40"},
	} {
		s := NewSession(&script{vocab: 256}, c.tok, 40, cpu.Default())
		n := 0
		for _, err := range s.Stream(context.Background(), c.prompt, Sampling{}) {
			if n++; err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d yields", name, n)
		}
		if _, last := pieces(t, s, strings.Repeat("x", 40), Sampling{Max: 2}); last.Reason != Full {
			t.Errorf("%s: %+v", name, last)
		}
	}
}

var _ nn.Block = (*script)(nil)
