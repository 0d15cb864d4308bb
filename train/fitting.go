package train

import (
	"fmt"
	"strings"

	"brick/model"
	"brick/nn"
	"brick/optim"
)

// fitting is what of the job could be changed so that it fits, where it does not: each change alone, with what is needed then.
func (r *Run) fitting(m Memory, kind optim.Kind, from *source) (list []string) {
	try := func(what string, less Memory) bool {
		if less.Total() > m.Available {
			return false
		}
		besides := ""
		if !less.counted {
			besides = " and activations"
		}
		list = append(list, fmt.Sprintf("%s (%s%s)", what, size(less.Total()), besides))
		return true
	}
	batch, recompute := r.Job.Batch, r.Job.Recompute
	defer func() { r.Job.Batch, r.Job.Recompute = batch, recompute }()
	for b := batch / 2; b > 0; b /= 2 {
		less := m
		less.Batches, less.Activations = m.Batches/int64(batch)*int64(b), m.Activations/int64(batch)*int64(b)
		if less.Total() > m.Available || less.Batches > m.Available/16 { // activations have more than the examples that they are of
			continue
		}
		var err error
		r.Job.Batch = b
		if less.Activations, err = r.activations(); err != nil {
			break // the run's own error, of a batch that could not be had before
		}
		if less.counted = true; try(fmt.Sprintf("--batch %d", b), less) {
			break
		}
	}
	r.Job.Batch = batch
	if m.counted && !recompute {
		r.Job.Recompute = true
		less := m
		less.Activations, _ = r.activations()
		try("--recompute", less)
	}
	if weights, kept := from.bytes(); r.Job.From != "" && !r.Job.LoRA.On() {
		less := m
		less.Weights, less.Gradients, less.Optimizer = weights, 0, 0
		try("--lora rank=8", less)
	} else if r.Job.LoRA.On() && r.base == nil && kept {
		less := m
		less.Weights = weights
		try("--type file", less)
	}
	for state := kind.State - 1; state >= 0; state-- {
		var names []string
		for _, k := range optim.Table {
			if k.State == state {
				names = append(names, k.Name)
			}
		}
		less := m
		less.Optimizer = r.optimizerBytes(optim.Kind{State: state}, m.Gradients)
		if len(names) > 0 {
			try("--optimizer "+strings.Join(names, " or "), less)
		}
	}
	return list
}

// bytes is the memory of the source's weights where adapters alone learn, and whether some stay in the types of its file. s may be nil.
func (s *source) bytes() (bytes int64, kept bool) {
	if s == nil || s.model == nil {
		return 0, false
	}
	bytes = times(int64(nn.Count(s.model)), each)
	if s.weights == nil {
		return bytes, false
	}
	types, err := s.weights.Types(s.model, model.Suited)
	if err != nil {
		return bytes, false
	}
	for p, t := range types {
		bytes += int64(t.Bytes(p.Len())) - int64(p.Len())*each
	}
	return bytes, len(types) > 0
}
