package optim

import (
	"fmt"
	"iter"

	"brick/device"
	"brick/device/cpu"
	"brick/grad"
	"brick/nn"
	"brick/tensor"
)

// An Optimizer moves parameters against their gradients.
type Optimizer interface {
	// Init checks the configuration, takes over params and sets their state
	// aside on dev (nil: this machine's cores), all as before the first step.
	Init(dev device.Device, params []Named) error

	// Step moves every parameter that a gradient has reached since its last step,
	// with the learning rate lr times the parameter's scale, and clears the
	// gradients. A parameter that none has reached stays as it is, its state
	// too, as in PyTorch where grad is None. Step allocates nothing.
	Step(lr float64)

	// Groups are the parameters as Init took them over, and Device is where they live.
	Groups() []Named
	Device() device.Device

	// State yields copies of all that a later step depends on besides parameters,
	// gradients and configuration, under names such as "layers.0.weight.exp_avg".
	State() iter.Seq2[string, *tensor.Tensor]

	// Live is State without copies, for writing it to a file: what it yields changes as
	// the state does, and must not be written to.
	Live() iter.Seq2[string, *tensor.Tensor]

	// Load puts back what State gave. Names, shapes and values are checked
	// first: after an error the state is as it was.
	Load(state map[string]*tensor.Tensor) error
}

// A Named is a parameter as an optimizer sees it.
type Named struct {
	Name    string
	P       *grad.Var
	Decay   bool    // weight decay applies
	LRScale float64 // multiplies the learning rate; 0 stands for 1
	Matrix  bool    // a hidden layer's matrix, which Muon moves as a whole
}

// scale is the factor of the learning rate.
func (n Named) scale() float64 {
	if n.LRScale == 0 {
		return 1
	}
	return n.LRScale
}

// Params are the parameters of a built model that are learnt, under their names.
// Weight decay applies to those of two axes or more: it would only pull norms' scales
// and biases, which have one, towards zero. Matrix is set for those of two axes but
// embeddings and the output layer, the last of them, as Muon's author advises.
// Change the result's fields for other groups.
func Params(b nn.Block) []Named {
	tables := map[*nn.Param]bool{}
	for _, part := range nn.Blocks(b) {
		switch e := part.(type) {
		case *nn.Embedding:
			tables[e.W] = true
		case *nn.Position:
			tables[e.W] = true
		}
	}
	var params []Named
	last := -1
	for name, p := range nn.Params(b) {
		if p.Frozen() {
			continue
		}
		v := p.Value()
		if v.Rank() == 2 {
			last = len(params)
		}
		params = append(params, Named{Name: name, P: v, Decay: v.Rank() >= 2, Matrix: v.Rank() == 2 && !tables[p]})
	}
	if last >= 0 {
		params[last].Matrix = false
	}
	return params
}

// Attach initialises o, an Optimizer or an LBFGS, with the parameters of a built
// model, where the model lives.
func Attach(o interface {
	Init(dev device.Device, params []Named) error
}, b nn.Block) error {
	var dev device.Device
	if s := nn.SlabOf(b); s != nil {
		dev = s.Device
	}
	return o.Init(dev, Params(b))
}

// validate refuses parameters that cannot be told apart or do not learn.
func validate(params []Named) error {
	names, vars := map[string]bool{}, map[*grad.Var]string{}
	for i, p := range params {
		switch {
		case p.Name == "":
			return fmt.Errorf("parameter %d has no name", i)
		case names[p.Name]:
			return fmt.Errorf("two parameters are called %q", p.Name)
		case p.P == nil:
			return fmt.Errorf("parameter %q is not built", p.Name)
		case vars[p.P] != "":
			return fmt.Errorf("parameters %q and %q are one Var", vars[p.P], p.Name)
		case !p.P.NeedsGrad() || p.P.Tape() != nil:
			return fmt.Errorf("parameter %q collects no gradient: leave it out", p.Name)
		case !(p.LRScale >= 0):
			return fmt.Errorf("parameter %q has learning-rate scale %v, want 0 (for 1) or above", p.Name, p.LRScale)
		}
		names[p.Name], vars[p.P] = true, p.Name
	}
	return nil
}

// home is dev, or this machine's cores.
func home(dev device.Device) device.Device {
	if dev == nil {
		return cpu.Default()
	}
	return dev
}
