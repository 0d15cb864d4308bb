package token

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"google.golang.org/protobuf/encoding/protowire"
)

// modelFile spells a tokenizer.model.
type modelFile struct {
	pieces     []string
	scores     []float32
	types      []int32
	trainer    []byte
	normalizer []byte
}

func varint(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

func bytesField(b []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func (f modelFile) String() string {
	var b []byte
	for i, p := range f.pieces {
		piece := bytesField(nil, 1, []byte(p))
		piece = protowire.AppendFixed32(protowire.AppendTag(piece, 2, protowire.Fixed32Type), math.Float32bits(f.scores[i]))
		if f.types[i] != normalPiece { // the default is left out, as protocol buffers do
			piece = varint(piece, 3, uint64(f.types[i]))
		}
		b = bytesField(b, 1, piece)
	}
	b = bytesField(b, 2, f.trainer)
	return string(bytesField(b, 3, f.normalizer))
}

// llamaModel is a model file of LLaMA's kind.
func llamaModel() modelFile {
	meta := spmMeta()
	return modelFile{
		pieces: meta["tokenizer.ggml.tokens"].([]string), scores: meta["tokenizer.ggml.scores"].([]float32),
		types: meta["tokenizer.ggml.token_type"].([]int32), trainer: varint(varint(nil, 3, 2), 43, math.MaxUint64), normalizer: varint(nil, 4, 0),
	}
}

// A tokenizer.model gives what GGUF's description of the same model gives, alone and in a folder.
func TestSentencePieceFile(t *testing.T) {
	file := llamaModel().String()
	tok, err := ReadSentencePiece(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if tok.Special() != (Special{BOS: 1, EOS: 2, Pad: None, Unk: 0}) {
		t.Errorf("%+v", tok.Special())
	}
	same, err := FromGGUF(spmMeta())
	if err != nil {
		t.Fatal(err)
	}
	folder, err := OpenFS(fstest.MapFS{"tokenizer.model": {Data: []byte(file)},
		"tokenizer_config.json": {Data: []byte(`{"tokenizer_class":"LlamaTokenizer","bos_token":"<s>","eos_token":"</s>"}`)}})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(51, 52))
	for range 200 {
		text := randomText(r, 80)
		want := same.EncodeSpecial(text, nil)
		if got := tok.Encode(text, nil); !slices.Equal(got, want[1:]) {
			t.Fatalf("%q: %v, want %v", text, got, want[1:])
		}
		if got := EncodeSpecial(folder, text, nil); !slices.Equal(got, want) {
			t.Fatalf("%q in a folder: %v, want %v", text, got, want)
		}
		if back := string(tok.Decode(want[1:])); back != text {
			t.Fatalf("%q became %q", text, back)
		}
	}
}

// With remove_extra_whitespaces, as by default, spaces at the ends go and several are one.
func TestSentencePieceSpaces(t *testing.T) {
	f := llamaModel()
	f.normalizer = nil
	tok, err := ReadSentencePiece(strings.NewReader(f.String()))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"  the   a  ": " the a", " ": "", "": "", "a\n b": " a\n b"} {
		var got []byte
		for _, id := range tok.Encode(text, nil) {
			got = tok.AppendBytes(got, id)
		}
		if string(got) != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

// User-defined pieces are found in the text as it stands after spaces are written as ▁, as Gemma's runs of spaces are.
func TestSentencePieceUserDefined(t *testing.T) {
	f := llamaModel()
	f.pieces, f.scores, f.types = append(f.pieces, "▁▁▁", "\n\n"), append(f.scores, 0, 0), append(f.types, userPiece, userPiece)
	if _, err := ReadSentencePiece(strings.NewReader(f.String())); err == nil || !strings.Contains(err.Error(), "user-defined with a space") {
		t.Errorf("%v", err)
	}
	f.normalizer = varint(varint(nil, 3, 0), 4, 0)
	tok, err := ReadSentencePiece(strings.NewReader(f.String()))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := tok.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"a   b": "a|▁▁▁|b", "    ": "▁▁▁|▁", "a  b": "a|▁▁|b", "a\n\n\n": "a|\n\n|<0x0A>", "▁▁▁": "▁▁▁"} {
		if got := pieces(t, tok, text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
		if got := pieces(t, again.(*Subword), text); got != want {
			t.Errorf("%q, saved, becomes %q, want %q", text, got, want)
		}
	}
}

func TestSentencePieceRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(f *modelFile)
		says   string
	}{
		"words":           {func(f *modelFile) { f.trainer = varint(nil, 3, 3) }, "trainer_spec.model_type: 3 is not supported"},
		"suffix":          {func(f *modelFile) { f.trainer = varint(f.trainer, 24, 1) }, "trainer_spec: treat_whitespace_as_suffix"},
		"spaces kept":     {func(f *modelFile) { f.normalizer = varint(nil, 5, 0) }, "normalizer_spec: escape_whitespaces"},
		"charsmap":        {func(f *modelFile) { f.normalizer = bytesField(nil, 2, []byte("abc")) }, "charsmap of 3 bytes"},
		"charsmap beyond": {func(f *modelFile) { f.normalizer = bytesField(nil, 2, []byte("\xff\xff\xff\x7fabcd")) }, "charsmap: a trie of 2147483647 bytes"},
		"NaN":             {func(f *modelFile) { f.scores[290] = float32(math.NaN()) }, "piece 290: score NaN"},
		"type":            {func(f *modelFile) { f.types[290] = 9 }, "piece 290: type 9"},
		"unused":          {func(f *modelFile) { f.types[290] = unusedPiece }, "is unused"},
		"byte −1":         {func(f *modelFile) { f.pieces[3] = "<0x-1>" }, `"<0x-1>" is typed a byte`},
		"255 bytes":       {func(f *modelFile) { f.types[3] = controlPiece }, "255 pieces are bytes, want 256 or none"},
		"twice":           {func(f *modelFile) { f.pieces[290] = f.pieces[289] }, "piece 290: piece"},
		"not UTF-8":       {func(f *modelFile) { f.pieces[290] = "\xff" }, "not valid UTF-8"},
		"long":            {func(f *modelFile) { f.pieces[290] = strings.Repeat("x", 1100) }, "1100 bytes, at most 1024"},
		"unreachable":     {func(f *modelFile) { f.pieces[290] = "ＸＹ" }, "can't be made of pieces"},
	} {
		f := llamaModel()
		c.change(&f)
		if tok, err := ReadSentencePiece(strings.NewReader(f.String())); err == nil {
			t.Errorf("%s: accepted, %d ids", name, tok.Vocab())
		} else if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q does not say %q", name, err, c.says)
		}
	}
}

// Every truncation and flipped bit of a small model file is answered.
func TestSentencePieceDamaged(t *testing.T) {
	f := modelFile{pieces: []string{"<unk>", "a", "b", "ab", "▁"}, scores: []float32{0, -3, -4, -1, -2}, types: []int32{2, 1, 1, 1, 1}, trainer: varint(nil, 3, 2)}
	whole := f.String()
	read := 0
	try := func(data string) {
		if tok, err := ReadSentencePiece(strings.NewReader(data)); err == nil {
			read++
			tok.Decode(tok.EncodeSpecial("abc ab\xff", nil))
		}
	}
	for n := range len(whole) {
		try(whole[:n])
	}
	for i := range len(whole) {
		frugal(t, i, func() {
			for bit := range 8 {
				b := []byte(whole)
				b[i] ^= 1 << bit
				try(string(b))
			}
		})
	}
	t.Logf("%d of %d read", read, 9*len(whole))
}

func FuzzSentencePiece(f *testing.F) {
	f.Add(modelFile{pieces: []string{"<unk>", "a", "b", "ab"}, scores: []float32{0, -3, -4, -1}, types: []int32{2, 1, 1, 1}, trainer: varint(nil, 3, 2)}.String())
	f.Add(modelFile{pieces: []string{"<unk>", "a"}, scores: []float32{0, -3}, types: []int32{2, 1}, normalizer: bytesField(nil, 2, smallCharsmap())}.String())
	f.Fuzz(func(t *testing.T, data string) {
		if tok, err := ReadSentencePiece(strings.NewReader(data)); err == nil {
			Text(tok, tok.Encode("ab ba  a\xff é", nil))
		}
	})
}

// smallCharsmap maps "a" to "b", "aé" to "XY", " " of U+3000 to a space and U+00AD to nothing: a double array laid out by hand.
func smallCharsmap() []byte {
	type key struct{ text, to string }
	keys := []key{{"a", "b"}, {"aé", "XY"}, {"\u3000", " "}, {"\u00ad", ""}}
	texts, at := "", map[string]uint32{}
	for _, k := range keys {
		at[k.text] = uint32(len(texts))
		texts += k.to + "\x00"
	}
	units := make([]uint32, 1<<16)
	next := uint32(1) // each node's children lie in a block of their own of 256 units
	var place func(node uint32, prefix string)
	place = func(node uint32, prefix string) {
		block := next << 8
		next++
		units[node] |= (block ^ node) << 10
		seen := map[byte]bool{}
		for _, k := range keys {
			if !strings.HasPrefix(k.text, prefix) {
				continue
			}
			if k.text == prefix {
				units[node] |= 1 << 8
				units[block] = 1<<31 | at[prefix]
				continue
			}
			c := k.text[len(prefix)]
			if seen[c] {
				continue
			}
			seen[c] = true
			units[block^uint32(c)] |= uint32(c)
			place(block^uint32(c), prefix+string([]byte{c}))
		}
	}
	place(0, "")
	data := binary.LittleEndian.AppendUint32(nil, 4*next<<8)
	for _, u := range units[:next<<8] {
		data = binary.LittleEndian.AppendUint32(data, u)
	}
	return append(data, texts...)
}

func TestCharsmap(t *testing.T) {
	m, err := newCharsmap(smallCharsmap())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, prefix, grapheme string }{
		{"a", "b", "b"}, {"aé", "XY", "bé"}, {"xaaéa", "xbXYb", "xbbéb"}, {"\u3000a", " b", " b"}, {"x\u00ady", "xy", "xy"},
		{"a\u0301", "b\u0301", "b"}, {"", "", ""}, {"中a\x00b", "中b\x00b", "中b\x00b"}, {"\xffa", "\ufffdb", "\xffb"},
	} {
		if got, err := m.byPrefix(c.text, 1<<20); err != nil || got != c.prefix {
			t.Errorf("%+q by prefix: %+q, %v, want %+q", c.text, got, err, c.prefix)
		}
		if got, err := m.byGrapheme(c.text, 1<<20); err != nil || got != c.grapheme {
			t.Errorf("%+q by grapheme: %+q, %v, want %+q", c.text, got, err, c.grapheme)
		}
	}
	// A tokenizer.json with it goes by grapheme, a tokenizer.model by prefix.
	tok := file{vocab: []string{"b", "X", "Y", "é"}, normalizer: `{"type":"Precompiled","precompiled_charsmap":"` + base64.StdEncoding.EncodeToString(smallCharsmap()) + `"}`}.read(t)
	if got := pieces(t, tok, "aé"); got != "b|é" {
		t.Errorf("tokenizer.json: %q", got)
	}
	f := modelFile{pieces: []string{"<unk>", "b", "X", "Y", "é", "▁"}, scores: []float32{0, -1, -1, -1, -1, -1}, types: []int32{2, 1, 1, 1, 1, 1}, normalizer: bytesField(nil, 2, smallCharsmap())}
	spm, err := ReadSentencePiece(strings.NewReader(f.String()))
	if err != nil {
		t.Fatal(err)
	}
	if got := pieces(t, spm, "aé\u3000a"); got != "▁|X|Y|▁|b" {
		t.Errorf("tokenizer.model: %q", got)
	}
	// A trie that points out of itself is an error of the text, not a crash.
	broken := smallCharsmap()
	binary.LittleEndian.PutUint32(broken[4:], 0x3fffff<<10)
	f.normalizer = bytesField(nil, 2, broken)
	if spm, err = ReadSentencePiece(strings.NewReader(f.String())); err != nil {
		t.Fatal(err)
	}
	if ids := spm.Encode("a", nil); len(ids) != 0 || spm.Err() == nil {
		t.Errorf("%v, %v", ids, spm.Err())
	}
}
