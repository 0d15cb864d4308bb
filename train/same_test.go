package train

import (
	"context"
	"math"
	"testing"

	"brick/data"
	"brick/model"
	"brick/nn"
	"brick/optim"
)

// TestSame prints the losses of 20 steps of each tiny model as bits: a change that should not alter results shows
// the same lines before and after (make same). It fails only if a loss does not fall.
func TestSame(t *testing.T) {
	for _, c := range []struct {
		stack string
		in    nn.Input
	}{
		{"linear(16) tanh linear(4)", nn.Input{Shape: []int{8}, Outputs: 4}},
		{"embed(16,pos=12) 2*gpt(heads=2) layernorm linear", nn.Input{Shape: []int{12}, Vocab: 20, Outputs: 20}},
		{"embed(16) 2*llama(heads=4,kv=2,ff=32) rmsnorm linear", nn.Input{Shape: []int{12}, Vocab: 20, Outputs: 20}},
	} {
		m, err := model.New(c.stack, c.in)
		if err != nil {
			t.Fatal(err)
		}
		nn.Build(m, 1)
		o := optim.NewAdamW()
		if err := optim.Attach(o, m); err != nil {
			t.Fatal(err)
		}
		const rows = 6
		b := &data.Batch{Shape: append([]int{rows}, c.in.Shape...)}
		n := rows * c.in.Shape[0]
		if c.in.Vocab > 0 {
			for i := range n {
				b.IDs, b.Labels = append(b.IDs, int32(i*7%20)), append(b.Labels, int32(i*11%20))
			}
		} else {
			for i := range n {
				b.X = append(b.X, nn.Float(i*5%13)/13)
			}
			for i := range rows {
				b.Labels = append(b.Labels, int32(i%4))
			}
		}
		again := func(yield func(int, *data.Batch) bool) {
			for i := 0; yield(i, b); i++ {
			}
		}
		var first, last float64
		for s, err := range Steps(context.Background(), m, o, again, Config{Steps: 20, Rate: func(int) float64 { return 1e-2 }}) {
			if err != nil {
				t.Fatal(err)
			}
			if last = s.Loss; s.N == 0 {
				first = s.Loss
			}
			t.Logf("same: %.12s step %d %016x", c.stack, s.N, math.Float64bits(s.Loss))
		}
		if last >= first {
			t.Errorf("%s: loss %v after 20 steps, %v before", c.stack, last, first)
		}
	}
}
