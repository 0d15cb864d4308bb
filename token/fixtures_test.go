package token

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

var goroot = sync.OnceValue(func() string {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "/nonexistent"
	}
	return strings.TrimSpace(string(out))
})

// ggmlCases reads the texts and ids llama.cpp tests a vocabulary with.
func ggmlCases(t testing.TB, name string) (texts []string, ids [][]int32) {
	const sep = "\n__ggml_vocab_test__\n"
	texts = strings.Split(readFile(t, shared(t, "tokenizers", name+".inp")), sep)
	texts = texts[:len(texts)-1]
	for line := range strings.Lines(readFile(t, shared(t, "tokenizers", name+".out"))) {
		row := []int32{}
		for _, f := range strings.Fields(line) {
			id, err := strconv.Atoi(f)
			if err != nil {
				t.Fatal(err)
			}
			row = append(row, int32(id))
		}
		ids = append(ids, row)
	}
	if len(texts) != len(ids) {
		t.Fatalf("%d texts, %d lines of ids", len(texts), len(ids))
	}
	return texts, ids
}

func TestGPT2Fixture(t *testing.T) {
	tok, err := Open(shared(t, "tokenizers", "gpt2-bpe"))
	if err != nil {
		t.Fatal(err)
	}
	texts, ids := ggmlCases(t, "ggml-vocab-gpt-2.gguf")
	good := 0
	for i, text := range texts {
		got := tok.Encode(text, nil)
		if !slices.Equal(got, ids[i]) {
			t.Errorf("%q\n got %v\nwant %v", text, got, ids[i])
			continue
		}
		if back := string(tok.Decode(got)); back != text {
			t.Errorf("%q decodes to %q", text, back)
			continue
		}
		good++
	}
	t.Logf("gpt-2: %d of %d", good, len(texts))
	if s := tok.Special(); s.BOS != 50256 || s.EOS != 50256 || tok.Vocab() != 50257 {
		t.Errorf("special %+v, vocab %d", s, tok.Vocab())
	}
}

func TestMinimindFixture(t *testing.T) {
	tok, err := Open(shared(t, "tokenizers", "minimind"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Cases []struct {
			Text string  `json:"text"`
			IDs  []int32 `json:"ids"`
		} `json:"cases"`
	}
	if err := json.Unmarshal([]byte(readFile(t, shared(t, "tokenizers", "minimind", "expected.json"))), &want); err != nil {
		t.Fatal(err)
	}
	good := 0
	for _, c := range want.Cases {
		got := tok.Encode(c.Text, nil)
		if !slices.Equal(got, c.IDs) {
			t.Errorf("%q\n got %v\nwant %v", c.Text, got, c.IDs)
			continue
		}
		if back := Text(tok, got); back != c.Text {
			t.Errorf("%q decodes to %q", c.Text, back)
			continue
		}
		good++
	}
	t.Logf("minimind: %d of %d", good, len(want.Cases))
	b := tok.(*Subword)
	if s := tok.Special(); tok.Piece(s.BOS) != "<|im_start|>" || tok.Piece(s.EOS) != "<|im_end|>" || tok.Piece(s.Pad) != "<|endoftext|>" {
		t.Errorf("special %+v", s)
	}
	if !strings.HasPrefix(b.ChatTemplate, "{%- if tools %}") {
		t.Errorf("chat template %.40q", b.ChatTemplate)
	}
	if ids := b.EncodeOrdinary("<|im_start|>", nil); len(ids) < 2 {
		t.Errorf("ordinary text became the special ids %v", ids)
	}
}

func TestStories260KFixture(t *testing.T) {
	tok, err := Open(shared(t, "stories260k", "hf"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Encode []struct {
			Text string  `json:"text"`
			IDs  []int32 `json:"ids"`
		} `json:"encode"`
	}
	if err := json.Unmarshal([]byte(readFile(t, shared(t, "stories260k", "expected.json"))), &want); err != nil {
		t.Fatal(err)
	}
	good := 0
	for _, c := range want.Encode {
		got := EncodeSpecial(tok, c.Text, nil)
		if !slices.Equal(got, c.IDs) {
			t.Errorf("%q\n got %v\nwant %v", c.Text, got, c.IDs)
			continue
		}
		if back := string(tok.Decode(got[1:])); back != c.Text {
			t.Errorf("%q decodes to %q", c.Text, back)
			continue
		}
		good++
	}
	t.Logf("stories260k: %d of %d", good, len(want.Encode))
	if s := tok.Special(); s != (Special{BOS: 1, EOS: 2, Pad: None, Unk: 0}) {
		t.Errorf("special %+v", s)
	}
}

// What is saved reads back as the same tokenizer.
func TestSaveFixtures(t *testing.T) {
	for _, folder := range [][]string{{"tokenizers", "gpt2-bpe"}, {"tokenizers", "minimind"}, {"stories260k", "hf"}} {
		tok, err := Open(shared(t, folder...))
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "saved")
		if err := Save(tok, dir); err != nil {
			t.Fatal(err)
		}
		again, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		texts, _ := ggmlCases(t, "ggml-vocab-gpt-2.gguf")
		for _, text := range texts {
			if a, b := EncodeSpecial(tok, text, nil), EncodeSpecial(again, text, nil); !slices.Equal(a, b) {
				t.Errorf("%s: %q: %v before, %v after", folder, text, a, b)
			}
		}
		if tok.Special() != again.Special() || tok.(*Subword).ChatTemplate != again.(*Subword).ChatTemplate || tok.Vocab() != again.Vocab() {
			t.Errorf("%s: roles, template or size changed", folder)
		}
	}
}
