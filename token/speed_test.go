package token

import (
	"strings"
	"testing"
	"time"
)

// english is a text of about size bytes.
func english(t testing.TB, size int) string {
	text := readFile(t, shared(t, "text", "tinyshakespeare.txt"))
	return strings.Repeat(text, size/len(text)+1)[:size]
}

// Encoding takes time in proportion to the text: eight times the text, at most sixteen times the time. GPT-2's figure
// is 10 MB/s a core on an idle machine; the test asks for a fifth of it, since others share this one.
func TestEncodingSpeed(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	tok, err := Open(shared(t, "tokenizers", "gpt2-bpe"))
	if err != nil {
		t.Fatal(err)
	}
	best := func(size int) time.Duration {
		text := english(t, size)
		dst := tok.Encode(text, nil)
		least := time.Hour
		for range 5 {
			start := time.Now()
			dst = tok.Encode(text, dst[:0])
			least = min(least, time.Since(start))
		}
		return least
	}
	small, large := best(1<<20), best(8<<20)
	if large > slack*16*small {
		t.Errorf("1 MiB takes %v, 8 MiB take %v", small, large)
	}
	speed := 8 * 1.048576 / large.Seconds()
	if speed < 2/float64(slack) {
		t.Errorf("%.1f MB/s", speed)
	}
	t.Logf("GPT-2 on English: %.1f MB/s", speed)
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
	for name, folder := range map[string][]string{"gpt2": {"tokenizers", "gpt2-bpe"}, "minimind": {"tokenizers", "minimind"}, "stories260k": {"stories260k", "hf"}} {
		tok, err := Open(shared(b, folder...))
		if err != nil {
			b.Fatal(err)
		}
		run(name, tok)
	}
	for _, name := range []string{"deepseek-llm", "llama-spm"} {
		tok, err := FromGGUF(readGGUF(b, shared(b, "tokenizers", "ggml-vocab-"+name+".gguf")))
		if err != nil {
			b.Fatal(err)
		}
		run(name, tok)
	}
}
