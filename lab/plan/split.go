package plan

import (
	"math"

	"brick/optim"
)

// A Split is how a training is spread over accelerators, and what that costs by a simple model (see Shape.cost).
type Split struct {
	Data         int  `json:"data"`          // copies of the model, each with its part of the batch
	Tensor       int  `json:"tensor"`        // parts of each matrix; divides heads, and key heads or is a multiple of them
	Pipeline     int  `json:"pipeline"`      // stages of layers; divides them, unless nothing that does would do
	MicroBatch   int  `json:"micro_batch"`   // sequences in hand at a time
	MicroBatches int  `json:"micro_batches"` // one after the other, in a step
	Recompute    bool `json:"recompute"`
	Sharded      bool `json:"sharded"` // the optimizer's state is spread over the copies (ZeRO-1)

	Memory float64 `json:"memory"` // bytes on the fullest accelerator
	// Shares of the time of computing that are lost besides.
	Bubble    float64 `json:"bubble"`    // stages wait for each other: (p−1)/m
	Reduce    float64 `json:"reduce"`    // tensor-parallel all-reduces
	Gradients float64 `json:"gradients"` // all-reduce of gradients among copies
	Stages    float64 `json:"stages"`    // activations from stage to stage
}

// Devices is how many accelerators it takes.
func (s Split) Devices() int { return s.Data * s.Tensor * s.Pipeline }

// lost is all shares together.
func (s Split) lost() float64 { return s.Bubble + s.Reduce + s.Gradients + s.Stages }

// full is the share of an accelerator's memory that is planned with: the rest is fragments, buffers of messages, the program.
const full = 0.9

// widest is the most parts that matrices are split into: beyond it all-reduces cost more than they spare.
const widest = 8

// A fleet is what a split is searched for.
type fleet struct {
	h                  Hardware
	p                  Precision
	k                  optim.Kind
	sequences, context int // of a step
	recompute          bool
	uneven             bool    // the last stage may be shorter
	mfu                float64 // share of the peak while computing
}

// splits calls yield for every split of s that fits into the accelerators' memory, until it returns false.
func (s Shape) splits(f fleet, yield func(Split) bool) {
	for tensor := 1; tensor <= min(f.h.Node, widest); tensor++ {
		if s.Heads%tensor != 0 || s.KVHeads%tensor != 0 && tensor%s.KVHeads != 0 || s.Width%tensor != 0 {
			continue
		}
		for _, pipeline := range s.stages(f.uneven) {
			for data := 1; data <= f.sequences; data++ {
				if f.sequences%data != 0 {
					continue
				}
				if sp, ok := s.best(f, tensor, pipeline, data); ok && !yield(sp) {
					return
				}
			}
		}
	}
}

// stages lists the numbers of stages that divide the layers, or up to 16 that leave the last stage shorter.
func (s Shape) stages(uneven bool) (list []int) {
	for n := 1; n <= s.Layers; n++ {
		if s.Layers%n == 0 || uneven && n <= 16 {
			list = append(list, n)
		}
	}
	return list
}

// perStage is the layers of the largest stage.
func (s Shape) perStage(stages int) int { return (s.Layers + stages - 1) / stages }

// best is the cheapest number of sequences in hand for a split, if any fits.
func (s Shape) best(f fleet, tensor, pipeline, data int) (found Split, ok bool) {
	each := f.sequences / data
	for b := 1; b <= 8 && b <= each; b *= 2 {
		if each%b != 0 {
			break
		}
		for _, again := range []bool{false, true} {
			if f.recompute && !again {
				continue
			}
			sp := Split{Data: data, Tensor: tensor, Pipeline: pipeline, MicroBatch: b, MicroBatches: each / b, Recompute: again, Sharded: data > 1}
			if sp.Memory = s.perDevice(f, sp); sp.Memory > full*f.h.Memory {
				continue
			}
			if sp = s.cost(f, sp); !ok || sp.total() < found.total() {
				found, ok = sp, true
			}
		}
	}
	return found, ok
}

// total is the time of a step in units of computing it once.
func (s Split) total() float64 {
	work := 1.0
	if s.Recompute {
		work = 4.0 / 3
	}
	return work*(1+s.Bubble) + s.Reduce + s.Gradients + s.Stages
}

// perDevice is the bytes on an accelerator of the fullest stage: its part of the layers and of the embedding and head, the optimizer's
// state spread over the copies, activations of the micro-batches that are under way (as many as stages, Narayanan et al. 2021) spread over
// the tensor-parallel parts (sequence parallelism, Korthikanti et al. 2022, §4.2).
func (s Shape) perDevice(f fleet, sp Split) float64 {
	w, g, o := states(f.p, f.k)
	if sp.Sharded {
		o /= float64(sp.Data)
	}
	n := s.stageParams(sp) / float64(sp.Tensor)
	tokens := float64(sp.MicroBatch) * float64(f.context)
	b := weightBytes(f.p)
	layers := float64(s.perStage(sp.Pipeline))
	block := s.layerActivations() * b * tokens
	kept := layers * block
	if sp.Recompute {
		kept = layers * float64(s.Width) * b * tokens
	}
	active := float64(min(sp.Pipeline, sp.MicroBatches)) * kept
	if sp.Recompute {
		active += block
	}
	head := tokens * (2*float64(s.Width)*b + 4*float64(s.Vocab))
	return n*(w+g+o) + (active+head)/float64(sp.Tensor)
}

// stageParams is the parameters of the largest stage: its layers, and a table, which is the embedding's or the head's.
func (s Shape) stageParams(sp Split) float64 {
	p := s.Params()
	tables := p.Embedding + p.Positions + p.Head
	if sp.Pipeline > 1 {
		tables = max(p.Embedding+p.Positions, s.Vocab*s.Width)
	}
	return float64(p.Body())*float64(s.perStage(sp.Pipeline))/float64(s.Layers) + float64(tables)
}

// cost fills in what a split loses, as shares of the time c that a step's operations take on all accelerators at the stated share of
// their peak. Nothing overlaps:
//
//	bubble     (p−1)/m                                  p stages, m micro-batches (Huang et al. 2019, GPipe); more where a stage is shorter
//	reduce     4 all-reduces a layer and micro-batch of its activations, each 2·(t−1)/t of their bytes over a link (Shoeybi et al. 2019);
//	           2 more where blocks are computed again
//	gradients  2·(d−1)/d of their bytes over the network, or over a link where a node holds all
//	stages     activations and their gradients over the network, once a micro-batch
func (s Shape) cost(f fleet, sp Split) Split {
	n := float64(sp.Devices())
	tokens := float64(f.sequences) * float64(f.context)
	c := s.ModelFLOPs(f.context) * tokens / (n * f.h.Peak(f.p) * f.mfu)
	b := weightBytes(f.p)
	activations := float64(sp.MicroBatch) * float64(f.context) * float64(s.Width) * b
	t, d := float64(sp.Tensor), float64(sp.Data)
	longest := float64(s.perStage(sp.Pipeline)*sp.Pipeline) / float64(s.Layers)
	sp.Bubble = longest*(1+float64(sp.Pipeline-1)/float64(sp.MicroBatches)) - 1
	reduces := 4.0
	if sp.Recompute {
		reduces = 6
	}
	micro := float64(sp.MicroBatches)
	sp.Reduce = micro * float64(s.perStage(sp.Pipeline)) * reduces * 2 * (t - 1) / t * activations / f.h.Link / c
	net := f.h.Net
	if sp.Devices() <= f.h.Node {
		net = f.h.Link
	}
	_, g, _ := states(f.p, f.k)
	sp.Gradients = 2 * (d - 1) / d * s.stageParams(sp) / t * g / net / c
	if sp.Pipeline > 1 {
		sp.Stages = 2 * micro * activations / t / net / c
	}
	return sp
}

// reachable is the share of the peak that computing alone reaches at best, between what is lost besides.
const reachable = 0.75

// reached is the share of the peak that a split reaches, where mfu is asked for.
func (s Split) reached(mfu float64) float64 { return min(mfu, reachable/s.total()) }

// smallest is the split on the fewest accelerators that together reach so many times one's peak, of those the one that loses least;
// where none reaches it, the one that reaches most, and enough is false.
func (s Shape) smallest(f fleet, peaks float64) (found Split, ok, enough bool) {
	reach := func(sp Split) float64 { return min(peaks, float64(sp.Devices())*sp.reached(f.mfu)) }
	for _, f.uneven = range []bool{false, true} {
		s.splits(f, func(sp Split) bool {
			n, m := sp.Devices(), found.Devices()
			a, b := reach(sp), reach(found)
			if !ok || a > b || a == b && (n < m || n == m && sp.total() < found.total()) {
				found, ok = sp, true
			}
			return true
		})
		if enough = ok && reach(found) >= peaks; enough {
			break
		}
	}
	return found, ok, enough
}

// exactly is the split on n accelerators that loses least.
func (s Shape) exactly(f fleet, n int) (found Split, ok bool) {
	for _, f.uneven = range []bool{false, true} {
		s.splits(f, func(sp Split) bool {
			if sp.Devices() == n && (!ok || sp.total() < found.total()) {
				found, ok = sp, true
			}
			return true
		})
		if ok {
			break
		}
	}
	return found, ok
}

// nearest is the number of accelerators, of those that a split is found for, that is nearest to n.
func (s Shape) nearest(f fleet, n int) (found int) {
	apart := func(m int) float64 { return math.Abs(math.Log(float64(m) / float64(n))) }
	s.splits(f, func(sp Split) bool {
		if m := sp.Devices(); found == 0 || apart(m) < apart(found) {
			found = m
		}
		return true
	})
	return found
}

// Serving is what it takes to run a model.
type Serving struct {
	Precision Precision `json:"precision"`
	Tensor    int       `json:"tensor"`
	Pipeline  int       `json:"pipeline"`
	Weights   float64   `json:"weights"` // bytes, of all accelerators together
	Cache     float64   `json:"cache"`   // keys and values of so many sequences of the context
	Sequences int       `json:"sequences"`
	Context   int       `json:"context"`
	Fastest   float64   `json:"tokens_per_second"` // of one sequence: each token reads all weights that it goes through, and its cache, once
}

// serve is the fewest stages, and of those the fewest parts of matrices, that hold weights and caches: stages work one after the other.
func (s Shape) serve(h Hardware, p Precision, sequences, context int) (Serving, bool) {
	params := s.Params()
	keys := p
	if p == Int8 || p == Int4 {
		keys = BF16
	}
	r := Serving{Precision: p, Sequences: sequences, Context: context, Weights: float64(params.Total) * weightBytes(p), Cache: float64(sequences) * float64(context) * s.CacheBytes(keys)}
	found := false
	for _, pipeline := range s.stages(true) {
		for tensor := 1; tensor <= min(h.Node, widest); tensor++ {
			if s.Heads%tensor != 0 || s.KVHeads%tensor != 0 && tensor%s.KVHeads != 0 || s.Width%tensor != 0 {
				continue
			}
			n := tensor * pipeline
			longest := float64(s.perStage(pipeline)*pipeline) / float64(s.Layers)
			cache := r.Cache / float64(pipeline) / float64(min(tensor, s.KVHeads)) // key heads beyond their number are copies
			if s.Latent != nil {
				cache = r.Cache / float64(pipeline) // every part needs the one vector
			}
			need := r.Weights/float64(n)*longest + cache*longest
			if need > full*h.Memory || found {
				continue
			}
			found, r.Tensor, r.Pipeline = true, tensor, pipeline
		}
	}
	if found {
		read := float64(params.Active-params.Embedding-params.Positions) * weightBytes(p)
		if s.Tied {
			read += float64(s.Vocab*s.Width) * weightBytes(p)
		}
		r.Fastest = h.Read * float64(r.Tensor) / (read + r.Cache/float64(sequences))
	}
	return r, found
}
