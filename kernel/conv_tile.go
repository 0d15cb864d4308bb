package kernel

// A convolution is a product of the weights and of a matrix that is nowhere written down: row l of it, for one channel and
// one place in the window, is the image, shifted. So its tiles read their rows in a padded image, each where it begins.

// PanelSpan is the rows that panel p of PackA holds of m.
func PanelSpan(m, p int) (first, n int) {
	if level == Generic {
		return p * tileM, min(tileM, m-p*tileM)
	}
	s := splitRows(m, tileRows())
	return s.row(p), s.row(p+1) - s.row(p)
}

// ConvTiles is the product of m rows of a, in panels (PackA), and of the rows of x that begin at
// Every sum takes its terms in the order of l. Up to ConvSlack numbers after a row are read.
//
//	y[i, j] (=|+=) Σ_l a[i, l]·x[off[l] + j]    i < m, j < n    rows of y are ld numbers apart
func ConvTiles(y []Float, ld int, a, x []Float, off []int, m, n int, onto bool) {
	if m == 0 || n == 0 {
		return
	}
	if convTilesVector(y, ld, a, x, off, m, n, onto) {
		return
	}
	k, height := len(off), tileRows()
	for p := range PanelsA(m) {
		first, rows := PanelSpan(m, p)
		panel := a[p*height*k:]
		for i := range rows {
			row := y[(first+i)*ld:][:n]
			if !onto {
				clear(row)
			}
			for l, at := range off {
				Axpy(row, panel[l*height+i], x[at:][:n])
			}
		}
	}
}

// ConvSlack is how many numbers after the last one that matters ConvTiles may read.
const ConvSlack = 32

// SumLanes is how many numbers ConvSums takes at a time.
const SumLanes = 16

// SumRows is how many rows ConvSums does, SumTaps what the number of its places is a multiple of, at the level in use.
const SumRows = 4

func SumTaps() int { return sumTaps() }

// A SumSize says how the operands of ConvSums lie, in numbers.
type SumSize struct {
	Steps, Images              int // vectors of a row, and how many images
	LdDy, ImageDy, ImageX, LdP int // from row to row and from image to image of dy, from image to image of x, from place to place of p
}

// ConvSums is the products of rows of dy with images x, shifted: the gradient of four rows of weights. Sums run in sixteen lanes.
//
//	p[t, r] += Σ_{n,i} dy[n, r, i]·x[n, off[t] + i]    r < SumRows, i < SumLanes·Steps
func ConvSums(p, dy, x []Float, off []int, s *SumSize) {
	if s.Steps == 0 || s.Images == 0 || len(off) == 0 {
		return
	}
	if convSumsVector(p, dy, x, off, s) {
		return
	}
	n := s.Steps * SumLanes
	for t, at := range off {
		for r := range SumRows {
			var l [SumLanes]Float
			for m := range s.Images {
				g, v := dy[m*s.ImageDy+r*s.LdDy:][:n], x[m*s.ImageX+at:][:n]
				for i := 0; i < n; i += SumLanes {
					for j := range l {
						l[j] += Float(g[i+j] * v[i+j])
					}
				}
			}
			var q [4]Float
			for j := range q {
				q[j] = (l[4*j] + l[4*j+2]) + (l[4*j+1] + l[4*j+3])
			}
			p[t*s.LdP+r] += (q[0] + q[2]) + (q[1] + q[3])
		}
	}
}

// CopyRows is  dst[i, j] = src[i, j]  for i < rows, j < n, with rows ldd and lds numbers apart.
func CopyRows(dst, src []Float, n, rows, ldd, lds int) {
	if n == 0 || rows == 0 || copyRowsVector(dst, src, n, rows, ldd, lds) {
		return
	}
	for i := range rows {
		copy(dst[i*ldd:][:n], src[i*lds:])
	}
}

// PartRows is  dst[i, j] = src[i, j·step]  for i < rows, j < n, with rows ldd and lds numbers apart.
func PartRows(dst, src []Float, n, rows, ldd, lds, step int) {
	if n == 0 || rows == 0 || step == 2 && partRowsVector(dst, src, n, rows, ldd, lds) {
		return
	}
	for i := range rows {
		y, x := dst[i*ldd:][:n], src[i*lds:]
		for j := range y {
			y[j] = x[j*step]
		}
	}
}

// JoinRows is  dst[i, j·step] = src[i, j]  for i < rows, j < n, with rows ldd and lds numbers apart.
func JoinRows(dst, src []Float, n, rows, ldd, lds, step int) {
	if n == 0 || rows == 0 || step == 2 && joinRowsVector(dst, src, n, rows, ldd, lds) {
		return
	}
	for i := range rows {
		y := dst[i*ldd:]
		for j, v := range src[i*lds:][:n] {
			y[j*step] = v
		}
	}
}
