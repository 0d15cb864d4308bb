//go:build !amd64 || purego || f64

package kernel

// Where there are no vectors the loops in plain Go do all the work: each of these reports that it did none.

func axpyVector(y []Float, a Float, x []Float) bool { return false }

func foldVector(r Reducer, acc float64, x []Float) (float64, bool) { return 0, false }

func foldColumnsVector(r Reducer, acc []float64, x []Float, rows, stride int) bool { return false }

func normMomentsVector(x []Float, mean Float) (sd, sdd float64, ok bool) { return 0, 0, false }

func normaliseVector(y, x, w, b []Float, mean, shift, r Float) bool { return false }

func normSumsVector(x, w, dy []Float, mean Float) (sg, sgd float64, ok bool) {
	return 0, 0, false
}

func normBackXVector(dx, x, w, dy []Float, mean, shift, r, mg, mgn Float, add bool) bool {
	return false
}

func normBackWVector(dw, db, x, dy []Float, mean, shift, r Float) bool { return false }

func ropeVector(y, x, cossin []Float, interleaved, inverse, add bool) bool { return false }

func stepVector(r Rule, w, g, a, b, c []Float, p *RuleArgs) bool { return false }

func dropoutVector(y, x []Float, z, key, bar uint64, scale Float, add bool) bool { return false }
