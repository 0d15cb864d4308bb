package token

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dlclark/regexp2/v2"
	"pgregory.net/rapid"
)

// A Chinese character is a word, others have the space before them; the rarest fall away.
func TestWords(t *testing.T) {
	docs := func(yield func(string) bool) {
		_ = yield("the cat and the dog, the end.\n") && yield("力大砖飞，力大 the cat</s>")
	}
	tok, err := TrainWords(docs, WordsConfig{Vocab: 9, Special: []string{"</s>"}})
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for id := range int32(tok.Vocab()) {
		words = append(words, tok.Piece(id))
		if back, ok := tok.ID(tok.Piece(id)); !ok || back != id {
			t.Errorf("piece %q of %d has id %d", tok.Piece(id), id, back)
		}
	}
	if want := []string{" the", " cat", "力", "大", "<unk>", "</s>"}; !slices.Equal(words, want) {
		t.Errorf("%q, want %q", words, want)
	}
	if got := string(tok.Decode(tok.Encode("a the cat 力砖</s>\xff", nil))); got != "<unk> the cat<unk>力<unk></s><unk>" {
		t.Errorf("decoded %q", got)
	}
	if tok.Special() != (Special{None, 5, None, 4}) {
		t.Errorf("%+v", tok.Special())
	}
	dir := t.TempDir()
	if err := Save(tok, dir); err != nil {
		t.Fatal(err)
	}
	back, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	w, ok := back.(*Words)
	if !ok || !slices.Equal(w.words, tok.words) || w.Special() != tok.Special() {
		t.Errorf("%T %+v", back, back)
	}
	for _, n := range []int{0, 2, maxIDs + 1} {
		if _, err := TrainWords(docs, WordsConfig{Vocab: n, Special: []string{"</s>"}}); err == nil {
			t.Errorf("a vocabulary of %d is learnt", n)
		}
	}
}

// Words are cut as the pattern that stands in the file cuts them, and joined are the text.
func TestWordsPattern(t *testing.T) {
	re := regexp2.MustCompile(wordsPattern, regexp2.None)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab 1é,.力砖\n\t'あ　①́"))).Draw(t, "text")
		var got, want []string
		for rest := text; rest != ""; {
			n := wordEnd(rest)
			got, rest = append(got, rest[:n]), rest[n:]
		}
		for m, _ := re.FindStringMatch(text); m != nil; m, _ = re.FindNextMatch(m) {
			want = append(want, m.String())
		}
		if !slices.Equal(got, want) || strings.Join(got, "") != text {
			t.Fatalf("%q is cut into %q, by the pattern into %q", text, got, want)
		}
	})
}

// A file of words that are cut otherwise is refused, not read approximately.
func TestWordsRefused(t *testing.T) {
	tok, err := newWords([]string{"a", " b"}, []string{"</s>"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := Save(tok, dir); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, "tokenizer.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"Isolated", "Removed", "is not supported"},
		{`"normalizer": null`, `"normalizer": {"type":"Lowercase"}`, "is not supported"},
		{`"special": true`, `"special": false`, "which all are special"},
		{`"a": 0`, `"a": 7`, "words, then <unk>"},
		{`"unk_token": "<unk>"`, `"unk_token": "a"`, "is not supported"},
	} {
		bad := strings.Replace(string(file), c.old, c.new, 1)
		if bad == string(file) {
			t.Fatalf("no %s in the file", c.old)
		}
		if _, err := OpenFS(fstest.MapFS{"tokenizer.json": {Data: []byte(bad)}}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.new, err, c.want)
		}
	}
	if _, err := ReadJSON(strings.NewReader(string(file))); err == nil || !strings.Contains(err.Error(), "WordLevel") {
		t.Errorf("read as BPE: %v", err)
	}
}
