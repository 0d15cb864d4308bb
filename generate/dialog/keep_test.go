package dialog

import (
	"bytes"
	"strings"
	"testing"
)

// A conversation comes back as it was saved; only what was interrupted says so.
func TestSaveLoad(t *testing.T) {
	d, _ := talk(t, 0)
	d.System = "只说中文。"
	d.Messages = []Message{{"user", "a\n\"b\" <|im_end|> \u2028", false}, {"assistant", "你好", true}, {"user", "", false}, {"assistant", "c", false}}
	var b bytes.Buffer
	if err := d.Save(&b); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); strings.Count(got, "\n") != 5 || strings.Count(got, "interrupted") != 1 || !strings.Contains(got, `{"role":"assistant","content":"你好","interrupted":true}`) {
		t.Error(got)
	}
	e, _ := talk(t, 0)
	if err := e.Load(bytes.NewReader(b.Bytes())); err != nil || said(e) != said(d) || e.System != d.System {
		t.Errorf("%v: %s", err, said(e))
	}
	if q, ok := e.Undo(); q != "" || !ok || len(e.Messages) != 2 {
		t.Errorf("undo: %q, %v", q, ok)
	}
	if e.Clear(); len(e.Messages) != 0 || e.System == "" {
		t.Error("clear takes what was said, and that alone")
	}
	if _, ok := e.Undo(); ok {
		t.Error("undone out of nothing")
	}
}

// A file that is no conversation is refused by its line, and changes nothing.
func TestLoadRefuses(t *testing.T) {
	const u, a, s = `{"role":"user","content":"u"}` + "\n", `{"role":"assistant","content":"a"}` + "\n", `{"role":"system","content":"s"}` + "\n"
	for _, c := range []struct{ text, want string }{
		{"", "there is no message in it"},
		{" \n\n", "there is no message in it"},
		{a, `line 1: role "assistant"; want user, or system before it`},
		{s + a, `line 2: role "assistant"; want user here`},
		{u + u, `line 2: role "user"; want assistant here`},
		{u + a + "\n" + a + u, `line 4: role "assistant"; want user here`},
		{u + a + s + u + a, `line 3: role "system"; want user here: user and assistant take turns, and system is for the first line`},
		{s + s, `line 2: role "system"; want user here`},
		{u + a + u + "\n", "line 3: what the user says last has no answer"},
		{u + `{"role":"tool","content":"x"}`, `line 2: role "tool"; want assistant here`},
		{u + `{"content":"x"}`, `line 2: no role; want a message such as {"role":"user","content":"Hi"}`},
		{u + "nothing", "line 2: "},
		{`{"messages":[]}`, "line 1: no role"},
		{u + `{"role":"assistant","content":7}`, "line 2: "},
		{u + `{"role":"assistant","content":"` + "\xff" + `"}`, "line 2: "},
		{u + `["assistant","x"]`, "line 2: "},
		{strings.Repeat(" ", maxFile+1), "more than 16777216 bytes"},
	} {
		d, _ := talk(t, 0)
		d.System, d.Messages = "before", []Message{{Role: "user", Content: "x"}, {Role: "assistant", Content: "y"}}
		err := d.Load(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q: %v, want %s", c.text, err, c.want)
		}
		if said(d) != "u x | a y" || d.System != "before" {
			t.Errorf("%.60q: it left %s", c.text, said(d))
		}
	}
}
