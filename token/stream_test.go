package token

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// lossy replaces what is no character in s by U+FFFD, one for each maximal subpart, written after table 3-7 of the
// Unicode standard: the ranges a second byte may have, byte by byte.
func lossy(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		c := s[i]
		n, lo, hi := 0, byte(0x80), byte(0xbf)
		switch {
		case c < 0x80:
			n = 1
		case c >= 0xc2 && c <= 0xdf:
			n = 2
		case c >= 0xe0 && c <= 0xef:
			n = 3
			if c == 0xe0 {
				lo = 0xa0
			}
			if c == 0xed {
				hi = 0x9f
			}
		case c >= 0xf0 && c <= 0xf4:
			n = 4
			if c == 0xf0 {
				lo = 0x90
			}
			if c == 0xf4 {
				hi = 0x8f
			}
		}
		k := 1
		for ; k < n && i+k < len(s) && s[i+k] >= lo && s[i+k] <= hi; k++ {
			lo, hi = 0x80, 0xbf
		}
		if k == n {
			b.WriteString(s[i : i+n])
		} else {
			b.WriteRune(utf8.RuneError)
		}
		i += k
	}
	return b.String()
}

func TestDecoderGivesWholeCharacters(t *testing.T) {
	tok, err := NewBytes("<e>")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(19, 20))
	pieces := []string{"a", "é", "中", "😀", "\xe4", "\xe4\xbd", "\xf0\x9f\x98", "\xff", "\x80", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90", "\xe0\x80"}
	d := NewDecoder(tok)
	for range 2000 {
		var s string
		for range r.IntN(8) {
			s += pieces[r.IntN(len(pieces))]
		}
		var got strings.Builder
		for _, id := range tok.Encode(s, nil) {
			part := d.Next(id)
			if !utf8.ValidString(part) {
				t.Fatalf("%q: gave out %q", s, part)
			}
			got.WriteString(part)
		}
		got.WriteString(d.Flush())
		if got.String() != lossy(s) {
			t.Fatalf("%q\n got %q\nwant %q", s, got.String(), lossy(s))
		}
	}
}

// A character comes as soon as its last byte has.
func TestDecoderIsPrompt(t *testing.T) {
	tok, err := NewBytes()
	if err != nil {
		t.Fatal(err)
	}
	d := NewDecoder(tok)
	var parts []string
	for _, id := range tok.Encode("é中x", nil) {
		parts = append(parts, d.Next(id))
	}
	if got := strings.Join(parts, "|"); got != "|é|||中|x" {
		t.Errorf("parts %q", got)
	}
}

func TestDecoderFollowsTheFile(t *testing.T) {
	for _, c := range []struct{ name, decoder, want, pieces string }{
		{"LLaMA", spmFile().decoder, "a  b", "▁a|▁▁|b"},
		{"LLaMA, one space only", spmFile().decoder, " a", "▁▁|a"},
		{"LLaMA, bytes", spmFile().decoder, "x中\uFFFD\uFFFDy", "▁x|<0xE4>|<0xB8>|<0xAD>|<0xE4>|<0xB8>|y"},
		{"Metaspace", `{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}`, "a b", "▁a|▁b"},
		{"Metaspace, first", `{"type":"Metaspace","replacement":"▁","prepend_scheme":"first"}`, "a b", "▁▁a|▁b"},
		{"Metaspace, never", `{"type":"Metaspace","replacement":"▁","prepend_scheme":"never"}`, " a b", "▁a|▁b"},
		{"Metaspace, older", `{"type":"Metaspace","replacement":"▁","add_prefix_space":false,"str_rep":"▁"}`, " a b", "▁a|▁b"},
		{"none", "", "▁a ▁b", "▁a|▁b"},
		{"Fuse", `{"type":"Fuse"}`, "▁a▁b", "▁a|▁b"},
		{"Strip at the end", `{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"x","start":0,"stop":2}]}`, "axbx", "a|x|b|x|x|x"},
		{"Strip each", `{"type":"Strip","content":"x","start":1,"stop":1}`, "ab", "xa|b"},
		{"ByteLevel", `{"type":"ByteLevel"}`, " a\n▁b", "Ġa|Ċ|▁b"},
	} {
		var f file
		f.decoder = c.decoder
		for _, p := range strings.Split(c.pieces, "|") {
			if !containsString(f.vocab, p) {
				f.vocab = append(f.vocab, p)
			}
		}
		tok := f.read(t)
		var ids []int32
		for _, p := range strings.Split(c.pieces, "|") {
			id, _ := tok.ID(p)
			ids = append(ids, id)
		}
		if got := Text(tok, ids); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if got := string(tok.Decode(ids)); got != c.want && utf8.ValidString(got) {
			t.Errorf("%s: Decode gives %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDecoderSkipsSpecial(t *testing.T) {
	tok := spmBPE(t)
	d := NewDecoder(tok)
	d.SkipSpecial = true
	var got string
	for range 2 { // Flush makes it ready again
		for _, id := range tok.EncodeSpecial("the inst </s>", nil) {
			got += d.Next(id)
		}
		got += d.Flush() + "|"
	}
	if got != "the inst |the inst |" {
		t.Errorf("%q", got)
	}
}
