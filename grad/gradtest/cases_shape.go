package gradtest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"brick/grad"
)

var shapeCases = slices.Concat(permuteCases(), expandCases(), sliceCases(), padCases(), joinCases(), indexCases(), columnsCases())

// movement is a case of an op that copies elements of its one input: element idx of y is x's at from(idx).
func movement(op, name string, run func(x *grad.Var) *grad.Var, x, y []int, from func(idx []int) []int, wrong func(t *grad.Tape)) Case {
	return Case{
		Op: op, Name: name,
		In:  func(r *rand.Rand) []*grad.Var { return []*grad.Var{Rand(r, x...)} },
		Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return run(in[0]) },
		Want: func(in []*grad.Var) []float64 {
			a := arr(in[0])
			return build(y, func(idx []int) float64 { return a.at(from(idx)...) })
		},
		Wrong: wrong,
	}
}

func permuteCases() (cases []Case) {
	for _, s := range []struct{ x, dims []int }{
		{[]int{3, 5}, []int{1, 0}},
		{[]int{40, 37}, []int{1, 0}},
		{[]int{2, 3, 4}, []int{2, 0, 1}},
		{[]int{2, 3, 4, 5}, []int{0, 2, 1, 3}},
		{[]int{2, 3, 4, 5}, []int{3, 1, 0, 2}},
		{[]int{3, 1, 4}, []int{1, 0, 2}}, // a view
		{[]int{2, 0, 4}, []int{2, 1, 0}},
		{[]int{2, 1, 2, 1, 3, 2}, []int{5, 4, 3, 2, 1, 0}},
	} {
		y, from := make([]int, len(s.x)), func(idx []int) []int {
			at := make([]int, len(idx))
			for i, d := range s.dims {
				at[d] = idx[i]
			}
			return at
		}
		for i, d := range s.dims {
			y[i] = s.x[d]
		}
		cases = append(cases, movement("permute", fmt.Sprint(s.x, s.dims), func(x *grad.Var) *grad.Var { return x.Permute(s.dims...) }, s.x, y, from,
			func(t *grad.Tape) { zeros(t, 2, 3).Permute(0, 0) }))
	}
	swapped := func(idx []int) []int { return []int{idx[0], idx[3], idx[2], idx[1]} }
	return append(cases, movement("permute", "transpose", func(x *grad.Var) *grad.Var { return x.Transpose(1, -1) },
		[]int{2, 3, 4, 5}, []int{2, 5, 4, 3}, swapped, func(t *grad.Tape) { zeros(t, 2, 3).Transpose(0, 2) }))
}

func expandCases() (cases []Case) {
	for _, s := range []struct{ x, y []int }{
		{[]int{5}, []int{3, 5}},
		{[]int{4, 1}, []int{4, 6}},
		{[]int{2, 1, 3}, []int{4, 2, 5, 3}},
		{[]int{}, []int{2, 2}},
		{[]int{1, 3}, []int{0, 3}},
		{[]int{2, 3}, []int{2, 3}},
	} {
		cases = append(cases, movement("expand", fmt.Sprint(s.x, s.y), func(x *grad.Var) *grad.Var { return x.Expand(s.y...) }, s.x, s.y,
			func(idx []int) []int { return idx }, func(t *grad.Tape) { zeros(t, 2, 3).Expand(2, 4) }))
	}
	return cases
}

func sliceCases() (cases []Case) {
	for _, s := range []struct {
		x                  []int
		axis, lo, hi, step int
	}{
		{[]int{7}, 0, 2, 6, 1},
		{[]int{4, 9}, 1, 1, 9, 3},
		{[]int{5, 2, 3}, 0, 0, 5, 2},
		{[]int{2, 5, 3}, -2, 4, 5, 1},
		{[]int{2, 5}, 1, 3, 3, 1},
		{[]int{3, 4}, 0, 0, 3, 1},
	} {
		axis := (s.axis + len(s.x)) % len(s.x)
		y := slices.Clone(s.x)
		y[axis] = (s.hi - s.lo + s.step - 1) / s.step
		from := func(idx []int) []int {
			at := slices.Clone(idx)
			at[axis] = s.lo + s.step*at[axis]
			return at
		}
		cases = append(cases, movement("slice", fmt.Sprint(s), func(x *grad.Var) *grad.Var { return x.Slice(s.axis, s.lo, s.hi, s.step) }, s.x, y, from,
			func(t *grad.Tape) { zeros(t, 4).Slice(0, 1, 5, 1) }))
	}
	// The pieces of a Split, in another order.
	return append(cases, movement("slice", "split", func(x *grad.Var) *grad.Var {
		p := x.Split(1, 2, 3, 1)
		return grad.Concat(1, p[2], p[0], p[1])
	}, []int{4, 6}, []int{4, 6}, func(idx []int) []int { return []int{idx[0], (idx[1] + 5) % 6} }, func(t *grad.Tape) { zeros(t, 4).Split(0, 2, 3) }))
}

func padCases() (cases []Case) {
	for _, s := range []struct {
		x     []int
		pads  [][2]int
		value float64
	}{
		{[]int{3, 4}, [][2]int{{1, 0}, {2, 3}}, 0},
		{[]int{2, 1, 3, 2}, [][2]int{{0, 0}, {0, 0}, {1, 2}, {2, 1}}, -1.5},
		{[]int{0, 2}, [][2]int{{1, 1}, {0, 0}}, 2},
	} {
		y := slices.Clone(s.x)
		for i, p := range s.pads {
			y[i] += p[0] + p[1]
		}
		cases = append(cases, Case{
			Op: "pad", Name: fmt.Sprint(s.x, s.pads),
			In:  func(r *rand.Rand) []*grad.Var { return []*grad.Var{Rand(r, s.x...)} },
			Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return in[0].Pad(s.pads, grad.Float(s.value)) },
			Want: func(in []*grad.Var) []float64 {
				x := arr(in[0])
				return build(y, func(idx []int) float64 {
					at := slices.Clone(idx)
					for i, p := range s.pads {
						if at[i] -= p[0]; at[i] < 0 || at[i] >= s.x[i] {
							return s.value
						}
					}
					return x.at(at...)
				})
			},
			Wrong: func(t *grad.Tape) { zeros(t, 3, 4).Pad([][2]int{{1, 1}}, 0) },
		})
	}
	return cases
}

func joinCases() (cases []Case) {
	for _, s := range []struct {
		axis int
		xs   [][]int
	}{
		{0, [][]int{{2, 3}, {4, 3}, {1, 3}}},
		{-1, [][]int{{2, 3}, {2, 1}, {2, 0}, {2, 5}}},
		{1, [][]int{{2, 3, 2}, {2, 1, 2}, {2, 3, 2}}},
		{0, [][]int{{3}}},
		{1, [][]int{{0, 2}, {0, 3}}},
	} {
		axis := (s.axis + len(s.xs[0])) % len(s.xs[0])
		y := slices.Clone(s.xs[0])
		for _, x := range s.xs[1:] {
			y[axis] += x[axis]
		}
		cases = append(cases, Case{
			Op: "concat", Name: fmt.Sprint(s),
			In:  func(r *rand.Rand) []*grad.Var { return rands(r, s.xs) },
			Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return grad.Concat(s.axis, in...) },
			Want: func(in []*grad.Var) []float64 {
				return build(y, func(idx []int) float64 {
					at, k := slices.Clone(idx), 0
					for ; at[axis] >= in[k].Dim(axis); k++ {
						at[axis] -= in[k].Dim(axis)
					}
					return arr(in[k]).at(at...)
				})
			},
			Wrong: func(t *grad.Tape) { grad.Concat(0, zeros(t, 2, 3), zeros(t, 2, 4)) },
		})
	}
	for axis := -1; axis <= 2; axis++ {
		at := (axis + 3) % 3
		cases = append(cases, Case{
			Op: "stack", Name: fmt.Sprint(axis),
			In:  func(r *rand.Rand) []*grad.Var { return rands(r, [][]int{{2, 5}, {2, 5}, {2, 5}}) },
			Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return grad.Stack(axis, in...) },
			Want: func(in []*grad.Var) []float64 {
				return build(slices.Insert([]int{2, 5}, at, 3), func(idx []int) float64 {
					return arr(in[idx[at]]).at(slices.Delete(slices.Clone(idx), at, at+1)...)
				})
			},
			Wrong: func(t *grad.Tape) { grad.Stack(0, zeros(t, 2, 3), zeros(t, 3, 2)) },
		})
	}
	return cases
}

func rands(r *rand.Rand, shapes [][]int) (in []*grad.Var) {
	for _, s := range shapes {
		in = append(in, Rand(r, s...))
	}
	return in
}

// indexCases pick by ids, some of them twice and some never.
func indexCases() (cases []Case) {
	for _, s := range []struct {
		x    []int
		axis int
		ids  []int32
		dims []int // of ids
	}{
		{[]int{5, 3}, 0, []int32{4, 0, 4, 1}, []int{4}},
		{[]int{3, 4}, -1, []int32{1, 1, 3, 0, 1}, []int{5}},
		{[]int{2, 4, 3}, 1, []int32{3, 2, 2, 0, 3, 3}, []int{2, 3}},
		{[]int{4, 2}, 0, nil, []int{0}},
		{[]int{1, 300}, 0, []int32{0, 0}, []int{2, 1}},
	} {
		axis := (s.axis + len(s.x)) % len(s.x)
		y := slices.Concat(s.x[:axis], s.dims, s.x[axis+1:])
		from := func(idx []int) []int {
			j := 0
			for i, d := range s.dims {
				j = j*d + idx[axis+i]
			}
			return slices.Concat(idx[:axis], []int{int(s.ids[j])}, idx[axis+len(s.dims):])
		}
		c := movement("index", fmt.Sprint(s.x, s.axis, s.dims), nil, s.x, y, from,
			func(t *grad.Tape) { zeros(t, 2, 3).Index(2, t.IDs([]int32{0}, 1)) })
		c.Run = func(t *grad.Tape, in []*grad.Var) *grad.Var { return in[0].Index(s.axis, t.IDs(s.ids, s.dims...)) }
		cases = append(cases, c)
		if axis == 0 && len(s.x) == 2 {
			c = movement("embedding", fmt.Sprint(s.x, s.dims), nil, s.x, y, from,
				func(t *grad.Tape) { t.IDs([]int32{0}, 1).Embed(zeros(t, 3)) })
			c.Run = func(t *grad.Tape, in []*grad.Var) *grad.Var { return t.IDs(s.ids, s.dims...).Embed(in[0]) }
			cases = append(cases, c)
		}
	}
	for _, s := range []struct {
		x, y []int
		axis int
	}{
		{[]int{4, 3}, []int{2, 3}, 0},
		{[]int{3, 5}, []int{3, 7}, -1},
		{[]int{2, 4, 3}, []int{2, 5, 3}, 1},
		{[]int{2, 3}, []int{2, 0}, 1},
	} {
		axis := (s.axis + len(s.x)) % len(s.x)
		n := 1
		for _, d := range s.y {
			n *= d
		}
		ids := make([]int32, n)
		for i := range ids {
			ids[i] = int32((i*i + i/3) % s.x[axis])
		}
		from := func(idx []int) []int {
			o := 0
			for i, d := range s.y {
				o = o*d + idx[i]
			}
			at := slices.Clone(idx)
			at[axis] = int(ids[o])
			return at
		}
		c := movement("gather", fmt.Sprint(s), nil, s.x, s.y, from,
			func(t *grad.Tape) { zeros(t, 2, 3).Gather(1, t.IDs([]int32{0}, 1, 1)) })
		c.Run = func(t *grad.Tape, in []*grad.Var) *grad.Var { return in[0].Gather(s.axis, t.IDs(ids, s.y...)) }
		cases = append(cases, c)
	}
	return cases
}

// columnsCases part ids, here the places of the greatest of 3 numbers, (4, 5).
func columnsCases() (cases []Case) {
	for _, s := range []struct{ lo, hi int }{{0, 2}, {2, 5}, {0, 5}, {3, 3}} {
		cases = append(cases, Case{
			Op: "columns", Name: fmt.Sprint(s.lo, s.hi),
			In:  func(r *rand.Rand) []*grad.Var { return []*grad.Var{distinct(r, 4, 5, 3)} },
			Run: func(_ *grad.Tape, in []*grad.Var) *grad.Var { return in[0].ArgMax(2).Columns(s.lo, s.hi) },
			Want: func(in []*grad.Var) []float64 {
				a := arr(in[0])
				return build([]int{4, s.hi - s.lo}, func(idx []int) float64 {
					best := 0
					for k := range 3 {
						if a.at(idx[0], s.lo+idx[1], k) > a.at(idx[0], s.lo+idx[1], best) {
							best = k
						}
					}
					return float64(best)
				})
			},
			Wrong: func(t *grad.Tape) { t.IDs(make([]int32, 6), 2, 3).Columns(1, 4) },
		})
	}
	return cases
}
