package token

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestBytes(t *testing.T) {
	tok, err := NewBytes("<|endoftext|>", "<pad>")
	if err != nil {
		t.Fatal(err)
	}
	text := "é<|endoftext|>\xff"
	ids := tok.Encode(text, nil)
	if !slices.Equal(ids, []int32{0xc3, 0xa9, 256, 0xff}) {
		t.Errorf("%v", ids)
	}
	if got := string(tok.Decode(append(ids, -1, 300))); got != text {
		t.Errorf("decoded %q", got)
	}
	if n := len(tok.EncodeOrdinary(text, nil)); n != len(text) {
		t.Errorf("%d ids of %d bytes", n, len(text))
	}
	if s := tok.Special(); s != (Special{256, 256, 257, None}) || tok.Vocab() != 258 {
		t.Errorf("%+v", s)
	}
	for id := range int32(tok.Vocab()) {
		if back, ok := tok.ID(tok.Piece(id)); !ok || back != id {
			t.Errorf("piece %q of %d has id %d", tok.Piece(id), id, back)
		}
	}
	if _, ok := tok.ID("ab"); ok || tok.Piece(999) != "" {
		t.Error("unknown pieces are known")
	}
	for _, names := range [][]string{{""}, {"a", "a"}, {strings.Repeat("x", 1000)}} {
		if _, err := NewBytes(names...); err == nil {
			t.Errorf("%.20q are accepted", names)
		}
	}
}

func TestChars(t *testing.T) {
	tok, err := NewChars("力大砖飞 brick\xff", "</s>")
	if err != nil {
		t.Fatal(err)
	}
	ids := tok.Encode("飞砖</s>x\xff", nil)
	if got := string(tok.Decode(ids)); got != "飞砖</s><unk><unk>" {
		t.Errorf("decoded %q", got)
	}
	if tok.Vocab() != 10+2 || tok.Special() != (Special{None, 11, None, 10}) {
		t.Errorf("%d ids, %+v", tok.Vocab(), tok.Special())
	}
	for id := range int32(tok.Vocab()) {
		if back, ok := tok.ID(tok.Piece(id)); !ok || back != id {
			t.Errorf("piece %q of %d has id %d", tok.Piece(id), id, back)
		}
	}
	for _, p := range []string{"", "x", "飞砖", "\xff"} {
		if _, ok := tok.ID(p); ok {
			t.Errorf("%q has an id", p)
		}
	}
}

// Bytes and Chars come back as themselves from Hugging Face files, and mean the same as a BPE.
func TestSavePlainKinds(t *testing.T) {
	bytes, err := NewBytes("<|endoftext|>")
	if err != nil {
		t.Fatal(err)
	}
	chars, err := NewChars("力大砖飞 the\n", "<s>", "</s>")
	if err != nil {
		t.Fatal(err)
	}
	for _, tok := range []Tokenizer{bytes, chars} {
		dir := filepath.Join(t.TempDir(), "new", "folder")
		if err := Save(tok, dir); err != nil {
			t.Fatal(err)
		}
		again, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(filepath.Join(dir, "tokenizer.json"))
		if err != nil {
			t.Fatal(err)
		}
		bpe, err := ReadJSON(f)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		text := "the 力 <s>大\n<|endoftext|>?"
		want := tok.Encode(text, nil)
		if !slices.Equal(again.Encode(text, nil), want) || !slices.Equal(bpe.Encode(text, nil), want) || tok.Special() != again.Special() {
			t.Errorf("%T: changed by saving", tok)
		}
		if string(bpe.Decode(want)) != string(tok.Decode(want)) {
			t.Errorf("%T: decodes differently as a BPE: %q", tok, bpe.Decode(want))
		}
		switch tok.(type) {
		case *Bytes:
			_, ok := again.(*Bytes)
			if !ok {
				t.Errorf("%T came back as %T", tok, again)
			}
		case *Chars:
			if _, ok := again.(*Chars); !ok {
				t.Errorf("%T came back as %T", tok, again)
			}
		}
		names, err := os.ReadDir(dir)
		if err != nil || len(names) != 3 {
			t.Errorf("%v in the folder, %v", names, err)
		}
	}
}

func TestFolder(t *testing.T) {
	open := func(files map[string]string) *Subword {
		t.Helper()
		fsys := fstest.MapFS{}
		for name, data := range files {
			fsys[name] = &fstest.MapFile{Data: []byte(data)}
		}
		tok, err := OpenFS(fsys)
		if err != nil {
			t.Fatal(err)
		}
		return tok.(*Subword)
	}
	model := smallFile().String()
	tok := open(map[string]string{"tokenizer.json": model,
		"tokenizer_config.json": `{"bos_token":null,"eos_token":{"content":"<e>","special":true},"pad_token":"<none>","chat_template":[{"name":"tool","template":"t"},{"name":"default","template":"d"}]}`})
	if tok.Special() != (Special{None, 7, None, None}) || tok.ChatTemplate != "d" {
		t.Errorf("%+v %q", tok.Special(), tok.ChatTemplate)
	}
	tok = open(map[string]string{"tokenizer.json": model, "special_tokens_map.json": `{"bos_token":"<e>"}`, "chat_template.jinja": "{{x}}"})
	if tok.Special().BOS != 7 || tok.ChatTemplate != "{{x}}" {
		t.Errorf("%+v %q", tok.Special(), tok.ChatTemplate)
	}
	dir := t.TempDir()
	if err := tok.Save(dir); err != nil {
		t.Fatal(err)
	}
	if again, err := Open(dir); err != nil || again.(*Subword).ChatTemplate != "{{x}}" {
		t.Errorf("the template is lost: %v", err)
	}
	llama := open(map[string]string{"tokenizer.json": spmFile().String(),
		"tokenizer_config.json": `{"tokenizer_class":"LlamaTokenizerFast","add_eos_token":true,"bos_token":"<s>","eos_token":"</s>"}`})
	if ids := llama.EncodeSpecial("", nil); !slices.Equal(ids, []int32{1, 2}) {
		t.Errorf("LLaMA's flags: %v", ids)
	}
	pair := open(map[string]string{"vocab.json": `{"a":0,"b":1,"ab":2,"<|endoftext|>":3}`, "merges.txt": "#version: 0.2\r\na b\r\n"})
	if got := pair.Encode("ab<|endoftext|>b", nil); !slices.Equal(got, []int32{2, 3, 1}) {
		t.Errorf("GPT-2's pair: %v", got)
	}
}

// A folder that can't be written is an error and leaves what was there.
func TestSaveFails(t *testing.T) {
	tok, err := NewBytes()
	if err != nil {
		t.Fatal(err)
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Save(tok, blocked); err == nil || !strings.Contains(err.Error(), blocked) {
		t.Errorf("saving into a file: %v", err)
	}
	if err := Save(struct{ Tokenizer }{tok}, t.TempDir()); err == nil {
		t.Error("a foreign tokenizer is saved")
	}
}
