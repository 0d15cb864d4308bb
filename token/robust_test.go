package token

import (
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func smallFile() file {
	return file{
		vocab:   []string{"a", "b", "c", "Ġ", "ab", "abc", "Ġa"},
		merges:  []string{"a b", "ab c", "Ġ a"},
		pre:     `{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}`,
		added:   `[{"id":7,"content":"<e>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}]`,
		post:    `{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"<e>","type_id":0}}],"pair":[],"special_tokens":{"<e>":{"id":"<e>","ids":[7],"tokens":["<e>"]}}}`,
		decoder: `{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}`,
	}
}

// with returns the small file with one string replaced, which must occur.
func with(t testing.TB, old, new string) string {
	s := smallFile().String()
	if !strings.Contains(s, old) {
		t.Fatalf("%s is not in %s", old, s)
	}
	return strings.Replace(s, old, new, 1)
}

func TestRefusedFiles(t *testing.T) {
	deep := func(open, inside, shut string, n int) string {
		return strings.Repeat(open, n) + inside + strings.Repeat(shut, n)
	}
	normalizer := func(n string) string { return with(t, `"normalizer":null`, `"normalizer":`+n) }
	split := func(regex string) string {
		return with(t, smallFile().pre, `{"type":"Split","pattern":{"Regex":"`+regex+`"},"behavior":"Isolated","invert":false}`)
	}
	for _, c := range []struct{ name, file, says string }{
		{"duplicate id", with(t, `"b":1`, `"b":0`), "model.vocab: id 0 belongs to"},
		{"duplicate piece", with(t, `"b":1`, `"a":1`), `model.vocab: piece "a" has id 0 already`},
		{"duplicate field", with(t, `"normalizer":null`, `"normalizer":null,"normalizer":null`), `field "normalizer" twice`},
		{"duplicate field of the model", with(t, `"merges":`, `"type":"BPE","merges":`), `model: field "type" twice`},
		{"duplicate field inside", with(t, `"use_regex":true`, `"use_regex":true,"use_regex":true`), "pre_tokenizer"},
		{"case-folded field", with(t, `"use_regex":true`, `"Use_Regex":true`), "pre_tokenizer: ByteLevel"},
		{"wide gap", with(t, `"b":1`, `"b":100000`), "greatest id 100000 with 8 pieces"},
		{"vast id", with(t, `"b":1`, `"b":2147483647`), "id 2147483647, want"},
		{"negative id", with(t, `"b":1`, `"b":-1`), "id -1, want"},
		{"fractional id", with(t, `"b":1`, `"b":1.5`), "id 1.5, want"},
		{"id as text", with(t, `"b":1`, `"b":"1"`), "string where an id is due"},
		{"merge with an unknown part", with(t, `"a b"`, `"a x"`), `model.merges[0]: "a" + "x": no piece "x"`},
		{"merge to an unknown piece", with(t, `"a b"`, `"b a"`), `no piece "ba"`},
		{"merge of three", with(t, `"a b"`, `"a b c"`), "want two pieces"},
		{"merge of one", with(t, `"a b"`, `"ab"`), "want two pieces"},
		{"merge array of three", with(t, `"a b"`, `["a","b","c"]`), "3 pieces, want 2"},
		{"merge of numbers", with(t, `"a b"`, `[1,2]`), "model.merges[0]"},
		{"merges as object", with(t, `"merges":[`, `"merges":{"x":[`) + "}", "model.merges"},
		{"exponential expression", split(`(a+)+$`), "its time would be exponential"},
		{"possessive expression", split(`a++b`), "possessive"},
		{"expression with a group of its own", split(`(?m)a`), "not supported"},
		{"broken expression", split(`(a`), "not closed"},
		{"long expression", split(strings.Repeat("a", 5000)), "5000 bytes, at most 4096"},
		{"10,000 normalizers", normalizer(`{"type":"Sequence","normalizers":[` + strings.Repeat(`{"type":"NFC"},`, 9999) + `{"type":"NFC"}]}`), "10000 steps, at most 64"},
		{"10,000 nested normalizers", normalizer(deep(`{"type":"Sequence","normalizers":[`, `{"type":"NFC"}`, `]}`, 4000)), "more than 8 deep"},
		{"deep nesting", normalizer(deep("[", "", "]", 20000)), "depth"},
		{"deep nesting of objects", normalizer(deep(`{"a":`, "1", "}", 20000)), "depth"},
		{"invalid UTF-8", with(t, `"abc"`, "\"ab\xff\""), "UTF-8"},
		{"half a surrogate", with(t, `"abc"`, `"ab\ud800"`), "surrogate"},
		{"empty added token", with(t, `"content":"<e>"`, `"content":""`), "added_tokens[0]: content is empty"},
		{"long added token", with(t, `"content":"<e>"`, `"content":"`+strings.Repeat("x", 600)+`"`), "600 bytes, at most 512"},
		{"added token at another's id", with(t, `"id":7`, `"id":1`), "id 1 belongs to"},
		{"added token with two ids", with(t, `"content":"<e>"`, `"content":"abc"`), `"abc" has id 7 here and 5 before`},
		{"added token without id", with(t, `"id":7,`, ``), "id 0 belongs to"},
		{"added token with a vast id", with(t, `"id":7`, `"id":2000000000`), "id 2000000000, want"},
		{"added token with an unknown field", with(t, `"lstrip":false`, `"lstrip":false,"x":1`), "added_tokens"},
		{"unknown field", with(t, `"version":"1.0"`, `"version":"1.0","x":1`), "x: unknown field"},
		{"unknown field of the model", with(t, `"type":"BPE"`, `"type":"BPE","x":1`), "model.x: unknown field"},
		{"another model", with(t, `"type":"BPE"`, `"type":"Odd"`), `model.type: "Odd" is not supported`},
		{"Unigram with an object", with(t, `"type":"BPE"`, `"type":"Unigram"`), `model.vocab: { where an array is due`},
		{"Unigram with a merge", with(t, `"type":"BPE","vocab":`, `"type":"Unigram","x":`), `model.x: unknown field of a Unigram model`},
		{"WordPiece with merges", with(t, `"type":"BPE"`, `"type":"WordPiece"`), `model.merges: a WordPiece model has none`},
		{"no model", `{"version":"1.0"}`, "no field model"},
		{"no vocab", with(t, `"vocab"`, `"vocabulary"`), "model.vocabulary: unknown field"},
		{"dropout", with(t, `"type":"BPE"`, `"type":"BPE","dropout":0.1`), "model.dropout: 0.1 is not supported"},
		{"suffix", with(t, `"type":"BPE"`, `"type":"BPE","end_of_word_suffix":"</w>"`), `model.end_of_word_suffix: "</w>" is not supported`},
		{"unknown unk", with(t, `"type":"BPE"`, `"type":"BPE","unk_token":"<u>"`), `model.unk_token: "<u>" is not in the vocabulary`},
		{"byte fallback without bytes", with(t, `"type":"BPE"`, `"type":"BPE","byte_fallback":true`), "byte_fallback: the vocabulary has no"},
		{"truncation", with(t, `"version":"1.0"`, `"version":"1.0","truncation":{"max_length":5}`), "truncation: not supported"},
		{"another normalizer", normalizer(`{"type":"Precompiled","precompiled_charsmap":""}`), "normalizer: Precompiled: charsmap of 0 bytes"},
		{"normalizer of no type", normalizer(`{}`), "no field type"},
		{"normalizer that is a list", normalizer(`[]`), "normalizer"},
		{"replace without pattern", normalizer(`{"type":"Replace","content":"x"}`), "pattern"},
		{"long prefix", normalizer(`{"type":"Prepend","prepend":"` + strings.Repeat("x", 600) + `"}`), "600 bytes, at most 512"},
		{"two ByteLevels", with(t, smallFile().pre, `{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"ByteLevel"}]}`), "a second ByteLevel"},
		{"decoder that multiplies", with(t, smallFile().decoder, `{"type":"Sequence","decoders":[`+
			strings.Repeat(`{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaaaaaaaa"},`, 20)+`{"type":"Fuse"}]}`), "a text grows to"},
		{"more merges than the pieces allow", with(t, `"a b"`, strings.Repeat(`"a b",`, 3000)+`"a b"`), "merges for 7 pieces"},
		{"another pre-tokenizer", with(t, smallFile().pre, `{"type":"UnicodeScripts"}`), "pre_tokenizer: UnicodeScripts: this pre-tokenizer is not supported"},
		{"another behavior", with(t, smallFile().pre, `{"type":"Split","pattern":{"String":" "},"behavior":"Odd","invert":false}`), `behavior: "Odd", want`},
		{"another post-processor", with(t, `"type":"TemplateProcessing"`, `"type":"Odd"`), "post_processor: Odd"},
		{"template with an unknown id", with(t, `"ids":[7]`, `"ids":[99]`), "id 99 is not in the vocabulary"},
		{"template without text", with(t, `{"Sequence":{"id":"A","type_id":0}},`, ``), "Sequence A is missing"},
		{"another decoder", with(t, smallFile().decoder, `{"type":"CTC"}`), "decoder: CTC"},
		{"trailing text", smallFile().String() + "x", ""},
		{"second object", smallFile().String() + "{}", "something follows"},
		{"not JSON", "tokenizer", "no JSON"},
		{"an array", "[]", "object is due"},
		{"nothing", "", "no JSON"},
		{"a byte order mark", "\ufeff" + smallFile().String(), "no JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			tok, err := ReadJSON(strings.NewReader(c.file))
			if err == nil {
				t.Fatalf("accepted, %d ids", tok.Vocab())
			}
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q does not say %q", err, c.says)
			}
			if len(err.Error()) > 600 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
			if d := time.Since(start); d > slack*2*time.Second { // the figure is one second; other programs share the machine
				t.Errorf("took %v", d)
			}
		})
	}
}

// Small gaps between ids are allowed: an id in one stands for nothing.
func TestGaps(t *testing.T) {
	tok, err := ReadJSON(strings.NewReader(with(t, `"c":2`, `"c":40`)))
	if err != nil {
		t.Fatal(err)
	}
	if tok.Vocab() != 41 || tok.Piece(2) != "" || tok.Piece(40) != "c" || tok.Piece(-1) != "" || tok.Piece(99) != "" {
		t.Errorf("vocab %d, pieces %q %q", tok.Vocab(), tok.Piece(2), tok.Piece(40))
	}
	if got := tok.Decode([]int32{0, 2, 40, -5, 1 << 30, 1}); string(got) != "acb" {
		t.Errorf("decoded %q", got)
	}
}

// spaces reads as n spaces without holding them.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

func TestVastFile(t *testing.T) {
	e := new(endless)
	if _, err := ReadJSON(e); err == nil || !strings.Contains(err.Error(), "more than 64 MiB") {
		t.Errorf("error %v", err)
	}
	if e.read > maxFile+1<<20 {
		t.Errorf("read %d bytes", e.read)
	}
	if _, err := ReadGPT2(io.MultiReader(strings.NewReader(`{"`), new(endless)), strings.NewReader("")); err == nil {
		t.Error("a vast encoder.json is accepted")
	}
}

// The memory of reading is bounded by the file's size.
func TestMemoryOfReading(t *testing.T) {
	var b strings.Builder
	n := 400_000
	if testing.Short() {
		n /= 10
	}
	b.WriteString(`{"model":{"type":"BPE","merges":[],"vocab":{`)
	for i := range n {
		fmt.Fprintf(&b, `"%x":%d,`, i, i)
	}
	fmt.Fprintf(&b, `"zz":%d}}}`, n)
	file := b.String()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	tok, err := ReadJSON(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if used, most := int(after.HeapAlloc)-int(before.HeapAlloc), 2*len(file)+16<<20; used > most {
		t.Errorf("%d bytes kept for a file of %d, at most %d", used, len(file), most)
	}
	runtime.KeepAlive(tok)
}

// 1 MB of one character, whatever the tokenizer, within a second on an idle machine.
func TestOneCharacter(t *testing.T) {
	size := 1 << 20
	if testing.Short() {
		size >>= 4
	}
	spm := spmBPE(t)
	regex := file{vocab: []string{"a", "aa", "Ġ", "ĠĠ"}, merges: []string{"a a", "Ġ Ġ"},
		pre: `{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\s+$|[a-z]+|\\s+"},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]}`}.read(t)
	bert, err := ReadJSON(strings.NewReader(bertFile()))
	if err != nil {
		t.Fatal(err)
	}
	scored, err := FromGGUF(spmMeta())
	if err != nil {
		t.Fatal(err)
	}
	toks := map[string]*Subword{"bytes": smallBPE(t), "spm": spm, "regex": regex, "scored": scored, "wordpiece": bert, "unigram": unigramFile(t)}
	base, err := GGUF(toks["bytes"])
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for name, pre := range preTokenizers {
		key := fmt.Sprint(pre.patterns)
		if seen[key] {
			continue
		}
		seen[key] = true
		meta := maps.Clone(base)
		meta["tokenizer.ggml.pre"], meta["tokenizer.ggml.add_sep_token"] = name, false
		if toks[name], err = FromGGUF(meta); err != nil {
			t.Fatal(err)
		}
	}
	exact := func(name string) bool { return name != "regex" && name != "wordpiece" && name != "unigram" }
	for name, tok := range toks {
		for _, c := range []string{"a", " ", "中", "\xff", "<", "7", "\n", "A", "\u0301", " \n", "a1", "\u00a0"} {
			size := size
			if _, named := preTokenizers[name]; named {
				size /= 8
			}
			text := strings.Repeat(c, size/len(c))
			start := time.Now()
			ids := tok.Encode(text, nil)
			if d := time.Since(start); d > slack*5*time.Second { // the figure is one second, on an idle machine
				t.Errorf("%s: %q took %v", name, c, d)
			}
			if exact(name) && string(tok.Decode(ids)) != text {
				t.Errorf("%s: %q does not come back", name, c)
			}
			if err := tok.Err(); err != nil {
				t.Error(err)
			}
		}
	}
}

// An expression that runs away is stopped and said so; the ids of the text are not half of them.
func TestRunawayExpression(t *testing.T) {
	if testing.Short() {
		t.Skip("takes the second of the bound")
	}
	tok := file{vocab: []string{"a"}, pre: `{"type":"Split","pattern":{"Regex":"(?:a|aa)+[!?][b-z]"},"behavior":"Isolated","invert":false}`}.read(t)
	start := time.Now()
	if ids := tok.Encode(strings.Repeat("a", 3000)+"!a?b", []int32{5}); len(ids) != 1 || tok.Err() == nil {
		t.Errorf("%d ids, error %v", len(ids), tok.Err())
	}
	if d := time.Since(start); d > slack*10*time.Second {
		t.Errorf("took %v", d)
	}
}

// Normalizers that multiply a text are stopped before they fill the memory.
func TestMultiplyingNormalizers(t *testing.T) {
	step := `{"type":"Replace","pattern":{"String":"a"},"content":"` + strings.Repeat("a", 300) + `"}`
	tok := file{vocab: []string{"a"}, normalizer: `{"type":"Sequence","normalizers":[` + strings.Repeat(step+",", 30) + step + `]}`}.read(t)
	if ids := tok.Encode("b a b", nil); len(ids) != 0 || tok.Err() == nil || !strings.Contains(tok.Err().Error(), "grows to") {
		t.Errorf("%d ids, error %v", len(ids), tok.Err())
	}
}

// Every truncation and every flipped byte of a small file is answered: read or refused.
func TestDamagedFiles(t *testing.T) {
	whole := smallFile().String()
	for n := range len(whole) {
		if _, err := ReadJSON(strings.NewReader(whole[:n])); err == nil {
			t.Errorf("the first %d of %d bytes are accepted", n, len(whole))
		}
	}
	read := 0
	for i := range len(whole) {
		frugal(t, i, func() {
			for _, flip := range []byte{1, 2, 4, 8, 16, 32, 64, 128} {
				b := []byte(whole)
				b[i] ^= flip
				if tok, err := ReadJSON(strings.NewReader(string(b))); err == nil {
					read++
					tok.Decode(tok.EncodeSpecial("abc <e> aab\n", nil))
				}
			}
		})
	}
	t.Logf("%d of %d flips read", read, 8*len(whole))
}

// frugal runs f and fails if it allocates more than 16 MiB, at once or not; at is the byte in hand.
func frugal(t *testing.T, at int, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 16<<20 {
		t.Errorf("byte %d changed: %d bytes allocated, want at most 16 MiB", at, got)
	}
}

func TestDamagedFolders(t *testing.T) {
	good := smallFile().String()
	for name, files := range map[string]map[string]string{
		"empty":                {},
		"broken config":        {"tokenizer.json": good, "tokenizer_config.json": "{"},
		"unknown bos":          {"tokenizer.json": good, "tokenizer_config.json": `{"bos_token":"<x>"}`},
		"bos of a wrong kind":  {"tokenizer.json": good, "tokenizer_config.json": `{"bos_token":[1]}`},
		"template of a number": {"tokenizer.json": good, "tokenizer_config.json": `{"chat_template":3}`},
		"broken map":           {"tokenizer.json": good, "special_tokens_map.json": `{"eos_token":3}`},
		"merges missing":       {"encoder.json": `{"a":0}`},
		"merges broken":        {"encoder.json": `{"a":0}`, "vocab.bpe": "#version: 0.2\na\n"},
		"pieces broken":        {"vocab.json": `{"a":0}{`, "merges.txt": ""},
	} {
		fsys := fstest.MapFS{}
		for f, data := range files {
			fsys[f] = &fstest.MapFile{Data: []byte(data)}
		}
		if _, err := OpenFS(fsys); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Open(t.TempDir() + "/absent"); err == nil {
		t.Error("an absent folder is accepted")
	}
}

func FuzzTokenizerJSON(f *testing.F) {
	f.Add(smallFile().String())
	f.Add(spmFile().String())
	f.Add(bertFile())
	f.Add(unigramJSON([]string{"<unk>", "</s>", "▁", "a", "ab", "b"}, []float64{0, 0, -1, -2, -1.5, -3}, false))
	f.Add(strings.Replace(smallFile().String(), smallFile().pre, `{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}`, 1))
	f.Add(strings.Replace(smallFile().String(), smallFile().pre, `{"type":"Split","pattern":{"Regex":"\\w+|\\s+(?!\\S)"},"behavior":"MergedWithNext","invert":true}`, 1))
	f.Fuzz(func(t *testing.T, data string) {
		tok, err := ReadJSON(strings.NewReader(data))
		if err != nil {
			return
		}
		ids := tok.EncodeSpecial("ab c\n<e> ▁x 中\xff é", nil)
		for _, id := range ids {
			if !tok.vocab.has(id) {
				t.Fatalf("id %d is not in the vocabulary", id)
			}
		}
		Text(tok, ids)
		saved, err := tok.spec.json()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadJSON(strings.NewReader(string(saved)))
		if err != nil {
			t.Fatalf("saved, it is refused: %v\n%s", err, saved)
		}
		if tok.Err() == nil && again.Err() == nil && string(again.Decode(ids)) != string(tok.Decode(ids)) {
			t.Fatal("saved and read, it decodes differently")
		}
	})
}

func FuzzGGUFMeta(f *testing.F) {
	f.Add("gpt2", "qwen2", "a b ab <x>", "\x01\x01\x01\x03", "a b", "ab <x>\n")
	f.Add("llama", "default", "<unk> a b ab ▁", "\x02\x01\x01\x01\x01", "", "ab ba")
	f.Add("bert", "", "[UNK] ▁a b ▁ab", "\x03\x01\x01\x01", "", "abb ab")
	f.Add("t5", "", "a b c", "\x01\x04\x02", "", "abc")
	f.Fuzz(func(t *testing.T, model, pre, tokens, types, merges, text string) {
		meta := map[string]any{"tokenizer.ggml.model": model, "tokenizer.ggml.pre": pre, "tokenizer.ggml.tokens": strings.Fields(tokens),
			"tokenizer.ggml.merges": []string{merges}, "tokenizer.ggml.add_bos_token": false, "tokenizer.ggml.add_eos_token": false, "tokenizer.ggml.add_sep_token": false}
		var kinds []int32
		var scores []float32
		for i, k := range []byte(types) {
			kinds, scores = append(kinds, int32(k)), append(scores, float32(int8(k*31+byte(i))))
		}
		meta["tokenizer.ggml.token_type"], meta["tokenizer.ggml.scores"] = kinds, scores
		for id := range min(len(kinds), 2) {
			meta["tokenizer.ggml.unknown_token_id"] = uint32(id)
		}
		tok, err := FromGGUF(meta)
		if err != nil {
			return
		}
		ids := tok.EncodeSpecial(text, nil)
		for _, id := range ids {
			if !tok.vocab.has(id) {
				t.Fatalf("id %d is not in the vocabulary", id)
			}
		}
		Text(tok, ids)
		again, err := GGUF(tok)
		if err != nil {
			return
		}
		back, err := FromGGUF(again)
		if err != nil {
			t.Fatalf("described, it is refused: %v", err)
		}
		if got := back.EncodeSpecial(text, nil); !slices.Equal(got, ids) {
			t.Fatalf("described and read: %v, want %v", got, ids)
		}
	})
}

func FuzzRoundTrip(f *testing.F) {
	tok := smallBPE(f)
	bytes, _ := NewBytes("<|endoftext|>")
	f.Add("it's 12 o'clock\n\n  <|endoftext|> 力大砖飞\xff")
	f.Fuzz(func(t *testing.T, s string) {
		for _, tok := range []Tokenizer{tok, bytes} {
			ids := tok.Encode(s, nil)
			if got := string(tok.Decode(ids)); got != s {
				t.Fatalf("%T: %q became %q", tok, s, got)
			}
			if got, want := Text(tok, ids), lossy(s); got != want {
				t.Fatalf("%T: the text of %q is %q, want %q", tok, s, got, want)
			}
		}
		if got := string(tok.Decode(tok.EncodeOrdinary(s, nil))); got != s {
			t.Fatalf("ordinary: %q became %q", s, got)
		}
	})
}
