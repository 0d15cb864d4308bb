package train

import (
	"context"
	"testing"

	"brick/data"
	"brick/model"
	"brick/nn"
	"brick/optim"
)

// BenchmarkStep is a whole training step, data to optimizer, of the shapes people start with.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name, stack string
		vocab       int
		shape       []int // of one example
		batch       int
	}{
		{"mlp", "linear(256) relu linear(128) relu linear(10)", 0, []int{784}, 64},
		{"gpt", "embed(128,pos=64) 4*gpt(heads=4) layernorm linear", 256, []int{64}, 12},
		{"llama", "embed(128) 3*llama(heads=4,ff=344) rmsnorm linear(tied=true)", 2048, []int{96}, 12},
	} {
		b.Run(c.name, func(b *testing.B) {
			m, err := model.New(c.stack, nn.Input{Shape: c.shape, Vocab: c.vocab, Outputs: max(c.vocab, 10)})
			if err != nil {
				b.Fatal(err)
			}
			nn.Build(m, 1)
			o := optim.NewAdamW()
			if err := optim.Attach(o, m); err != nil {
				b.Fatal(err)
			}
			batch := &data.Batch{Shape: append([]int{c.batch}, c.shape...)}
			n := c.batch * c.shape[0]
			if c.vocab > 0 {
				batch.IDs, batch.Labels = make([]int32, n), make([]int32, n)
				for i := range n {
					batch.IDs[i], batch.Labels[i] = int32(i*7%c.vocab), int32(i*11%c.vocab)
				}
			} else {
				batch.X, batch.Labels = make([]nn.Float, n), make([]int32, c.batch)
				for i := range batch.X {
					batch.X[i] = nn.Float(i%13) / 13
				}
			}
			forever := func(yield func(int, *data.Batch) bool) {
				for i := 0; yield(i, batch); i++ {
				}
			}
			b.ResetTimer()
			for s, err := range Steps(context.Background(), m, o, forever, Config{Steps: b.N, Rate: func(int) float64 { return 1e-4 }}) {
				if err != nil {
					b.Fatal(err)
				}
				_ = s
			}
			b.ReportMetric(float64(b.N*max(n*min(c.vocab, 1), c.batch))/b.Elapsed().Seconds(), "examples/s")
		})
	}
}
