package model

import (
	"context"
	"fmt"

	"brick/tensor"
	"brick/tensor/gguf"
)

// RetypeGGUF writes the tensors of an open GGUF file to another in the types of a mix, and the metadata as they are but for
// the type's number. The file's model must be one that OpenGGUF knows; its name is for errors. Where
// ctx ends it stops before the next tensor, and out is as it was.
func RetypeGGUF(ctx context.Context, out, name string, f *gguf.File, mix Mix) error {
	_, w, err := DeclareGGUF(name, f)
	if err != nil {
		return err
	}
	site := mixSite{tied: !has(w.at, outputName)}
	for _, at := range w.at {
		site.layers = max(site.layers, layerOf(at.name)+1)
		site.experts = max(site.experts, at.parts)
	}
	var list []tensor.Source
	for _, tensorName := range f.Names() {
		x, err := f.Info(tensorName)
		if err != nil {
			return err
		}
		if tensorName == outputName && site.tied {
			continue // the embedding once more
		}
		site.name, site.shape, site.now, site.layer = tensorName, x.Shape, x.Type, layerOf(tensorName)
		list = append(list, converted(tensorName, mix.of(site), x.Shape, func(yield func(*tensor.Tensor) error) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			x, err := f.Tensor(tensorName)
			if err != nil {
				return err
			}
			return yield(x)
		}))
	}
	meta := new(gguf.Metadata)
	for k, v := range f.Metadata().All() {
		meta.Set(k, v)
	}
	if mix.name != "" {
		meta.Set("general.quantization_version", uint32(2))
		meta.Set("general.file_type", mix.number)
	}
	if err := gguf.Write(out, meta, list); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	return nil
}
