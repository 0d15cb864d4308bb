package grammar

import (
	"bytes"
	"slices"
)

// A Vocab is the texts of a vocabulary as a tree of bytes, for [Matcher.Allowed]. It does not change and may be shared.
type Vocab struct {
	n      int
	bytes  []byte  // of the tree's nodes, each before its children
	depth  []int32 // of each, from 0
	after  []int32 // the first node that is not below it
	first  []int32 // where its tokens begin in tokens; one more at the end
	tokens []int32
	deep   int
}

// NewVocab makes a tree of the texts of ids 0 to n−1, as bytes. An id without text is never allowed.
func NewVocab(n int, text func(id int32) []byte) *Vocab {
	type entry struct {
		text []byte
		id   int32
	}
	var list []entry
	for id := range int32(n) {
		if t := text(id); len(t) > 0 {
			list = append(list, entry{bytes.Clone(t), id})
		}
	}
	slices.SortStableFunc(list, func(a, b entry) int { return bytes.Compare(a.text, b.text) })
	v := &Vocab{n: n}
	var open []int32 // the nodes of the last text
	for _, e := range list {
		same := 0
		for same < len(open) && same < len(e.text) && v.bytes[open[same]] == e.text[same] {
			same++
		}
		for _, i := range open[same:] {
			v.after[i] = int32(len(v.bytes))
		}
		open = open[:same]
		for k := same; k < len(e.text); k++ {
			open = append(open, int32(len(v.bytes)))
			v.bytes, v.depth = append(v.bytes, e.text[k]), append(v.depth, int32(k))
			v.after, v.first = append(v.after, 0), append(v.first, int32(len(v.tokens)))
		}
		v.deep = max(v.deep, len(e.text))
		v.tokens = append(v.tokens, e.id)
	}
	for _, i := range open {
		v.after[i] = int32(len(v.bytes))
	}
	v.first = append(v.first, int32(len(v.tokens)))
	return v
}

// Len is the number of ids.
func (v *Vocab) Len() int { return v.n }

// A Mask is a set of ids, a bit each.
type Mask []uint64

// Has reports whether the mask has an id; it has none outside the vocabulary.
func (m Mask) Has(id int32) bool {
	return id >= 0 && int(id>>6) < len(m) && m[id>>6]>>(id&63)&1 != 0
}

// Allowed is the set of ids whose text can follow in state s. The caller must not change it, and it holds until Trim. Part of a
// character can follow where the character can.
func (m *Matcher) Allowed(s State) (Mask, error) {
	if mask := m.states[s].mask; mask != nil {
		return mask, nil
	}
	v := m.vocab
	mask := make(Mask, (v.n+63)/64)
	path := slices.Grow(m.path[:0], v.deep+1)[:v.deep+1]
	path[0] = s
	for i := int32(0); int(i) < len(v.bytes); {
		d := v.depth[i]
		next := m.next(path[d], v.bytes[i])
		if next == Dead {
			i = v.after[i]
			continue
		}
		path[d+1] = next
		for _, id := range v.tokens[v.first[i]:v.first[i+1]] {
			mask[id>>6] |= 1 << (id & 63)
		}
		i++
	}
	m.path = path
	m.states[s].mask = mask
	m.masks++
	return mask, m.err
}
