package web

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// Every key has both languages, with the same placeholders.
func TestText(t *testing.T) {
	text, err := Text()
	if err != nil {
		t.Fatal(err)
	}
	hole := regexp.MustCompile(`\{\w+`)
	count := func(s string) map[string]int {
		m := map[string]int{}
		for _, h := range hole.FindAllString(s, -1) {
			m[h]++
		}
		return m
	}
	for key, zh := range text["zh"] {
		en := text["en"][key]
		a, b := count(zh), count(en)
		for h := range a {
			if b[h] == 0 {
				t.Errorf("%q: zh has %s, en has not", key, h)
			}
		}
		if len(a) != len(b) {
			t.Errorf("%q: placeholders %v in zh, %v in en", key, a, b)
		}
	}
	if len(text["zh"]) < 40 {
		t.Errorf("only %d texts", len(text["zh"]))
	}
}

func TestReadTextRefuses(t *testing.T) {
	for _, c := range []struct{ json, err string }{
		{`{"a": {"zh": "甲"}}`, `"a" has no text in "en"`},
		{`{"a": {"zh": "甲", "en": ""}}`, `"a" has no text in "en"`},
		{`{"a": {"zh": "甲", "en": "a", "de": "a"}}`, `"a" has a text in "de"`},
		{`{"a": "甲"}`, "cannot unmarshal"},
	} {
		_, err := ReadText(fstest.MapFS{"text.json": {Data: []byte(c.json)}}, "text.json")
		if err == nil || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, want …%s…", c.json, err, c.err)
		}
	}
	if _, err := ReadText(fstest.MapFS{}, "text.json"); err == nil {
		t.Error("no file, no error")
	}
}

// Every key that the modules ask for exists, and every key is asked for.
func TestKeysOfModules(t *testing.T) {
	text, err := Text()
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(FS, "*.js")
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile(`\bt\('([^']+)'`)
	key := regexp.MustCompile(`'(web\.[a-z.]+)'`)
	used := map[string]bool{}
	for _, name := range names {
		src, err := fs.ReadFile(FS, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, pattern := range []*regexp.Regexp{call, key} {
			for _, m := range pattern.FindAllSubmatch(src, -1) {
				used[string(m[1])] = true
				if text["zh"][string(m[1])] == "" {
					t.Errorf("%s asks for %q, which is not in text.json", name, m[1])
				}
			}
		}
	}
	for k := range text["zh"] {
		if !used[k] {
			t.Errorf("%q is in text.json, but no module asks for it", k)
		}
	}
}

// The pages' policy forbids styles in the markup, code from strings and other machines.
func TestModulesKeepThePolicy(t *testing.T) {
	names, err := fs.Glob(FS, "*.*s")
	if err != nil {
		t.Fatal(err)
	}
	bad := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\('style'|\bstyle: ['"]|@font-face|url\(['"]?(https?:)?//|from ['"]https?:|import\(['"]https?:`)
	for _, name := range names {
		src, err := fs.ReadFile(FS, name)
		if err != nil {
			t.Fatal(err)
		}
		if m := bad.Find(src); m != nil {
			t.Errorf("%s has %s", name, m)
		}
	}
	if len(names) < 20 {
		t.Errorf("only %d modules and style sheets", len(names))
	}
}
