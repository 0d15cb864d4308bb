package model

import (
	"reflect"
	"slices"
	"strings"

	"brick/device"
	"brick/device/dry"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

// A Report says what a model is made of and what each part costs.
type Report struct {
	Rows     []Row // parts in the order they run, containers before what they contain
	Stack    string
	Batch    int   // examples in a step
	Input    []int // shape of a batch
	Output   []int // shape of what the model makes of it
	Params   int
	Trained  int // parameters that are not frozen
	Forward  int // floating-point operations of a forward pass, an example
	Training int // the same forward and backward, an example
	Memory   Memory
	Spared   *Memory // the same with recomputation, where Memory is without; else nil
}

// A Row is one part of a model.
type Row struct {
	Path        string // dotted name, such as transformer.h.0.attn
	Level       int    // how many rows contain it
	Block       string // stack notation, or the Go type where it has none
	Out         []int  // shape of its output
	Params      int    // those of an earlier part that it shares are not counted again
	Frozen      bool   // it has parameters, and none is trained
	FLOPs       int    // of a forward pass, an example
	Activations int    // bytes kept for the way back, an example; where it recomputes, none of its insides
}

// Memory is what a training step needs at its peak, in bytes.
type Memory struct {
	Weights     int
	Gradients   int
	Optimizer   int
	Activations int // values kept for the way back when the forward pass ends
	Scratch     int // what else the tape needs at most: gradients of activations, values made again
}

// Total is all of it.
func (m Memory) Total() int {
	return m.Weights + m.Gradients + m.Optimizer + m.Activations + m.Scratch
}

// SummaryOptions say how a model will be trained. The zero value is one example at a time with AdamW.
type SummaryOptions struct {
	Batch     int  // examples in a micro-batch; 0 means 1
	Length    int  // tokens in an example; 0 means the data's, else the model's context, at most 1024
	State     int  // numbers that the optimizer keeps for each parameter; 0 means 2, as AdamW; negative means none
	Recompute bool // insides of blocks are computed again on the way back
}

// Summary runs a training step of m on a device that only counts. m may be declared or built, and is
// left as it was; it must not be in use meanwhile. The error is a *grad.ShapeError where m does not fit the input.
func Summary(m nn.Block, in nn.Input, o SummaryOptions) (*Report, error) {
	o = o.filled(m, in)
	r := &Report{Batch: o.Batch, Params: nn.Count(m), Trained: nn.Trainable(m)}
	if n, ok := m.(nn.Noted); ok {
		r.Stack = n.Notation()
	}
	dev := &dry.Device{}
	paths := pathsOf(m)
	var err error
	nn.Rehearse(dev, m, func() {
		tape := &grad.Tape{Device: dev, Training: true, Recompute: o.Recompute}
		w := watcher{report: r, dev: dev, tape: tape, paths: paths, params: namesOf(m), learnt: learntIn(m), batch: o.Batch}
		err = grad.Catch(func() {
			x := example(tape, m, in, o)
			r.Input = slices.Clone(x.Shape())
			w.mark = w.now()
			tape.Trace = w.see
			y := m.Forward(x)
			tape.Trace = nil
			r.Output = slices.Clone(y.Shape())
			r.Forward = dev.Total().FLOPs / o.Batch
			l := loss(y)
			r.Memory.Activations = tape.Held()
			l.Backward()
		})
		r.Training = dev.Total().FLOPs / o.Batch
		r.Memory.Scratch = tape.Bytes() - r.Memory.Activations
	})
	if err != nil {
		return nil, err
	}
	elem := kernel.FloatBits / 8
	r.Memory.Weights = r.Params * elem
	for _, p := range nn.Buffers(m) {
		r.Memory.Weights += p.Len() * elem
	}
	for _, p := range nn.Params(m) {
		if !p.Frozen() {
			r.Memory.Gradients += p.Len() * elem
		}
	}
	r.Memory.Optimizer = max(o.State, 0) * r.Memory.Gradients
	for i := range r.Rows {
		r.Rows[i].Level = level(r.Rows, i)
	}
	if o.Recompute {
		return r, nil
	}
	o.Recompute = true
	spared, err := Summary(m, in, o)
	if err == nil {
		r.Spared = &spared.Memory
	}
	return r, err
}

func (o SummaryOptions) filled(m nn.Block, in nn.Input) SummaryOptions {
	if o.Batch <= 0 {
		o.Batch = 1
	}
	if o.State == 0 {
		o.State = 2
	}
	if o.Length <= 0 && len(in.Shape) == 1 {
		o.Length = in.Shape[0]
	}
	if o.Length <= 0 {
		o.Length = 128
		if c := Context(m); c > 0 {
			o.Length = min(c, 1024)
		}
	}
	return o
}

// example is an input without content: ids where the model begins with an embedding, else numbers.
func example(t *grad.Tape, m nn.Block, in nn.Input, o SummaryOptions) *nn.Var {
	if in.Vocab > 0 || readsIDs(m) {
		return t.IDs(make([]int32, o.Batch*o.Length), o.Batch, o.Length)
	}
	return t.Shaped(append([]int{o.Batch}, in.Shape...)...)
}

// readsIDs reports whether the first layer with parameters is an embedding.
func readsIDs(m nn.Block) bool {
	for _, b := range nn.Blocks(m) {
		switch b.(type) {
		case *nn.Embedding:
			return true
		case *nn.Linear, *nn.Conv1D, *nn.LayerNorm, *nn.RMSNorm:
			return false
		}
	}
	return false
}

// loss stands for the loss: cross-entropy of the last axis where it has classes, else a mean.
func loss(y *nn.Var) *nn.Var {
	if y.Rank() < 2 || y.Dim(-1) < 2 {
		return y.Mean()
	}
	n := y.Len() / y.Dim(-1)
	return y.Reshape(n, -1).CrossEntropy(y.Tape().IDs(make([]int32, n), n), grad.CrossEntropyOptions{Reduction: device.Mean})
}

// pathsOf is the name of each block of m by its address.
func pathsOf(m nn.Block) map[uintptr]string {
	paths := map[uintptr]string{}
	for name, b := range nn.Blocks(m) {
		if p := reflect.ValueOf(b).Pointer(); paths[p] == "" && reflect.TypeOf(b).Elem().Size() > 0 {
			paths[p] = name
		}
	}
	return paths
}

// namesOf is how many parameters have each name.
func namesOf(m nn.Block) map[string]int {
	sizes := map[string]int{}
	for name, p := range nn.Params(m) {
		sizes[name] = p.Len()
	}
	return sizes
}

// learntIn is the names of the parameters that are trained.
func learntIn(m nn.Block) (names []string) {
	for name, p := range nn.Params(m) {
		if !p.Frozen() {
			names = append(names, name)
		}
	}
	return names
}

// watcher turns the results of Scopes, each of which comes after those inside it, into rows.
type watcher struct {
	report *Report
	dev    *dry.Device
	tape   *grad.Tape
	paths  map[uintptr]string
	params map[string]int
	learnt []string // names of parameters that are trained
	batch  int
	mark   usage   // at the end of the last scope
	starts []usage // where each row began
}

// usage is what was spent up to some moment.
type usage struct{ flops, bytes int }

func (w *watcher) now() usage { return usage{w.dev.Total().FLOPs, w.tape.Held()} }

func (w *watcher) see(b grad.Block, y *grad.Var) {
	row := Row{Block: nn.NameOf(b, b), Out: slices.Clone(y.Shape())}
	if v := reflect.ValueOf(b); v.Kind() == reflect.Pointer {
		row.Path = w.paths[v.Pointer()]
	}
	if n, ok := b.(nn.Noted); ok {
		row.Block = n.Notation()
	}
	rows, first := w.report.Rows, len(w.report.Rows)
	for row.Path != "" && first > 0 && strings.HasPrefix(rows[first-1].Path, row.Path+".") {
		first--
	}
	start, end := w.mark, w.now()
	if first < len(rows) {
		start = w.starts[first]
	}
	for name, n := range w.params {
		if row.Path != "" && strings.HasPrefix(name, row.Path+".") {
			row.Params += n
		}
	}
	row.Frozen = row.Params > 0 && !slices.ContainsFunc(w.learnt, func(name string) bool { return strings.HasPrefix(name, row.Path+".") })
	row.FLOPs = (end.flops - start.flops) / w.batch
	row.Activations = (end.bytes - start.bytes) / w.batch
	w.report.Rows = slices.Insert(rows, first, row)
	w.starts = slices.Insert(w.starts, first, start)
	w.mark = end
}

// level is how many rows before i contain it.
func level(rows []Row, i int) (n int) {
	for _, r := range rows[:i] {
		if r.Path != "" && strings.HasPrefix(rows[i].Path, r.Path+".") {
			n++
		}
	}
	return n
}
