package course

import (
	"maps"
	"regexp"
	"strings"
	"testing"

	"brick/course/lesson"
	"brick/course/web"
)

// Texts have the same values put in, in both languages; {0 step|steps} is the only other thing that braces may hold.
func TestValuesInTexts(t *testing.T) {
	hole := regexp.MustCompile(`\{(\w+)( [^{}|]+\|[^{}|]+)?\}`)
	check := func(dir string, text map[string]map[string]string) {
		holes := func(lang, key string) map[string]bool {
			s, m := text[lang][key], map[string]bool{}
			for _, h := range hole.FindAllStringSubmatch(s, -1) {
				m[h[1]] = true
			}
			if rest := hole.ReplaceAllString(s, ""); strings.ContainsAny(rest, "{}") {
				t.Errorf("%s: %q has a brace that holds no value in %s: %s", dir, key, lang, s)
			}
			return m
		}
		for key := range text["zh"] {
			if zh, en := holes("zh", key), holes("en", key); !maps.Equal(zh, en) {
				t.Errorf("%s: %q has the values %v in zh, %v in en", dir, key, zh, en)
			}
		}
	}
	own, err := lesson.Text(texts)
	if err != nil {
		t.Fatal(err)
	}
	check(".", own)
	shared, err := lesson.Text(web.FS)
	if err != nil {
		t.Fatal(err)
	}
	check("web", shared)
	for _, ch := range All() {
		text, err := lesson.Text(ch.Files)
		if err != nil {
			t.Fatal(err)
		}
		check(ch.Dir, text)
	}
}
