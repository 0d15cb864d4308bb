package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"brick/generate"
	"brick/model"
	"brick/nn"
	"brick/train"
)

func newConvert() *cobra.Command {
	var kind, random string
	var seed uint64
	var vocab int
	c := &cobra.Command{
		Use:   "convert IN OUT",
		Short: "Turn a language model into a GGUF file or a Hugging Face folder",
		Long: `Convert writes the language model of IN, which is a RUN, a Hugging Face folder or a GGUF file, to OUT: a GGUF file if
its name ends in .gguf, else a Hugging Face folder. Tokenizer and chat template go along. One tensor is in memory at a time.
Interrupted (Ctrl-C, SIGTERM) it leaves OUT as it was and nothing beside it; a second interrupt, kill -9 or a power cut may leave
a hidden file .OUT.tmp-… that can be deleted.

--type says how weights are stored: ` + strings.Join(model.Mixes(), ", ") + `; a folder takes f32, f16 and bf16. Without it they stay as they are,
where OUT has their types.

--random writes a model with random weights instead of IN's, for measurements: of a config.json, or of a name such as gpt2-xl
(brick inspect knows the names), with --seed.`,
		Example: `  brick convert SmolLM2-135M smollm2-q8_0.gguf --type q8_0
  brick convert stories260k-q4_0.gguf stories/
  brick convert runs/go-1 go.gguf --type f16
  brick convert --random gpt2-xl gpt2-xl.gguf --type q8_0`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var mix model.Mix
			var err error
			if kind != "" {
				if mix, err = model.FindMix(kind); err != nil {
					return usageError{err}
				}
			}
			out := args[len(args)-1]
			if random != "" {
				if len(args) != 1 {
					return usagef("--random takes the place of IN: want OUT alone")
				}
				m, name, err := shapeOf(random, vocab)
				if err != nil {
					return err
				}
				err = generate.ConvertRandom(cmd.Context(), m, name, out, mix, seed)
				return said(cmd, out, err)
			}
			if len(args) != 2 {
				return usagef("want IN and OUT")
			}
			in := args[0]
			dir, err := train.Find(runsRoot(), in)
			if err != nil {
				if dir, err = folderOf(in); err != nil {
					return usageError{err}
				}
			}
			return said(cmd, out, generate.Convert(cmd.Context(), dir, out, mix))
		},
	}
	f := c.Flags()
	f.StringVar(&kind, "type", "", "how weights are stored: "+strings.Join(model.Mixes(), ", "))
	f.StringVar(&random, "random", "", "a config.json or the name of a model, whose weights are drawn")
	f.Uint64Var(&seed, "seed", 0, "of the drawn weights")
	f.IntVar(&vocab, "vocab", 0, "ids of a named model, where it should have others than it was published with")
	return c
}

// shapeOf declares the model of a config.json or of a name.
func shapeOf(shape string, vocab int) (m model.Model, name string, err error) {
	if _, ok := model.Find(shape); ok || !strings.EqualFold(filepath.Ext(shape), ".json") {
		m, err = model.New(shape, nn.Input{Vocab: vocab})
		return m, shape, err
	}
	if vocab != 0 {
		return nil, "", usagef("--vocab is for named models; %s says its own", shape)
	}
	js, err := os.ReadFile(shape)
	if err != nil {
		return nil, "", fmt.Errorf("convert: %w", err)
	}
	m, err = model.FromConfig(js)
	return m, strings.TrimSuffix(filepath.Base(shape), filepath.Ext(shape)), err
}

// said prints what was written, if it was.
func said(cmd *cobra.Command, out string, err error) error {
	if err != nil {
		return err
	}
	size := int64(0)
	err = filepath.WalkDir(out, func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			info, e := d.Info()
			if err = e; e == nil {
				size += info.Size()
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("convert: %w", err)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", out, model.Bytes(int(size)))
	return err
}
