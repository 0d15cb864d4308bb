package token

import (
	"fmt"
	"hash/maphash"
	"iter"
	"math"
	"sync"
)

// wordCounts is how often each distinct word of two bytes and more occurs: words in one buffer, one after another.
type wordCounts struct {
	text   []byte
	ends   []uint32
	counts []int64
	table  []int32 // index+1, open addressing
	seed   maphash.Seed
	full   bool // a word did not fit
}

func newWordCounts() *wordCounts {
	return &wordCounts{table: make([]int32, 1<<12), seed: maphash.MakeSeed()}
}

func (w *wordCounts) word(i int32) []byte {
	if i == 0 {
		return w.text[:w.ends[0]]
	}
	return w.text[w.ends[i-1]:w.ends[i]]
}

// add counts a word n times more.
func (w *wordCounts) add(word string, n int64) {
	for h := w.slot(maphash.String(w.seed, word)); ; h = (h + 1) & (len(w.table) - 1) {
		i := w.table[h] - 1
		if i >= 0 && string(w.word(i)) == word {
			w.counts[i] += n
			return
		}
		if i < 0 {
			if len(w.text)+len(w.counts)+len(word) >= math.MaxInt32-2 {
				w.full = true
				return
			}
			w.text = append(w.text, word...)
			w.ends = append(w.ends, uint32(len(w.text)))
			w.counts = append(w.counts, n)
			w.table[h] = int32(len(w.counts))
			if 2*len(w.counts) > len(w.table) {
				w.enlarge()
			}
			return
		}
	}
}

func (w *wordCounts) slot(h uint64) int { return int(h & uint64(len(w.table)-1)) }

func (w *wordCounts) enlarge() {
	w.table = make([]int32, 4*len(w.table))
	for i := range w.counts {
		h := w.slot(maphash.Bytes(w.seed, w.word(int32(i))))
		for w.table[h] != 0 {
			h = (h + 1) & (len(w.table) - 1)
		}
		w.table[h] = int32(i) + 1
	}
}

// countWords counts the words of all docs on several goroutines. Sums do not depend on who added what, so neither
// does the result, but for the order of the words, on which nothing depends.
func countWords(docs iter.Seq[string], scan scanner, special *addedSet, workers int) (*wordCounts, error) {
	parts := make(chan []string, 2*workers)
	counts := make([]*wordCounts, workers)
	var wg sync.WaitGroup
	for i := range workers {
		counts[i] = newWordCounts()
		wg.Go(func() {
			for batch := range parts {
				for _, text := range batch {
					counts[i].addText(text, scan)
				}
			}
		})
	}
	deal(docs, special, func(batch []string) { parts <- batch })
	close(parts)
	wg.Wait()
	sum := counts[0]
	for _, c := range counts[1:] {
		sum.full = sum.full || c.full
		for i, n := range c.counts {
			sum.add(string(c.word(int32(i))), n)
		}
	}
	if sum.full {
		return nil, fmt.Errorf("the distinct words have more than %d bytes together", math.MaxInt32)
	}
	return sum, nil
}

// deal cuts docs at special tokens and at lines into batches of about chunkBytes.
func deal(docs iter.Seq[string], special *addedSet, send func([]string)) {
	var batch []string
	size := 0
	for doc := range docs {
		special.split(doc, func(from, to int) {
			for _, part := range chunks(doc[from:to], chunkBytes) {
				batch = append(batch, part)
				if size += len(part); size >= chunkBytes {
					send(batch)
					batch, size = nil, 0
				}
			}
		}, func(*AddedToken) {})
	}
	send(batch)
}

// addText counts the words of a text. A word of one byte has no pair.
func (w *wordCounts) addText(text string, scan scanner) {
	for i := 0; i < len(text); {
		end := scan(text, i)
		if end-i > 1 {
			w.add(text[i:end], 1)
		}
		i = end
	}
}
