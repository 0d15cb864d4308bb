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
	if want := "of 4 conversations 1 are longer than 10 tokens: 0 lose a part of an answer, 1 with no answer before that are left out"; s.Info().Cut != want {
		t.Errorf("%q; want %q", s.Info().Cut, want)
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

// A conversation may have any of the usual forms.
func TestChatsForms(t *testing.T) {
	const qa = "user:q|assistant:a|"
	for text, want := range map[string]string{
		`{"messages":[{"role":"user","content":[{"type":"text","text":"q"}]},{"role":"assistant","content":"a"}],"id":7}`: qa,
		`{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}],"system":"s"}`:                        "system:s|" + qa,
		`{"conversations":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}`:                            qa,
		`{"instruction":"q","input":"i","output":"a"}`:                                                                    "user:q\n\ni|assistant:a|",
		`{"instruction":"q","input":null,"output":"a"}`:                                                                   qa,
		`{"instruction":"q","context":"i","response":"a","category":"x"}`:                                                 "user:q\n\ni|assistant:a|",
		`{"prompt":"q","completion":"a"}`:                                                                                 qa,
		`{"prompt":[{"role":"user","content":"q"}],"completion":[{"role":"assistant","content":"a"}]}`:                    qa,
	} {
		turns, err := parseTurns([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		got := ""
		for _, turn := range turns {
			got += turn.Role + ":" + turn.Content + "|"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// What a context cuts off is told, and a mark at the beginning of the file is no part of the first line.
func TestChatsCut(t *testing.T) {
	s, err := openChats(t, "\xef\xbb\xbf"+`{"prompt":"ab","completion":"cdefgh"}
{"prompt":"ab","completion":"cd"}`, Options{Valid: -1, Test: -1, Window: 5})
	if err != nil {
		t.Fatal(err)
	}
	if want := "of 2 conversations 1 are longer than 5 tokens: 1 lose a part of an answer, 0 with"; !strings.HasPrefix(s.Info().Cut, want) {
		t.Errorf("%q; want %q", s.Info().Cut, want)
	}
}

func TestChatsRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "chats.jsonl is empty",
		"\n \n":                             "chats.jsonl is empty",
		`{"text":"x"}`:                      "jsonl:1: no conversation among the fields text; want messages",
		"{":                                 "jsonl:1: no JSON at byte 2: ",
		`{"a":}`:                            "jsonl:1: no JSON at byte 6: ",
		`[{"prompt":"x","completion":"y"}]`: "jsonl:1: a list; want an object a line",
		`7`:                                 "jsonl:1: the line is the number 7; want an object",
		`{"messages":[]}`:                   "no turn of the assistant",
		`{"messages":"hello"}`:              `jsonl:1: messages is the text "hello"; want a list`,
		`{"messages":["hello"]}`:            `jsonl:1: messages[0] is the text "hello"; want an object`,
		`{"messages":[{"role":"user","content":3}]}`:                  "jsonl:1: messages[0].content is the number 3; want a text",
		`{"messages":[{"role":"user","content":null}]}`:               "jsonl:1: messages[0] has no content",
		`{"messages":[{"content":"x"}]}`:                              "jsonl:1: messages[0] has no role",
		`{"messages":[{"role":"","content":"x"}]}`:                    "jsonl:1: messages[0].role is empty",
		`{"messages":[{"role":"user","content":[{"text":"q"}]}]}`:     `jsonl:1: messages[0].content[0].type is missing; only parts of type text`,
		`{"messages":[{"role":"user","content":[{"type":"image"}]}]}`: `jsonl:1: messages[0].content[0].type is the text "image"`,
		`{"messages":[{"role":"assistant","tool_calls":[]}]}`:         "jsonl:1: messages[0] has tool_calls",
		`{"messages":[{"role":"user","content":"x"}]}`:                `jsonl:1: no turn of the assistant: the roles are ["user"]`,
		`{"conversations":[{"from":"observation","value":"x"}]}`:      `jsonl:1: conversations[0].from is "observation"; want one of`,
		`{"chosen":"x","rejected":"y","prompt":"z"}`:                  "jsonl:1: chosen and rejected rank two answers",
		`{"prompt":"x"}`:                                                  "jsonl:1: prompt is without a completion",
		`{"output":"x"}`:                                                  "jsonl:1: output is without a prompt",
		`{"prompt":["x"],"completion":"y"}`:                               `jsonl:1: prompt[0] is the text "x"`,
		`{"prompt":"x","completion":true}`:                                "jsonl:1: completion is true; want a text",
		"\n" + `{"prompt":"x","completion":" "}`:                          `jsonl:2: completion is " "; want an answer`,
		`{"messages":[{"role":"assistant","content":" "}]}`:               `jsonl:1: messages[0].content is " "; want an answer`,
		`{"prompt":"` + strings.Repeat("x", maxField) + `"}`:              "jsonl:1: longer than",
		`{"prompt":"` + strings.Repeat("x", 2000) + `","completion":"y"}`: "none of 1 has an answer within 1024",
	} {
		_, err := openChats(t, text, Options{Valid: -1, Test: -1})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.50q: %v; want %q", text, err, want)
		}
		if bad := (*TableError)(nil); strings.HasPrefix(want, "jsonl") && !errors.As(err, &bad) {
			t.Errorf("%.50q: %T", text, err)
		}
	}
	if _, err := openChats(t, `{"prompt":"x","completion":"y"}`, Options{Valid: 0.5, Test: 0.499}); err == nil || !strings.Contains(err.Error(), "none of 1 conversations is left to train on") {
		t.Error(err)
	}
}

// Conversations that are read as text are told apart from it.
func TestChatsForgottenTask(t *testing.T) {
	for text, want := range map[string]string{
		`{"messages":[{"role":"user","content":"q"}]}`: "--task chat",
		`{"conversations":[]}`:                         "--task chat",
		`{"instruction":"q","output":"a"}`:             "--task chat",
		`{"prompt":"q"}`:                               "name the fields to read",
	} {
		file := filepath.Join(t.TempDir(), "chats.jsonl")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(file, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
}

// No line makes the reader panic.
func FuzzTurns(f *testing.F) {
	for _, line := range []string{`{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"}]}`, `{"prompt":[{"from":"gpt"}],"output":"y"}`, `[`, `{"content":{"type":1}}`} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if turns, err := parseTurns(line); err == nil && turns[len(turns)-1].Role != assistant {
			t.Errorf("%q ends with %q", line, turns[len(turns)-1])
		}
	})
}
