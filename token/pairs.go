package token

import (
	"math/bits"
	"math/rand/v2"
)

// pairTable maps a pair of neighbouring ids to its merge: rank<<32 | id of the joined piece. Open addressing; the multiplier is random and odd (multiply-shift hashing,
// Dietzfelbinger et al. 1997), so that no file can be made to collide. Nothing that is computed depends on it.
type pairTable struct {
	slots []pairSlot
	mult  uint64
	shift int
}

type pairSlot struct{ key, val uint64 }

const (
	noPair    = ^uint64(0) // the value of a pair that is never merged, worse than any rank
	emptySlot = ^uint64(0)
)

func pairKey(a, b int32) uint64 { return uint64(uint32(a))<<32 | uint64(uint32(b)) }

// newPairTable has room for n pairs.
func newPairTable(n int) *pairTable {
	size := 16
	for size < 2*n {
		size *= 2
	}
	t := &pairTable{slots: make([]pairSlot, size), mult: rand.Uint64() | 1, shift: 64 - bits.TrailingZeros(uint(size))}
	for i := range t.slots {
		t.slots[i].key = emptySlot
	}
	return t
}

// set gives the pair a rank and a joined id; a later rank replaces an earlier one.
func (t *pairTable) set(a, b, rank, id int32) {
	key := pairKey(a, b)
	for i := key * t.mult >> t.shift; ; i = (i + 1) & uint64(len(t.slots)-1) {
		if s := &t.slots[i]; s.key == key || s.key == emptySlot {
			*s = pairSlot{key, uint64(uint32(rank))<<32 | uint64(uint32(id))}
			return
		}
	}
}

// get returns the merge of the pair, or noPair.
func (t *pairTable) get(a, b int32) uint64 {
	key := pairKey(a, b)
	for i := key * t.mult >> t.shift; ; i = (i + 1) & uint64(len(t.slots)-1) {
		s := &t.slots[i]
		if s.key == key {
			return s.val
		}
		if s.key == emptySlot {
			return noPair
		}
	}
}
