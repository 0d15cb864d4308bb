package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"brick/model"
	"brick/nn"
	"brick/train"
)

func newInspect() *cobra.Command {
	var input string
	var in nn.Input
	var batch int
	var pictures look
	var recompute, asJSON, receptive bool
	c := &cobra.Command{
		Use:   "inspect STACK | MODEL | RUN | DIR | FILE",
		Short: "Show a network as a tree, its receptive fields, pictures of what a trained one does, or what a file of weights holds",
		Long: `Inspect shows what a network is made of, without giving it memory: a stack of any size can be looked at.
The input comes from --input (the shape of one example) or --vocab (for token ids); a RUN knows its own. DIR is a folder with
a config.json of Hugging Face's; its weights are not read.
The memory is that of a training step with AdamW at its peak, for --batch examples of the input; the
figure under it is with recomputation (brick train --recompute).

With --receptive-field it shows what part of an image or a sequence each convolution and pool sees. Of a RUN it draws pictures, as .png
or .svg files: --filters, --features, --confusion, --errors, --hidden.

Of a FILE.gguf or FILE.safetensors it lists the metadata and the tensors with their types, shapes and sizes.`,
		Example: `  brick inspect 'flatten linear(256) relu linear(10)' --input 1,28,28
  brick inspect gpt2
  brick inspect gpt2 --input 1024 --batch 4 --recompute
  brick inspect 'embed(4096) 32*llama(heads=32,ff=11008) rmsnorm linear' --vocab 32000 --input 2048
  brick inspect runs/go-1
  brick inspect SmolLM2-135M --input 512
  brick inspect runs/go-1/model.safetensors
  brick inspect lenet --receptive-field
  brick inspect runs/fashion-mnist-1 --filters kernels.png --confusion confusion.svg --errors wrong.png
  brick inspect runs/fashion-mnist-1 --features 0 -o maps.png
  brick inspect runs/poem-1 --hidden 'To be, or not to be' -o states.svg`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, s := range strings.FieldsFunc(input, func(r rune) bool { return r == ',' || r == 'x' || r == '×' }) {
				n, err := strconv.Atoi(strings.TrimSpace(s))
				if err != nil || n < 1 {
					return usagef("--input %q: want sizes above 0, such as 784 or 1,28,28", input)
				}
				in.Shape = append(in.Shape, n)
			}
			if batch < 1 {
				return usagef("--batch is %d; want 1 or more", batch)
			}
			if isWeights(args[0]) {
				if receptive || pictures.asked() {
					return usagef("pictures and --receptive-field are of a RUN, a STACK or a MODEL, not of a file of weights")
				}
				return inspectWeights(cmd, args[0], asJSON)
			}
			stack, o := args[0], model.SummaryOptions{Batch: batch, Recompute: recompute}
			var m model.Model
			dir, err := train.Find(cmd.Flag("runs").Value.String(), stack)
			if err == nil {
				m, in, err = train.Declared(dir)
			} else if folder, e := folderOf(stack); e == nil && folder != "" {
				m, err = model.Declare(folder)
			} else {
				m, err = model.New(stack, in)
			}
			if err != nil {
				return err
			}
			if pictures.asked() {
				return pictures.draw(cmd, dir)
			}
			if e, ok := model.Find(stack); ok {
				in = e.Input(in)
			}
			if receptive {
				return showReceptive(cmd, m, in, dir, asJSON)
			}
			s, err := model.Summary(m, in, o)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(s)
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), s)
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&input, "input", "", "shape of one example, such as 784, 1,28,28, or tokens in a sequence")
	f.IntVar(&in.Vocab, "vocab", 0, "the input is token ids below this")
	f.IntVar(&in.Outputs, "outputs", 0, "targets, classes or vocabulary a last linear without a size gives")
	f.IntVar(&batch, "batch", 1, "examples in a batch, for the memory")
	f.BoolVar(&recompute, "recompute", false, "show the parts' memory as brick train --recompute needs it")
	f.BoolVar(&receptive, "receptive-field", false, "of convolutions: what part of the input each block sees, by formula and by gradient")
	pictures.flags(f)
	f.String("runs", "runs", "folder of run folders")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
