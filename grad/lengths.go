package grad

// Lengths are how many ids each row has: those up to its last one that is not 0, and 1 at least. What fills rows of different
// lengths up is 0. They have no gradient.
//
//	y[b] = max{i + 1 : x[b, i] ≠ 0}     ids x (B, T) → ids y (B)
func (x *Var) Lengths() *Var {
	if x.rank != 2 || x.dims[1] == 0 || x.ids == nil && x.Len() > 0 {
		mismatch("lengths", "want ids (B, T)", x)
	}
	return tapeOf("lengths", x).doIDs(lengths, []int{x.dims[0]}, attr{}, x)
}

var lengths = newOp("lengths",
	func(y *Var) {
		x := y.in[0]
		y.fillIDs(func(b int) int32 {
			n := x.dims[1]
			for row := x.ids[b*n:]; n > 1 && row[n-1] == 0; n-- {
			}
			return int32(n)
		})
	},
	func(*Var) {}).reading(nothing)

// Ends are the places of the last steps of sequences of these lengths, where they lie one after the other with room for t
// steps each.
//
//	y[b] = b·t + x[b] − 1     ids x, y (B)
func (x *Var) Ends(t int) *Var {
	if x.rank != 1 || x.ids == nil && x.Len() > 0 {
		mismatch("ends", "want lengths as ids (B)", x)
	}
	return tapeOf("ends", x).doIDs(ends, x.Shape(), attr{i: [8]int{t}}, x)
}

var ends = newOp("ends",
	func(y *Var) {
		x, t := y.in[0], y.attr.i[0]
		y.fillIDs(func(b int) int32 { return int32(b*t) + x.ids[b] - 1 })
	},
	func(*Var) {}).reading(nothing)

// fillIDs makes y, ids, of f.
func (y *Var) fillIDs(f func(i int) int32) {
	y.ids = y.val.I
	if y.tape.onDevice() {
		y.ids = make([]int32, y.val.N)
	}
	for i := range y.ids {
		y.ids[i] = f(i)
	}
	if y.tape.onDevice() {
		y.tape.dev().WriteIDs(y.val, y.ids)
	}
}
