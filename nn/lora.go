package nn

// LoRA is a low-rank adapter of a layer of neurons whose own matrix is frozen (Hu et al. 2021, "LoRA: low-rank
// adaptation of large language models"). Its parameters have the names of the PEFT library.
//
//	y = x·Wᵀ + b + α/r · drop(x)·Aᵀ·Bᵀ      x (..., in)  A (r, in)  B (out, r)  y (..., out)
//
// A starts as PyTorch's layers do and B at 0, so that the first step sees the layer as it was.
type LoRA struct {
	Down  *Param  `brick:"lora_A.weight"` // A (r, in)
	Up    *Param  `brick:"lora_B.weight"` // B (out, r)
	Alpha float64 // α
	Drop  float64 // share of x that is dropped on the way into A in training
}

// NewLoRA declares an adapter of rank r for a layer of in inputs and out outputs.
func NewLoRA(in, out, r int, alpha, drop float64) *LoRA {
	return &LoRA{NewParam(Torch, r, in), NewParam(Zeros, out, r), alpha, drop}
}

// scale is α/r.
func (a *LoRA) scale() Float { return Float(a.Alpha / float64(a.Down.Shape[0])) }

// adapt adds to y what the adapter makes of x; y itself where there is none.
func (a *LoRA) adapt(x, y *Var) *Var {
	if a == nil {
		return y
	}
	low := Drop(x, a.Drop).Linear(a.Down.Value(), nil) // (..., r)
	return y.Add(low.Linear(a.Up.Value(), nil).Scale(a.scale()))
}

// Merge adds the adapter to a copy of the layer's matrix, w, given all values in host memory. Then the layer alone
// does what both did. inFirst says that w is (in, out), as a Conv1D's, not (out, in).
//
//	W += α/r · B·A
func (a *LoRA) Merge(w, down, up []Float, inFirst bool) {
	r, in, out := a.Down.Shape[0], a.Down.Shape[1], a.Up.Shape[0]
	s := a.scale()
	for o := range out {
		for i := range in {
			sum := Float(0)
			for k := range r {
				sum += Float(up[o*r+k] * down[k*in+i])
			}
			at := o*in + i
			if inFirst {
				at = i*out + o
			}
			w[at] += Float(s * sum)
		}
	}
}

// An Adapted layer is a Linear or a Conv1D as LoRA sees it.
type Adapted struct {
	Name string // of the layer, such as layers.0.self_attn.q_proj
	W    *Param
	low  **LoRA
}

// Adapter is the layer's, nil where it has none.
func (l *Adapted) Adapter() *LoRA { return *l.low }

// Adapt gives the layer an adapter, or takes it away with nil. It must be called before Build.
func (l *Adapted) Adapt(a *LoRA) { *l.low = a }

// Sizes are how many numbers the layer takes and gives.
func (l *Adapted) Sizes() (in, out int) {
	if l.W.InFirst {
		return l.W.Shape[0], l.W.Shape[1]
	}
	return l.W.Shape[1], l.W.Shape[0]
}

// Adaptable lists the layers of b that an adapter fits, in the order of Blocks.
func Adaptable(b Block) (list []Adapted) {
	for name, part := range Blocks(b) {
		switch l := part.(type) {
		case *Linear:
			list = append(list, Adapted{name, l.W, &l.LoRA})
		case *Conv1D:
			list = append(list, Adapted{name, l.W, &l.LoRA})
		}
	}
	return list
}
