package model

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"

	"brick/grad"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/gguf"
)

// written is a file that is to be written, as ggufConfig reads it.
type written struct {
	meta *gguf.Metadata
	list []tensor.Source
}

func (f *written) Metadata() *gguf.Metadata { return f.meta }

func (f *written) Has(name string) bool { _, err := f.Info(name); return err == nil }

func (f *written) Info(name string) (*tensor.Tensor, error) {
	for _, s := range f.list {
		if s.Name == name {
			return &tensor.Tensor{Shape: s.Shape, Type: s.Type}, nil
		}
	}
	return nil, fmt.Errorf("there is no tensor %q", name)
}

// unsaid are fields of config.json that no GGUF file has: how a model was trained, which of the names of one architecture it
// goes by, and what views are compared for.
var unsaid = []string{
	"model_type", "architectures",
	"initializer_range", "resid_pdrop", "embd_pdrop", "attn_pdrop",
	"rope_scaling", "use_sliding_window", "sliding_window", "max_window_layers", "layer_types", "sliding_window_pattern",
}

// sayable errs for a model of which a file would say something else than its config.json does.
func sayable(m published, f *written) error {
	js, err := ggufConfig(f, !f.Has(outputName), divisors(m))
	if err != nil {
		return fmt.Errorf("model: what a GGUF file would say of it: %w", err)
	}
	read, err := FromConfig(js)
	if err != nil {
		return fmt.Errorf("model: what a GGUF file would say of it: %w", err)
	}
	is, err := fieldsOf(m)
	if err != nil {
		return err
	}
	said, err := fieldsOf(read.(published))
	if err != nil {
		return err
	}
	for _, field := range slices.Sorted(maps.Keys(is)) {
		if v := is[field]; !slices.Contains(unsaid, field) && !alike(v, said[field]) {
			return fmt.Errorf("model: %s is %v: a GGUF file of a %s has no word for it, and stands for %v", field, v, m.modelType(), said[field])
		}
	}
	a, b := viewsOf(m.(nn.Block)), viewsOf(read)
	for i := range a {
		if !a[i].like(b[i]) {
			return fmt.Errorf("model: layer %d sees and turns by %+v: a GGUF file of a %s has no word for it, and stands for %+v", i, a[i], m.modelType(), b[i])
		}
	}
	return nil
}

// alike reports whether a value is another, to a float32's precision; null, and no word, are whatever the other is.
func alike(v, w any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == "" || v == w
	case float64:
		x, ok := w.(float64)
		return ok && close32(v, x)
	case []any:
		list, _ := w.([]any)
		return len(v) == 0 && len(list) == 0 || reflect.DeepEqual(v, w)
	}
	return v == w
}

func close32(v, w float64) bool { return math.Abs(v-w) <= 1e-6*max(math.Abs(v), math.Abs(w)) }

// A view is what positions a layer's attention sees, and how it turns queries and keys.
type view struct {
	window int
	rope   grad.RoPE
	scale  float64 // of scores, where it is not what follows from the width of a head; else 0
}

func (s view) like(t view) bool {
	x, y := s.rope.Stretch, t.rope.Stretch
	return s.window == t.window && close32(s.scale, t.scale) && s.rope.Dim == t.rope.Dim && s.rope.Interleaved == t.rope.Interleaved && close32(s.rope.Base, t.rope.Base) &&
		x.Kind == y.Kind && x.Trained == y.Trained && close32(x.Factor, y.Factor) && close32(x.Low, y.Low) && close32(x.High, y.High) && close32(x.Size, y.Size)
}

// viewsOf are those of the layers of a decoder, from the first on.
func viewsOf(m nn.Block) (list []view) {
	for _, b := range nn.Blocks(m) {
		switch b := b.(type) {
		case *LlamaAttention:
			list = append(list, view{rope: b.rope})
		case *Attention:
			list = append(list, view{window: b.see.Window, rope: b.rope})
		case *Phi3Attention:
			list = append(list, view{window: b.see.Window, rope: b.rope})
		case *LatentAttention:
			list = append(list, view{rope: b.rope, scale: float64(b.see.Scale)})
		}
	}
	return list
}
