package grad

// Columns are the ids of places lo up to, but not with, hi of each row; they have no
// gradient. A source and a target that came as one value are parted by it.
//
//	y[b, i] = x[b, lo + i]     ids x (B, T) → ids y (B, hi − lo)
func (x *Var) Columns(lo, hi int) *Var {
	if x.rank != 2 || x.ids == nil && x.Len() > 0 {
		mismatch("columns", "want ids (B, T) from Tape.IDs or ArgMax", x)
	}
	if lo < 0 || lo > hi || hi > x.dims[1] {
		mismatch("columns", "want 0 ≤ lo ≤ hi ≤ T", x)
	}
	return tapeOf("columns", x).doIDs(columns, []int{x.dims[0], hi - lo}, attr{i: [8]int{lo}}, x)
}

var columns = newOp("columns",
	func(y *Var) {
		x, lo, n := y.in[0], y.attr.i[0], y.dims[1]
		y.ids = y.val.I
		if y.tape.onDevice() {
			y.ids = make([]int32, y.val.N)
		}
		for b := range y.dims[0] {
			row := x.ids[b*x.dims[1]:]
			copy(y.ids[b*n:(b+1)*n], row[lo:lo+n])
		}
		if y.tape.onDevice() {
			y.tape.dev().WriteIDs(y.val, y.ids)
		}
	},
	func(*Var) {}).reading(nothing)
