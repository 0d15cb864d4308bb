package token

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// pieces spells what the file makes of a text.
func pieces(t testing.TB, tok *Subword, text string) string {
	t.Helper()
	var out []string
	for _, id := range tok.Encode(text, nil) {
		out = append(out, tok.Piece(id))
	}
	if err := tok.Err(); err != nil {
		t.Error(err)
	}
	return strings.Join(out, "|")
}

// splits runs the pre-tokenizer alone.
func splits(t testing.TB, tok *Subword, text string) string {
	t.Helper()
	steps := tok.split
	if tok.scan != nil {
		steps = []splitter{split(tok.scan.matches, isolated, false)}
	}
	var out []string
	var run func(steps []splitter, s string, first bool) error
	run = func(steps []splitter, s string, first bool) error {
		if len(steps) == 0 {
			out = append(out, s)
			return nil
		}
		return steps[0](s, first, func(s string, first bool) error { return run(steps[1:], s, first) })
	}
	if err := run(steps, text, true); err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "|")
}

func TestPreTokenizers(t *testing.T) {
	dash := func(behavior, invert string) string {
		return `{"type":"Split","pattern":{"String":"-"},"behavior":"` + behavior + `","invert":` + invert + `}`
	}
	for _, c := range []struct{ pre, text, want string }{
		{dash("Removed", "false"), "The-final--countdown", "The|final|countdown"},
		{dash("Isolated", "false"), "The-final--countdown", "The|-|final|-|-|countdown"},
		{dash("MergedWithPrevious", "false"), "The-final--countdown", "The-|final-|-|countdown"},
		{dash("MergedWithNext", "false"), "The-final--countdown", "The|-final|-|-countdown"},
		{dash("Contiguous", "false"), "The-final--countdown", "The|-|final|--|countdown"},
		{dash("Removed", "true"), "The-final--countdown", "-|-|-"},
		{`{"type":"Split","pattern":{"Regex":"\\d+"},"behavior":"Isolated","invert":false}`, "a12b3", "a|12|b|3"},
		{`{"type":"Split","pattern":{"Regex":"\\w+"},"behavior":"Removed","invert":true}`, "née 12,x_y", "née|12|x_y"},
		{`{"type":"Split","pattern":{"Regex":"(?=[A-Z])"},"behavior":"Isolated","invert":false}`, "aBcD", "a|Bc|D"},
		{`{"type":"Split","pattern":{"String":""},"behavior":"Isolated","invert":false}`, "ab", "ab"},
		{`{"type":"Digits","individual_digits":true}`, "a12½", "a|1|2|½"},
		{`{"type":"Digits","individual_digits":false}`, "a12½b", "a|12½|b"},
		{`{"type":"Punctuation"}`, "a+b。c", "a|+|b|。|c"},
		{`{"type":"Whitespace"}`, "Hey man!? ok", "Hey|man|!?|ok"},
		{`{"type":"WhitespaceSplit"}`, " a  b\u3000c ", "a|b|c"},
		{`{"type":"Metaspace","replacement":"▁"}`, "a b  c", "▁a|▁b|▁|▁c"},
		{`{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":false}`, "a b", "a▁b"},
		{`{"type":"Metaspace","replacement":"▁","str_rep":"▁","add_prefix_space":true}`, " a", "▁a"},
		{`{"type":"ByteLevel","add_prefix_space":true,"use_regex":true}`, "it's", " it|'s"},
		{`{"type":"ByteLevel"}`, "a", " a"},
		{`{"type":"Sequence","pretokenizers":[{"type":"ByteLevel","add_prefix_space":false,"use_regex":false},{"type":"Digits","individual_digits":true}]}`, "é ²", "Ã©ĠÂ|²"},
	} {
		if got := splits(t, file{vocab: []string{"a"}, pre: c.pre}.read(t), c.text); got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", c.pre, c.text, got, c.want)
		}
	}
}

func TestNormalizers(t *testing.T) {
	for _, c := range []struct{ normalizer, text, want string }{
		{`{"type":"NFC"}`, "e\u0301", "é"},
		{`{"type":"NFD"}`, "é가", "e\u0301\u1100\u1161"},
		{`{"type":"NFKC"}`, "ﬁ①Ａ", "fi1A"},
		{`{"type":"NFKD"}`, "ﬁé", "fie\u0301"},
		{`{"type":"Lowercase"}`, "ÀΣİ中", "àσi\u0307中"},
		{`{"type":"Strip","strip_left":true,"strip_right":false}`, " a ", "a "},
		{`{"type":"StripAccents"}`, "e\u0301", "e"},
		{`{"type":"Prepend","prepend":"▁"}`, "a", "▁a"},
		{`{"type":"Prepend","prepend":"▁"}`, "", ""},
		{`{"type":"Replace","pattern":{"String":" "},"content":"▁"}`, " a ", "▁a▁"},
		{`{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"_"}`, "a   b c", "a_b c"},
		{`{"type":"ByteLevel"}`, " é", "ĠÃ©"},
		{`{"type":"Sequence","normalizers":[{"type":"Sequence","normalizers":[{"type":"NFD"}]},{"type":"StripAccents"},{"type":"Lowercase"}]}`, "É", "e"},
	} {
		got := c.text
		for _, n := range (file{vocab: []string{"a"}, normalizer: c.normalizer}).read(t).normalize {
			var err error
			if got, err = n(got, 1<<20); err != nil {
				t.Error(err)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", c.normalizer, c.text, got, c.want)
		}
	}
}

// The slow normalisation agrees with x/text's wherever that changes nothing of its own accord, and puts no
// U+034F into long runs of marks.
func TestLongMarks(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	alphabet := []rune("aeiéÅﬁ가ᄀ\u1161\u11a8\u0301\u0323\u0307\u0308\u0345\u0f71\u0f72かカ\u3099Ω½ΐ")
	for range 2000 {
		s := make([]rune, r.IntN(12))
		for i := range s {
			s[i] = alphabet[r.IntN(len(alphabet))]
		}
		for _, f := range []norm.Form{norm.NFC, norm.NFD, norm.NFKC, norm.NFKD} {
			if got, want := composeLong(f, string(s)), f.String(string(s)); got != want {
				t.Fatalf("form %d of %+q: %+q, want %+q", f, string(s), got, want)
			}
		}
	}
	marks := "e" + strings.Repeat("\u0323", 50) + strings.Repeat("\u0301", 50)
	n := form(norm.NFC)
	if got, err := n(marks, 1<<20); err != nil || strings.Contains(got, "\u034f") || got != "ẹ"+strings.Repeat("\u0323", 49)+strings.Repeat("\u0301", 50) {
		t.Errorf("%+q, %v", got, err)
	}
}

func TestAddedTokens(t *testing.T) {
	base := smallFile()
	base.vocab = append(base.vocab, "<", "e", ">", "Ċ")
	with := func(flags string) *Subword {
		f := base
		f.post = ""
		f.added = `[{"id":11,"content":"<e>","special":true` + flags + `},{"id":12,"content":"<e>>"}]`
		return f.read(t)
	}
	for _, c := range []struct{ flags, text, want string }{
		{"", "a<e>b", "a|<e>|b"},
		{"", "<e>>a<e><e>", "<e>>|a|<e>|<e>"},
		{"", "<<e>", "<|<e>"},
		{"", "a <e> b", "a|Ġ|<e>|Ġ|b"},
		{`,"lstrip":true`, "a \n<e> b", "a|<e>|Ġ|b"},
		{`,"rstrip":true`, "a <e> \nb", "a|Ġ|<e>|b"},
		{`,"lstrip":true,"rstrip":true`, " <e> <e> ", "<e>|<e>"},
		{`,"single_word":true`, "a<e> <e>b <e>", "a|<|e|>|Ġ|<|e|>|b|Ġ|<e>"},
		{`,"single_word":true`, "<e>", "<e>"},
	} {
		if got := pieces(t, with(c.flags), c.text); got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", c.flags, c.text, got, c.want)
		}
	}
	f := spmFile()
	f.vocab = append(f.vocab, "é")
	f.normalizer = `{"type":"Lowercase"}`
	f.added = `[{"id":3000,"content":"ÀB","normalized":true}]`
	if got := pieces(t, f.read(t), "xàBàb"); got != "<0x78>|ÀB|ÀB" {
		t.Errorf("normalized: %q", got)
	}
	clash := f
	clash.added = `[{"id":3000,"content":"X","normalized":true},{"id":3001,"content":"x","normalized":true}]`
	if _, err := ReadJSON(strings.NewReader(clash.String())); err == nil || !strings.Contains(err.Error(), "looks like") {
		t.Errorf("two tokens with one normal form: %v", err)
	}
}

func TestModelFlags(t *testing.T) {
	f := smallFile()
	f.vocab = append(f.vocab, "bc", "u")
	f.added, f.post = "", ""
	if got := pieces(t, f.read(t), "bc"); got != "b|c" {
		t.Errorf("merges: %q", got)
	}
	f.model = `"ignore_merges":true,`
	if got := pieces(t, f.read(t), "bc abc"); got != "bc|Ġ|abc" {
		t.Errorf("ignore_merges: %q", got)
	}
	f.model = ""
	if got := pieces(t, f.read(t), "axxb"); got != "ab" {
		t.Errorf("no unk: %q", got) // what is unknown is dropped before merging, as Hugging Face does
	}
	f.model = `"unk_token":"u",`
	if got := pieces(t, f.read(t), "axxb"); got != "a|u|u|b" {
		t.Errorf("unk: %q", got)
	}
	f.model = `"unk_token":"u","fuse_unk":true,`
	if got := pieces(t, f.read(t), "axxb"); got != "a|u|b" {
		t.Errorf("fused unk: %q", got)
	}
	s := spmFile()
	s.merges = append(s.merges, "▁the ▁a")
	s.vocab = append(s.vocab, "▁the▁a")
	if got := pieces(t, s.read(t), "the a  é中字"); got != "▁the▁a|▁▁|<0xC3>|<0xA9>|中字" {
		t.Errorf("SentencePiece: %q", got)
	}
	arrays := smallFile().String()
	for _, m := range smallFile().merges {
		a, b, _ := strings.Cut(m, " ")
		arrays = strings.Replace(arrays, `"`+m+`"`, `["`+a+`","`+b+`"]`, 1)
	}
	tok, err := ReadJSON(strings.NewReader(arrays))
	if err != nil {
		t.Fatal(err)
	}
	if got := pieces(t, tok, "abc ab"); got != "abc|Ġ|ab" {
		t.Errorf("merges as arrays: %q", got)
	}
}

func TestPostProcessors(t *testing.T) {
	for _, c := range []struct {
		post string
		want []int32
	}{
		{smallFile().post, []int32{0, 7}},
		{`{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true}`, []int32{0}},
		{`{"type":"RobertaProcessing","sep":["<e>",7],"cls":["b",1],"trim_offsets":true,"add_prefix_space":false}`, []int32{1, 0, 7}},
		{`{"type":"Sequence","processors":[{"type":"ByteLevel"},` + smallFile().post + `]}`, []int32{0, 7}},
		{"", []int32{0}},
	} {
		f := smallFile()
		f.post = c.post
		if got := EncodeSpecial(f.read(t), "a", nil); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.post, got, c.want)
		}
	}
}
