package goldentest

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"brick/kernel"
	"brick/tensor"
)

// Floor is the absolute error that is always allowed.
const Floor = 1e-6

// substance is the least max |want| of a tensor whose relative error the table
// shows. Below it (gradients that are zero in theory) the floor decides, and the
// ratio of two roundings would say nothing.
const substance = 1e-4

// Tol is the tolerance of a comparison: what is given in the float32
// build; in the float64 build 1e-6, or what is given where that is less.
func Tol(single float64) float64 {
	if kernel.FloatBits == 64 {
		return min(single, 1e-6)
	}
	return single
}

// Compare judges got against want and reports a failure with t.Errorf. With
// M = max |want| it passes when everything is finite and
//
//	|got − want| ≤ tol·M + 1e-6     for every element
//
// group names the row of the table, what the tensor, as in "matmul_2d_nn/out.y"
// (the part before the slash counts cases). It gives whether the comparison passed.
func Compare(t testing.TB, group, what string, got []kernel.Float, want *tensor.Tensor, tol float64) bool {
	t.Helper()
	w := want.Values()
	if len(got) != len(w) {
		note(group, what, math.Inf(1), math.Inf(1), false)
		t.Errorf("%s: %s: found %d values, want %d of shape %v", group, what, len(got), len(w), want.Shape)
		return false
	}
	m := 0.0
	for _, v := range w {
		m = max(m, math.Abs(v))
	}
	worst, at := 0.0, 0
	for i, v := range w {
		e := math.Abs(float64(got[i]) - v)
		if !(e <= math.MaxFloat64) { // NaN or infinite, in got or in want
			e = math.Inf(1)
		}
		if e > worst {
			worst, at = e, i
		}
	}
	limit := tol*m + Floor
	relative := 0.0
	if m >= substance || math.IsInf(worst, 1) {
		relative = worst / max(m, Floor)
	}
	ok := worst <= limit
	note(group, what, relative, worst/limit, ok)
	if !ok {
		t.Errorf("%s: %s: element %d of shape %v: found %v, want %v: error %.3g, allowed %.3g = %g·%.3g + %g",
			group, what, at, want.Shape, got[at], w[at], worst, limit, tol, m, Floor)
	}
	return ok
}

// Compare judges a tensor of the case, named as in "out.y" or "grad.x", in the
// case's group; see the function Compare.
func (c Case) Compare(t testing.TB, name string, got []kernel.Float, tol float64) bool {
	t.Helper()
	part, key, _ := strings.Cut(name, ".")
	want, ok := map[string]map[string]*tensor.Tensor{"in": c.In, "out": c.Out, "gout": c.Gout, "grad": c.Grad}[part][key]
	if !ok {
		t.Errorf("%s: %s/%s: the case has no such tensor", c.Group, c.Name, name)
		return false
	}
	return Compare(t, c.Group, c.Name+"/"+name, got, want, tol)
}

// row is what is known of a group.
type row struct {
	cases          map[string]bool
	tensors, fails int
	worst          float64 // largest error relative to max |want|
	worstWhat      string
	share          float64 // largest error as a share of what its comparison allowed
	shareWhat      string
}

var table = struct {
	sync.Mutex
	rows map[string]*row
}{rows: map[string]*row{}}

func note(group, what string, relative, share float64, ok bool) {
	table.Lock()
	defer table.Unlock()
	r := table.rows[group]
	if r == nil {
		r = &row{cases: map[string]bool{}}
		table.rows[group] = r
	}
	name, _, _ := strings.Cut(what, "/")
	r.cases[name] = true
	r.tensors++
	if !ok {
		r.fails++
	}
	if relative > r.worst || r.worstWhat == "" {
		r.worst, r.worstWhat = relative, what
	}
	if share > r.share || r.shareWhat == "" {
		r.share, r.shareWhat = share, what
	}
}

// report logs the group's row and starts it anew, for the next test of the group.
func report(t testing.TB, group string, cases int) {
	t.Helper()
	table.Lock()
	r := table.rows[group]
	delete(table.rows, group)
	table.Unlock()
	if r != nil {
		t.Log(r.line(group, cases))
	}
}

func (r *row) line(group string, cases int) string {
	return fmt.Sprintf("golden float%d %-12s %3d of %3d cases, %4d tensors, %d failed; worst error %.2e of max|want| (%s); %5.1f %% of the tolerance (%s)",
		kernel.FloatBits, group, len(r.cases), cases, r.tensors, r.fails, r.worst, r.worstWhat, 100*r.share, r.shareWhat)
}
