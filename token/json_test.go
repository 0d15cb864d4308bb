package token

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// file spells a tokenizer.json of a few parts; what is not given is null.
type file struct {
	vocab      []string // ids in order
	merges     []string
	model      string // further fields of the model, each followed by a comma
	added      string
	normalizer string
	pre        string
	post       string
	decoder    string
}

func (f file) String() string {
	or := func(s string) string {
		if s == "" {
			return "null"
		}
		return s
	}
	var vocab []string
	for i, p := range f.vocab {
		k, _ := json.Marshal(p)
		vocab = append(vocab, fmt.Sprintf("%s:%d", k, i))
	}
	merges, _ := json.Marshal(f.merges)
	if f.merges == nil {
		merges = []byte("[]")
	}
	if f.added == "" {
		f.added = "[]"
	}
	return fmt.Sprintf(`{"version":"1.0","added_tokens":%s,"normalizer":%s,"pre_tokenizer":%s,"post_processor":%s,"decoder":%s,`+
		`"model":{"type":"BPE",%s"vocab":{%s},"merges":%s}}`,
		f.added, or(f.normalizer), or(f.pre), or(f.post), or(f.decoder), f.model, strings.Join(vocab, ","), merges)
}

func (f file) read(t testing.TB) *Subword {
	t.Helper()
	tok, err := ReadJSON(strings.NewReader(f.String()))
	if err != nil {
		t.Fatalf("%v\n%s", err, f)
	}
	return tok
}

// spmFile is a small model of LLaMA's kind.
func spmFile() file {
	f := file{
		vocab:      []string{"<unk>", "<s>", "</s>"},
		model:      `"unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,`,
		added:      `[{"id":0,"content":"<unk>","special":true},{"id":1,"content":"<s>","special":true},{"id":2,"content":"</s>","special":true}]`,
		normalizer: `{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}`,
		post:       `{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}`,
		decoder:    `{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}`,
	}
	for b := range 256 {
		f.vocab = append(f.vocab, fmt.Sprintf("<0x%02X>", b))
	}
	f.vocab = append(f.vocab, strings.Split("▁abcdefghilmnorstuS中字", "")...)
	for _, m := range []string{"▁ t", "h e", "▁t he", "i n", "a b", "ab a", "b a", "a ba", "s t", "l l", "▁ ▁", "▁▁ ▁▁", "中 字", "in st", "▁ a"} {
		f.merges = append(f.merges, m)
		if p := strings.ReplaceAll(m, " ", ""); !containsString(f.vocab, p) {
			f.vocab = append(f.vocab, p)
		}
	}
	return f
}

func containsString(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func spmBPE(t testing.TB) *Subword { return spmFile().read(t) }
