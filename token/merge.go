package token

// Merging a word (Sennrich et al. 2016): while some two neighbours form a known pair, join the pair of lowest
// rank, the leftmost where there are several.
//
//	sym (n) ids of the characters or bytes  →  ids of the pieces, in place

// shortWord is the length up to which scanning all pairs anew for each merge beats a heap.
const shortWord = 48

// merge joins the symbols of one word.
func (e *encoder) merge(sym []int32) []int32 {
	if e.t.merges == nil {
		return sym
	}
	if len(sym) <= shortWord {
		var best [shortWord]uint64
		return mergeScan(e.t.merges, sym, best[:])
	}
	return e.mergeHeap(sym)
}

// mergeScan is the definition itself, O(n²): the reference mergeHeap is tested against. best is scratch of len(sym).
func mergeScan(pairs *pairTable, sym []int32, best []uint64) []int32 {
	n := len(sym)
	for i := range n - 1 {
		best[i] = pairs.get(sym[i], sym[i+1])
	}
	for n > 1 {
		m := 0
		for i, v := range best[1 : n-1] {
			if v>>32 < best[m]>>32 {
				m = i + 1
			}
		}
		if best[m] == noPair {
			break
		}
		sym[m] = int32(uint32(best[m]))
		copy(sym[m+1:], sym[m+2:n])
		copy(best[m:], best[m+1:n-1])
		n--
		if m+1 < n {
			best[m] = pairs.get(sym[m], sym[m+1])
		}
		if m > 0 {
			best[m-1] = pairs.get(sym[m-1], sym[m])
		}
	}
	return sym[:n]
}

// mergeHeap does the same in O(n log n): a heap of rank<<32 | position, and the symbols as a linked list. An entry
// is out of date when the pair at its position no longer has its rank.
func (e *encoder) mergeHeap(sym []int32) []int32 {
	const dead = -2
	pairs, n := e.t.merges, len(sym)
	e.next, e.prev = grow(e.next, n), grow(e.prev, n)
	next, prev, heap := e.next, e.prev, heap4(e.heap[:0])
	for i := range n {
		next[i], prev[i] = int32(i+1), int32(i-1)
		if i+1 < n {
			if v := pairs.get(sym[i], sym[i+1]); v != noPair {
				heap = append(heap, v&^0xffffffff|uint64(i))
			}
		}
	}
	next[n-1] = -1
	heap.init()
	for len(heap) > 0 {
		top := heap.pop()
		i := int32(uint32(top))
		j := next[i]
		if j < 0 {
			continue
		}
		v := pairs.get(sym[i], sym[j])
		if v>>32 != top>>32 {
			continue
		}
		sym[i] = int32(uint32(v))
		k := next[j]
		next[i], next[j] = k, dead
		if k >= 0 {
			prev[k] = i
			if v := pairs.get(sym[i], sym[k]); v != noPair {
				heap.push(v&^0xffffffff | uint64(i))
			}
		}
		if h := prev[i]; h >= 0 {
			if v := pairs.get(sym[h], sym[i]); v != noPair {
				heap.push(v&^0xffffffff | uint64(h))
			}
		}
	}
	e.heap = heap
	out := 0
	for i := int32(0); i >= 0; i = next[i] {
		sym[out] = sym[i]
		out++
	}
	return sym[:out]
}

func grow(s []int32, n int) []int32 {
	if cap(s) < n {
		return make([]int32, n)
	}
	return s[:n]
}

// heap4 is a heap of four children a node, the least on top: half as deep as a binary one, hence half the cache misses.
type heap4 []uint64

func (h heap4) init() {
	for i := (len(h) - 2) / 4; i >= 0 && len(h) > 1; i-- {
		h.down(i)
	}
}

func (h *heap4) push(v uint64) {
	*h = append(*h, v)
	s := *h
	i := len(s) - 1
	for i > 0 {
		p := (i - 1) / 4
		if s[p] <= v {
			break
		}
		s[i] = s[p]
		i = p
	}
	s[i] = v
}

func (h *heap4) pop() uint64 {
	s := *h
	top, last := s[0], len(s)-1
	s[0] = s[last]
	*h = s[:last]
	(*h).down(0)
	return top
}

func (h heap4) down(i int) {
	if i >= len(h) {
		return
	}
	v := h[i]
	for {
		c := 4*i + 1
		if c >= len(h) {
			break
		}
		m := c
		for k := c + 1; k < min(c+4, len(h)); k++ {
			if h[k] < h[m] {
				m = k
			}
		}
		if h[m] >= v {
			break
		}
		h[i] = h[m]
		i = m
	}
	h[i] = v
}
