package model

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"brick/nn"
	"brick/tensor"
	"brick/tensor/gguf"
)

// OpenGGUF reads the model of a GGUF file. Weights are of every type that the file may have; see Keeping for what they
// become. The architectures are those of GGUFArchitectures. Every tensor's name and shape must be the model's; those that are
// missing, left over or of another shape are named, and numbers of the metadata that are out of range or do not fit each
// other are refused by their keys, before memory is set aside. A file without a head uses the embedding's matrix.
func OpenGGUF(path string, o OpenOptions) (Model, error) {
	f, err := gguf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if o.Keeping != InPlace {
		defer f.Close() // of a file that was only read
	}
	return FromGGUF(path, f, o)
}

// FromGGUF is OpenGGUF of an open file, which may be closed afterwards unless weights are kept in place. The name is for errors.
func FromGGUF(name string, f *gguf.File, o OpenOptions) (Model, error) {
	m, w, err := DeclareGGUF(name, f)
	if err != nil {
		return nil, err
	}
	return load(name, m, w, o)
}

// GGUFArchitectures lists the values of general.architecture that GGUF files may have, in alphabetical order.
func GGUFArchitectures() []string {
	var list []string
	for _, g := range ggufArchs {
		list = append(list, g.arch)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// DeclareGGUF is the model of an open file, without memory, and where its weights lie in the file.
func DeclareGGUF(name string, f *gguf.File) (Model, *Weights, error) {
	tied, err := ggufTied(f)
	var divisors *tensor.Tensor
	if err == nil && f.Has(freqsName) {
		divisors, err = f.Tensor(freqsName)
	}
	var js []byte
	if err == nil {
		js, err = ggufConfig(f, tied, divisors)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("model: %s: %w", name, err)
	}
	m, err := FromConfig(js)
	if err != nil {
		return nil, nil, fmt.Errorf("model: %s: its metadata as a config.json: %w", name, err)
	}
	at, err := matchGGUF(m, f)
	if err != nil {
		return nil, nil, fmt.Errorf("model: %s: %w", name, err)
	}
	return m, &Weights{f, at}, nil
}

// matchGGUF finds the place of every parameter of m, and refuses a file with other tensors.
func matchGGUF(m Model, f *gguf.File) (map[*nn.Param]place, error) {
	at, order, err := ggufPlaces(m.(published))
	if err != nil {
		return nil, err
	}
	left := map[string]bool{}
	for _, name := range f.Names() {
		left[name] = name != freqsName
	}
	if _, tied := left[outputName]; tied && !has(at, outputName) {
		left[outputName] = false // the embedding once more
	}
	var missing, wrong []string
	for _, p := range order {
		where := at[p]
		if where.two != nil && f.Has(where.name) {
			where.two = nil // older files have the one
			at[p] = where
		}
		for name, want := range where.tensors(p.Shape) {
			if !f.Has(name) {
				missing = append(missing, fmt.Sprintf("%q %v", name, want))
				continue
			}
			left[name] = false
			x, err := f.Info(name)
			switch {
			case err != nil:
				return nil, err
			case !slices.Equal(x.Shape, want):
				wrong = append(wrong, fmt.Sprintf("%q has shape %v; the metadata want %v", name, x.Shape, want))
			case !tensor.IsFloat(x.Type):
				wrong = append(wrong, fmt.Sprintf("%q holds %v, which are no weights", name, x.Type))
			}
		}
	}
	var extra []string
	for name, is := range left {
		if is {
			extra = append(extra, strconv.Quote(name))
		}
	}
	slices.Sort(extra)
	return at, errors.Join(tensorError("are missing", slices.Compact(missing)), tensorError("do not fit", slices.Compact(wrong)), tensorError("are not part of this model", extra))
}

// has reports whether a parameter lies in a tensor of a name.
func has(at map[*nn.Param]place, name string) bool {
	for _, where := range at {
		if where.name == name {
			return true
		}
	}
	return false
}

// headsOf is how many heads of queries and of keys a model has whose matrices may be permuted.
func headsOf(m published) (heads, kv int) {
	switch c := m.published().(type) {
	case LlamaConfig:
		return c.Heads, c.KVHeads
	case MistralConfig:
		return c.Heads, c.KVHeads
	case MixtralConfig:
		return c.Heads, c.KVHeads
	}
	return 0, 0
}
