package kernel

// PoolSize is the geometry of pooling, device.Pool, over Planes = N·C planes x (H, W), y (OH, OW). Window (i, j) has
// the elements  i·StrideH + r·DilH − Top,  j·StrideW + s·DilW − Left  of x, for r < R and s < S, as far as x has them.
// Adaptive windows are from ⌊i·H/OH⌋ to ⌈(i+1)·H/OH⌉ instead, and so across.
type PoolSize struct {
	Planes, H, W, OH, OW, R, S   int
	StrideH, StrideW, DilH, DilW int
	Top, Left                    int
	Adaptive                     bool
	CountPad                     bool // a mean divides by the padding too, which is as wide on either side
}

// A span is the elements of a window along one axis: lo, lo+step, … below hi, of which count are counted.
type span struct{ lo, hi, step, count int }

// spanOf is the elements of window i along an axis of in elements.
func spanOf(i, in, out, size, stride, dil, pad int, adaptive, countPad bool) span {
	if adaptive {
		lo, hi := i*in/out, ((i+1)*in+out-1)/out
		return span{lo, hi, 1, hi - lo}
	}
	at := i*stride - pad
	lo, hi := Inside(size, in, dil, at)
	s := span{at + lo*dil, at + hi*dil, dil, hi - lo}
	if countPad {
		_, s.count = Inside(size, in+pad, dil, at)
	}
	return s
}

func (p *PoolSize) rows(i int) span {
	return spanOf(i, p.H, p.OH, p.R, p.StrideH, p.DilH, p.Top, p.Adaptive, p.CountPad)
}

func (p *PoolSize) cols(j int) span {
	return spanOf(j, p.W, p.OW, p.S, p.StrideW, p.DilW, p.Left, p.Adaptive, p.CountPad)
}

// MaxPool is the greatest element of every window of a plane, and its place in the plane: the first one on ties, −1
// for a window without elements, whose maximum is −∞. NaN beats every number. arg may be nil.
func MaxPool(y []Float, arg []int32, x []Float, p *PoolSize, add bool) {
	if !add && p.isTwo() && maxPool2Vector(y, arg, x, p) {
		return
	}
	for i := range p.OH {
		rows := p.rows(i)
		for j := range p.OW {
			cols := p.cols(j)
			best, at := Float(MaxAll.Empty()), -1
			for h := rows.lo; h < rows.hi; h += rows.step {
				for w := cols.lo; w < cols.hi; w += cols.step {
					if v := x[h*p.W+w]; at < 0 || MaxAll.Beats(v, best) {
						best, at = v, h*p.W+w
					}
				}
			}
			if o := i*p.OW + j; add {
				y[o] += best
			} else {
				y[o] = best
			}
			if arg != nil {
				arg[i*p.OW+j] = int32(at)
			}
		}
	}
}

// isTwo reports whether windows are 2×2, side by side and within the plane.
func (p *PoolSize) isTwo() bool {
	two := PoolSize{Planes: p.Planes, H: p.H, W: p.W, OH: p.OH, OW: p.OW, R: 2, S: 2, StrideH: 2, StrideW: 2, DilH: 1, DilW: 1, CountPad: p.CountPad}
	return *p == two && 2*p.OH <= p.H && 2*p.OW <= p.W
}

// MaxPoolBack is  dx[arg[o]] += dy[o]  over the windows o of a plane.
func MaxPoolBack(dx []Float, arg []int32, dy []Float, add bool) {
	if !add {
		clear(dx)
	}
	for o, at := range arg {
		if at >= 0 {
			dx[at] += dy[o]
		}
	}
}

// MeanPool is the mean of every window of a plane, summed in float64; of a window without elements 0.
func MeanPool(y, x []Float, p *PoolSize, add bool) {
	for i := range p.OH {
		rows := p.rows(i)
		for j := range p.OW {
			cols := p.cols(j)
			sum := 0.0
			for h := rows.lo; h < rows.hi; h += rows.step {
				for w := cols.lo; w < cols.hi; w += cols.step {
					sum += float64(x[h*p.W+w])
				}
			}
			v := Float(sum / float64(max(rows.count*cols.count, 1)))
			if o := i*p.OW + j; add {
				y[o] += v
			} else {
				y[o] = v
			}
		}
	}
}

// MeanPoolBack gives every element of a window its share of the window's gradient, in the order of the windows.
func MeanPoolBack(dx, dy []Float, p *PoolSize, add bool) {
	if !add {
		clear(dx)
	}
	for i := range p.OH {
		rows := p.rows(i)
		for j := range p.OW {
			cols := p.cols(j)
			g := dy[i*p.OW+j] / Float(max(rows.count*cols.count, 1))
			for h := rows.lo; h < rows.hi; h += rows.step {
				for w := cols.lo; w < cols.hi; w += cols.step {
					dx[h*p.W+w] += g
				}
			}
		}
	}
}
