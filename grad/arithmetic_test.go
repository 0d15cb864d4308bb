package grad_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"brick/device/cpu"
	"brick/grad"
)

// y = a·b + a at a = 3, b = 4: ∂a = b + 1 and ∂b = a.
func Example() {
	a, b := grad.Param([]grad.Float{3}, 1), grad.Param([]grad.Float{4}, 1)
	tape := new(grad.Tape)
	y := tape.Use(a).Mul(b).Add(a)
	y.Backward()
	fmt.Println(y.Item(), a.Grad(), b.Grad())
	// Output: 15 [5] [3]
}

// Shapes broadcast from the last axis, and gradients are summed back.
func ExampleVar_Add() {
	x := grad.Param([]grad.Float{1, 2, 3, 4, 5, 6}, 2, 3)
	row := grad.Param([]grad.Float{10, 20, 30}, 3)
	tape := new(grad.Tape)
	y := tape.Use(x).Add(row)
	y.Sum().Backward()
	fmt.Println(y.Shape(), y.Data(), row.Grad())
	// Output: [2 3] [11 22 33 14 25 36] [2 2 2]
}

// A part of the graph that is Detached is a constant.
func ExampleVar_Detach() {
	x := grad.Param([]grad.Float{3}, 1)
	tape := new(grad.Tape)
	y := tape.Use(x)
	y.Mul(y.Detach()).Backward()
	fmt.Println(x.Grad()) // of x·3, not of x²
	// Output: [3]
}

// Split cuts, Concat joins.
func ExampleVar_Split() {
	tape := new(grad.Tape)
	parts := tape.Const([]grad.Float{1, 2, 3, 4, 5, 6}, 2, 3).Split(1, 1, 2)
	fmt.Println(parts[0].Data(), parts[1].Data(), grad.Concat(1, parts[1], parts[0]).Data())
	// Output: [1 4] [2 3 5 6] [2 3 1 5 6 4]
}

// An id that is not in the table is named, and where it stands.
func ExampleRangeError() {
	tape := new(grad.Tape)
	table := tape.Const(make([]grad.Float, 8), 4, 2)
	err := grad.Catch(func() { tape.IDs([]int32{0, 1, 2, 3, 9, 0}, 2, 3).Embed(table) })
	fmt.Println(err)
	// Output: arithmetic_test.go:58: embedding: id 9 at [1 1]: want 0 to 3
}

// Ids from outside may be anything: none reads past the table.
func TestIDsOutOfRange(t *testing.T) {
	for _, id := range []int32{-1, 4, 1 << 30, -1 << 31} {
		tape := new(grad.Tape)
		x, ids := tape.Const(make([]grad.Float, 4), 4, 1), tape.IDs([]int32{0, id}, 2)
		for name, f := range map[string]func(){
			"embedding": func() { ids.Embed(x) },
			"index":     func() { x.Index(0, ids) },
			"gather":    func() { x.Gather(0, ids.Reshape(2, 1)) },
		} {
			var e *grad.RangeError
			if err := grad.Catch(f); !errors.As(err, &e) || e.ID != id || e.Limit != 4 || e.At[0] != 1 || e.Op != name {
				t.Errorf("%s of id %d: found error %v, want a *grad.RangeError", name, id, err)
			}
		}
		if err := grad.Catch(func() { x.Index(0, x) }); err == nil {
			t.Error("numbers were accepted as ids")
		}
	}
}

// A shape that does not fit is refused with the line that asked for it.
func TestShapesRefused(t *testing.T) {
	tape := new(grad.Tape)
	x := tape.Const(make([]grad.Float, 6), 2, 3)
	for name, f := range map[string]func(){
		"reshape":            func() { x.Reshape(4, -1) },
		"reshape twice -1":   func() { x.Reshape(-1, -1) },
		"reshape beside 0":   func() { tape.Const(nil, 0).Reshape(0, -1) },
		"reshape negative":   func() { x.Reshape(-2, -3) },
		"reshape 7 axes":     func() { x.Reshape(1, 1, 1, 1, 1, 2, 3) },
		"flatten":            func() { x.Flatten(3) },
		"squeeze":            func() { x.Squeeze(0) },
		"unsqueeze":          func() { x.Unsqueeze(4) },
		"transpose":          func() { x.Transpose(0, 2) },
		"permute":            func() { x.Permute(0) },
		"slice":              func() { x.Slice(0, 1, 0, 1) },
		"slice step":         func() { x.Slice(0, 0, 1, 0) },
		"split":              func() { x.Split(0, 3, -1) },
		"pad":                func() { x.Pad([][2]int{{0, 0}, {-1, 0}}, 0) },
		"concat of nothing":  func() { grad.Concat(0) },
		"stack of nothing":   func() { grad.Stack(0) },
		"only parameters":    func() { grad.Param([]grad.Float{1}, 1).Exp() },
		"max of nothing":     func() { tape.Const(nil, 0).Max() },
		"dropout":            func() { x.Dropout(-1) },
		"expand fewer axes":  func() { x.Expand(3) },
		"expand to negative": func() { x.Slice(0, 0, 1, 1).Expand(-1, 3) },
	} {
		var e *grad.ShapeError
		if err := grad.Catch(f); !errors.As(err, &e) {
			t.Errorf("%s: found %v, want a *grad.ShapeError", name, err)
		} else if !strings.HasPrefix(e.Where, "arithmetic_test.go:") {
			t.Errorf("%s: the error names %s, want the line in this file", name, e.Where)
		}
	}
}

var again = []int32{0, 1, 1, 0}

// pass is a pass through most ops of this family.
func pass(t *grad.Tape, w, row *grad.Var, ids []int32) *grad.Var {
	x := t.IDs(ids, 8, 5).Embed(w) // (8, 5, 30)
	x = x.Add(row).Mul(x.Sigmoid()).Sub(x.MeanKeep(-1)).Dropout(0.1)
	h := x.Reshape(8, 5, 3, 10).Permute(0, 2, 1, 3).SiLU() // (8, 3, 5, 10)
	h = h.Div(h.Square().AddScalar(1)).Maximum(h.Scale(0.5))
	p := h.Split(-1, 4, 6)
	j := grad.Concat(-1, p[1], p[0].Abs().AddScalar(1).Sqrt().GELU()) // (8, 3, 5, 10)
	j = grad.Stack(0, j, j.Neg()).Pad([][2]int{{0, 0}, {0, 0}, {1, 0}, {0, 0}, {0, 2}}, 1)
	m := j.Max(0).Slice(1, 0, 4, 2)                                // (8, 2, 5, 12)
	s := m.Gather(1, m.ArgMax(1).Unsqueeze(1)).Expand(8, 4, 5, 12) // (8, 4, 5, 12)
	return grad.Where(m.Index(1, t.IDs(again, 4)), s, s.Variance(0)).Sum(1, 2).Mean()
}

// The pass gives the same bits with any number of workers, and allocates nothing once warm.
func TestElementOpsInAnyTeam(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	data := func(n int) []grad.Float {
		x := make([]grad.Float, n)
		for i := range x {
			x[i] = grad.Float(r.NormFloat64())
		}
		return x
	}
	wd, rd, ids := data(900*30), data(30), make([]int32, 40)
	for i := range ids {
		ids[i] = int32(r.IntN(900))
	}
	var first []grad.Float
	for _, workers := range []int{1, 2, 3, 5} {
		d := cpu.New(workers)
		w, row := grad.Param(slices.Clone(wd), 900, 30), grad.Param(slices.Clone(rd), 30)
		tape := &grad.Tape{Device: d, Training: true}
		var loss grad.Float
		step := func() {
			tape.Reset()
			w.Clear()
			row.Clear()
			y := pass(tape, w, row, ids)
			y.Backward()
			loss = y.Data()[0]
		}
		step()
		if n := testing.AllocsPerRun(10, step); n != 0 {
			t.Errorf("%d workers: found %v allocations, want 0", workers, n)
		}
		got := slices.Concat([]grad.Float{loss}, w.Grad(), row.Grad())
		if first == nil {
			first = got
		}
		if !slices.Equal(got, first) { // nor is any NaN
			t.Errorf("%d workers give other bits than 1", workers)
		}
		d.Close()
	}
}
