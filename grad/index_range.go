package grad

import (
	"fmt"
)

// RangeError is the panic value of an id that names nothing. Ids are data, so
// check those from outside against the vocabulary where they are read; Catch
// turns this into an error as it does a ShapeError.
type RangeError struct {
	Op    string
	ID    int32
	At    []int  // its place among the ids
	Limit int    // ids must be from 0 to Limit − 1
	Where string // file:line of the code that asked
}

func (e *RangeError) Error() string {
	return fmt.Sprintf("%s: %s: id %d at %v: want 0 to %d", e.Where, e.Op, e.ID, e.At, e.Limit-1)
}

// checkIDs refuses ids that are not from 0 to limit − 1. Ids that exist on a device only are taken on trust.
func checkIDs(op string, x, ids *Var, limit int) {
	if ids.ids == nil && ids.val.F != nil && ids.Len() > 0 {
		mismatch(op, "the ids must come from Tape.IDs or ArgMax", x, ids)
	}
	for i, id := range ids.ids {
		if uint32(id) >= uint32(limit) {
			e := &RangeError{Op: op, ID: id, At: make([]int, ids.rank), Limit: limit, Where: caller()}
			for k := ids.rank - 1; k >= 0; k-- {
				e.At[k] = i % ids.dims[k]
				i /= ids.dims[k]
			}
			panic(e)
		}
	}
}
