package token

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// smallBPE is trained in a moment on a few texts.
func smallBPE(t testing.TB) *Subword {
	tok, err := TrainBPE(slices.Values(corpus(50)), TrainConfig{Vocab: 400, Special: []string{"<|endoftext|>"}})
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// The heap and the scan merge alike, in short words and long ones.
func TestMergeHeapEqualsScan(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for range 300 {
		p := newPairTable(200)
		for i := range int32(200) { // pairs in no good order, so that joined pieces rank before their parts too
			p.set(int32(r.IntN(30)), int32(r.IntN(30)), i, int32(r.IntN(30)))
		}
		e := &encoder{t: &Subword{merges: p}}
		sym := make([]int32, 1+r.IntN(120))
		for i := range sym {
			sym[i] = int32(r.IntN(30))
		}
		want := mergeScan(p, slices.Clone(sym), make([]uint64, len(sym)))
		got := e.mergeHeap(slices.Clone(sym))
		if !slices.Equal(got, want) {
			t.Fatalf("%v\n got %v\nwant %v", sym, got, want)
		}
	}
}

// A warm cache, a cold one and none give the same ids; so does a second use of an encoder.
func TestCacheChangesNothing(t *testing.T) {
	for _, tok := range []*Subword{smallBPE(t), spmBPE(t)} {
		text := strings.Join(corpus(200), "\n")
		cold := tok.Encode(text, nil) // long enough for a cache
		var apart []int32
		e := &encoder{t: tok}
		apart, err := e.section(text, true, false, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(cold, apart) || !slices.Equal(cold, tok.Encode(text, nil)) {
			t.Fatal("the cache changes ids")
		}
		again := tok.Encode(text, []int32{7})
		if again[0] != 7 || !slices.Equal(again[1:], cold) {
			t.Fatal("Encode does not append")
		}
	}
}

// Cutting at seams changes nothing.
func TestSeamsChangeNothing(t *testing.T) {
	tok := spmBPE(t)
	r := rand.New(rand.NewPCG(15, 16))
	for range 500 {
		s := randomText(r, 60)
		e := &encoder{t: tok}
		var whole []int32
		for i := 0; i < len(s); {
			n := 1
			for i+n < len(s) && s[i+n]&0xc0 == 0x80 {
				n++
			}
			whole = e.char(whole, s[i:i+n])
			i += n
		}
		whole = e.mergeHeap(whole)
		if got := e.spellChars(s, nil); !slices.Equal(got, whole) {
			t.Fatalf("%q\n got %v\nwant %v", s, got, whole)
		}
	}
}

func TestEncodeRoundTrip(t *testing.T) {
	tok := smallBPE(t)
	r := rand.New(rand.NewPCG(17, 18))
	for range 500 {
		s := randomText(r, 80)
		if r.IntN(3) == 0 { // and some that is no UTF-8
			b := []byte(s)
			b[r.IntN(len(b))] = byte(r.Uint32())
			s = string(b)
		}
		if got := string(tok.Decode(tok.Encode(s, nil))); got != s {
			t.Fatalf("%q became %q", s, got)
		}
	}
}

func TestEncodeAllocatesLittle(t *testing.T) {
	tok := smallBPE(t)
	text := strings.Join(corpus(300), "\n")
	dst := tok.Encode(text, nil)
	if n := testing.AllocsPerRun(10, func() { dst = tok.Encode(text, dst[:0]) }); n > 8 {
		t.Errorf("%v allocations a call", n)
	}
}

func BenchmarkEncode(b *testing.B) {
	docs := goSource(b, 30<<20)
	tok, err := TrainBPE(slices.Values(docs), TrainConfig{Vocab: 4096})
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Join(docs, "\n")
	var dst []int32
	run := func(name, text string, f func(string)) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				f(text)
			}
		})
	}
	encode := func(s string) { dst = tok.Encode(s, dst[:0]) }
	run("one", text, encode)
	run("parallel", text, func(s string) { dst = tok.EncodeParallel(s, dst[:0], 0) })
	run("scan", text, func(s string) {
		for i := 0; i < len(s); {
			i = scanGPT2(s, i)
		}
	})
	run("onechar=1MB", strings.Repeat("a", 1<<20), encode)
	if spm, err := Open(shared(b, "stories260k", "hf")); err == nil {
		run("spm", text[:4<<20], func(s string) { dst = spm.Encode(s, dst[:0]) })
	}
	ids := tok.Encode(text, nil)
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			tok.Decode(ids)
		}
	})
}
