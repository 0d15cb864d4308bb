package kernel

// ConvSize is the geometry of a convolution, device.Conv; a 1-D one has H = OH = R = 1.
//
//	y[n,k,i,j] = Σ_{c,r,s} w[k,c,r,s] · x[n, g·C/G+c, i·StrideH + r·DilH − Top, j·StrideW + s·DilW − Left]
//
// x (N, C, H, W)  w (K, C/G, R, S)  y (N, K, OH, OW). Output channel k is of group g = k/(K/G), and sees the input
// channels of that group only. What lies outside x is 0.
type ConvSize struct {
	N, C, H, W, K, R, S, OH, OW  int
	StrideH, StrideW, DilH, DilW int
	Top, Left                    int // how far the first window begins before x; may be negative
	G                            int // groups, 1 for none
}

// Inside is the range of outputs o, from 0 to out, whose input o·stride + at lies in an axis of in elements.
func Inside(out, in, stride, at int) (lo, hi int) {
	if at < 0 {
		lo = (stride - 1 - at) / stride
	}
	if at < in {
		hi = min(out, (in-1-at)/stride+1)
	}
	return min(lo, hi), hi
}

// Conv is the reference convolution: one plane y (OH, OW), of output channel k and one image x (C, H, W). The terms
// of an output are added in the order of c, r, s, to 0 or to y.
func Conv(y, x, w []Float, c *ConvSize, k int, add bool) {
	if !add {
		clear(y)
	}
	cg := c.C / c.G
	first := k / (c.K / c.G) * cg
	for ch := range cg {
		for r := range c.R {
			ilo, ihi := Inside(c.OH, c.H, c.StrideH, r*c.DilH-c.Top)
			for s := range c.S {
				jlo, jhi := Inside(c.OW, c.W, c.StrideW, s*c.DilW-c.Left)
				v := w[((k*cg+ch)*c.R+r)*c.S+s]
				for i := ilo; i < ihi; i++ {
					row := x[((first+ch)*c.H+i*c.StrideH+r*c.DilH-c.Top)*c.W:]
					addSpaced(y[i*c.OW+jlo:i*c.OW+jhi], v, row, jlo*c.StrideW+s*c.DilW-c.Left, c.StrideW)
				}
			}
		}
	}
}

// addSpaced is  y[j] += a·x[at + j·step].
func addSpaced(y []Float, a Float, x []Float, at, step int) {
	if len(y) == 0 {
		return
	}
	if step == 1 {
		Axpy(y, a, x[at:at+len(y)])
		return
	}
	for j := range y {
		y[j] = mulAdd(a, x[at+j*step], y[j])
	}
}

// ConvBackX is the gradient of a plane of the input: dx (H, W), of input channel ch and one image, whose gradient is
// dy (K, OH, OW). It is also the forward pass of the transposed convolution. The terms are added in the order of k, r, s.
//
//	dx[h,w] (=|+=) Σ_{k,r,s} w[k,c,r,s] · dy[k,i,j]   where  i·StrideH + r·DilH − Top = h  and  j·StrideW + s·DilW − Left = w
func ConvBackX(dx, w, dy []Float, c *ConvSize, ch int, add bool) {
	if !add {
		clear(dx)
	}
	cg, kg := c.C/c.G, c.K/c.G
	for k := ch / cg * kg; k < (ch/cg+1)*kg; k++ {
		for r := range c.R {
			ilo, ihi := Inside(c.OH, c.H, c.StrideH, r*c.DilH-c.Top)
			for s := range c.S {
				jlo, jhi := Inside(c.OW, c.W, c.StrideW, s*c.DilW-c.Left)
				v := w[((k*cg+ch%cg)*c.R+r)*c.S+s]
				for i := ilo; i < ihi; i++ {
					row := dx[(i*c.StrideH+r*c.DilH-c.Top)*c.W:]
					addInto(row, jlo*c.StrideW+s*c.DilW-c.Left, c.StrideW, v, dy[(k*c.OH+i)*c.OW+jlo:(k*c.OH+i)*c.OW+jhi])
				}
			}
		}
	}
}

// addInto is  y[at + j·step] += a·x[j].
func addInto(y []Float, at, step int, a Float, x []Float) {
	if len(x) == 0 {
		return
	}
	if step == 1 {
		Axpy(y[at:at+len(x)], a, x)
		return
	}
	for j, v := range x {
		y[at+j*step] = mulAdd(a, v, y[at+j*step])
	}
}

// ConvBackW is the gradient of one kernel: dw (R, S), of output channel k and channel ch of its group, over all images
// x (N, C, H, W) and dy (N, K, OH, OW). Sums are taken in float64, in the order of n, i, j.
//
//	dw[r,s] (=|+=) Σ_{n,i,j} x[n, g·C/G+c, i·StrideH + r·DilH − Top, j·StrideW + s·DilW − Left] · dy[n,k,i,j]
func ConvBackW(dw, x, dy []Float, c *ConvSize, k, ch int, add bool) {
	first := k/(c.K/c.G)*(c.C/c.G) + ch
	for r := range c.R {
		ilo, ihi := Inside(c.OH, c.H, c.StrideH, r*c.DilH-c.Top)
		for s := range c.S {
			jlo, jhi := Inside(c.OW, c.W, c.StrideW, s*c.DilW-c.Left)
			sum := 0.0
			for n := range c.N {
				for i := ilo; i < ihi; i++ {
					row := x[((n*c.C+first)*c.H+i*c.StrideH+r*c.DilH-c.Top)*c.W:]
					g := dy[((n*c.K+k)*c.OH+i)*c.OW:][:c.OW]
					for j := jlo; j < jhi; j++ {
						sum += float64(float64(row[j*c.StrideW+s*c.DilW-c.Left]) * float64(g[j]))
					}
				}
			}
			if add {
				sum += float64(dw[r*c.S+s])
			}
			dw[r*c.S+s] = Float(sum)
		}
	}
}
