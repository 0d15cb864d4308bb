package grad

import (
	"fmt"

	"brick/device"
)

// CTC is the connectionist temporal classification loss (Graves et al. 2006): minus the log-likelihood that the labels
// are what is read off the scores of T places, whichever places they are read at. An alignment names a class for each
// place; it reads a text by taking equal neighbours as one and leaving out the blank, which is class 0.
//
//	ℓ_n = −ln Σ_{π reads t_n} Π_t softmax(x_nt)[π_t]     y = mean ℓ_n/max(S_n, 1)  (Mean)   Σ ℓ_n  (Sum)   ℓ  (None)
//	∂x_ntk = ∂ℓ_n·(softmax(x_nt)[k] − P(π_t = k | π reads t_n))        x (N, T, C)  t (N, S)
//
// The first target below 0 ends its row; S_n are before it. Scores with fewer places than the labels need, one each
// and one more between two that are equal, panic, as do targets that are not classes above 0.
func (x *Var) CTC(target *Var, reduction device.Reduction) *Var {
	if x.rank != 3 || target.val.Type != device.I32 || target.rank != 2 || target.dims[0] != x.dims[0] {
		mismatch("ctc", "want scores (N, T, C) and target ids (N, S)", x, target)
	}
	s := target.dims[1]
	for n := range x.dims[0] {
		need, labels := 0, target.ids[n*s:(n+1)*s]
		for i, k := range labels {
			if k < 0 {
				break
			}
			if k == 0 || int(k) >= x.dims[2] {
				mismatch("ctc", fmt.Sprintf("target %d of row %d is %d, want it in [1, %d), or below 0 to end the row", i, n, k, x.dims[2]), x, target)
			}
			if need++; i > 0 && labels[i-1] == k {
				need++
			}
		}
		if need > x.dims[1] || x.dims[1] == 0 {
			mismatch("ctc", fmt.Sprintf("row %d of the targets needs scores at %d places, there are %d", n, max(need, 1), x.dims[1]), x, target)
		}
	}
	t, a := tapeOf("ctc", x, target), attr{i: [8]int{int(reduction)}}
	if reduction == device.None {
		return t.do(ctc, x.dims[:1], a, x, target)
	}
	return t.do(ctc, nil, a, x, target)
}

func (y *Var) ctcSize() device.CTC {
	x, target := y.in[0], y.in[1]
	return device.CTC{N: x.dims[0], T: x.dims[1], C: x.dims[2], S: target.dims[1], Reduction: device.Reduction(y.attr.i[0])}
}

var ctc = newOp("ctc",
	func(y *Var) {
		x, target := y.in[0], y.in[1]
		y.keep(0, x.dims[0]*x.dims[1])
		y.tape.dev().CTC(y.val, y.aux[0], x.val, target.val, y.ctcSize())
		y.release()
	},
	func(y *Var) {
		x, target := y.in[0], y.in[1]
		y.tape.dev().CTCBack(x.grad(), x.val, y.aux[0], target.val, y.grd, y.ctcSize())
	}).reading(in0 | in1)
