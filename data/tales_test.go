package data

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Every story ends with the one who was given the thing last.
func TestStoriesAnswerThemselves(t *testing.T) {
	for i := range uint64(500) {
		words := strings.Fields(strings.NewReplacer(".", " .", "?", " ?").Replace(story(&stream{i})))
		end := slices.Index(words, "Who")
		owner := words[0]
		for k := range end {
			if words[k] == "it" && words[k+1] == "to" {
				owner = words[k+2]
			}
		}
		if words[end+7] != owner {
			t.Fatalf("%s: the answer is %s", strings.Join(words, " "), owner)
		}
	}
}

func TestCoupletsHaveFiveCharactersALine(t *testing.T) {
	for i := range uint64(500) {
		v := verse(&stream{i})
		lines := strings.FieldsFunc(v, func(r rune) bool { return r == '，' || r == '。' })
		var ends [2]rune
		for k, l := range lines {
			if utf8.RuneCountInString(l) != 5 {
				t.Fatalf("%s: a line of %d characters", v, utf8.RuneCountInString(l))
			}
			if k%2 == 1 {
				ends[k/2] = []rune(l)[4]
			}
		}
		if len(lines) != 4 || !slices.ContainsFunc(rhymes, func(r string) bool { return strings.ContainsRune(r, ends[0]) && strings.ContainsRune(r, ends[1]) }) {
			t.Fatalf("%s: %d lines, ending with %q", v, len(lines), ends)
		}
	}
}

func TestTalesDependOnTheSeedAlone(t *testing.T) {
	text := func(seed uint64) string {
		c, err := Couplets(Options{Seed: seed, Examples: 50})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for s, err := range c.Text("train") {
			if err != nil {
				t.Fatal(err)
			}
			b.Write(s)
		}
		return b.String()
	}
	if a, b, c := text(1), text(1), text(2); a != b || a == c {
		t.Error("the text is no function of the seed")
	}
}
