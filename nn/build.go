package nn

import (
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"sync"

	"brick/device"
	"brick/device/cpu"
	"brick/device/dry"
	"brick/grad"
	"brick/kernel"
)

// A Slab is the memory of a built model: one buffer of values and one of
// gradients, so that an optimizer step, a checkpoint or an all-reduce can be one
// loop. Parameters that are learnt come first, in the order of Params, and
// gradients lie as their values do; frozen ones and buffers follow without gradient.
type Slab struct {
	Device device.Device
	Values device.Buf
	Grads  device.Buf // as long as the learnt part of Values
	Parts  []Part
}

// A Part is one parameter's place in a slab: Param.Len() elements from Off on, or memory of its own, see BuildAround.
type Part struct {
	Name  string
	Param *Param
	Off   int // −1 for memory of its own
}

// Build gives b's parameters memory on this machine's cores and their first
// values; it returns b. Each parameter draws from its own stream, keyed by seed and name:
// adding a block leaves the others' values as they were. Building again starts anew.
// It panics if two parameters have one name, which no file could tell apart.
func Build[B Block](b B, seed uint64) B { return BuildOn(cpu.Default(), b, seed) }

// BuildOn is Build on a device. On a dry device nothing is set aside or drawn.
func BuildOn[B Block](dev device.Device, b B, seed uint64) B { return BuildKeeping(dev, b, seed, nil) }

// BuildKeeping is BuildOn of a model of which some matrices have memory already, as in BuildAround.
func BuildKeeping[B Block](dev device.Device, b B, seed uint64, kept map[*Param]device.Buf) B {
	for p := range kept {
		p.frozen = true
	}
	s := lay(dev, b, true, kept)
	if _, counts := dev.(*dry.Device); counts {
		return b
	}
	for _, p := range s.Parts {
		if p.Off >= 0 {
			fill(dev, p, seed)
		}
	}
	return b
}

// BuildFrozen gives b's parameters memory without gradients, all zero: for weights
// that will be read from a file and only used.
func BuildFrozen[B Block](dev device.Device, b B) B {
	lay(dev, b, false, nil)
	return b
}

// BuildAround is BuildFrozen, or BuildOn with the first values left at zero where the model will learn, of a model of which
// some matrices have memory already: kept ones of the device, see device.Device.Keep. These are frozen for good.
func BuildAround[B Block](dev device.Device, b B, learn bool, kept map[*Param]device.Buf) B {
	for p := range kept {
		p.frozen = true
	}
	lay(dev, b, learn, kept)
	return b
}

// Keepable lists the matrices of b that a device may keep in another type: layers of neurons multiply by them, and embeddings
// look them up. Other uses of a matrix so kept panic with a *grad.ShapeError.
func Keepable(b Block) (list []*Param) {
	seen := map[*Param]bool{}
	for _, part := range Blocks(b) {
		var p *Param
		switch l := part.(type) {
		case *Linear:
			p = l.W
		case *Conv1D:
			p = l.W
		case *Embedding:
			p = l.W
		}
		if p != nil && !seen[p] {
			seen[p] = true
			list = append(list, p)
		}
	}
	return list
}

// SlabOf is the memory of b, or nil if b was not built, or not as a whole.
func SlabOf(b Block) *Slab {
	var s *Slab
	n := 0
	for _, p := range State(b) {
		if p.slab == nil || s != nil && p.slab != s {
			return nil
		}
		s = p.slab
		n++
	}
	if s == nil || n != len(s.Parts) {
		return nil
	}
	return s
}

// Count is the number of parameters of b, built or not, math.MaxInt if there are more
// than that. Buffers are not counted.
func Count(b Block) (n int) {
	for _, p := range Params(b) {
		if n += p.Len(); n < 0 {
			return math.MaxInt
		}
	}
	return n
}

// Trainable is the number of parameters of b that are learnt: Count without the frozen ones.
func Trainable(b Block) (n int) {
	for _, p := range Params(b) {
		if p.Frozen() {
			continue
		}
		if n += p.Len(); n < 0 {
			return math.MaxInt
		}
	}
	return n
}

// lay sets memory aside and makes the Vars.
func lay(dev device.Device, b Block, train bool, kept map[*Param]device.Buf) *Slab {
	s := &Slab{Device: dev}
	names := map[string]bool{}
	total, learnt := 0, 0
	for _, trained := range []bool{true, false} {
		for name, p := range State(b) {
			if (train && !p.Frozen()) != trained {
				continue
			}
			if names[name] {
				panic(fmt.Sprintf("nn: two parameters are called %q; give one field a tag `brick:\"…\"`", name))
			}
			names[name] = true
			if kept[p].Present() {
				s.Parts = append(s.Parts, Part{name, p, -1})
				continue
			}
			s.Parts = append(s.Parts, Part{name, p, total})
			total += p.Len()
		}
		if trained {
			learnt = total
		}
	}
	s.Values = dev.Alloc(total, device.Float)
	s.Grads = dev.Alloc(learnt, device.Float)
	for _, q := range s.Parts {
		p, n := q.Param, q.Param.Len()
		p.slab, p.trained = s, nil
		val := kept[p]
		if q.Off >= 0 {
			val = s.Values.Slice(q.Off, n)
		}
		var g device.Buf
		if train && !p.Frozen() {
			g = s.Grads.Slice(q.Off, n)
		}
		v := grad.ParamOf(dev, val, g, p.Shape...)
		p.fixed = grad.ParamOf(dev, val, device.Buf{}, p.Shape...)
		if train && !p.Frozen() {
			p.trained = v
		}
		p.choose()
	}
	return s
}

// fillBlock is how many values one goroutine draws at a time.
const fillBlock = 1 << 16

// fill draws a parameter's first values.
func fill(dev device.Device, q Part, seed uint64) {
	buf := q.Param.Buf()
	if dst := Draw(buf.F, q.Name, q.Param, seed); buf.F == nil {
		dev.Write(buf, dst)
	}
}

// Draw is the first values that a parameter of a name has in a model built with a seed, in dst, or in new memory if that is
// nil. They are drawn on all cores: each element is a function of its place alone.
func Draw(dst []Float, name string, p *Param, seed uint64) []Float {
	h := fnv.New64a()
	h.Write([]byte(name))
	key := kernel.Random(seed, int(h.Sum64()>>1))
	fan, n := p.fan(), p.Len()
	if dst == nil {
		dst = make([]Float, n)
	}
	var wait sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for lo := 0; lo < n; lo += fillBlock {
		slots <- struct{}{}
		wait.Go(func() {
			for i := lo; i < min(lo+fillBlock, n); i++ {
				dst[i] = Float(p.Init(key, i, fan))
			}
			<-slots
		})
	}
	wait.Wait()
	return dst
}
