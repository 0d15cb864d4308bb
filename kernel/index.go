package kernel

// AddRows is  y[i] += Σ x[j, i]  over the j whose ids[j] = id,  in the order of j.   x (len(ids), c)  y (n, c)
//
// Only ids from lo to hi are looked at: y holds rows lo to hi of a table.
func AddRows(y, x []Float, ids []int32, lo, hi, c int) {
	for j, id := range ids {
		if r := int(id); r >= lo && r < hi {
			Axpy(y[(r-lo)*c:][:c], 1, x[j*c:][:c])
		}
	}
}
