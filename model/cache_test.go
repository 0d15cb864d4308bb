package model_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"brick/grad"
	"brick/model"
	"brick/nn"
)

// build declares and builds a model for tests.
func build(t testing.TB, stack string, in nn.Input) model.Model {
	t.Helper()
	m, err := model.New(stack, in)
	if err != nil {
		t.Fatal(err)
	}
	return nn.Build(m, 3)
}

// Recurrent layers go on where they stopped, to the same bits; more than one sequence at a time too.
func TestCarryEqualsWhole(t *testing.T) {
	for _, stack := range []string{"embed(16) rnn(24) linear", "embed(16) lstm(24,layers=2,dropout=0.5) linear", "embed(16) gru(24,layers=3) linear"} {
		for _, B := range []int{1, 3} {
			const T = 24
			m := build(t, stack, nn.Input{Vocab: 256, Shape: []int{T}})
			ids := make([]int32, B*T)
			for i := range ids {
				ids[i] = int32(i * 37 % 256)
			}
			whole := m.Forward((&grad.Tape{NoGrad: true}).IDs(ids, B, T))
			V := whole.Dim(2)
			tape := &grad.Tape{NoGrad: true, Memory: map[any]any{}}
			at := 0
			for _, n := range []int{7, 1, 1, 5, 1, 9} {
				var piece []int32
				for b := range B {
					piece = append(piece, ids[b*T+at:b*T+at+n]...)
				}
				tape.Reset()
				y := m.Forward(tape.IDs(piece, B, n)).Data()
				for b := range B {
					for i := range n * V {
						if y[b*n*V+i] != whole.Data()[(b*T+at)*V+i] {
							t.Fatalf("%s, B=%d: place %d differs", stack, B, at+i/V)
						}
					}
				}
				at += n
			}
			if err := grad.Catch(func() { m.Forward(tape.IDs(make([]int32, B+1), B+1, 1)) }); err == nil || !strings.Contains(err.Error(), "sequences") {
				t.Errorf("%s: %d sequences in the memory of %d: %v", stack, B+1, B, err)
			}
		}
	}
}

// Text that is read piece by piece with a memory gives what reading it at once gives, for any
// number of sequences; and the pieces' cost in memory is set aside once.
func TestCacheEqualsRecomputation(t *testing.T) {
	for _, stack := range []string{
		"gpt-tiny", "llama-tiny",
		"embed(32) 2*llama(heads=2,rope=500) rmsnorm linear",
		"embed(32) sinusoidal(64) 2*encoder(heads=4) linear",
		"embed(32,pos=64) residual[layernorm attention(heads=4)] gpt(heads=2) linear",
	} {
		for _, B := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s/B=%d", stack, B), func(t *testing.T) {
				const T = 24
				m := build(t, stack, nn.Input{Vocab: 256, Shape: []int{T}})
				ids := make([]int32, B*T)
				for i := range ids {
					ids[i] = int32(i * 37 % 256)
				}
				whole := m.Forward((&grad.Tape{NoGrad: true}).IDs(ids, B, T))
				V := whole.Dim(2)
				tape := &grad.Tape{NoGrad: true, Memory: map[any]any{}}
				at, scale, worst := 0, 0.0, 0.0
				for _, n := range []int{7, 1, 1, 5, 1, 9} {
					var piece []int32
					for b := range B {
						piece = append(piece, ids[b*T+at:b*T+at+n]...)
					}
					tape.Reset()
					y := m.Forward(tape.IDs(piece, B, n)).Data()
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
				err := grad.Catch(func() {
					tape.Reset()
					long := make([]int32, B*64)
					m.Forward(tape.IDs(long, B, 64))
				})
				if err == nil || !strings.Contains(err.Error(), "positions") || !strings.Contains(err.Error(), "cache_test.go") {
					t.Errorf("88 positions in a context of %d: %v", model.Context(m), err)
				}
			})
		}
	}
}

// Generating a token allocates nothing once the memory is there.
func TestGenerationAllocations(t *testing.T) {
	for _, stack := range []string{"gpt-tiny", "llama-tiny", "char-lstm", "embed(16) gru(16) linear"} {
		m := build(t, stack, nn.Input{Vocab: 256, Shape: []int{64}})
		tape := &grad.Tape{NoGrad: true, Memory: map[any]any{}}
		ids := []int32{5}
		step := func() {
			tape.Reset()
			m.Forward(tape.IDs(ids, 1, 1))
		}
		for range 20 {
			step()
		}
		if n := testing.AllocsPerRun(20, step); n > 0 {
			t.Errorf("%s: a token allocates %v times", stack, n)
		}
	}
}
