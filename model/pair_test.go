package model_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"brick/device/cpu"
	"brick/grad"
	"brick/model"
	"brick/nn"
)

var pairStacks = []string{
	"seq2seq(hidden=32,layers=2) linear",
	"seq2seq(hidden=32,cell=gru) linear",
	"transformer(width=32,layers=2,heads=4,ff=64) linear",
	"transformer(width=32,layers=2,heads=4,ff=64,norm_first=true) linear",
}

// A target that is written piece by piece, the source read once, is what one pass over both gives, for any number of pairs.
func TestPairCacheEqualsRecomputation(t *testing.T) {
	const S, T = 9, 7
	for _, stack := range append([]string{"caption(width=32,layers=2,heads=4,ff=64) linear"}, pairStacks...) {
		for _, B := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s/B=%d", stack, B), func(t *testing.T) {
				m := build(t, stack, pairInput)
				ids := pairIDs[:B*(S+T)]
				whole := m.Forward((&grad.Tape{NoGrad: true}).IDs(ids, B, S+T))
				V := whole.Dim(2)
				tape := &grad.Tape{NoGrad: true, Memory: map[any]any{}}
				at, scale, worst := 0, 0.0, 0.0
				for _, n := range []int{2, 1, 3, 1} {
					first, last := S+at, S+at+n
					if at == 0 {
						first = 0
					}
					var piece []int32
					for b := range B {
						piece = append(piece, ids[b*(S+T)+first:b*(S+T)+last]...)
					}
					tape.Reset()
					y := m.Forward(tape.IDs(piece, B, last-first)).Data()
					for b := range B {
						for i := range n * V {
							want := float64(whole.Data()[(b*T+at)*V+i])
							scale = max(scale, math.Abs(want))
							worst = max(worst, math.Abs(want-float64(y[b*n*V+i])))
						}
					}
					at += n
				}
				if worst > 1e-5*scale {
					t.Errorf("differs by %v of %v", worst, scale)
				}
				err := grad.Catch(func() { tape.Reset(); m.Forward(tape.IDs(make([]int32, B), B, 1)) })
				if err == nil && !strings.HasPrefix(stack, "seq2seq") || err != nil && !strings.Contains(err.Error(), "positions") { // a recurrent state has no limit
					t.Errorf("a target of %d ids: %v", T+1, err)
				}
				err = grad.Catch(func() { m.Forward(new(grad.Tape).IDs(make([]int32, B*S), B, S)) })
				if err == nil || !strings.Contains(err.Error(), "source of S = 9") {
					t.Errorf("no target: %v", err)
				}
			})
		}
	}
}

// What fills a source up is not seen: other lengths of padding give the same numbers.
func TestPaddingIsNotSeen(t *testing.T) {
	for _, stack := range pairStacks {
		var want []nn.Float
		for _, S := range []int{5, 9, 14} {
			in := pairInput
			in.Source, in.Shape = S, []int{S + 7}
			m := build(t, stack, in)
			ids := make([]int32, S+7)
			copy(ids, []int32{4, 8, 15, 16, 23})
			copy(ids[S:], []int32{1, 42, 7, 9, 11, 3, 5})
			got := slices.Clone(m.Forward((&grad.Tape{NoGrad: true}).IDs(ids, 1, S+7)).Data())
			if want == nil {
				want = got
			}
			for i := range got {
				if d := math.Abs(float64(got[i] - want[i])); d > 1e-5 {
					t.Fatalf("%s: source of %d places: number %d is %v, want %v", stack, S, i, got[i], want[i])
				}
			}
		}
	}
}

// A step has the same bits for any number of workers.
func TestPairWorkers(t *testing.T) {
	for _, stack := range pairStacks {
		var want []nn.Float
		for _, workers := range []int{1, 2, 3, 5} {
			dev := cpu.New(workers)
			m, err := model.New(stack, pairInput)
			if err != nil {
				t.Fatal(err)
			}
			nn.BuildOn(dev, m, 3)
			pairs(&grad.Tape{Device: dev, Training: true}, m).Backward()
			var got []nn.Float
			for _, p := range nn.Params(m) {
				got = append(got, p.Grad()...)
			}
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d workers give other gradients than one", stack, workers)
			}
		}
	}
}
