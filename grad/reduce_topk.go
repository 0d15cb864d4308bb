package grad

import "slices"

// TopK is the places of the k greatest elements of each row (x's last axis), the greatest first and of equal ones the
// first, as ids; it has no gradient, which flows through what Gather picks by them.
//
//	y = places of the k greatest x      x (..., N) → y ids (..., k)
func (x *Var) TopK(k int) *Var {
	if x.rank == 0 || k < 1 || k > x.Dim(-1) {
		mismatch("topk", "want k from 1 to the length of x's last axis", x)
	}
	shape := x.dims
	shape[x.rank-1] = k
	return tapeOf("topk", x).doIDs(topK, shape[:x.rank], attr{i: [8]int{k}}, x)
}

var topK = newOp("topk",
	func(y *Var) {
		x, dev, k := y.in[0], y.tape.dev(), y.attr.i[0]
		rows, n := x.rows(1)
		values := x.val.F
		y.ids = y.val.I
		if y.tape.onDevice() {
			values, y.ids = make([]Float, x.Len()), make([]int32, y.val.N)
			dev.Read(values, x.val)
		}
		for r := range rows {
			greatest(y.ids[r*k:][:k], values[r*n:][:n])
		}
		if y.tape.onDevice() {
			dev.WriteIDs(y.val, y.ids)
		}
	},
	func(*Var) {})

// greatest fills places with those of the greatest values. What is not a number comes last.
func greatest(places []int32, values []Float) {
	found := places[:0]
	for i, v := range values {
		at := len(found)
		for at > 0 && (v > values[found[at-1]] || values[found[at-1]] != values[found[at-1]] && v == v) {
			at--
		}
		switch {
		case len(found) < len(places):
			found = slices.Insert(found, at, int32(i))
		case at < len(found):
			copy(found[at+1:], found[at:])
			found[at] = int32(i)
		}
	}
}
