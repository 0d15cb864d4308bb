package train

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"brick/device"
	"brick/grad"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/safetensors"
)

// loadWeights fills the state of a model from a file, but for matrices that are kept in the type of another, see base. Every
// name and shape must match, none may be missing or left over; nothing is changed unless all fits.
func loadWeights(m nn.Block, path string) error {
	f, err := safetensors.Open(path)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	defer f.Close()
	left := map[string]bool{}
	for _, n := range f.Names() {
		left[n] = true
	}
	found := map[*nn.Param]*tensor.Tensor{}
	for name, p := range nn.State(m) {
		if p.Buf().Kept != nil {
			continue
		}
		if !left[name] {
			return fmt.Errorf("train: %s: tensor %q is missing; the model has it with shape %v", path, name, p.Shape)
		}
		delete(left, name)
		x, err := f.Tensor(name)
		if err != nil {
			return fmt.Errorf("train: %w", err)
		}
		if !slices.Equal(x.Shape, p.Shape) {
			return fmt.Errorf("train: %s: tensor %q has shape %v; the model wants %v", path, name, x.Shape, p.Shape)
		}
		if !tensor.IsFloat(x.Type) {
			return fmt.Errorf("train: %s: tensor %q holds %v; weights are F64, F32, F16 or BF16", path, name, x.Type)
		}
		found[p] = x
	}
	if len(left) > 0 {
		return fmt.Errorf("train: %s: tensor %q is not part of this model", path, slices.Sorted(maps.Keys(left))[0])
	}
	dev := nn.SlabOf(m).Device
	for p, x := range found {
		if host := x.Floats(p.Buf().F); p.Buf().F == nil { // without a copy where the weights lie in host memory
			dev.Write(p.Buf(), host)
		}
	}
	return nil
}

// weights is the state of a model under its names, in the memory where it lies: it changes as the model does. Matrices that are
// kept in the type of another file are not part of it.
func weights(m nn.Block) (out []tensor.Named) {
	for name, p := range nn.State(m) {
		if p.Buf().Kept != nil {
			continue
		}
		out = append(out, tensor.Named{Name: name, Tensor: tensor.View(hostOf(m, p), p.Shape...)})
	}
	return out
}

// hostOf is a parameter's value in host memory: the memory itself where it lies there.
func hostOf(m nn.Block, p *nn.Param) []grad.Float { return hostBuf(nn.SlabOf(m).Device, p.Buf()) }

func hostBuf(dev device.Device, b device.Buf) []grad.Float {
	if b.F != nil || b.N == 0 {
		return b.F
	}
	host := make([]grad.Float, b.N)
	dev.Read(host, b)
	return host
}

// notFinite names the first parameter that holds NaN or an infinity, "" if none does.
func notFinite(m nn.Block) string {
	for name, p := range nn.State(m) {
		if p.Buf().Kept == nil && !allFinite(hostOf(m, p)) {
			return name
		}
	}
	return ""
}

// optimizerState is all that a later step depends on besides the weights.
func (r *Run) optimizerState() (out []tensor.Named) {
	for name, x := range r.opt.Live() {
		out = append(out, tensor.Named{Name: "optimizer." + name, Tensor: x})
	}
	if r.ema != nil {
		for name, x := range r.ema.Live() {
			out = append(out, tensor.Named{Name: "ema." + name, Tensor: x})
		}
	}
	for name, s := range r.carriedStates() {
		out = append(out, tensor.Named{Name: "carry." + name, Tensor: tensor.View(hostBuf(r.dev, s), s.N)})
	}
	return out
}

// loadOptimizer puts back what optimizerState gave.
func (r *Run) loadOptimizer(path string) error {
	f, err := safetensors.Open(path) // mapped, where that can be: no second copy in memory
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	defer f.Close()
	opt, ema, carry := map[string]*tensor.Tensor{}, map[string]*tensor.Tensor{}, map[string]*tensor.Tensor{}
	for _, name := range f.Names() {
		x, err := f.Tensor(name)
		if err != nil {
			return fmt.Errorf("train: %w", err)
		}
		if n, ok := strings.CutPrefix(name, "optimizer."); ok {
			opt[n] = x
		} else if n, ok := strings.CutPrefix(name, "ema."); ok && r.ema != nil {
			ema[n] = x
		} else if n, ok := strings.CutPrefix(name, "carry."); ok && r.carried != nil {
			carry[n] = x
		} else {
			return fmt.Errorf("train: %s: tensor %q belongs to no part of this run", path, name)
		}
	}
	err = r.opt.Load(opt)
	if err == nil && r.ema != nil {
		err = r.ema.Load(ema)
	}
	if err == nil {
		err = r.loadCarried(carry)
	}
	if err != nil {
		return fmt.Errorf("train: %s: %w", path, err)
	}
	return nil
}
