package data

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// pairs is an encoder of two-byte ids with an odd byte at the end on its own, so that lengths differ.
type pairs struct{}

func (pairs) Encode(dst []int32, text []byte) []int32 {
	for ; len(text) >= 2; text = text[2:] {
		dst = append(dst, 256+int32(text[0])<<8+int32(text[1]))
	}
	for _, b := range text {
		dst = append(dst, int32(b))
	}
	return dst
}
func (pairs) VocabSize() int   { return 256 + 1<<16 + 1 }
func (pairs) EndOfText() int32 { return 256 + 1<<16 }
func (pairs) Bytes(id int32) int {
	switch {
	case id < 256:
		return 1
	case id < 256+1<<16:
		return 2
	}
	return 0
}
func (pairs) Fingerprint() string { return "pairs" }

// Held-out windows give each token once as a target, and their bytes are exactly the text's.
func TestEvaluationCoversEachTokenOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var docs [][]byte
		for range rapid.IntRange(40, 120).Draw(t, "documents") {
			docs = append(docs, []byte(rapid.StringN(1, 30, -1).Draw(t, "text")))
		}
		for _, enc := range []Encoder{ByteEncoder{}, pairs{}} {
			c, err := NewCorpus("memory", docs, Options{Valid: 0.3, Test: 0.3})
			if err != nil {
				t.Skip("all documents fell into one split")
			}
			s, err := c.Tokens(Options{Encoder: enc, Window: rapid.IntRange(1, 40).Draw(t, "window")})
			if err != nil {
				t.Fatal(err)
			}
			for name, set := range s.Each {
				if name == "train" {
					continue
				}
				var want []int32
				for text, err := range c.Text(name) {
					if err != nil {
						t.Fatal(err)
					}
					want = append(enc.Encode(want, text), enc.EndOfText())
				}
				var got []int32
				total := 0
				for _, b := range Sequential(set, 3).From(0) {
					for _, l := range b.Labels {
						if l != Ignore {
							got = append(got, l)
						}
					}
					total += b.Bytes
				}
				if !slices.Equal(got, want) {
					t.Fatalf("%s: targets %v, the text is %v", name, got, want)
				}
				if total != int(c.Bytes(name)) {
					t.Fatalf("%s: %d bytes counted of %d", name, total, c.Bytes(name))
				}
			}
		}
	})
}

// writeText makes a folder of n documents.
func writeText(t testing.TB, n int) string {
	dir := t.TempDir()
	for i := range n {
		path := filepath.Join(dir, fmt.Sprintf("d%d", i%3), fmt.Sprintf("%03d.txt", i))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(fmt.Sprintf("document %d\nsays %s\n", i, strings.Repeat("é", i))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTextFolderSplitsByDocument(t *testing.T) {
	dir, cache := writeText(t, 200), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "picture.bin"), []byte{1, 0, 2}, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := OpenText(dir, Options{Valid: 0.2, Test: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	if c.Files != 200 || c.Skipped != 1 {
		t.Errorf("%d files, %d skipped", c.Files, c.Skipped)
	}
	where := map[string]string{}
	n := 0
	for _, split := range splitNames {
		for text, err := range c.Text(split) {
			if err != nil {
				t.Fatal(err)
			}
			where[string(text)] = split
			n++
		}
	}
	if n != 200 || len(where) != 200 {
		t.Errorf("%d documents, %d different", n, len(where))
	}
	if v, te := c.Documents("valid"), c.Documents("test"); v < 20 || v > 60 || te < 20 || te > 60 {
		t.Errorf("%d for validation, %d for testing", v, te)
	}
	// A document keeps its split when others are gone.
	fewer, err := OpenText(filepath.Join(dir, "**", "*[02468].txt"), Options{Valid: 0.2, Test: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	if fewer.Files != 100 {
		t.Errorf("the pattern found %d files", fewer.Files)
	}
	for _, split := range splitNames {
		for text := range fewer.Text(split) {
			if where[string(text)] != split {
				t.Errorf("%.12q moved from %s to %s", text, where[string(text)], split)
			}
		}
	}

	// The token file is made once, found again, and made again when it is damaged.
	o := Options{Cache: cache, Encoder: pairs{}, Window: 16}
	read := func() Batch {
		s, err := c.Tokens(o)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var b Batch
		if err := (&Loader{Set: s.Train, Batch: 4, Seed: 5}).At(&b, 3, 0); err != nil {
			t.Fatal(err)
		}
		return cloned(&b)
	}
	first := read()
	files, _ := filepath.Glob(filepath.Join(cache, "tokens", "*"))
	if len(files) != 1 || filepath.Ext(files[0]) != ".tok" {
		t.Fatalf("cache holds %v", files)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(first, read()) {
		t.Error("a second reading differs")
	}
	for cut := range 80 {
		if err := os.WriteFile(files[0], whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := openTokens(files[0]); err == nil {
			t.Fatalf("a token file cut to %d bytes was opened", cut)
		}
	}
	if !reflect.DeepEqual(first, read()) {
		t.Error("reading after the damage differs")
	}
	flipped := bytes.Clone(whole)
	flipped[16] ^= 1
	if err := os.WriteFile(files[0], flipped, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := openTokens(files[0]); err == nil {
		t.Error("a wrong count of ids was accepted")
	}
}

// Without mmap the same bytes come by plain reads.
func TestMappedFallsBackToReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("0123456789"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, plain := range []bool{false, true} {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		m, err := newMapped(f)
		if err != nil {
			t.Fatal(err)
		}
		if plain {
			m.close()
			g, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			m = &mapped{&mapping{f: g}, 10}
		}
		if b, err := m.slice(3, 4); err != nil || string(b) != "3456" {
			t.Errorf("plain %v: %q, %v", plain, b, err)
		}
		if err := m.close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSingleFileSplitsByPosition(t *testing.T) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "line %d\n", i)
	}
	path := filepath.Join(t.TempDir(), "book.txt")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := OpenText(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, split := range splitNames {
		var part strings.Builder
		for piece, err := range c.Text(split) {
			if err != nil {
				t.Fatal(err)
			}
			part.Write(piece)
		}
		if !strings.HasPrefix(part.String(), "line ") {
			t.Errorf("%s begins inside a line: %.20q", split, part.String())
		}
		all = append(all, part.String())
	}
	if strings.Join(all, "") != text.String() {
		t.Error("the parts do not make up the file")
	}
	if share := float64(len(all[0])) / float64(text.Len()); share < 0.9 || share > 0.905 {
		t.Errorf("training part is %g of the file", share)
	}
}

// Long documents come in pieces that join to the whole and end where tokenizers begin anew.
func TestPieces(t *testing.T) {
	line := strings.Repeat("word ", 30) + "end.\n\n  indented\nnext\n"
	text := strings.Repeat(line, 3*pieceSize/len(line))
	for _, doc := range []string{text, strings.Repeat("é", 2*pieceSize), strings.Repeat("\n", 2*pieceSize+5)} {
		c, err := NewCorpus("m", [][]byte{[]byte(doc)}, Options{Valid: -1, Test: -1})
		if err != nil {
			t.Fatal(err)
		}
		var joined strings.Builder
		n := 0
		for p, err := range c.Text("train") {
			if err != nil {
				t.Fatal(err)
			}
			if n > 0 && doc == text && (p[0] == '\n' || p[0] == ' ') {
				t.Errorf("piece %d begins with a space", n)
			}
			if len(p) > 2*pieceSize {
				t.Errorf("a piece of %d bytes", len(p))
			}
			joined.Write(p)
			n++
		}
		if joined.String() != doc || n < 2 {
			t.Errorf("%d pieces, %d bytes of %d", n, joined.Len(), len(doc))
		}
	}
}

func TestTrainingWindowsVary(t *testing.T) {
	var doc []byte
	for i := range 2000 {
		doc = append(doc, byte(i), byte(i>>8))
	}
	c, err := NewCorpus("m", [][]byte{doc}, Options{Valid: -1, Test: -1})
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Tokens(Options{Window: 50})
	if err != nil {
		t.Fatal(err)
	}
	starts := map[int32]bool{}
	for seed := range uint64(20) {
		var b Batch
		if err := s.Train.Read(&b, []int{7}, seed); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(b.IDs[1:], b.Labels[:49]) || b.Bytes != 50 {
			t.Fatal("labels are not the next tokens")
		}
		starts[b.IDs[0]<<8+b.IDs[1]] = true
	}
	if len(starts) < 10 {
		t.Errorf("20 seeds gave %d different windows", len(starts))
	}
	// Text shorter than a window is one window, filled up.
	short, err := NewCorpus("m", [][]byte{[]byte("hi")}, Options{Valid: -1, Test: -1})
	if err != nil {
		t.Fatal(err)
	}
	s, err = short.Tokens(Options{Window: 5})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := s.Train.Read(&b, []int{0}, 9); err != nil {
		t.Fatal(err)
	}
	if s.Train.Len() != 1 || !slices.Equal(b.Labels, []int32{'h', 'i', 256, Ignore, Ignore}) || b.Count() != 3 || b.Bytes != 2 {
		t.Errorf("labels %v, bytes %d", b.Labels, b.Bytes)
	}
}
