package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"brick/lab/plan"
	"brick/nn"
	"brick/tensor/wire"
	"brick/train"
)

func newPlan() *cobra.Command {
	var o plan.Options
	var in nn.Input
	var input, precision string
	var ladder, asJSON bool
	c := &cobra.Command{
		Use:   "plan MODEL | STACK | config.json | RUN",
		Short: "Say what training a model would take: parameters, memory, operations, time, accelerators",
		Long: `Plan says what it would take to train a model, and to run it, before anything is given memory: parameters by part, memory by part,
floating-point operations, time and energy, how many accelerators and how to split the work among them, and what several published
laws say about the number of tokens.

MODEL is a published one (gpt-3, 'LLaMA 7B', deepseek-v3 …) or one of brick's (brick inspect nosuch lists them), STACK is stack notation,
config.json the file of a Hugging Face model, or its folder, RUN a run folder. On this machine steps of the model are timed, for a
few seconds; of one that is too large, steps of a smaller one of the same block. What cannot be done here is planned for accelerators.

Tokens are written 1M, 300B, 1.5T, or 20x for twenty a parameter. The batch is in sequences of --context tokens.`,
		Example: `  brick plan gpt-3
  brick plan 'LLaMA 7B' --hardware a100 --days 20
  brick plan 'embed(64) 2*llama(heads=4) rmsnorm linear(tied=true)' --vocab 512 --batch 16 --context 128 --tokens 1M
  brick plan Qwen3-0.6B/config.json --tokens 20x --hardware rtx4090 --accelerators 1
  brick plan --ladder
  brick plan --hardware list`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := cmd.OutOrStdout()
			switch {
			case o.Hardware == "list":
				if asJSON {
					return json.NewEncoder(out).Encode(plan.Accelerators)
				}
				return plan.WriteHardware(out)
			case ladder && len(args) > 0:
				return usagef("--ladder is a table of its own; leave %s out", args[0])
			case ladder && asJSON:
				return json.NewEncoder(out).Encode(plan.Ladder())
			case ladder:
				return plan.WriteLadder(out, plan.Ladder())
			case len(args) == 0:
				return usagef("what is to be planned? a model such as gpt-3, a stack, a config.json, or --ladder")
			}
			for _, s := range strings.FieldsFunc(input, func(r rune) bool { return r == ',' || r == 'x' || r == '×' }) {
				n, err := strconv.Atoi(strings.TrimSpace(s))
				if err != nil || n < 1 {
					return usagef("--input %q: want sizes above 0, such as 784 or 1,28,28", input)
				}
				in.Shape = append(in.Shape, n)
			}
			for _, name := range []string{"batch", "context", "accelerators", "days", "mfu"} {
				if f := cmd.Flag(name); f.Changed && strings.Trim(f.Value.String(), "0.") == "" {
					return usagef("--%s is 0; want more, or leave it out", name)
				}
			}
			if precision != "" {
				p, err := plan.ParsePrecision(precision)
				if err != nil {
					return usageError{err}
				}
				o.Precision = p
			}
			what := args[0]
			if dir, err := train.Find(cmd.Flag("runs").Value.String(), what); err == nil {
				what = dir
			}
			t, err := plan.Find(what, in)
			if err != nil {
				return planError(err)
			}
			p, err := plan.New(cmd.Context(), t, o)
			if err != nil {
				return planError(err)
			}
			if asJSON {
				return json.NewEncoder(out).Encode(p)
			}
			_, err = fmt.Fprint(out, p)
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&o.Hardware, "hardware", "", "this, list, or an accelerator such as h100; default this machine, and h100 for what it cannot do")
	f.StringVar(&o.Tokens, "tokens", "", "to train on: 1M, 300B, 1.5T, or 20x for twenty a parameter; examples where a model reads no text")
	f.IntVar(&o.Batch, "batch", 0, "sequences (or examples) in a step; default 16 here, elsewhere half a million to four million tokens")
	f.IntVar(&o.Context, "context", 0, "tokens in a sequence; default the model's, at most 8192")
	f.StringVar(&precision, "precision", "", "f32, or bf16 with weights in f32 besides; default f32 here, bf16 elsewhere")
	f.StringVar(&o.Optimizer, "optimizer", "", "sgd, adamw, muon, …; default adamw")
	f.BoolVar(&o.Recompute, "recompute", false, "keep the inputs of blocks alone, compute them again on the way back")
	f.IntVar(&o.Accelerators, "accelerators", 0, "how many; default as many as it takes")
	f.Float64Var(&o.Days, "days", 0, "in which training should end; default 30")
	f.Float64Var(&o.MFU, "mfu", 0, "share of the peak that model FLOPs reach, above 0 and up to 1; default 0.4")
	f.BoolVar(&o.NoMeasure, "no-measure", false, "do not time steps on this machine")
	f.IntVar(&in.Vocab, "vocab", 0, "the input of a stack is token ids below this")
	f.StringVar(&input, "input", "", "shape of one example, such as 784 or 1,28,28")
	f.IntVar(&in.Outputs, "outputs", 0, "targets or classes that a last linear without a size gives")
	f.BoolVar(&ladder, "ladder", false, "show what changes from GPT-1 to GPT-4")
	f.String("runs", "runs", "folder of run folders")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// planError sorts what plan errs for: files and stacks are known elsewhere, anything else is how the command was called.
func planError(err error) error {
	var file *wire.Error
	var path *fs.PathError
	var stack *nn.StackError
	var job *train.JobError
	if errors.As(err, &file) || errors.As(err, &path) || errors.As(err, &stack) || errors.As(err, &job) {
		return err
	}
	return usageError{err}
}
