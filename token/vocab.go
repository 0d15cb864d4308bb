package token

import (
	"fmt"
	"hash/maphash"
)

// vocab maps pieces to ids and back in about 20 bytes an entry beside the text: the pieces lie in one buffer, the
// hash table holds ids only. The seed is random, so that no file can be made to collide.
type vocab struct {
	text  []byte
	spans []span  // by id; absent where the id stands for nothing
	table []int32 // id+1, open addressing, a power of two long
	n     int
	seed  maphash.Seed
}

type span struct{ from, to uint32 }

var absent = span{from: ^uint32(0)}

func newVocab() *vocab {
	return &vocab{table: make([]int32, 512), seed: maphash.MakeSeed()}
}

// add gives piece the id; both must be new.
func (v *vocab) add(piece string, id int32) error {
	if old, ok := v.id(piece); ok {
		return fmt.Errorf("piece %s has id %d already", quote(piece), old)
	}
	if int(id) < len(v.spans) && v.spans[id] != absent {
		return fmt.Errorf("id %d belongs to %s already", id, quote(v.piece(id)))
	}
	for int(id) >= len(v.spans) {
		v.spans = append(v.spans, absent)
	}
	v.spans[id] = span{uint32(len(v.text)), uint32(len(v.text) + len(piece))}
	v.text = append(v.text, piece...)
	if v.n++; 2*v.n > len(v.table) {
		v.table = make([]int32, 2*len(v.table))
		for i, s := range v.spans {
			if s != absent {
				v.place(int32(i))
			}
		}
		return nil
	}
	v.place(id)
	return nil
}

func (v *vocab) place(id int32) {
	s := v.spans[id]
	i := v.slot(maphash.Bytes(v.seed, v.text[s.from:s.to]))
	for v.table[i] != 0 {
		i = (i + 1) & (len(v.table) - 1)
	}
	v.table[i] = id + 1
}

func (v *vocab) slot(h uint64) int { return int(h & uint64(len(v.table)-1)) }

// id returns the id of piece.
func (v *vocab) id(piece string) (int32, bool) {
	for i := v.slot(maphash.String(v.seed, piece)); ; i = (i + 1) & (len(v.table) - 1) {
		id := v.table[i] - 1
		if id < 0 {
			return None, false
		}
		if s := v.spans[id]; string(v.text[s.from:s.to]) == piece {
			return id, true
		}
	}
}

// has reports whether id stands for a piece.
func (v *vocab) has(id int32) bool {
	return uint32(id) < uint32(len(v.spans)) && v.spans[id] != absent
}

// piece returns the spelling of id, "" where it has none.
func (v *vocab) piece(id int32) string {
	if !v.has(id) {
		return ""
	}
	s := v.spans[id]
	return string(v.text[s.from:s.to])
}

// quote spells a piece for an error, cut where it is long.
func quote(s string) string {
	if len(s) > 40 {
		return fmt.Sprintf("%q… (%d bytes)", s[:40], len(s))
	}
	return fmt.Sprintf("%q", s)
}

// bytes is the spelling of an id that has one.
func (v *vocab) bytes(id int32) []byte {
	s := v.spans[id]
	return v.text[s.from:s.to]
}

// size is the length of the spelling of an id that has one, in bytes.
func (v *vocab) size(id int32) int { return int(v.spans[id].to - v.spans[id].from) }
