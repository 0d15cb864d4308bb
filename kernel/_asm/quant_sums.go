package main

// Sums of products of codes, and what becomes of them.

// starts is the sum of part p of each x, in all lanes.
func (t *quantTile) starts(p int) []vec {
	sum := t.each("sum")
	for j, v := range sum {
		for i := range v {
			t.VPBROADCASTD(t.in(j, t.sums+4*p), v[i])
		}
	}
	return sum
}

// zeros is sums of 0.
func (t *quantTile) zeros() []vec {
	sum := t.each("sum")
	for _, v := range sum {
		for _, r := range v {
			t.clear(r)
		}
	}
	return sum
}

// dots adds the products of groups of four codes, unsigned as codes(g) gives them, with four of x from byte from on. limit is
// how many groups a sum of 16 bits can take.
func (t *quantTile) dots(sum []vec, groups, from, limit int, codes func(g int) vec) {
	if t.wide() {
		for g := range groups {
			w := codes(g)
			for j := range t.n {
				t.VPDPBUSD_BCST(t.in(j, from+4*g), w[0], sum[j][0])
			}
		}
		return
	}
	for g := range groups {
		w, x := codes(g), t.keep("x")[:1]
		t.VPBROADCASTD(t.in(0, from+4*g), x[0])
		if g%limit == 0 {
			t.to("pairs", "VPMADDUBSW", vec{x[0], x[0]}, w)
		} else {
			t.op("VPMADDUBSW", vec{x[0], x[0]}, w, w)
			t.op("VPADDW", w, t.keep("pairs"), t.keep("pairs"))
		}
		if g%limit == limit-1 || g == groups-1 {
			t.widen(t.keep("pairs"), sum[0])
		}
	}
}

// widen adds pairs of 16 bits to sums of 32.
func (t *quantTile) widen(pairs, sum vec) {
	t.op("VPMADDWD", t.pattern(1<<16|1), pairs, pairs)
	t.op("VPADDD", pairs, sum, sum)
}

// scaled adds whole·(d·dx) to the sums of the rows, or takes it away.
func (t *quantTile) scaled(whole []vec, d vec, minus bool) {
	for j, v := range whole {
		dx := t.keep("dx")
		for i := range dx {
			if t.wide() {
				t.VMULPS_BCST(t.in(j, t.d), d[i], dx[i])
			} else {
				t.VBROADCASTSS(t.in(j, t.d), dx[i])
				t.VMULPS(d[i], dx[i], dx[i])
			}
		}
		t.op("VCVTDQ2PS", v, v)
		t.op("VMULPS", dx, v, v)
		if minus {
			t.op("VSUBPS", v, t.acc[j], t.acc[j])
		} else {
			t.op("VADDPS", v, t.acc[j], t.acc[j])
		}
	}
}
