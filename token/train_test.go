package token

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// learnSimply is the definition of training (Sennrich et al. 2016, algorithm 1): count all pairs anew for each
// merge. What learn does is tested against it.
func learnSimply(words *wordCounts, n, minCount int) []mergeRule {
	type word struct {
		sym   []int32
		count int64
	}
	var all []word
	for i, c := range words.counts {
		w := word{count: c}
		for _, b := range words.word(int32(i)) {
			w.sym = append(w.sym, int32(b))
		}
		all = append(all, w)
	}
	spell := make([]string, 256)
	for b := range spell {
		spell[b] = string([]byte{byte(b)})
	}
	known := map[string]int32{}
	done := map[uint64]int32{}
	var merges []mergeRule
	for made := 0; made < n; {
		counts := map[uint64]int64{}
		for _, w := range all {
			for i := range len(w.sym) - 1 {
				counts[pairKey(w.sym[i], w.sym[i+1])] += w.count
			}
		}
		best, most := uint64(0), int64(0)
		for k, c := range counts {
			if c > most || c == most && k < best {
				best, most = k, c
			}
		}
		if most < int64(minCount) {
			break
		}
		a, b := int32(best>>32), int32(uint32(best))
		id, again := done[best]
		if !again {
			text := spell[a] + spell[b]
			var ok bool
			if id, ok = known[text]; !ok {
				id = int32(len(spell))
				known[text] = id
				spell = append(spell, text)
				made++
			}
			done[best] = id
			merges = append(merges, mergeRule{a, b, id})
		}
		for i := range all {
			s, out := all[i].sym, all[i].sym[:0]
			for k := 0; k < len(s); k++ {
				if k+1 < len(s) && s[k] == a && s[k+1] == b {
					out = append(out, id)
					k++
				} else {
					out = append(out, s[k])
				}
			}
			all[i].sym = out
		}
	}
	return merges
}

func counted(t testing.TB, texts ...string) *wordCounts {
	w, err := countWords(slices.Values(texts), scanGPT2, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestLearnEqualsDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	second := 0
	for trial := range 60 {
		var b strings.Builder
		letters := 2 + r.IntN(4)
		for range 300 {
			for range 1 + r.IntN(9) {
				b.WriteByte(byte('a' + r.IntN(letters)))
			}
			b.WriteByte(' ')
		}
		w := counted(t, b.String())
		want, got := learnSimply(w, 150, 2), learn(w, 150, 2, 0)
		if !slices.Equal(got, want) {
			t.Fatalf("trial %d: merges differ\n got %v\nwant %v", trial, got, want)
		}
		second += len(got) - min(150, len(got))
	}
	t.Logf("%d merges were second ways to a piece", second)
}

func corpus(n int) []string {
	r := rand.New(rand.NewPCG(9, 10))
	words := strings.Fields("func return if err != nil { } the of 力大砖飞 的 时代 x := range for int32 string, (a) 12 345 \"q\" don't")
	var docs []string
	for range n {
		var b strings.Builder
		for range 200 {
			b.WriteString(words[r.IntN(len(words))])
			b.WriteString([]string{" ", " ", "\n", "\n\t", ""}[r.IntN(5)])
		}
		docs = append(docs, b.String())
	}
	return docs
}

// The same bits for any number of workers.
func TestTrainSameForAnyWorkers(t *testing.T) {
	docs := corpus(300)
	docs = append(docs, strings.Join(docs, "\n")) // one long enough to be cut
	var first []byte
	for _, n := range []int{1, 2, 3, 5, 8} {
		tok, err := TrainBPE(slices.Values(docs), TrainConfig{Vocab: 500, Special: []string{"<|endoftext|>"}, Workers: n})
		if err != nil {
			t.Fatal(err)
		}
		data, err := tok.spec.json()
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = data
		}
		if !bytes.Equal(first, data) {
			t.Fatalf("%d workers learn another tokenizer than 1", n)
		}
		text := strings.Join(docs, "<|endoftext|>")
		want := tok.Encode(text, nil)
		if got := tok.EncodeParallel(text, nil, n); !slices.Equal(got, want) {
			t.Fatalf("%d workers encode differently", n)
		}
		if string(tok.Decode(want)) != text {
			t.Fatal("decoding does not give the text back")
		}
	}
}

func TestTrainConfig(t *testing.T) {
	docs := slices.Values([]string{"aaaa aaaa bbbb<|endoftext|>bbbb", "日本日本日本"})
	tok, err := TrainBPE(docs, TrainConfig{Vocab: 262, Special: []string{"<|endoftext|>"}, MaxPiece: 3})
	if err != nil {
		t.Fatal(err)
	}
	if s := tok.Special(); s.EOS != int32(tok.Vocab()-1) || !tok.IsSpecial(s.EOS) {
		t.Errorf("special %+v of %d", s, tok.Vocab())
	}
	for id := range int32(tok.Vocab() - 1) {
		if n := len(tok.AppendBytes(nil, id)); n > 3 || n == 0 {
			t.Errorf("piece %d has %d bytes", id, n)
		}
	}
	small, err := TrainBPE(slices.Values([]string{"ab"}), TrainConfig{Vocab: 1000})
	if err != nil || small.Vocab() != 256 {
		t.Errorf("a text without repetitions: vocabulary of %d, %v", small.Vocab(), err)
	}
	for _, c := range []TrainConfig{
		{}, {Vocab: 255}, {Vocab: 256, Special: []string{"x"}}, {Vocab: 1 << 30}, {Vocab: 300, Pattern: "x+"},
		{Vocab: 300, Special: []string{""}}, {Vocab: 300, Special: []string{"<a>", "<a>"}}, {Vocab: 300, Special: []string{"a"}},
	} {
		if _, err := TrainBPE(slices.Values([]string{"text"}), c); err == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
	for _, p := range []Pattern{GPT2, CL100K, Qwen2, O200K} {
		tok, err := TrainBPE(slices.Values(corpus(5)), TrainConfig{Vocab: 400, Pattern: p})
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
		text := corpus(1)[0] + "DON'T 12345\r\n\r\n x"
		if !slices.Equal(tok.Encode(text, nil), again.Encode(text, nil)) || again.(*Subword).scan == nil {
			t.Errorf("%.20s…: saved and read back it encodes differently", p)
		}
	}
}

// A long word costs no more than its bytes.
func TestTrainOnOneLongWord(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	n := 1 << 20
	if testing.Short() {
		n >>= 4
	}
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(r.IntN(26))
	}
	tok, err := TrainBPE(slices.Values([]string{string(b), strings.Repeat("z", n)}), TrainConfig{Vocab: 1024})
	if err != nil || tok.Vocab() != 1024 {
		t.Fatal(tok.Vocab(), err)
	}
}

func BenchmarkTrain(b *testing.B) {
	for _, mb := range []int{10, 100} {
		docs := goSource(b, mb<<20)
		size := 0
		for _, d := range docs {
			size += len(d)
		}
		b.Run(fmt.Sprintf("vocab=4096/text=%dMB", size/1e6), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := TrainBPE(slices.Values(docs), TrainConfig{Vocab: 4096, Special: []string{"<|endoftext|>"}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
