package token

import "slices"

// learner joins pairs in all words at once. The words lie in one array of ids, one place a byte, so that a piece of
// n bytes covers n places and its neighbours are found without lists: its id stands at its first and at its last
// place, gap at those between, edge between words. For each pair it keeps how often it occurs (Σ over words of
// occurrences × count of the word) and where it has ever occurred; a join then visits only those places, so the
// whole of training takes time proportional to the joins made, not to the text times the vocabulary.
type learner struct {
	sym    []int32 // by place
	word   []int32 // by place: the index of the word
	counts []int64 // by word
	length []int32 // by id: bytes
	pairs  map[uint64]int32
	info   []pairInfo
	fresh  []int32 // pairs whose count grew in this join
	heap   []candidate
}

type pairInfo struct {
	key    uint64
	count  int64
	places []uint32
	queued int64 // the count it last entered the heap with
	into   int32 // the piece it joins to, once it is a merge; 0 before
}

// candidate is a pair with the count it had when it was queued: counts of queued pairs fall as their neighbours are
// joined, so the one on top is counted anew before it is believed.
type candidate struct {
	count int64
	key   uint64
	pair  int32
}

// before orders candidates: most frequent first, then by left id, then by right id.
func (a candidate) before(b candidate) bool {
	return a.count > b.count || a.count == b.count && a.key < b.key
}

const (
	edge = -1
	gap  = -2
)

// learn returns up to n merges, best first.
func learn(words *wordCounts, n, minCount, maxPiece int) []mergeRule {
	l := newLearner(words)
	var merges []mergeRule
	byText := map[string]int32{} // a piece can be joined in several ways; it has one id
	spell := make([]string, 256, 256+n)
	for b := range 256 {
		spell[b] = string([]byte{byte(b)})
	}
	for p := range l.info {
		l.queue(int32(p))
	}
	for made := 0; made < n && len(l.heap) > 0; {
		top := l.pop()
		info := &l.info[top.pair]
		if info.count < int64(minCount) {
			continue
		}
		if info.count != top.count {
			if info.count != info.queued {
				l.queue(top.pair)
			}
			continue
		}
		left, right := int32(info.key>>32), int32(uint32(info.key))
		if maxPiece > 0 && int(l.length[left]+l.length[right]) > maxPiece {
			continue
		}
		if info.into == 0 { // else a second way to one of its pieces has brought the pair back
			text := spell[left] + spell[right]
			id, known := byText[text]
			if !known {
				id = int32(len(spell))
				byText[text] = id
				spell = append(spell, text)
				l.length = append(l.length, l.length[left]+l.length[right])
				made++
			}
			info.into = id
			merges = append(merges, mergeRule{left, right, id})
		}
		l.join(top.pair, left, right, info.into)
	}
	return merges
}

func newLearner(words *wordCounts) *learner {
	size := 1 + len(words.text) + len(words.counts)
	l := &learner{sym: make([]int32, 0, size), word: make([]int32, size), counts: words.counts,
		length: make([]int32, 256), pairs: map[uint64]int32{}}
	for b := range l.length {
		l.length[b] = 1
	}
	var occurs [1 << 16]uint32
	l.sym = append(l.sym, edge)
	for i := range words.counts {
		w := words.word(int32(i))
		for k, b := range w {
			l.word[len(l.sym)] = int32(i)
			l.sym = append(l.sym, int32(b))
			if k > 0 {
				occurs[int(w[k-1])<<8|int(b)]++
			}
		}
		l.sym = append(l.sym, edge)
	}
	total := 0
	for _, n := range occurs {
		total += int(n)
	}
	places := make([]uint32, total) // one array for all the lists training begins with
	var index [1 << 16]int32
	for p, n := range occurs {
		if n > 0 {
			key := pairKey(int32(p>>8), int32(p&255))
			index[p] = int32(len(l.info))
			l.pairs[key] = index[p]
			l.info = append(l.info, pairInfo{key: key, places: places[:0:n]})
			places = places[n:]
		}
	}
	for i := 1; i+1 < len(l.sym); i++ {
		if l.sym[i] >= 0 && l.sym[i+1] >= 0 {
			info := &l.info[index[l.sym[i]<<8|l.sym[i+1]]]
			info.places = append(info.places, uint32(i))
			info.count += l.counts[l.word[i]]
		}
	}
	return l
}

// join turns left, right into id wherever they are neighbours, leftmost first in a word.
func (l *learner) join(pair, left, right, id int32) {
	places := l.info[pair].places
	l.info[pair] = pairInfo{key: l.info[pair].key, into: id}
	if left == right { // aaa: the list must be in order for the first two to be joined
		slices.Sort(places)
	}
	leftLen, rightLen := l.length[left], l.length[right]
	l.fresh = l.fresh[:0]
	for _, at := range places {
		i := int32(at)
		k := i + leftLen
		if l.sym[i] != left || l.sym[k] != right {
			continue // joined to something else meanwhile
		}
		count := l.counts[l.word[i]]
		end := k + rightLen // the place after both
		if before := l.sym[i-1]; before != edge {
			l.less(before, left, count)
			l.more(before, id, count, i-l.length[before])
		}
		if after := l.sym[end]; after != edge {
			l.less(right, after, count)
			l.more(id, after, count, i)
		}
		l.sym[k-1], l.sym[k] = gap, gap
		l.sym[i], l.sym[end-1] = id, id
	}
	l.info[pair].count = 0
	for _, p := range l.fresh {
		if l.info[p].count > 0 {
			l.queue(p)
		}
	}
}

// less takes an occurrence from a pair.
func (l *learner) less(a, b int32, count int64) {
	if p, ok := l.pairs[pairKey(a, b)]; ok {
		l.info[p].count -= count
	}
}

// more adds an occurrence at place i to a pair.
func (l *learner) more(a, b int32, count int64, i int32) {
	key := pairKey(a, b)
	p, ok := l.pairs[key]
	if !ok {
		p = int32(len(l.info))
		l.pairs[key] = p
		l.info = append(l.info, pairInfo{key: key})
	}
	info := &l.info[p]
	if info.count += count; len(l.fresh) == 0 || l.fresh[len(l.fresh)-1] != p {
		l.fresh = append(l.fresh, p)
	}
	info.places = append(info.places, uint32(i))
}

// queue puts a pair into the heap with its count of now.
func (l *learner) queue(p int32) {
	info := &l.info[p]
	if info.queued == info.count {
		return
	}
	info.queued = info.count
	h := append(l.heap, candidate{info.count, info.key, p})
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !h[i].before(h[parent]) {
			break
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
	l.heap = h
}

func (l *learner) pop() candidate {
	h := l.heap
	top := h[0]
	n := len(h) - 1
	h[0] = h[n]
	h = h[:n]
	for i := 0; ; {
		c := 2*i + 1
		if c >= n {
			break
		}
		if c+1 < n && h[c+1].before(h[c]) {
			c++
		}
		if !h[c].before(h[i]) {
			break
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
	l.heap = h
	return top
}
