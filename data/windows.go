package data

import (
	"encoding/binary"
	"fmt"
	"math"
)

// windows is a Set of stretches of T tokens, each with the token that follows every one of them as its labels.
//
// For training, example i begins at a place in [i·T, (i+1)·T) drawn from the seed: every epoch sees other windows, spread
// evenly. For evaluation it begins at i·T, so that each token but the first (the end-of-text token that opens the split)
// is a target exactly once; the last window is filled up with Ignore. Training with Info.Carry sees the whole windows of these.
type windows struct {
	info  *Info
	t     *tokens
	split int
	train bool
	sizes []int32 // bytes of text each id stands for; nil if they do not add up
	still bool    // windows for training begin at i·T too, see Splits.Keep
}

func (w *windows) Info() *Info { return w.info }

func (w *windows) Len() int {
	targets, size := int(w.t.count[w.split])-1, w.info.Input[0]
	if targets <= 0 {
		return 0
	}
	if w.train {
		return max(1, targets/size)
	}
	return (targets + size - 1) / size
}

func (w *windows) Read(b *Batch, index []int, seed uint64) error {
	checkIndex(w.info.Name, index, w.Len())
	size, total := w.info.Input[0], int(w.t.count[w.split])
	ids, labels := b.tokens(len(index), size)
	for e, i := range index {
		first := i * size
		if w.train && !w.info.Carry && !w.still {
			first += int(mix(seed, uint64(i)) % uint64(size))
			first = max(0, min(first, total-1-size))
		}
		n := min(size, total-1-first)
		raw, err := w.t.slice(w.split, first, n+1)
		if err != nil {
			return err
		}
		x, y := ids[e*size:(e+1)*size], labels[e*size:(e+1)*size]
		previous := w.id(raw, 0)
		for k := range n {
			id := w.id(raw, k+1)
			if uint32(id) >= uint32(w.info.Vocab) {
				return fmt.Errorf("data: %s: id %d in its token file; the vocabulary is [0, %d): the file is damaged, remove it and it will be made again", w.info.Origin, id, w.info.Vocab)
			}
			x[k], y[k] = previous, id
			if w.sizes != nil {
				b.Bytes += int(w.sizes[id])
			}
			previous = id
		}
		for k := n; k < size; k++ {
			x[k], y[k] = previous, Ignore
		}
		if w.sizes == nil {
			b.Bytes += w.share(first+n) - w.share(first)
		}
	}
	return nil
}

// id returns token k of raw.
func (w *windows) id(raw []byte, k int) int32 {
	if w.t.width == 2 {
		return int32(binary.LittleEndian.Uint16(raw[2*k:]))
	}
	return int32(binary.LittleEndian.Uint32(raw[4*k:]))
}

// share returns the bytes of text counted for the first n targets, where ids have no length of their own.
func (w *windows) share(n int) int {
	return int(math.Round(float64(w.t.bytes[w.split]) * float64(n) / float64(w.t.count[w.split]-1)))
}

// windows makes the splits of a corpus.
func (c *Corpus) windows(t *tokens, enc Encoder, size int, carry bool) (Splits, error) {
	info := &Info{Name: c.Name, Task: Language, Input: []int{size}, Tokens: true, Vocab: enc.VocabSize(), Carry: carry, Origin: c.Origin, Rule: c.Rule}
	var sizes []int32
	if t.exact {
		sizes = make([]int32, info.Vocab)
		for id := range sizes {
			sizes[id] = int32(enc.Bytes(int32(id)))
		}
	}
	var s Splits
	if t.m != nil {
		s.closers = append(s.closers, t.m.close)
	}
	for i, dst := range []*Set{&s.Train, &s.Valid, &s.Test} {
		if w := (&windows{info: info, t: t, split: i, train: i == 0, sizes: sizes}); w.Len() > 0 {
			*dst = w
		}
	}
	if s.Train == nil {
		return Splits{}, fmt.Errorf("data: %s: %d tokens to train on; at least 2 are needed", c.Origin, t.count[0])
	}
	return s, nil
}
