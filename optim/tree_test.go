package optim_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"brick/kernel"
	"brick/optim"
)

// microBatch stores the gradients of micro-batch i; odd ones do not reach "c", and "d" only from 5 on.
func microBatch(params []optim.Named, i int) {
	r := rand.New(rand.NewPCG(uint64(i), 3))
	for _, p := range params {
		if p.Name == "c" && i%2 == 1 || p.Name == "d" && i < 5 {
			continue
		}
		g := p.P.GradBuf().F
		for k := range g {
			g[k] = kernel.Float(r.NormFloat64() * math.Pow(10, 3*r.Float64()))
		}
	}
}

func gradients(params []optim.Named) (all []uint64) {
	for _, p := range params {
		for _, v := range p.P.Grad() {
			all = append(all, math.Float64bits(float64(v)))
		}
	}
	return all
}

// The sum has the same bits for any order and any sharing out among Trees.
func TestTreeSameBits(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for n := 1; n <= 13; n++ {
		params := some(1)
		tree := optim.NewTreeOf(nil, params)
		for i := range n {
			microBatch(params, i)
			if err := tree.Add(i); err != nil {
				t.Fatal(err)
			}
		}
		if err := tree.Finish(n, 1/float64(n)); err != nil {
			t.Fatal(err)
		}
		want := gradients(params)
		if reached := params[3].P.Reached(); reached != (n > 5) {
			t.Errorf("%d micro-batches: d reached: %v", n, reached)
		}
		for trial := range 8 {
			workers := make([]*optim.Tree, 1+trial%4)
			for w := range workers {
				workers[w] = optim.NewTreeOf(nil, params)
			}
			for _, p := range params {
				p.P.Clear()
			}
			for _, i := range r.Perm(n) {
				microBatch(params, i)
				if err := workers[r.IntN(len(workers))].Add(i); err != nil {
					t.Fatal(err)
				}
			}
			for _, w := range workers[1:] {
				for at, sum := range w.Nodes() {
					if err := workers[0].Merge(at, sum); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := workers[0].Finish(n, 1/float64(n)); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(gradients(params), want) {
				t.Errorf("%d micro-batches in another order among %d workers give other bits", n, len(workers))
			}
		}
	}
}

// The tree's value is the tree's: ((0+1)+(2+3))+4.
func TestTreeOrder(t *testing.T) {
	params := some(1)[2:3]
	tree := optim.NewTreeOf(nil, params)
	var g [5]kernel.Float
	for i := range g {
		microBatch(params, 2*i)
		g[i] = params[0].P.Grad()[0]
		if err := tree.Add(i); err != nil {
			t.Fatal(err)
		}
	}
	if err := tree.Finish(5, 1); err != nil {
		t.Fatal(err)
	}
	if got, want := params[0].P.Grad()[0], ((g[0]+g[1])+(g[2]+g[3]))+g[4]; got != want {
		t.Errorf("found %v, want %v", got, want)
	}
}

func TestTreeRefuses(t *testing.T) {
	params := some(1)
	tree := optim.NewTreeOf(nil, params)
	fails := func(want string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("found error %v, want one with %q", err, want)
		}
	}
	add := func(ids ...int) {
		for _, i := range ids {
			microBatch(params, i)
			if err := tree.Add(i); err != nil {
				t.Fatal(err)
			}
		}
	}
	add(0, 1)
	fails("micro-batch 1 is", tree.Add(1))
	fails("micro-batch -1 is", tree.Add(-1))
	fails("found 2 micro-batches, want 4", tree.Finish(4, 1))
	add(0, 3)
	fails("micro-batch 3 was added, want 2", tree.Finish(2, 1))
	fails("a sum of 3 numbers", tree.Merge(optim.Node{}, params[0].P.Buf().Slice(0, 3)))
	if err := tree.Finish(0, 1); err != nil {
		t.Error(err)
	}
}

func TestTreeAllocatesNothing(t *testing.T) {
	params := some(1)
	tree := optim.NewTreeOf(nil, params)
	if n := testing.AllocsPerRun(10, func() {
		for i := range 7 {
			push(params, i, "")
			if err := tree.Add(i); err != nil {
				t.Fatal(err)
			}
		}
		if err := tree.Finish(7, 1.0/7); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a step, want 0", n)
	}
}
