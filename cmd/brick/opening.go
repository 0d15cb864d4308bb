package main

import (
	"strings"

	"github.com/spf13/pflag"

	"brick/device/cpu"
	"brick/generate"
	"brick/model"
	"brick/token/chat"
)

// An opening is how the flags of commands that use a model file say its weights are kept and multiplied.
type opening struct {
	kind, precision string
	noRepack        bool
}

// templateUsage says what --template takes.
var templateUsage = "chat template to use: " + strings.Join(chat.Names(), ", ") + ", or a file; default the model's own"

func (o *opening) flags(f *pflag.FlagSet) {
	o.keeping(f)
	f.StringVar(&o.precision, "precision", "", "how products with weights of 32 and 16 bits read their operands: f32, bf16 (rounded to 8 bits of mantissa, faster), auto")
}

// keeping is the flags without that of the precision.
func (o *opening) keeping(f *pflag.FlagSet) {
	f.StringVar(&o.kind, "type", "auto", "weights of a DIR or FILE in memory: auto, file for all matrices in the file's types, f32 to widen them")
	f.BoolVar(&o.noRepack, "no-repack", false, "use the weights of a DIR or FILE where they lie, without a copy: starts at once, writes slowly")
}

// how is the flags' meaning.
func (o *opening) how() (model.Keeping, error) {
	how, err := model.FindKeeping(o.kind)
	switch {
	case err != nil:
		return how, usageError{err}
	case o.noRepack && how == model.Widened:
		return how, usagef("--no-repack uses weights where they lie, --type f32 copies them: want one of them")
	case o.noRepack:
		return model.InPlace, nil
	}
	return how, nil
}

// open opens a language model of a folder or a GGUF file.
func (o *opening) open(path string) (*generate.Language, error) {
	how, err := o.how()
	if err != nil {
		return nil, err
	}
	if err := cpu.Default().SetPrecision(cpu.Precision(o.precision)); err != nil {
		return nil, usageError{err}
	}
	return generate.Open(path, model.OpenOptions{Keeping: how})
}
