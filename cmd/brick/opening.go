package main

import (
	"github.com/spf13/pflag"

	"brick/device/cpu"
	"brick/generate"
	"brick/model"
)

// An opening is how the flags of commands that use a model file say its weights are kept and multiplied.
type opening struct {
	noRepack, widen bool
	precision       string
}

func (o *opening) flags(f *pflag.FlagSet) {
	o.keeping(f)
	f.StringVar(&o.precision, "precision", "", "how products with weights of 32 and 16 bits read their operands: f32, bf16 (rounded to 8 bits of mantissa, faster), auto")
}

// keeping is the flags without that of the precision.
func (o *opening) keeping(f *pflag.FlagSet) {
	f.BoolVar(&o.noRepack, "no-repack", false, "of a DIR or FILE.gguf: use weights where they lie in the file, which starts at once, takes no memory and is slower")
	f.BoolVar(&o.widen, "widen", false, "of a DIR or FILE.gguf: turn weights of every type into f32 when they are read")
}

// how is the flags' meaning.
func (o *opening) how() (model.Keeping, error) {
	switch {
	case o.noRepack && o.widen:
		return 0, usagef("--no-repack uses weights as the file has them and --widen does not: want one of them")
	case o.noRepack:
		return model.InPlace, nil
	case o.widen:
		return model.Widened, nil
	}
	return model.Suited, nil
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
