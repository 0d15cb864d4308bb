package token

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every vocabulary with its tests gives every id, saved as tokenizer.json and read again too.
func TestGGUFFixtures(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared(t, "tokenizers"), "*.gguf"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		tok, err := FromGGUF(readGGUF(t, path))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		dir := t.TempDir()
		if err := tok.Save(dir); err != nil {
			t.Fatal(err)
		}
		opened, err := Open(dir)
		if err != nil {
			t.Fatalf("%s: saved: %v", name, err)
		}
		again := opened.(*Subword)
		texts, ids := ggmlCases(t, name)
		good := 0
		for i, text := range texts {
			got := tok.Encode(text, nil)
			if !slices.Equal(got, ids[i]) {
				t.Errorf("%s: %q\n got %v\nwant %v", name, text, got, ids[i])
				continue
			}
			if saved := again.Encode(text, nil); !slices.Equal(saved, got) {
				t.Errorf("%s: %q: saved: %v, want %v", name, text, saved, got)
				continue
			}
			if back := string(tok.Decode(got)); back != text {
				t.Errorf("%s: %q decodes to %q", name, text, back)
				continue
			}
			if a, b := tok.EncodeSpecial(text, nil), again.EncodeSpecial(text, nil); !slices.Equal(a, b) {
				t.Errorf("%s: %q: with special tokens %v, saved %v", name, text, a, b)
			}
			good++
		}
		r := rand.New(rand.NewPCG(31, 32))
		for range 300 { // longer texts, runs of spaces in them
			text := randomText(r, 300) + strings.Repeat(" ", r.IntN(60)) + "x" + strings.Repeat(" ", r.IntN(9)) + "\n\n\t\t"
			got := tok.Encode(text, nil)
			if back := string(tok.Decode(got)); back != text {
				t.Fatalf("%s: %q decodes to %q", name, text, back)
			}
			if saved := again.Encode(text, nil); !slices.Equal(saved, got) {
				t.Fatalf("%s: %q\nsaved %v\n want %v", name, text, saved, got)
			}
		}
		if tok.Special() != again.Special() {
			t.Errorf("%s: %+v, saved %+v", name, tok.Special(), again.Special())
		}
		t.Logf("%s: %d of %d", name, good, len(texts))
	}
}
