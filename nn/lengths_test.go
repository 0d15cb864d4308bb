package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"brick/grad"
)

// What fills sequences up changes nothing: each of a batch gives what it gives alone.
func TestLengths(t *testing.T) {
	rows := [][]int32{{3, 1, 4}, {1, 5, 9, 2, 6}, {5}, {2, 7}, {8, 3, 8, 4}} // as many as let layers read a table
	r := rand.New(rand.NewPCG(1, 2))
	random := func(s string) Block {
		st, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		n, err := Plan(st, Input{Shape: []int{5}, Vocab: 10, Outputs: 3})
		if err != nil {
			t.Fatal(err)
		}
		c, err := n.Declare()
		if err != nil {
			t.Fatal(err)
		}
		Build(c, r.Uint64())
		return c
	}
	for _, stack := range []string{
		"embed(6) mean linear", "embed(6) encoder(2) mean linear", "embed(6) attention(2) mean linear", "embed(6) attention(2,causal=true) last linear",
		"embed(6) lstm(4,bidirectional=true) mean linear", "embed(6) gru(4,return_sequences=false) linear", "embed(6) rnn(4,layers=2) last linear",
		"embed(6) lstm(4,layers=2,bidirectional=true,return_sequences=false) linear", "embed(6) conv1d(4,3,pad=causal) relu mean linear",
	} {
		m := random(stack)
		forward := func(width int, rows ...[]int32) []Float {
			ids := make([]int32, len(rows)*width)
			for i, row := range rows {
				copy(ids[i*width:], row)
			}
			tape := &grad.Tape{NoGrad: true}
			x := tape.IDs(ids, len(rows), width)
			tape.Lengths = x.Lengths()
			return m.Forward(x).Data()
		}
		together := forward(5, rows...)
		for i, row := range rows {
			alone := forward(len(row), row)
			for k, want := range alone {
				if got := together[3*i+k]; math.Abs(float64(got-want)) > 1e-5 {
					t.Errorf("%s: sequence %d gives %v among others, %v alone", stack, i, together[3*i:3*i+3], alone)
					break
				}
			}
		}
	}
}
