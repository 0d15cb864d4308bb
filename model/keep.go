package model

import (
	"fmt"

	"brick/device"
	"brick/kernel"
	"brick/nn"
)

// A Keeping says in which type the matrices of a model that was opened lie in memory: those of layers of neurons and of
// embeddings, of architectures that Hugging Face has too. Vectors, and what learns, are always what the engine computes in.
type Keeping uint8

const (
	Suited   Keeping = iota // AsStored where there are 2^16 numbers or more: fewer lie in a cache whatever their type, and are Widened
	AsStored                // in the file's type, F32 and F64 as what the engine computes in; repacked once for products
	InPlace                 // as AsStored, but where they lie in the file, which stays mapped until the program ends: slower, no start
	Widened                 // as what the engine computes in
)

// FindKeeping is the Keeping of a name: auto is Suited, file AsStored, f32 Widened.
func FindKeeping(name string) (Keeping, error) {
	switch name {
	case "auto":
		return Suited, nil
	case "file":
		return AsStored, nil
	case "f32":
		return Widened, nil
	}
	return Suited, fmt.Errorf("model: weights cannot be kept as %q; want auto, file or f32", name)
}

// fewNumbers is where a matrix is large enough to gain from its file's type.
const fewNumbers = 1 << 16

// Types are the parameters of m, for which w was opened, that will be kept in the types of their tensors.
func (w *Weights) Types(m nn.Block, how Keeping) (map[*nn.Param]device.Type, error) {
	types := map[*nn.Param]device.Type{}
	if _, ok := m.(published); !ok || how == Widened {
		return types, nil
	}
	for _, p := range nn.Keepable(m) {
		if w.at[p].two != nil || how == Suited && p.Len() < fewNumbers {
			continue
		}
		x, err := w.files.Info(w.at[p].name)
		if err != nil {
			return nil, err
		}
		if t := x.Type; t.Block() > 1 || t == device.F16 || t == device.BF16 {
			types[p] = t
		}
	}
	return types, nil
}

// inPlace reports whether a parameter's matrix is used where it lies in the file.
func (w *Weights) inPlace(p *nn.Param, how Keeping) bool { return how == InPlace && w.at[p].heads == 0 }

// Matrix is the tensor of a parameter that has a type among Types as a device keeps it, see device.Device.Keep: of a type that
// is turned one way or the other for products. It is valid until Close.
func (w *Weights) Matrix(p *nn.Param, how Keeping) (m device.Matrix, err error) {
	at := w.at[p]
	t, err := w.files.Tensor(at.name)
	if err != nil {
		return m, err
	}
	turned := at.turn
	at.turn = false
	shape := p.Shape
	if turned {
		shape = []int{p.Shape[1], p.Shape[0]}
	}
	t = at.fromFile(t, shape)
	if p.InFirst && !turned && t.Type.Block() == 1 && how != InPlace {
		t, turned = transposed(t), true
	}
	return device.Matrix{Type: t.Type, Rows: t.Shape[0], Cols: t.Shape[1], Data: t.Data, Turned: turned}, nil
}

// fits errs for a model that is larger than the limit.
func (o OpenOptions) fits(m nn.Block, w *Weights, types map[*nn.Param]device.Type) error {
	const each = kernel.FloatBits / 8
	need := 0.0
	for _, p := range nn.State(m) {
		t, kept := types[p]
		switch {
		case !kept:
			need += float64(p.Len()) * each
		case !w.inPlace(p, o.Keeping):
			need += float64(p.Len()) / float64(t.Block()) * float64(t.BlockSize())
		}
	}
	if o.Learn {
		need += float64(nn.Trainable(m)) * each
	}
	if o.Limit > 0 && need > float64(o.Limit) {
		return fmt.Errorf("%d parameters need %.2f GiB of memory; there are %.2f GiB", nn.Count(m), need/(1<<30), float64(o.Limit)/(1<<30))
	}
	return nil
}

// keep sets up the matrices that are kept in the types of their tensors.
func (w *Weights) keep(dev device.Device, how Keeping, types map[*nn.Param]device.Type) (map[*nn.Param]device.Buf, error) {
	kept := map[*nn.Param]device.Buf{}
	for p := range types {
		m, err := w.Matrix(p, how)
		if err != nil {
			return nil, err
		}
		kept[p] = dev.Keep(m, !w.inPlace(p, how))
	}
	return kept, nil
}
