package model

import (
	"fmt"
	"path/filepath"
	"strings"

	"brick/device"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/safetensors"
)

// torchTypes are the names of the types of weights in config.json.
var torchTypes = map[device.Type]string{device.F32: "float32", device.F16: "float16", device.BF16: "bfloat16"}

// SaveAs writes a declared model and its values as a Hugging Face folder, as Save does, one tensor in memory at a time.
// All weights are stored in the type of a mix that is f32, f16 or bf16; the zero Mix keeps the types that folders have, and
// makes F32 of the others.
func SaveAs(dir string, m Model, values Values, mix Mix) error {
	js, err := Config(m)
	if err != nil {
		return err
	}
	all, given := mix.Plain()
	if mix.name != "" && !given {
		return fmt.Errorf("model: a folder has no place for %s; want f32, f16 or bf16, or a GGUF file", mix.name)
	}
	if err := durable.MkdirAll(dir); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	var list []tensor.Source
	most := all
	for name, p := range nn.State(m) {
		t := all
		if !given {
			x, err := values(p)
			if err != nil {
				return err
			}
			if t = x.Type; torchTypes[t] == "" {
				t = device.F32
			}
			if len(p.Shape) > 1 {
				most = t
			}
		}
		list = append(list, converted(name, t, p.Shape, func(yield func(*tensor.Tensor) error) error {
			x, err := values(p)
			if err != nil {
				return err
			}
			return yield(x)
		}))
	}
	if err := safetensors.WriteSources(filepath.Join(dir, safetensors.SingleName), list, map[string]string{"format": "pt"}); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	js = []byte(strings.Replace(string(js), `"torch_dtype": "float32"`, `"torch_dtype": "`+torchTypes[most]+`"`, 1))
	if err := durable.WriteFile(filepath.Join(dir, configName), js); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	return nil
}

// Drawn gives the values that a declared model would be built with, each drawn when it is asked for.
func Drawn(m nn.Block, seed uint64) Values {
	names := map[*nn.Param]string{}
	for name, p := range nn.State(m) {
		names[p] = name
	}
	return func(p *nn.Param) (*tensor.Tensor, error) {
		return tensor.View(nn.Draw(nil, names[p], p, seed), p.Shape...), nil
	}
}
