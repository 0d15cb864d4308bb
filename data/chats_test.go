package data

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// byteTurns writes each turn as its bytes and a 0, and learns the assistant's.
func byteTurns(turns []Turn) (ids []int32, learnt []bool, err error) {
	for _, t := range turns {
		for _, b := range append([]byte(t.Content), 0) {
			ids, learnt = append(ids, int32(b)), append(learnt, t.Role == assistant)
		}
	}
	return ids, learnt, nil
}

func openChats(t *testing.T, text string, o Options) (Splits, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "chats.jsonl")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Task, o.Turns, o.Encoder = ChatTask, byteTurns, ByteEncoder{}
	return Open(file, o)
}

func TestChats(t *testing.T) {
	s, err := openChats(t, `{"messages":[{"role":"user","content":"ab"},{"role":"assistant","content":"cd"},{"role":"user","content":"e"},{"role":"assistant","content":"f"},{"role":"user","content":"lost"}]}

{"prompt":"ab","completion":"xyz","system":"s"}
{"instruction":"ab","input":"i","output":"o"}
{"prompt":"a long question that fills all","response":"dropped"}
`, Options{Valid: -1, Test: -1, Window: 10})
	if err != nil {
		t.Fatal(err)
	}
	if s.Valid != nil || s.Test != nil || s.Train.Len() != 3 || !slices.Equal(s.Info().Input, []int{9}) || s.Info().Task != Language {
		t.Fatalf("%d conversations, %+v", s.Train.Len(), s.Info())
	}
	if !strings.Contains(s.Info().Rule, "1 of 3 were cut at 10 tokens, 1 without an answer were left out") {
		t.Error(s.Info().Rule)
	}
	var b Batch
	if err := s.Train.Read(&b, []int{0, 1}, 0); err != nil {
		t.Fatal(err)
	}
	const no = Ignore
	for e, want := range []struct{ ids, labels []int32 }{
		{[]int32{'a', 'b', 0, 'c', 'd', 0, 'e', 0, 'f'}, []int32{no, no, 'c', 'd', 0, no, no, 'f', 0}},
		{[]int32{'s', 0, 'a', 'b', 0, 'x', 'y', 'z', 0}, []int32{no, no, no, no, 'x', 'y', 'z', 0, no}},
	} {
		if got := b.IDs[e*9 : e*9+9]; !slices.Equal(got, want.ids) {
			t.Errorf("ids %v, want %v", got, want.ids)
		}
		if got := b.Labels[e*9 : e*9+9]; !slices.Equal(got, want.labels) {
			t.Errorf("labels %v, want %v", got, want.labels)
		}
	}
}

// Conversations that ask the same lie in one split, whatever is answered.
func TestChatsSplit(t *testing.T) {
	var text strings.Builder
	for i := range 200 {
		text.WriteString(`{"prompt":"q` + strings.Repeat("x", i%50) + `","completion":"a` + strings.Repeat("y", i%7) + "\"}\n")
	}
	s, err := openChats(t, text.String(), Options{Valid: 0.2, Test: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	in := map[int32]string{}
	n := 0
	for name, set := range s.Each {
		var b Batch
		for i := range set.Len() {
			if err := set.Read(&b, []int{i}, 0); err != nil {
				t.Fatal(err)
			}
			question := int32(slices.Index(b.IDs, 0)) // its length says which it is
			if was := in[question]; was != "" && was != name {
				t.Errorf("question of %d bytes lies in %s and %s", question, was, name)
			}
			in[question] = name
			n++
		}
	}
	if n != 200 || s.Valid == nil || s.Test == nil {
		t.Errorf("%d conversations in the splits", n)
	}
}

func TestChatsRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "no conversation to train on",
		`{"text":"x"}`:                           "no conversation; want messages",
		"{":                                      "jsonl:1: ",
		`{"messages":[]}`:                        "no turn of the assistant",
		"\n" + `{"prompt":"x","completion":" "}`: "jsonl:2: messages[1]",
		`{"messages":[{"role":"user","content":"x"}]}`:                    "no turn of the assistant",
		`{"messages":[{"role":"","content":"x"}]}`:                        `messages[0] has role ""`,
		`{"prompt":"` + strings.Repeat("x", 2000) + `","completion":"y"}`: "1 without an answer within 1024",
	} {
		_, err := openChats(t, text, Options{Valid: -1, Test: -1})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.50q: %v; want %q", text, err, want)
		}
		if bad := (*TableError)(nil); strings.Contains(want, "jsonl") && !errors.As(err, &bad) {
			t.Errorf("%.50q: %T", text, err)
		}
	}
}
