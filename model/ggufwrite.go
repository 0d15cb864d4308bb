package model

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"brick/device"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/gguf"
)

// Values gives the value of a parameter, such as Weights.Tensor does.
type Values func(p *nn.Param) (*tensor.Tensor, error)

// WriteGGUF writes a declared model and its values as a GGUF file that llama.cpp loads, one tensor in memory at a time. more are
// further metadata, such as the tokenizer's. name is what the model is called in it. What a GGUF file cannot say of the
// model is an error that names the field of config.json.
func WriteGGUF(path, name string, m Model, values Values, mix Mix, more map[string]any) error {
	p, ok := m.(published)
	if !ok {
		return fmt.Errorf("model: a GGUF file of a %T: %w", m, ErrNoConfig)
	}
	meta, err := ggufMetadata(p, name)
	if err != nil {
		return err
	}
	list, err := ggufSources(p, values, mix)
	if err != nil {
		return err
	}
	if err := sayable(p, &written{meta, list}); err != nil {
		return err
	}
	for _, k := range slices.Sorted(maps.Keys(more)) {
		meta.Set(k, more[k])
	}
	meta.Set("general.quantization_version", uint32(2))
	meta.Set("general.file_type", fileType(mix, list))
	if err := gguf.Write(path, meta, list); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	return nil
}

// fileType is general.file_type: the mix's, or that of most of the numbers where types were kept.
func fileType(mix Mix, list []tensor.Source) uint32 {
	if mix.name != "" {
		return mix.number
	}
	count := map[device.Type]int{}
	for _, s := range list {
		n, _ := tensor.Elements(s.Shape)
		count[s.Type] += n
	}
	best, number := 0, uint32(0)
	for _, m := range mixes {
		if n := count[m.matrix]; !m.more && (n > best || n == best && m.number < number) {
			best, number = n, m.number
		}
	}
	return number
}

// ggufSources are the tensors of a file.
func ggufSources(m published, values Values, mix Mix) ([]tensor.Source, error) {
	at, order, err := ggufPlaces(m)
	if err != nil {
		return nil, err
	}
	groups := map[string][]*nn.Param{}
	var names []string
	for _, p := range order {
		name := at[p].name
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], p)
	}
	site := mixSite{tied: !has(at, outputName)}
	for _, name := range names {
		site.layers = max(site.layers, layerOf(name)+1)
		site.experts = max(site.experts, at[groups[name][0]].parts)
	}
	var list []tensor.Source
	for _, name := range names {
		group := groups[name]
		if two := at[group[0]].two; two != nil {
			halves, err := two.sources(group[0], values, mix, site)
			if err != nil {
				return nil, err
			}
			list = append(list, halves...)
			continue
		}
		slices.SortFunc(group, func(a, b *nn.Param) int { return cmp.Compare(at[a].part, at[b].part) })
		first := group[0]
		site.name, site.shape, site.layer = name, at[first].shapeIn(first.Shape), layerOf(name)
		if mix.name == "" {
			x, err := values(first)
			if err != nil {
				return nil, err
			}
			if site.now = x.Type; at[first].turn && x.Type.Block() > 1 {
				site.now = device.F32
			}
		}
		list = append(list, converted(name, mix.of(site), site.shape, func(yield func(*tensor.Tensor) error) error {
			for _, p := range group {
				x, err := values(p)
				if err == nil {
					err = yield(at[p].toFile(x))
				}
				if err != nil {
					return err
				}
			}
			return nil
		}))
	}
	if d := divisors(m); d != nil {
		list = append(list, tensor.SourceOf(tensor.Named{Name: freqsName, Tensor: d}))
	}
	return list, nil
}

// layerOf is the layer that a tensor is of, −1 for none.
func layerOf(name string) int {
	i := -1
	if strings.HasPrefix(name, "blk.") {
		fmt.Sscanf(name, "blk.%d.", &i)
	}
	return i
}

// converted is a source of the parts of a tensor, one after the other, in a type.
func converted(name string, t device.Type, shape []int, parts func(yield func(*tensor.Tensor) error) error) tensor.Source {
	return tensor.Source{Name: name, Type: t, Shape: shape, Data: func(w io.Writer) error {
		return parts(func(x *tensor.Tensor) error { return writeAs(w, x, t) })
	}}
}
