package cpu

import "brick/device"

// A nest is the loops over an index space, outermost first, with the steps that
// up to three arrays make in each. Axes that every array walks as one are one
// loop, so that rows are as long as they can be.
type nest struct {
	rank int
	size [device.MaxRank]int
	step [3][device.MaxRank]int
	off  [3]int
}

// set makes n the loops over shape for three views, axes in the given order.
func (n *nest) set(shape device.Dims, order [device.MaxRank]uint8, a, b, c *device.View) {
	n.rank = 0
	n.off = [3]int{a.Off, b.Off, c.Off}
	for _, i := range order {
		s, sa, sb, sc := shape[i], a.Stride[i], b.Stride[i], c.Stride[i]
		if s == 1 {
			continue
		}
		r := n.rank
		if p := r - 1; p >= 0 && n.step[0][p] == s*sa && n.step[1][p] == s*sb && n.step[2][p] == s*sc {
			n.size[p] *= s
			r = p
		} else {
			n.size[r] = s
			n.rank++
		}
		n.step[0][r], n.step[1][r], n.step[2][r] = sa, sb, sc
	}
	if n.rank == 0 { // a single element
		n.rank, n.size[0] = 1, 1
		n.step[0][0], n.step[1][0], n.step[2][0] = 1, 1, 1
	}
}

// inOrder is the axes as they are.
var inOrder = [device.MaxRank]uint8{0, 1, 2, 3, 4, 5}

// byStride is the axes of v in falling order of stride: the order of its memory.
func byStride(v *device.View) [device.MaxRank]uint8 {
	order := inOrder
	for i := 1; i < len(order); i++ {
		for j := i; j > 0 && v.Stride[order[j]] > v.Stride[order[j-1]]; j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	return order
}

// swap exchanges two loops.
func (n *nest) swap(i, j int) {
	n.size[i], n.size[j] = n.size[j], n.size[i]
	for k := range n.step {
		n.step[k][i], n.step[k][j] = n.step[k][j], n.step[k][i]
	}
}

// A place is where the outer loops of a nest stand, and where that is in the arrays.
type place struct {
	at  [device.MaxRank]int
	off [3]int
}

// seek goes to number i of the first rank loops.
func (n *nest) seek(p *place, i, rank int) {
	p.off = n.off
	for r := rank - 1; r >= 0; r-- {
		k := i % n.size[r]
		i /= n.size[r]
		p.at[r] = k
		p.off[0] += k * n.step[0][r]
		p.off[1] += k * n.step[1][r]
		p.off[2] += k * n.step[2][r]
	}
}

// next goes on to the next of the first rank loops.
func (n *nest) next(p *place, rank int) {
	for r := rank - 1; r >= 0; r-- {
		p.at[r]++
		p.off[0] += n.step[0][r]
		p.off[1] += n.step[1][r]
		p.off[2] += n.step[2][r]
		if p.at[r] < n.size[r] {
			return
		}
		p.at[r] = 0
		p.off[0] -= n.size[r] * n.step[0][r]
		p.off[1] -= n.size[r] * n.step[1][r]
		p.off[2] -= n.size[r] * n.step[2][r]
	}
}
