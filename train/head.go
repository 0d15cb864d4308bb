package train

import (
	"fmt"
	"slices"
	"strings"

	"brick/data"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/safetensors"
)

// headOf is where the head of a chain begins: its last block that has a matrix.
func headOf(c nn.Chain) int {
	for i := len(c) - 1; i > 0; i-- {
		for _, p := range nn.Params(c[i]) {
			if len(p.Shape) >= 2 {
				return i
			}
		}
	}
	return 0
}

// fresh is how many blocks a head makes.
func fresh(head string) (int, error) {
	if head == "" {
		return 0, nil
	}
	s, err := nn.Parse(head)
	if err != nil {
		return 0, err
	}
	return blocksIn(s.Items), nil
}

func blocksIn(items []nn.Item) (n int) {
	for _, it := range items {
		one := 1
		if it.Name == "" {
			one = blocksIn(it.Body)
		}
		n += it.Count * one
	}
	return n
}

// body is how many blocks of c stand before the job's head: those before the last with a matrix where none is named.
func (j *Job) body(c nn.Chain) int {
	if n, err := fresh(j.Head); err == nil && n > 0 {
		return max(len(c)-n, 0)
	}
	return headOf(c)
}

// setHead completes the job's stack from its source's: the old body with the new head, or with a new last linear where the
// data want another number of outputs.
func (r *Run) setHead(s *source, o Options) error {
	j := &r.Job
	if j.Loss == "" && s.job != nil && s.job.Loss != "" && lossFits(s.job.Loss, &r.Info) == nil {
		j.Loss = s.job.Loss
	}
	if s.model == nil {
		if j.Model == "" {
			return usagef("train: from %s: nothing says what network these weights belong to; name it: brick train 'STACK' --from %s", s.name, s.name)
		}
		var err error
		s.model, err = model.New(j.Model, r.input())
		return err
	}
	if v := model.Vocab(s.model); v > 0 && r.Info.Vocab == 0 {
		return usagef("train: from %s: the model reads text, ids below %d; %s has examples of shape %v", s.name, v, j.Data.Source, r.Info.Input)
	}
	old := model.Chain(s.model)
	at := headOf(old)
	want := r.outputs()
	l, linear := old[at].(*nn.Linear)
	switch {
	case j.Head == "" && linear && r.Info.Task != data.Language && l.W.Shape[0] != want && !(want == 2 && l.W.Shape[0] == 1):
		head := "linear"
		if l.B == nil {
			head = "linear(bias=false)"
		}
		j.Head = strings.TrimSpace(head + " " + old[at+1:].Notation())
		o.note("the head starts anew: %s gives %d numbers, %s wants %d", l.Notation(), l.W.Shape[0], j.Data.Source, want)
	case j.Head == "" && linear:
		o.note("the head %s is kept", old[at:].Notation())
	}
	if j.Head != "" && strings.HasPrefix(s.model.Notation(), "{") {
		return usagef("train: from %s: stack notation has no word for the blocks of this model, so that no other head can follow them: leave --head out", s.name)
	}
	switch {
	case j.Model != "":
		return nil
	case j.Head == "":
		j.Model = s.model.Notation()
		return nil
	}
	if _, err := nn.Parse(j.Head); err != nil {
		return err
	}
	if at > 0 {
		j.Model = old[:at].Notation() + " "
	}
	j.Model += j.Head
	return nil
}

// transfer fills the blocks of m before its head with the weights of the source, block by block: names may differ where
// another head makes another kind of model.
func (s *source) transfer(m model.Model, head string) error {
	tensorOf, done, err := s.tensors()
	if err != nil {
		return fmt.Errorf("train: from: %w", err)
	}
	defer done() // of files that were only read
	names, adapters := map[*nn.Param]string{}, map[*nn.Param]*nn.LoRA{}
	for name, p := range nn.State(s.model) {
		names[p] = name
	}
	for _, l := range nn.Adaptable(s.model) {
		adapters[l.W] = l.Adapter()
	}
	read := func(p *nn.Param) ([]grad.Float, error) {
		x, err := tensorOf(p)
		switch {
		case err != nil:
			return nil, err
		case !slices.Equal(x.Shape, p.Shape):
			return nil, fmt.Errorf("tensor %q has shape %v; its description says %v", names[p], x.Shape, p.Shape)
		case !tensor.IsFloat(x.Type):
			return nil, fmt.Errorf("tensor %q holds %v; weights are F64, F32, F16 or BF16", names[p], x.Type)
		}
		return x.Floats(nil), nil
	}
	begins, err := s.begins(m, head)
	if err != nil {
		return err
	}
	dev := nn.SlabOf(m).Device
	for _, p := range nn.State(m) {
		q := begins[p]
		if q == nil || p.Buf().Kept != nil {
			continue
		}
		w, err := read(q)
		if err == nil && adapters[q] != nil {
			err = merge(adapters[q], w, q.InFirst, read)
		}
		if err != nil {
			return fmt.Errorf("train: from %s: %w", s.file, err)
		}
		dev.Write(p.Buf(), w)
	}
	return nil
}

// begins is which parameters of the source those of m before its head begin as.
func (s *source) begins(m model.Model, head string) (map[*nn.Param]*nn.Param, error) {
	n, err := fresh(head)
	if err != nil {
		return nil, err
	}
	oldC, newC := model.Chain(s.model), model.Chain(m)
	taken := len(newC) - n
	if taken > len(oldC) {
		return nil, usagef("train: from %s: the model has %d blocks before its head, the source %d: %s", s.name, taken, len(oldC), oldC.Notation())
	}
	begins := map[*nn.Param]*nn.Param{}
	for i := range taken {
		was := map[string]*nn.Param{}
		for name, p := range nn.State(oldC[i]) {
			was[name] = p
		}
		for name, p := range nn.State(newC[i]) {
			q := was[name]
			if q == nil && strings.Contains(name, "lora_") {
				continue
			}
			if q == nil || !slices.Equal(q.Shape, p.Shape) {
				return nil, s.misfit(i, name, oldC[i], newC[i], q, p)
			}
			begins[p] = q
		}
	}
	return begins, nil
}

// tensors opens the source's weights, those of a Hugging Face folder or a GGUF file by the rules of model.Open.
func (s *source) tensors() (of func(p *nn.Param) (*tensor.Tensor, error), done func() error, err error) {
	if s.weights != nil {
		return s.weights.Tensor, func() error { return nil }, nil
	}
	f, err := safetensors.Open(s.file)
	if err != nil {
		return nil, nil, err
	}
	names := map[*nn.Param]string{}
	for name, p := range nn.State(s.model) {
		names[p] = name
	}
	return func(p *nn.Param) (*tensor.Tensor, error) { return f.Tensor(names[p]) }, f.Close, nil
}

// misfit says which block does not take the source's weights, and both shapes.
func (s *source) misfit(i int, name string, old, now nn.Block, was, is *nn.Param) error {
	a, b := nn.Chain{old}.Notation(), nn.Chain{now}.Notation()
	if was == nil {
		return usagef("train: from %s: block %d is %s there and has no %s; here it is %s, whose %s has shape %v", s.name, i, a, name, b, name, is.Shape)
	}
	return usagef("train: from %s: block %d is %s there, whose %s has shape %v; here it is %s with shape %v: the data must give examples of the same shape, or --head must begin before it", s.name, i, a, name, was.Shape, b, is.Shape)
}
