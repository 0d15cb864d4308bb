package plan

import (
	"math"
	"testing"

	"brick/optim"
)

func fleetOf(t *testing.T, hardware string, sequences, context int) fleet {
	t.Helper()
	h, err := FindHardware(hardware)
	if err != nil {
		t.Fatal(err)
	}
	k, err := optim.ByName("adamw")
	if err != nil {
		t.Fatal(err)
	}
	return fleet{h: h, p: BF16, k: k, sequences: sequences, context: context, mfu: 0.4}
}

// Every split divides what it splits, keeps the batch whole, and fits.
func TestSplitsDivide(t *testing.T) {
	for _, name := range []string{"GPT-3", "llama-2-70b", "deepseek-v3", "palm 540b", "gpt2-xl"} {
		m, _ := FindModel(name)
		s := *m.Shape
		f := fleetOf(t, "h100", 96, 2048)
		n := 0
		s.splits(f, func(sp Split) bool {
			n++
			kv := s.KVHeads%sp.Tensor == 0 || sp.Tensor%s.KVHeads == 0
			if s.Heads%sp.Tensor != 0 || !kv || s.Layers%sp.Pipeline != 0 || sp.Data*sp.MicroBatch*sp.MicroBatches != f.sequences || sp.Tensor > f.h.Node {
				t.Errorf("%s: %+v does not divide %d heads, %d key heads, %d layers, %d sequences", name, sp, s.Heads, s.KVHeads, s.Layers, f.sequences)
			}
			if sp.Memory > full*f.h.Memory || sp.Bubble < 0 || sp.Reduce < 0 || sp.Gradients < 0 || sp.Stages < 0 {
				t.Errorf("%s: %+v", name, sp)
			}
			if sp.Tensor == 1 && sp.Reduce != 0 || sp.Data == 1 && (sp.Gradients != 0 || sp.Sharded) || sp.Pipeline == 1 && (sp.Bubble != 0 || sp.Stages != 0) {
				t.Errorf("%s: a loss for nothing: %+v", name, sp)
			}
			return true
		})
		if n == 0 {
			t.Errorf("%s: no split", name)
		}
	}
}

// The smallest split is the smallest: no other on fewer accelerators reaches as much.
func TestSmallest(t *testing.T) {
	m, _ := FindModel("GPT-3")
	s := *m.Shape
	f := fleetOf(t, "a100", 1536, 2048)
	const peaks = 100 // times one's peak
	best, ok, enough := s.smallest(f, peaks)
	if !ok || !enough || float64(best.Devices())*best.reached(f.mfu) < peaks {
		t.Fatalf("%+v, %v, %v", best, ok, enough)
	}
	s.splits(f, func(sp Split) bool {
		if sp.Devices() < best.Devices() && float64(sp.Devices())*sp.reached(f.mfu) >= peaks {
			t.Errorf("%d accelerators are fewer than %d: %+v", sp.Devices(), best.Devices(), sp)
		}
		return true
	})
	// As many as asked for, and no split where none divides.
	if sp, ok := s.exactly(f, best.Devices()); !ok || sp.Devices() != best.Devices() {
		t.Errorf("%+v", sp)
	}
	if sp, ok := s.exactly(f, 7); ok {
		t.Errorf("%+v on 7", sp)
	}
	if n := s.nearest(f, 1000); n < 500 || n > 2000 {
		t.Errorf("%d is near 1000", n)
	}
	if _, _, enough := s.smallest(fleetOf(t, "a100", 1, 2048), 1e6); enough {
		t.Error("one sequence cannot be split among a million")
	}
}

// The costs are those of their formulas, by hand for one split of GPT-3.
func TestSplitCost(t *testing.T) {
	m, _ := FindModel("GPT-3")
	s := *m.Shape
	f := fleetOf(t, "a100", 1536, 2048)
	sp := s.cost(f, Split{Data: 16, Tensor: 8, Pipeline: 8, MicroBatch: 1, MicroBatches: 96, Sharded: true})
	c := s.ModelFLOPs(2048) * 1536 * 2048 / (1024 * 312e12 * 0.4)
	near := func(what string, got, want float64) {
		if math.Abs(got/want-1) > 1e-9 {
			t.Errorf("%s is %g, want %g", what, got, want)
		}
	}
	near("bubble", sp.Bubble, 7.0/96)
	near("all-reduces", sp.Reduce, 96*12*4*2*7.0/8*(2048*12288*2)/300e9/c)
	stage := float64(s.Params().Body())/8 + 50257*12288 + 2048*12288
	near("gradients", sp.Gradients, 2*15.0/16*stage/8*2/25e9/c)
	near("stages", sp.Stages, 2*96*(2048*12288*2)/8/25e9/c)
	// Weights and gradients of a stage, its optimizer's state over 16 copies, 8 micro-batches of 12 blocks, the logits.
	near("memory", s.perDevice(f, sp), stage/8*(4+12.0/16)+(8*12*32*12288*2048+2048*(4*12288+4*50257))/8)
}

// Serving: weights and caches fit, and fewer parts would not.
func TestServe(t *testing.T) {
	h, _ := FindHardware("h100")
	for _, name := range []string{"GPT-3", "llama-2-70b", "deepseek-v3", "llama-7b"} {
		m, _ := FindModel(name)
		r, ok := m.Shape.serve(h, BF16, 1, 2048)
		if !ok {
			t.Errorf("%s: not served", name)
			continue
		}
		n := float64(r.Tensor * r.Pipeline)
		if r.Weights/n > full*h.Memory || m.Shape.Heads%r.Tensor != 0 || r.Fastest <= 0 {
			t.Errorf("%s: %+v", name, r)
		}
		if r.Weights+r.Cache > full*h.Memory && n == 1 {
			t.Errorf("%s: %+v on one", name, r)
		}
	}
	m, _ := FindModel("llama-7b")
	if r, _ := m.Shape.serve(h, Int4, 1, 2048); r.Tensor != 1 || r.Pipeline != 1 {
		t.Errorf("LLaMA 7B in 4 bits takes one: %+v", r)
	}
}
