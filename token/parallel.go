package token

import (
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// chunkBytes is about how much text a worker takes at a time. It does not depend on the number of workers, and
// neither do the ids.
const chunkBytes = 256 << 10

// EncodeParallel is [Subword.Encode] on several goroutines, as many as there are processors where workers is 0: the
// same ids in the same order. The text is cut at line ends where every pattern ends a word; where that
// can't be told (a normalizer, an expression without scanner, added tokens with line ends) it is done in one.
func (t *Subword) EncodeParallel(text string, dst []int32, workers int) []int32 {
	if t.scan == nil || len(t.normalize) > 0 || t.raw.spansLines() || t.normal.spansLines() {
		return t.Encode(text, dst)
	}
	for _, ids := range EncodeAll(t, chunks(text, chunkBytes), workers) {
		dst = append(dst, ids...)
	}
	return dst
}

// EncodeAll encodes texts on several goroutines, as many as there are processors where workers is 0.
func EncodeAll(t Tokenizer, texts []string, workers int) [][]int32 {
	out := make([][]int32, len(texts))
	share(len(texts), goroutines(workers), func(i int) {
		out[i] = t.Encode(texts[i], make([]int32, 0, len(texts[i])/3+8))
	})
	return out
}

// share calls do for 0 ≤ i < n, each once, on several goroutines.
func share(n, workers int, do func(i int)) {
	if workers = min(workers, n); workers <= 1 {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}

// chunks cuts text into parts of about size bytes where every scanner begins a new word whatever came before, and
// ends one whatever comes after: between a letter or number and the end of its line.
func chunks(text string, size int) []string {
	var out []string
	for len(text) > size {
		cut := lineEnd(text, size)
		if cut == len(text) {
			break
		}
		out = append(out, text[:cut])
		text = text[cut:]
	}
	return append(out, text)
}

// lineEnd finds the first such place from i > 0 on, or the end of the text.
func lineEnd(text string, i int) int {
	for ; i < len(text); i++ {
		if newline(text[i]) {
			r, _ := utf8.DecodeLastRuneInString(text[:i])
			if c := runeClass(r); c == letter || c == number {
				return i
			}
		}
	}
	return len(text)
}
