package token

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"
)

// unigramJSON is a Unigram model of LLaMA's manner: spaces are ▁, one stands before the text.
func unigramJSON(pieces []string, scores []float64, fallback bool) string {
	var vocab []string
	for i, p := range pieces {
		vocab = append(vocab, fmt.Sprintf("[%q,%g]", p, scores[i]))
	}
	s := spmFile()
	return fmt.Sprintf(`{"version":"1.0","added_tokens":[{"id":0,"content":"<unk>","special":true},{"id":1,"content":"</s>","special":true}],`+
		`"normalizer":%s,"pre_tokenizer":null,"post_processor":null,"decoder":%s,"model":{"type":"Unigram","unk_id":0,"vocab":[%s],"byte_fallback":%t}}`,
		s.normalizer, s.decoder, strings.Join(vocab, ","), fallback)
}

func unigramPieces(r *rand.Rand) (pieces []string, scores []float64) {
	pieces, scores = []string{"<unk>", "</s>"}, []float64{0, 0}
	for _, p := range strings.Fields("▁ a b c d ab bc abc ca cab ▁a ▁ab aa aaa ▁▁ 中 中字 字 é") {
		pieces, scores = append(pieces, p), append(scores, -1-math.Round(r.Float64()*64)/8)
	}
	return pieces, scores
}

func unigramFile(t testing.TB) *Subword {
	pieces, scores := unigramPieces(rand.New(rand.NewPCG(1, 1)))
	tok, err := ReadJSON(strings.NewReader(unigramJSON(pieces, scores, false)))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// best tries all segmentations: the greatest score a text can have.
func best(scores map[string]float64, unk float64, s string) float64 {
	if s == "" {
		return 0
	}
	top := math.Inf(-1)
	_, w := utf8.DecodeRuneInString(s)
	if _, known := scores[s[:w]]; !known {
		top = unk + best(scores, unk, s[w:])
	}
	for p, score := range scores {
		if strings.HasPrefix(s, p) {
			top = max(top, score+best(scores, unk, s[len(p):]))
		}
	}
	return top
}

// The segmentation found has the greatest score of all there are.
func TestUnigramIsBest(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	for range 40 {
		pieces, scores := unigramPieces(r)
		tok, err := ReadJSON(strings.NewReader(unigramJSON(pieces, scores, false)))
		if err != nil {
			t.Fatal(err)
		}
		of := map[string]float64{}
		least := 0.0
		for i, p := range pieces {
			least = min(least, scores[i])
			if i > 1 {
				of[p] = scores[i]
			}
		}
		for range 20 {
			text := ""
			for range 1 + r.IntN(9) {
				text += []string{"a", "b", "c", "d", " ", "中", "字", "é", "x", "ß"}[r.IntN(10)]
			}
			marked := "▁" + strings.ReplaceAll(text, " ", "▁")
			got, spelled := 0.0, ""
			for _, id := range tok.Encode(text, nil) {
				if id == 0 {
					spelled += "?"
				} else {
					got += scores[id]
					spelled += tok.Piece(id)
				}
			}
			want := best(of, least-10, marked)
			want -= (least - 10) * float64(strings.Count(marked, "x")+strings.Count(marked, "ß"))
			if math.Abs(got-want) > 1e-9 {
				t.Fatalf("%q: %q has score %g, best %g", text, spelled, got, want)
			}
			plain := marked
			for _, u := range []string{"x", "ß"} {
				plain = strings.ReplaceAll(plain, u, "?")
			}
			for strings.Contains(plain, "??") {
				plain = strings.ReplaceAll(plain, "??", "?")
			}
			if spelled != plain {
				t.Fatalf("%q is spelled %q, want %q", text, spelled, plain)
			}
		}
	}
}

func TestUnigramFallsBackToBytes(t *testing.T) {
	pieces, scores := []string{"<unk>", "</s>", "▁", "a"}, []float64{0, 0, -1, -2}
	for b := range 256 {
		pieces, scores = append(pieces, fmt.Sprintf("<0x%02X>", b)), append(scores, -20)
	}
	tok, err := ReadJSON(strings.NewReader(unigramJSON(pieces, scores, true)))
	if err != nil {
		t.Fatal(err)
	}
	if got := tok.Encode("aéa", nil); !slices.Equal(got, []int32{2, 3, 4 + 0xc3, 4 + 0xa9, 3}) {
		t.Errorf("%v", got)
	}
	r := rand.New(rand.NewPCG(43, 44))
	for range 200 {
		text := randomText(r, 60)
		if back := string(tok.Decode(tok.Encode(text, nil))); back != text {
			t.Fatalf("%q became %q", text, back)
		}
	}
}

// Metaspace, as XLM-RoBERTa and T5 have it.
func TestUnigramMetaspace(t *testing.T) {
	pieces, scores := unigramPieces(rand.New(rand.NewPCG(2, 2)))
	text := unigramJSON(pieces, scores, false)
	s := spmFile()
	text = strings.Replace(text, s.normalizer, `{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}`, 1)
	text = strings.Replace(text, s.decoder, `{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}`, 1)
	text = strings.Replace(text, `"pre_tokenizer":null`, `"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}`, 1)
	tok, err := ReadJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(tok.Decode(tok.Encode("ab   中字 d", nil))); got != "ab 中字 d" {
		t.Errorf("%q", got)
	}
}

// The pieces of a Unigram after ByteLevel are spelled in its alphabet; a folder with one is no vocabulary of characters.
func TestUnigramByteLevel(t *testing.T) {
	text := `{"added_tokens":[{"id":0,"content":"<unk>","special":true}],"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":true},"decoder":{"type":"ByteLevel"},` +
		`"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-1],["Ġ",-1],["Ġa",-1],["Ã©",-1]],"byte_fallback":false}}`
	tok, err := ReadJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := pieces(t, tok, "a a é"); got != "a|Ġa|Ġ|Ã©" {
		t.Errorf("%q", got)
	}
	if got := string(tok.Decode(tok.Encode("a a é", nil))); got != "a a é" {
		t.Errorf("%q", got)
	}
	plain := `{"added_tokens":[{"id":2,"content":"<unk>","special":true}],"decoder":{"type":"Fuse"},"model":{"type":"Unigram","unk_id":2,"vocab":[["a",-1],["b",-1],["<unk>",0]]}}`
	folder, err := OpenFS(fstest.MapFS{"tokenizer.json": {Data: []byte(plain)}})
	if _, ok := folder.(*Subword); err != nil || !ok {
		t.Errorf("%T, %v", folder, err)
	}
}

func bertFile() string {
	vocab := strings.Fields("[PAD] [UNK] [CLS] [SEP] the ##s cat un ##aff ##able ! , 中 字 caf ##e a ' ##' ##t don")
	var list []string
	for i, p := range vocab {
		list = append(list, fmt.Sprintf("%q:%d", p, i))
	}
	return `{"version":"1.0","added_tokens":[{"id":2,"content":"[CLS]","special":true},{"id":3,"content":"[SEP]","special":true}],` +
		`"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},` +
		`"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]},` +
		`"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",` +
		`"max_input_chars_per_word":10,"vocab":{` + strings.Join(list, ",") + `}}}`
}

// BERT's example and its rules: longest piece first, a word that can't be spelled is unknown as a whole.
func TestWordPiece(t *testing.T) {
	tok, err := ReadJSON(strings.NewReader(bertFile()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{"unaffable", "un|##aff|##able"}, {"The CATS, the cats!", "the|cat|##s|,|the|cat|##s|!"}, {"Café", "caf|##e"}, {"中字中", "中|字|中"},
		{"unaffx", "[UNK]"}, {"the\u200b cat\x00\ufffd", "the|cat"}, {"thesssssssss", "[UNK]"}, {"  \t\n", ""}, {"the[SEP]cat", "the|[SEP]|cat"}, {"x 中", "[UNK]|中"},
	} {
		if got := pieces(t, tok, c.text); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.text, got, c.want)
		}
	}
	if got := tok.EncodeSpecial("cat", nil); !slices.Equal(got, []int32{2, 6, 3}) {
		t.Errorf("%v", got)
	}
	if got := string(tok.Decode(tok.Encode("The cats, the unaffable!", nil))); got != "the cats, the unaffable!" {
		t.Errorf("%q", got)
	}
	dir := t.TempDir()
	if err := tok.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir)
	if err != nil || !slices.Equal(again.Encode("the Cats x", nil), tok.Encode("the Cats x", nil)) {
		t.Errorf("saved: %v", err)
	}
	// The same from GGUF, which spells pieces the other way round.
	tokens, types := []string{}, []int32{}
	for id := range int32(tok.Vocab()) {
		p, kind := tok.Piece(id), normalPiece
		switch rest, inside := strings.CutPrefix(p, "##"); {
		case strings.HasPrefix(p, "["):
			kind = controlPiece
		case inside:
			p = rest
		default:
			p = "▁" + p
		}
		tokens, types = append(tokens, p), append(types, kind)
	}
	gguf, err := FromGGUF(map[string]any{"tokenizer.ggml.model": "bert", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": types,
		"tokenizer.ggml.bos_token_id": uint32(2), "tokenizer.ggml.seperator_token_id": uint32(3), "tokenizer.ggml.unknown_token_id": uint32(1)})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"The CATS, the unaffable café!", "x 中字"} {
		if got, want := gguf.EncodeSpecial(text, nil), tok.EncodeSpecial(text, nil); !slices.Equal(got, want) {
			t.Errorf("GGUF: %q: %v, want %v", text, got, want)
		}
	}
}
