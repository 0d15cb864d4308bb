package model_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"brick/device/cpu"
	"brick/grad"
	"brick/kernel"
	"brick/model"
	"brick/nn"
	"brick/optim"
)

// Every architecture gives the logits of its formulas in float64, written down a second time in reference_test.go.
func TestLogitsEqualFormulas(t *testing.T) {
	seen := map[string]bool{}
	tol := 1e-4
	if kernel.FloatBits == 64 {
		tol = 1e-9
	}
	for _, c := range variants {
		t.Run(c.name, func(t *testing.T) {
			m := drawnModel(t, c.js)
			ref := newFormulas(t, c.js, m)
			seen[ref.text("model_type")] = true
			const T = 24
			y := m.Forward((&grad.Tape{NoGrad: true}).IDs(variantIDs, 2, T))
			worst, largest := 0.0, 0.0
			for b := range 2 {
				for i, row := range ref.logits(variantIDs[b*T:][:T]) {
					for j, want := range row {
						worst = max(worst, math.Abs(want-float64(y.Data()[(b*T+i)*50+j])))
						largest = max(largest, math.Abs(want))
					}
				}
			}
			most := tol * max(1, largest/4) // what rounding does grows with the numbers
			if !(worst <= most) || largest < 0.5 {
				t.Errorf("logits up to %.3g differ by %.3g, want at most %.2g", largest, worst, most)
			}
			t.Logf("logits up to %.3g differ by at most %.2g", largest, worst)
		})
	}
	for _, kind := range model.Architectures() {
		if !seen[kind] {
			t.Errorf("model_type %s is not compared with formulas", kind)
		}
	}
}

// Text read piece by piece with a memory gives the bits of text read at once.
func TestArchitecturesCached(t *testing.T) {
	for _, c := range variants {
		m := drawnModel(t, c.js)
		const T, V = 24, 50
		whole := m.Forward((&grad.Tape{NoGrad: true}).IDs(variantIDs, 2, T)).Data()
		tape := &grad.Tape{NoGrad: true, Memory: map[any]any{}}
		at := 0
		for _, n := range []int{7, 1, 1, 5, 1, 9} {
			piece := slices.Concat(variantIDs[at:at+n], variantIDs[T+at:][:n])
			tape.Reset()
			y := m.Forward(tape.IDs(piece, 2, n)).Data()
			for b := range 2 {
				if !slices.Equal(y[b*n*V:][:n*V], whole[(b*T+at)*V:][:n*V]) {
					t.Errorf("%s: places from %d on have other bits", c.name, at)
				}
			}
			at += n
		}
		if got := model.Context(m); got != 40 {
			t.Errorf("%s: a context of %d, want 40", c.name, got)
		}
		err := grad.Catch(func() { m.Forward(tape.IDs(make([]int32, 2*24), 2, 24)) })
		if err == nil || !strings.Contains(err.Error(), "positions") {
			t.Errorf("%s: 48 positions in a context of 40: %v", c.name, err)
		}
	}
}

// The numbers of workers and recomputation leave logits and gradients as they are, and every parameter is reached.
func TestArchitecturesSameBits(t *testing.T) {
	for _, c := range variants {
		var first []nn.Float
		for _, workers := range []int{1, 3} {
			for _, recompute := range []bool{false, true} {
				dev := cpu.New(workers)
				m := drawnModel(t, c.js)
				tape := &grad.Tape{Device: dev, Recompute: recompute}
				y := m.Forward(tape.IDs(variantIDs, 2, 24))
				l := y.Reshape(48, 50).CrossEntropy(tape.IDs(variantIDs, 48), grad.CrossEntropyOptions{})
				all := slices.Clone(y.Data())
				l.Backward()
				for name, p := range nn.Params(m) {
					if !p.Reached() && !strings.Contains(name, "experts.") {
						t.Errorf("%s: no gradient reaches %s", c.name, name)
					}
					if p.Reached() {
						all = append(all, p.Grad()...)
					}
				}
				dev.Close()
				if first == nil {
					first = all
				}
				if !slices.Equal(all, first) {
					t.Errorf("%s: %d workers, recompute %v: other bits", c.name, workers, recompute)
				}
			}
		}
	}
}

// A context of many thousand positions takes memory as it is used, and gives the same bits.
func TestLongContext(t *testing.T) {
	m := drawnModel(t, strings.Replace(twoLayers, `"max_position_embeddings":40`, `"max_position_embeddings":50000`, 1))
	ids := make([]int32, 4200)
	for i := range ids {
		ids[i] = int32(i * i % 50)
	}
	whole := m.Forward((&grad.Tape{NoGrad: true}).IDs(ids, 1, len(ids))).Data()
	tape := &grad.Tape{NoGrad: true, Memory: map[any]any{}}
	var last []nn.Float
	for at := 0; at < len(ids); at += 600 {
		tape.Reset()
		last = m.Forward(tape.IDs(ids[at:at+600], 1, 600)).Data()
	}
	if !slices.Equal(last, whole[len(whole)-len(last):]) {
		t.Error("beyond 4096 positions a memory gives other bits")
	}
}

// A step can be counted before it is taken, experts included.
func TestArchitecturesSummary(t *testing.T) {
	for _, c := range variants {
		m, err := model.FromConfig([]byte(c.js))
		if err != nil {
			t.Fatal(err)
		}
		s, err := model.Summary(m, nn.Input{}, model.SummaryOptions{Batch: 2, Length: 24})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		nn.Build(m, 1)
		tape := &grad.Tape{Training: true}
		y := m.Forward(tape.IDs(variantIDs, 2, 24))
		held := tape.Held()
		y.Reshape(48, 50).CrossEntropy(tape.IDs(variantIDs, 48), grad.CrossEntropyOptions{}).Backward()
		if s.Params != nn.Count(m) || s.Forward <= 0 || s.Training <= s.Forward {
			t.Errorf("%s: %d parameters, %d and %d operations", c.name, s.Params, s.Forward, s.Training)
		}
		if e := math.Abs(float64(s.Memory.Activations-held)) / float64(held); e > 0.1 {
			t.Errorf("%s: %d bytes of activations counted, %d held", c.name, s.Memory.Activations, held)
		}
	}
}

// Each architecture learns one batch by heart.
func TestArchitecturesLearn(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	for _, c := range variants {
		m, err := model.FromConfig([]byte(c.js))
		if err != nil {
			t.Fatal(err)
		}
		nn.Build(m, 1)
		opt := optim.NewAdamW()
		opt.Decay = 0
		if err := optim.Attach(opt, m); err != nil {
			t.Fatal(err)
		}
		tape, last := &grad.Tape{Training: true}, 0.0
		for range 80 {
			tape.Reset()
			l := text(tape, m)
			l.Backward()
			opt.Step(1e-2)
			last = l.Item()
		}
		if !(last < 0.3) {
			t.Errorf("%s: loss %v after 80 steps, want below 0.3", c.name, last)
		}
	}
}

// A warmed-up step, and a token that is written, allocate nothing, but for what experts put together.
func TestArchitecturesAllocate(t *testing.T) {
	for _, c := range variants {
		m := drawnModel(t, c.js)
		tape, parts := &grad.Tape{Training: true}, nn.SlabOf(m).Parts
		step := func() {
			tape.Reset()
			for _, p := range parts {
				p.Param.Clear()
			}
			text(tape, m).Backward()
		}
		step()
		writing, ids := &grad.Tape{NoGrad: true, Memory: map[any]any{}}, []int32{5}
		token := func() {
			writing.Reset()
			m.Forward(writing.IDs(ids, 1, 1))
		}
		for range 10 {
			token()
		}
		a, b := testing.AllocsPerRun(5, step), testing.AllocsPerRun(5, token)
		t.Logf("%s: %v a step, %v a token", c.name, a, b)
		if strings.Contains(c.js, "_experts") {
			continue
		}
		if a+b > 0 {
			t.Errorf("%s: %v allocations a step, %v a token", c.name, a, b)
		}
	}
}
