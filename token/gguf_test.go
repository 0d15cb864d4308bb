package token

import (
	"fmt"
	"maps"
	"math"
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

// spmMeta describes a SentencePiece BPE whose pieces have the scores −1, −2 …
func spmMeta() map[string]any {
	tokens := spmFile().vocab
	types, scores := make([]int32, len(tokens)), make([]float32, len(tokens))
	for id := range tokens {
		types[id], scores[id] = normalPiece, float32(-id)
		if id < 3+256 {
			types[id], scores[id] = bytePiece, 0
		}
	}
	types[0], types[1], types[2] = unknownPiece, controlPiece, controlPiece
	return map[string]any{"tokenizer.ggml.model": "llama", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": types, "tokenizer.ggml.scores": scores}
}

// mergeByScores is SentencePiece's algorithm as it stands: the two neighbours whose joint piece has the highest score
// become one, the leftmost where there are several.
func mergeByScores(meta map[string]any, text string) []string {
	scores := map[string]float32{}
	for id, p := range meta["tokenizer.ggml.tokens"].([]string) {
		if meta["tokenizer.ggml.token_type"].([]int32)[id] == normalPiece {
			scores[p] = meta["tokenizer.ggml.scores"].([]float32)[id]
		}
	}
	parts := strings.Split("▁"+strings.ReplaceAll(text, " ", "▁"), "")
	for {
		at := -1
		for i := range len(parts) - 1 {
			if s, ok := scores[parts[i]+parts[i+1]]; ok && (at < 0 || s > scores[parts[at]+parts[at+1]]) {
				at = i
			}
		}
		if at < 0 {
			break
		}
		parts[at] += parts[at+1]
		parts = slices.Delete(parts, at+1, at+2)
	}
	var out []string
	for _, p := range parts {
		if _, ok := scores[p]; ok {
			out = append(out, p)
			continue
		}
		for _, b := range []byte(p) {
			out = append(out, fmt.Sprintf("<0x%02X>", b))
		}
	}
	return out
}

func TestMergesEqualScores(t *testing.T) {
	r := rand.New(rand.NewPCG(37, 38))
	for range 30 {
		meta := spmMeta()
		scores := meta["tokenizer.ggml.scores"].([]float32)
		for id := range scores[259:] {
			scores[259+id] = float32(-r.IntN(12)) // many are equal
		}
		tok, err := FromGGUF(meta)
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			text := ""
			for range 1 + r.IntN(30) {
				text += []string{"a", "b", "t", "h", "e", "i", "n", "s", "l", " ", "中", "字", "é", "z"}[r.IntN(14)]
			}
			if got, want := pieces(t, tok, text), strings.Join(mergeByScores(meta, text), "|"); got != want {
				t.Fatalf("%q\n got %s\nwant %s", text, got, want)
			}
		}
	}
}

// What is described for GGUF makes the same ids when it is read.
func TestGGUFRoundTrip(t *testing.T) {
	trained, err := TrainBPE(slices.Values(corpus(50)), TrainConfig{Vocab: 500, Special: []string{"<|endoftext|>", "<pad>"}, Pattern: CL100K})
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := NewBytes("<|endoftext|>")
	if err != nil {
		t.Fatal(err)
	}
	toks := map[string]Tokenizer{"trained": trained, "small": smallBPE(t), "bytes": bytes, "unigram": unigramFile(t)}
	if toks["spm"], err = FromGGUF(spmMeta()); err != nil {
		t.Fatal(err)
	}
	for name, folder := range map[string][]string{"gpt2": {"tokenizers", "gpt2-bpe"}, "minimind": {"tokenizers", "minimind"}, "stories": {"stories260k", "hf"}} {
		if toks[name], err = Open(shared(t, folder...)); err != nil {
			t.Fatal(err)
		}
	}
	for name, tok := range toks {
		meta, err := GGUF(tok)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, err := FromGGUF(meta)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r := rand.New(rand.NewPCG(33, 34))
		for range 200 {
			text := randomText(r, 100) + "<|endoftext|> the 中字   x</s>"
			want, got := EncodeSpecial(tok, text, nil), again.EncodeSpecial(text, nil)
			if !slices.Equal(got, want) {
				t.Fatalf("%s: %q\n got %v\nwant %v", name, text, got, want)
			}
			if a, b := Text(tok, want), Text(again, got); a != b {
				t.Fatalf("%s: %q decodes to %q, then %q", name, text, a, b)
			}
		}
		if s, ok := tok.(*Subword); ok && (s.ChatTemplate != again.ChatTemplate || s.Special() != again.Special()) {
			t.Errorf("%s: %+v, then %+v", name, s.Special(), again.Special())
		}
	}
	if meta, _ := GGUF(trained); meta["tokenizer.ggml.pre"] != "dbrx" || len(meta["tokenizer.ggml.tokens"].([]string)) != trained.Vocab() {
		t.Errorf("pre %v", meta["tokenizer.ggml.pre"])
	}
	chars, err := NewChars("abc")
	if err != nil {
		t.Fatal(err)
	}
	odd := smallFile()
	odd.normalizer = `{"type":"Lowercase"}`
	space := smallFile()
	space.pre = `{"type":"ByteLevel","add_prefix_space":true}`
	for says, tok := range map[string]Tokenizer{"has no form there": chars, `normalizer "{\"type\":\"Lowercase\"}" has no place there`: odd.read(t),
		"pre_tokenizer": space.read(t), `"aba" is made at several ranks`: spmBPE(t)} {
		if _, err := GGUF(tok); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

// Special tokens of Phi-3 take white space after them along, a <mask> of some encoders that before it.
func TestGGUFStrips(t *testing.T) {
	meta := spmMeta()
	meta["tokenizer.ggml.tokens"] = append(spmFile().vocab, "<|end|>", "<mask>")
	meta["tokenizer.ggml.token_type"] = append(meta["tokenizer.ggml.token_type"].([]int32), controlPiece, controlPiece)
	meta["tokenizer.ggml.scores"] = append(meta["tokenizer.ggml.scores"].([]float32), 0, 0)
	for _, c := range []struct{ key, value, text, want string }{
		{"general.name", "LLaMA", "a<|end|> \nb<s> a", "▁a|<|end|>|▁|▁|<0x0A>|b|<s>|▁|▁|a"},
		{"general.name", "Phi3", "a<|end|> \nb<s> a", "▁a|<|end|>|▁|b|<s>|▁|▁|a"},
		{"general.architecture", "nomic-bert-moe", "a  <mask> b", "▁a|<mask>|▁|▁|b"},
	} {
		m := maps.Clone(meta)
		m[c.key] = c.value
		tok, err := FromGGUF(m)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(pieces(t, tok, c.text), "▁▁", "▁|▁"); got != c.want {
			t.Errorf("%s: %q becomes %s, want %s", c.value, c.text, got, c.want)
		}
		if ends := tok.Ends(); !slices.Equal(ends, []int32{2, int32(len(spmFile().vocab))}) {
			t.Errorf("ends %v", ends)
		}
	}
	meta["tokenizer.ggml.eot_token_id"] = uint32(5)
	if tok, err := FromGGUF(meta); err != nil || !slices.Contains(tok.Ends(), 5) {
		t.Errorf("eot: %v", err)
	}
}

// Damaged metadata are refused by their key.
func TestGGUFRefused(t *testing.T) {
	good := func() map[string]any {
		meta, err := GGUF(smallBPE(t))
		if err != nil {
			t.Fatal(err)
		}
		return meta
	}
	spm := spmMeta
	const g = "tokenizer.ggml."
	for _, c := range []struct {
		name  string
		meta  map[string]any
		key   string
		value any
		says  string
	}{
		{"no model", good(), g + "model", nil, "tokenizer.ggml.model is missing"},
		{"another model", good(), g + "model", "rwkv", `tokenizer.ggml.model: "rwkv" is not supported`},
		{"model of a number", good(), g + "model", int32(3), "tokenizer.ggml.model: found int32, want a string"},
		{"another pre", good(), g + "pre", "odd", `tokenizer.ggml.pre: "odd" is not supported; known are`},
		{"no tokens", good(), g + "tokens", nil, "tokenizer.ggml.token_type: 400 values for 0 tokens"},
		{"tokens of numbers", good(), g + "tokens", []int32{1}, "tokenizer.ggml.tokens: found []int32"},
		{"tokens not UTF-8", good(), g + "tokens", []string{"\xff"}, "not valid UTF-8"},
		{"duplicate tokens", good(), g + "tokens", append([]string{"!", "!"}, good()[g+"tokens"].([]string)[2:]...), "tokenizer.ggml.tokens[1]"},
		{"few types", good(), g + "token_type", []int32{1}, "tokenizer.ggml.token_type: 1 values for 400 tokens"},
		{"odd type", good(), g + "token_type", make([]int32, 400), "tokenizer.ggml.token_type[0]: 0, want 1 to 6"},
		{"types of text", good(), g + "token_type", "x", "tokenizer.ggml.token_type: found string"},
		{"no merges", good(), g + "merges", nil, "tokenizer.ggml.merges is missing"},
		{"merges to nothing", good(), g + "merges", []string{good()[g+"merges"].([]string)[0], "qq zz"}, `tokenizer.ggml.merges[1]: "qq" + "zz": no piece`},
		{"merge of one", good(), g + "merges", []string{"ab"}, `tokenizer.ggml.merges[0]: "ab", want two pieces`},
		{"bos beyond", good(), g + "bos_token_id", uint32(400), "tokenizer.ggml.bos_token_id: 400, want an id below 400"},
		{"bos −1", good(), g + "eos_token_id", int32(-1), "tokenizer.ggml.eos_token_id: -1, want"},
		{"bos of text", good(), g + "bos_token_id", "x", "tokenizer.ggml.bos_token_id: found string"},
		{"add_eos without eos", map[string]any{g + "model": "gpt2", g + "pre": "gpt-2", g + "tokens": []string{"a"}, g + "merges": []string{}}, g + "add_eos_token", true,
			"tokenizer.ggml.add_eos_token is true, but tokenizer.ggml.eos_token_id is -1"},
		{"add_bos of a number", good(), g + "add_bos_token", uint8(1), "tokenizer.ggml.add_bos_token: found uint8"},
		{"template of a number", good(), "tokenizer.chat_template", 1.5, "tokenizer.chat_template: found float64"},
		{"few scores", spm(), g + "scores", []float32{1}, "tokenizer.ggml.scores: 1 values for"},
		{"score NaN", spm(), g + "scores", append([]float32{float32(math.NaN())}, spm()[g+"scores"].([]float32)[1:]...), "score NaN"},
		{"byte −1", spm(), g + "tokens", append([]string{"<unk>", "<s>", "</s>", "<0x-1>"}, spm()[g+"tokens"].([]string)[4:]...), `"<0x-1>" is typed a byte`},
		{"charsmap of 3 bytes", map[string]any{g + "model": "t5", g + "tokens": []string{"a", "b", "c"}, g + "eos_token_id": uint32(1)}, g + "precompiled_charsmap", []uint8{1, 2, 3}, "charsmap of 3 bytes"},
	} {
		if c.value == nil {
			delete(c.meta, c.key)
		} else {
			c.meta[c.key] = c.value
		}
		if tok, err := FromGGUF(c.meta); err == nil {
			t.Errorf("%s: accepted, %d ids", c.name, tok.Vocab())
		} else if !strings.Contains(err.Error(), c.says) || len(err.Error()) > 1500 {
			t.Errorf("%s: %q does not say %q", c.name, err, c.says)
		}
	}
}

// Every name of a pre-tokenizer makes a tokenizer that gives back any text, without an expression run by the slow engine.
func TestPreNames(t *testing.T) {
	base, err := GGUF(smallBPE(t))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(35, 36))
	for name, pre := range preTokenizers {
		for _, p := range pre.patterns {
			if _, find := p.lookUp(); find == nil {
				t.Errorf("%s: %s has no finder", name, p)
			}
		}
		meta := maps.Clone(base)
		meta["tokenizer.ggml.pre"], meta["tokenizer.ggml.add_sep_token"] = name, false
		tok, err := FromGGUF(meta)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for range 20 {
			text := randomText(r, 200)
			if back := string(tok.Decode(tok.Encode(text, nil))); back != text {
				t.Fatalf("%s: %q became %q", name, text, back)
			}
		}
		if again, err := GGUF(tok); err != nil || again["tokenizer.ggml.pre"] != name {
			t.Errorf("%s: described as %v, %v", name, again["tokenizer.ggml.pre"], err)
		}
	}
}
