package model

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"brick/device"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/safetensors"
)

// headName is the name of a head's matrix.
const headName = "lm_head.weight"

// Weights are the tensors of a folder or a GGUF file, by the parameters that they are the values of.
type Weights struct {
	files tensors
	at    map[*nn.Param]place
}

// tensors is what folders and GGUF files have in common.
type tensors interface {
	Info(name string) (*tensor.Tensor, error)
	Tensor(name string) (*tensor.Tensor, error)
	Close() error
}

// OpenWeights opens the tensors of a folder for a model that was declared, and refuses others than it has; see Open.
func OpenWeights(dir string, m nn.Block) (*Weights, error) {
	f, err := safetensors.OpenFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	at, err := match(m, f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("model: %s: %w", dir, err), f.Close())
	}
	return &Weights{f, at}, nil
}

// Tensor is the value of a parameter or buffer of the model, valid until Close.
func (w *Weights) Tensor(p *nn.Param) (*tensor.Tensor, error) {
	at := w.at[p]
	if at.two != nil {
		return at.two.read(w.files)
	}
	t, err := w.files.Tensor(at.name)
	if err != nil || at.plain() && slices.Equal(t.Shape, p.Shape) {
		return t, err
	}
	return at.fromFile(t, p.Shape), nil
}

// Close releases the files.
func (w *Weights) Close() error { return w.files.Close() }

// match finds the name of the tensor of every parameter and buffer of m, and refuses a folder with others.
func match(m nn.Block, f *safetensors.Folder) (map[*nn.Param]place, error) {
	left := map[string]bool{}
	for _, name := range f.Names() {
		left[name] = !spare(m, name)
	}
	found := map[*nn.Param]place{}
	var missing, wrong []string
	for name, p := range nn.State(m) {
		in := nameIn(f, m, name)
		if in == "" {
			missing = append(missing, fmt.Sprintf("%q %v", name, p.Shape))
			continue
		}
		left[in] = false
		x, err := f.Info(in)
		if err != nil {
			return nil, err
		}
		switch {
		case !slices.Equal(x.Shape, p.Shape):
			wrong = append(wrong, fmt.Sprintf("%q has shape %v; config.json wants %v", in, x.Shape, p.Shape))
		case !tensor.IsFloat(x.Type):
			wrong = append(wrong, fmt.Sprintf("%q holds %v; weights are F64, F32, F16 or BF16", in, x.Type))
		}
		found[p] = place{name: in}
	}
	var extra []string
	for name, is := range left {
		if is && name != headName {
			extra = append(extra, strconv.Quote(name))
		}
	}
	slices.Sort(extra)
	err := errors.Join(tensorError("are missing", missing), tensorError("do not fit", wrong), tensorError("are not part of this model", extra))
	if err == nil && left[headName] {
		err = sameHead(m, f)
	}
	return found, err
}

// tensorError names the first of some tensors that something is wrong with; nil if there are none.
func tensorError(what string, list []string) error {
	const most = 4
	if len(list) == 0 {
		return nil
	}
	if n := len(list); n > most {
		list = append(list[:most:most], fmt.Sprintf("… (%d in all)", n))
	}
	return fmt.Errorf("tensors %s: %s", what, strings.Join(list, ", "))
}

// nameIn is what the folder calls a parameter, "" if it has none. GPT-2 was published without the name of its body.
func nameIn(f *safetensors.Folder, m nn.Block, name string) string {
	if f.Has(name) {
		return name
	}
	if short, ok := strings.CutPrefix(name, "transformer."); ok && f.Has(short) {
		if _, gpt := m.(*GPT2); gpt {
			return short
		}
	}
	return ""
}

// spare reports whether a tensor is none of the model's weights: masks and frequencies that older programs stored, and the
// layers of DeepSeek-V3 that predict tokens further ahead.
func spare(m nn.Block, name string) bool {
	switch m := m.(type) {
	case *GPT2:
		return strings.HasSuffix(name, ".attn.bias") || strings.HasSuffix(name, ".attn.masked_bias")
	case *DeepSeek:
		rest, _ := strings.CutPrefix(name, "model.layers.")
		number, _, _ := strings.Cut(rest, ".")
		i, err := strconv.Atoi(number)
		if err == nil && i >= len(m.Layers) {
			return true
		}
	}
	return strings.HasSuffix(name, ".rotary_emb.inv_freq")
}

// sameHead errs unless a head that is left over is the embedding once more.
func sameHead(m nn.Block, f *safetensors.Folder) error {
	embed := ""
	for name, b := range nn.Blocks(m) {
		if _, ok := b.(*nn.Embedding); ok {
			embed = nameIn(f, m, name+".weight")
			break
		}
	}
	head, err := f.Tensor(headName)
	if err != nil {
		return err
	}
	if embed == "" {
		return tensorError("are not part of this model", []string{headName})
	}
	x, err := f.Tensor(embed)
	if err != nil {
		return err
	}
	if !sameTensor(x, head) {
		return fmt.Errorf("tensor %q is another than %q, which config.json says it shares: tie_word_embeddings must be false", headName, embed)
	}
	return nil
}

// sameTensor reports whether two tensors are the same numbers, stored in one way.
func sameTensor(x, y *tensor.Tensor) bool {
	return x.Type == y.Type && slices.Equal(x.Shape, y.Shape) && bytes.Equal(x.Data, y.Data)
}

// fill copies tensors to the parameters that are not kept, several at once.
func (w *Weights) fill(dev device.Device, kept map[*nn.Param]device.Buf) error {
	var wait sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	errs := make([]error, len(w.at))
	i := 0
	for p := range w.at {
		if kept[p].Present() {
			continue
		}
		slots <- struct{}{}
		failed := &errs[i]
		i++
		wait.Go(func() {
			defer func() { <-slots }()
			x, err := w.Tensor(p)
			if err != nil {
				*failed = err
				return
			}
			if host := x.Floats(p.Buf().F); p.Buf().F == nil { // without a copy where the weights lie in host memory
				dev.Write(p.Buf(), host)
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// Save writes a built model as a Hugging Face folder, which is made if there is none: model.safetensors, and then
// config.json. The error wraps ErrNoConfig for a model that has no architecture there.
func Save(dir string, m Model) error {
	js, err := Config(m)
	if err != nil {
		return err
	}
	if err := durable.MkdirAll(dir); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	var list []tensor.Named
	for name, p := range nn.State(m) {
		host := p.Buf().F
		if host == nil {
			host = make([]nn.Float, p.Len())
			nn.SlabOf(m).Device.Read(host, p.Buf())
		}
		list = append(list, tensor.Named{Name: name, Tensor: tensor.View(host, p.Shape...)})
	}
	if err := safetensors.Write(filepath.Join(dir, safetensors.SingleName), list, map[string]string{"format": "pt"}); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	if err := durable.WriteFile(filepath.Join(dir, configName), js); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	return nil
}
