package token

// wordCache remembers the ids of short words: text repeats its words (Zipf), and looking one up is twenty times
// cheaper than merging it. Direct mapped and of fixed size, so that its memory is bounded and a new word simply
// takes the place of an old one.
type wordCache []cacheEntry

const (
	cacheBits  = 14 // 16,384 entries of 64 bytes: 1 MiB an encoder
	cacheBytes = 24 // longest word kept
	cacheIDs   = 9  // most ids kept
)

// cacheEntry is one cache line: the word in three machine words, its length and number of ids, the ids.
type cacheEntry struct {
	key  [3]uint64
	size uint32 // length<<8 | number of ids; 0: empty
	ids  [cacheIDs]int32
}

// wordKey packs a word of 1 to 24 bytes. With the length it is one to one: parts overlap, none is left out.
func wordKey(s string) (a, b, c uint64) {
	switch n := len(s); {
	case n >= 16:
		return load8(s), load8(s[8:]), load8(s[n-8:])
	case n >= 8:
		return load8(s), load8(s[n-8:]), 0
	case n >= 4:
		return uint64(load4(s)) | uint64(load4(s[n-4:]))<<32, 0, 0
	default:
		return uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16, 0, 0
	}
}

func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load4(s string) uint32 {
	_ = s[3]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// find returns the entry a word belongs to, and whether it is there.
func (c wordCache) find(s string) (*cacheEntry, bool) {
	x, y, z := wordKey(s)
	h := (x ^ uint64(len(s))) * 0x9e3779b97f4a7c15
	h = (h ^ h>>29 ^ y) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>32 ^ z) * 0x94d049bb133111eb
	e := &c[h>>(64-cacheBits)]
	return e, e.size>>8 == uint32(len(s)) && e.key == [3]uint64{x, y, z}
}

// put remembers the ids of s in the entry find returned.
func (e *cacheEntry) put(s string, ids []int32) {
	if len(ids) > cacheIDs {
		return
	}
	e.key[0], e.key[1], e.key[2] = wordKey(s)
	e.size = uint32(len(s))<<8 | uint32(len(ids))
	copy(e.ids[:], ids)
}

// appendIDs appends the ids of the entry; most words are one piece.
func (e *cacheEntry) appendIDs(dst []int32) []int32 {
	n := uint8(e.size)
	if n == 1 {
		return append(dst, e.ids[0])
	}
	return append(dst, e.ids[:n]...)
}
