package token

import (
	"strings"
	"testing"
)

// english is a text of about size bytes.
func english(t testing.TB, size int) string {
	text := readFile(t, shared(t, "text", "tinyshakespeare.txt"))
	return strings.Repeat(text, size/len(text)+1)[:size]
}

// BenchmarkEncodeEnglish measures the published vocabularies on one core.
func BenchmarkEncodeEnglish(b *testing.B) {
	text := english(b, 4<<20)
	run := func(name string, tok Tokenizer) {
		b.Run(name, func(b *testing.B) {
			var dst []int32
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				dst = tok.Encode(text, dst[:0])
			}
		})
	}
	for name, tok := range published(b) {
		run(name, tok)
	}
}

// published are the vocabularies beside the module.
func published(t testing.TB) map[string]Tokenizer {
	toks := map[string]Tokenizer{}
	var err error
	for name, folder := range map[string][]string{"gpt2": {"tokenizers", "gpt2-bpe"}, "minimind": {"tokenizers", "minimind"}, "stories260k": {"stories260k", "hf"}} {
		if toks[name], err = Open(shared(t, folder...)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"deepseek-llm", "llama-spm"} {
		if toks[name], err = FromGGUF(readGGUF(t, shared(t, "tokenizers", "ggml-vocab-"+name+".gguf"))); err != nil {
			t.Fatal(err)
		}
	}
	return toks
}
