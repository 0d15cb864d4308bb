package train_test

import (
	"context"
	"testing"

	"brick/data"
	"brick/grad"
	"brick/optim"
	"brick/train"
)

// pictures are 784 bytes each, read as an image set reads them.
type pictures struct{ pixels []byte }

func (p *pictures) Info() *data.Info {
	return &data.Info{Name: "pictures", Task: data.Classification, Input: []int{784}, Classes: make([]string, 10)}
}

func (p *pictures) Len() int { return len(p.pixels) / 784 }

func (p *pictures) Read(b *data.Batch, index []int, _ uint64) error {
	b.Shape, b.X, b.Labels = append(b.Shape[:0], len(index), 784), b.X[:0], b.Labels[:0]
	for _, i := range index {
		for _, v := range p.pixels[784*i:][:784] {
			b.X = append(b.X, grad.Float(v)/255)
		}
		b.Labels = append(b.Labels, int32(i%10))
	}
	return nil
}

// BenchmarkLoop is the training loop with its loader: of a line, where a step is hardly more than the loop, and of an MLP on 64 pictures; loop is
// the same without the loader, raw the same passes and steps of the optimizer without the loop too, loader what reading a batch takes.
func BenchmarkLoop(b *testing.B) {
	line, err := data.Line(data.Options{Examples: 100})
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name, stack string
		set         data.Set
		batch       int
	}{
		{"line", "linear", line.Train, 100},
		{"mlp", "linear(256) relu linear(128) relu linear", &pictures{make([]byte, 784*6000)}, 64},
	} {
		l := newBench(b, c.stack, c.set, optim.NewMomentum(), c.batch, 1, 0)
		rate := func(int) float64 { return 1e-3 }
		b.Run(c.name+"/steps", func(b *testing.B) {
			for _, err := range l.steps(train.Config{Steps: b.N, Rate: rate}) {
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.name+"/loop", func(b *testing.B) {
			var batch data.Batch
			if err := l.loader.At(&batch, 0, 0); err != nil {
				b.Fatal(err)
			}
			forever := func(yield func(int, *data.Batch) bool) {
				for i := 0; yield(i, &batch); i++ {
				}
			}
			b.ResetTimer()
			for _, err := range train.Steps(context.Background(), l.m, l.opt, forever, train.Config{Steps: b.N, Rate: rate, Device: l.dev}) {
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.name+"/raw", func(b *testing.B) {
			var batch data.Batch
			if err := l.loader.At(&batch, 0, 0); err != nil {
				b.Fatal(err)
			}
			tape := &grad.Tape{Device: l.dev, Training: true}
			b.ResetTimer()
			for range b.N {
				tape.Reset()
				train.LossFor(l.m.Forward(train.Input(tape, &batch)), &batch).Backward()
				l.opt.Step(1e-3)
			}
		})
		b.Run(c.name+"/loader", func(b *testing.B) {
			var batch data.Batch
			for i := range b.N {
				if err := l.loader.At(&batch, i, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
