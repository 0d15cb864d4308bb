package train

import (
	"fmt"
	"hash/crc32"

	"brick/device"
	"brick/model"
	"brick/nn"
)

// A base is the matrices of a model with adapters that stay as they are, in the types of the file that the job starts from:
// quantised ones take an eighth to a quarter of the memory (Dettmers et al. 2023, "QLoRA: efficient finetuning of quantized
// LLMs"). Checkpoints do not have them: they are read again from that file, which must hold the same bytes.
type base struct {
	from  *source
	types map[*nn.Param]device.Type // of matrices of the run's model …
	of    map[*nn.Param]*nn.Param   // … and which of the source's they are
}

// findBase finds what of r's model, which is declared, stays in the types of the source's file. The job then says so.
func (r *Run) findBase(from *source) error {
	how := r.Job.LoRA.keeping()
	if from == nil || from.weights == nil || how == model.Widened {
		return nil
	}
	types, err := from.weights.Types(from.model, how)
	if err != nil {
		return fmt.Errorf("train: from %s: %w", from.name, err)
	}
	begins, err := from.begins(r.Model, r.Job.Head)
	if err != nil {
		return err
	}
	b := base{from, map[*nn.Param]device.Type{}, begins}
	for p, q := range begins {
		if t, ok := types[q]; ok && p.Frozen() {
			b.types[p] = t
		}
	}
	if len(b.types) == 0 {
		r.Job.LoRA.Type = ""
		return nil
	}
	if r.Job.LoRA.Type == "" {
		r.Job.LoRA.Type = "auto"
	}
	r.base = &b
	return nil
}

// bytes is the memory of the matrices, and numbers how many they have. b may be nil.
func (b *base) bytes() (bytes, numbers int64) {
	if b == nil {
		return 0, 0
	}
	for p, t := range b.types {
		bytes, numbers = sum(bytes, int64(t.Bytes(p.Len()))), sum(numbers, int64(p.Len()))
	}
	return bytes, numbers
}

// keep gives the matrices of m to a device, and a checksum of what the file has. b may be nil.
func (b *base) keep(dev device.Device, m nn.Block) (kept map[*nn.Param]device.Buf, crc uint32, err error) {
	if b == nil {
		return nil, 0, nil
	}
	kept = map[*nn.Param]device.Buf{}
	for _, p := range nn.State(m) {
		if _, ok := b.types[p]; !ok {
			continue
		}
		x, err := b.from.weights.Matrix(b.of[p], model.AsStored)
		if err != nil {
			return nil, 0, fmt.Errorf("train: from %s: %w", b.from.name, err)
		}
		crc = crc32.Update(crc, castagnoli, x.Data)
		kept[p] = dev.Keep(x, true)
	}
	return kept, crc, nil
}

// keepsBase reports whether a run's checkpoints lack matrices of the model it started from.
func (r *Run) keepsBase() bool {
	return r.Job.LoRA.On() && r.Job.LoRA.Type != "" && r.Job.LoRA.Type != "f32" && !r.plain
}

// openBase opens the file of a run whose checkpoints lack matrices; nil for others. The source is to be closed.
func (r *Run) openBase(root string) (*source, error) {
	if !r.keepsBase() {
		return nil, nil
	}
	s, err := openSource(r.Job.From, root)
	if err != nil {
		return nil, fmt.Errorf("%w\nthe run in %s has adapters of that model alone: put it back where it was", err, r.Dir)
	}
	return s, nil
}

// sameBase errs for a state that was reached with other matrices than r has now.
func (r *Run) sameBase(s state) error {
	if s.Base != r.state.Base {
		return fmt.Errorf("train: %s: its adapters were learnt on other weights than %s has now (CRC-32C %08x, now %08x): put the file back that it started from", r.Dir, r.Job.From, s.Base, r.state.Base)
	}
	return nil
}
