package data

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestJSONText(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	all := func(path string, o Options) (out []string) {
		o.Valid, o.Test = -1, -1
		c, err := OpenText(path, o)
		if err != nil {
			t.Fatal(err)
		}
		for text, err := range c.Text("train") {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(text))
		}
		return out
	}
	if got := all(write("a.json", ` [{"title":"T","paragraphs":["p","q"]}, "plain"]`), Options{}); !reflect.DeepEqual(got, []string{"T\np\nq", "plain"}) {
		t.Errorf("%q", got)
	}
	if got := all(write("b.jsonl", "{\"text\":\"one\",\"x\":1}\n{\"x\":2,\"text\":\"two\"}\n"), Options{}); !reflect.DeepEqual(got, []string{"one", "two"}) {
		t.Errorf("%q", got)
	}
	if got := all(write("c.jsonl", `{"poem":["u","v"]}`), Options{Fields: []string{"poem"}}); !reflect.DeepEqual(got, []string{"u\nv"}) {
		t.Errorf("%q", got)
	}
	for _, bad := range []string{`{"a":1}`, `[1]`, `[{"text":"x"}`, `{"text":"x","text":"y"}`, "\"\xff\"", `[`} {
		if _, err := OpenText(write("bad.json", bad), Options{}); err == nil || !strings.Contains(err.Error(), "bad.json") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"**/*.go", "a/b/c.go", true}, {"**/*.go", "c.go", true}, {"*.go", "a/c.go", false}, {"a/**", "a/b/c", true},
		{"a/**/c", "a/c", true}, {"**/b/**", "x/b/y", true}, {"**/b/*", "x/c/y", false}, {"a?/[bc]*", "ab/cd", true},
	} {
		if got := matchPath(strings.Split(c.pattern, "/"), strings.Split(c.name, "/")); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.name, got)
		}
	}
	if _, _, err := matchFiles(filepath.Join(t.TempDir(), "*.txt")); err == nil {
		t.Error("a pattern that matches nothing was accepted")
	}
	if _, err := Open("fashion-mnits", Options{}); err == nil || !strings.Contains(err.Error(), "did you mean fashion-mnist?") {
		t.Errorf("a misspelt name: %v", err)
	}
}

func TestSharedTexts(t *testing.T) {
	c, err := OpenText(shared(t, "text", "tang300.json"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Documents("") != 366 || c.Documents("valid") == 0 || c.Documents("test") == 0 {
		t.Errorf("%d poems: %d, %d, %d", c.Documents(""), c.Documents("train"), c.Documents("valid"), c.Documents("test"))
	}
	path := shared(t, "text", "tinyshakespeare.txt")
	if sum, err := fileSHA256(path); err != nil || sum != Find("tinyshakespeare").Files[0].SHA256 {
		t.Errorf("tinyshakespeare: SHA-256 %s (%v)", sum, err)
	}
	s, err := Open(path, Options{Cache: t.TempDir(), Window: 128})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	total := 0
	for _, set := range s.Each {
		total += int(set.(*windows).t.bytes[set.(*windows).split])
	}
	if total != 1115394 {
		t.Errorf("%d bytes in all", total)
	}
}

// Text in memory stays there: reading windows allocates nothing, mapped or not.
func TestWindowsAllocateNothing(t *testing.T) {
	s, err := Open(writeText(t, 60), Options{Cache: t.TempDir(), Window: 32})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	next, stop := pull(&Loader{Set: s.Train, Batch: 8})
	defer stop()
	for range 10 {
		next()
	}
	if s.Train.(*windows).t.m.bytes == nil {
		t.Skip("files are not mapped here")
	}
	if a := testing.AllocsPerRun(50, next); a > 0 && !raceEnabled {
		t.Errorf("%g allocations a batch", a)
	}
}
