package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"brick/train"
)

func newTrain() *cobra.Command {
	var (
		config, resume, root      string
		sets                      []string
		list, printConfig, asJSON bool
	)
	c := &cobra.Command{
		Use:   "train [MODEL | PRESET]",
		Short: "Train a model: a stack, a named model, or a preset with its data",
		Long: `Train trains MODEL on the data of --data and leaves a run folder under runs/.

Without arguments it trains a small LLaMA-style language model on Go's own source code for about two
minutes and shows what it learnt. MODEL is stack notation ('linear(256) relu linear'), a named model (mlp,
gpt2), or a preset of --list. What is not said is chosen; --print-config shows the outcome.

Values come from: preset or default < run file (--config) < environment (BRICK_…) < flags < --set.
Ctrl-C finishes the step and saves; --resume goes on, to the same bits as if nothing had happened.`,
		Example: `  brick train
  brick train mlp --data fashion-mnist
  brick train 'linear(1)' --data houses.csv --loss mse
  brick train 'embed(64,pos=128) 2*gpt(heads=4) layernorm linear' --data poems.txt --tokenizer chars
  brick train --from runs/fashion-mnist-1 --freeze body --head 'linear(64) relu linear' --data digits
  brick train --from runs/go-1 --lora rank=8,alpha=16 --data poems.txt
  brick train --resume runs/go-1`,
		Args: cobra.MaximumNArgs(1),
	}
	job := jobFlags(c.Flags())
	f := c.Flags()
	f.StringVar(&config, "config", "", "run file (YAML) to start from")
	f.StringVar(&resume, "resume", "", "run folder, or its name under runs/, to go on with")
	f.StringVar(&root, "runs", "runs", "folder that run folders are made in")
	f.StringArrayVar(&sets, "set", nil, "set one field of the run file, such as optimizer.beta2=0.95; may be given many times")
	f.BoolVar(&list, "list", false, "list the presets")
	f.BoolVar(&printConfig, "print-config", false, "print the run file and stop")
	f.BoolVar(&asJSON, "json", false, "print one JSON object a step, and the result, on standard output")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if list {
			return listPresets(cmd, asJSON)
		}
		show := &trainView{cmd: cmd, json: asJSON}
		o := train.Options{Root: root, Note: show.note}
		if resume != "" {
			if len(args) > 0 || config != "" || len(sets) > 0 || job.changed(f) {
				return usagef("--resume goes on with a run as it was set up; leave the other settings out")
			}
			dir, err := train.Find(root, resume)
			if err != nil {
				return usageError{err}
			}
			r, err := train.Resume(cmd.Context(), dir, o)
			if err != nil {
				return err
			}
			return show.run(r)
		}
		j := train.Job{Model: first(args)}
		if !f.Changed("from") {
			var err error
			if j, err = train.Choose(first(args), job.source(f)); err != nil {
				return usageError{err}
			}
		}
		if len(args) > 0 && f.Changed("head") {
			return usagef("--head ends the network of --from: leave MODEL out, or write the whole stack as MODEL alone")
		}
		if config != "" {
			var err error
			if j, err = train.LoadJob(config); err != nil {
				return err
			}
			if len(args) > 0 {
				j.Model = args[0]
			}
		}
		if err := job.apply(f, &j); err != nil {
			return usageError{err}
		}
		for _, s := range sets {
			if err := j.Set(s); err != nil {
				return usageError{err}
			}
		}
		if printConfig {
			if err := train.Complete(cmd.Context(), &j, o); err != nil {
				return err
			}
			_, err := cmd.OutOrStdout().Write(j.YAML())
			return err
		}
		r, err := train.Create(cmd.Context(), j, o)
		if err != nil {
			return err
		}
		return show.run(r)
	}
	return c
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// jobFields are the flags of train that set a field of the run file.
type jobFields map[string]func(*train.Job) error

// jobFlags declares a flag for each field that is often set.
func jobFlags(f *pflag.FlagSet) jobFields {
	fields := jobFields{}
	str := func(name, usage string, set func(*train.Job, string)) {
		v := f.String(name, "", usage)
		fields[name] = func(j *train.Job) error { set(j, *v); return nil }
	}
	num := func(name, usage string, set func(*train.Job, int)) {
		v := f.Int(name, 0, usage)
		fields[name] = func(j *train.Job) error { set(j, *v); return nil }
	}
	real := func(name, usage string, set func(*train.Job, float64)) {
		v := f.Float64(name, 0, usage)
		fields[name] = func(j *train.Job) error { set(j, *v); return nil }
	}
	str("data", "named set, file, folder or glob (brick data list shows the names)", func(j *train.Job, v string) { j.Data.Source = v })
	str("from", "run, checkpoint, Hugging Face folder, GGUF file or file of weights to start from; its network and data stay where none are named", func(j *train.Job, v string) { j.From = v })
	str("head", "with --from: a stack that takes the place of everything from the last layer with a matrix on", func(j *train.Job, v string) { j.Head, j.Model = v, "" })
	freeze := f.StringSlice("freeze", nil, "keep as they are: body (all but the head), blocks such as 0-3, layers.0-3, paths and globs of parameters")
	fields["freeze"] = func(j *train.Job) error { j.Freeze = *freeze; return nil }
	lora := f.String("lora", "", "with --from: train low-rank adapters, such as rank=8,alpha=16,targets=q_proj,v_proj,train=embed; train names what is learnt as it is")
	fields["lora"] = func(j *train.Job) (err error) { j.LoRA, err = train.ParseLoRA(*lora); return err }
	str("type", "with --lora: weights of --from that stay as they are, in memory: auto (default) or file for the file's types, f32 to widen them", func(j *train.Job, v string) { j.LoRA.Type = v })
	target := f.StringSlice("target", nil, "columns of a table to predict; default the last one")
	fields["target"] = func(j *train.Job) error { j.Data.Target = *target; return nil }
	str("task", "regression or classification, where the target column leaves it open; translation reads a .tsv file as pairs of texts, reading as images of lines and what they say, chat a .jsonl file as conversations", func(j *train.Job, v string) { j.Data.Task = v })
	str("template", "with --task chat: "+templateUsage, func(j *train.Job, v string) { j.Data.Template = v })
	str("loss-on", "with --task chat: what is learnt, answers (the default) or all of a conversation", func(j *train.Job, v string) { j.Data.LossOn = v })
	num("size", "side in pixels that images of folders are brought to", func(j *train.Job, v int) { j.Data.Size, j.Data.Height, j.Data.Width = v, 0, 0 })
	str("augment", "change training images at random: crop(4) flip rotate(10) color(0.2) cutout(8) mixup(0.2), those named in their order", func(j *train.Job, v string) { j.Data.Augment = v })
	str("tokenizer", "for text, and tables of a text and its label: bytes, chars, words, bpe, or a tokenizer.json", func(j *train.Job, v string) { j.Tokenizer.Kind = v })
	num("vocab", "size of a vocabulary of words or BPE to learn", func(j *train.Job, v int) { j.Tokenizer.Vocab = v })
	num("context", "tokens in an example of text; the most of a conversation, whose default is what the model reads, at most 1024", func(j *train.Job, v int) { j.Data.Context = v })
	str("loss", "cross-entropy, ctc, mse, l1, huber, bce or hinge; default by task", func(j *train.Job, v string) { j.Loss = v })
	carry := f.Bool("carry", false, "for text and recurrent layers: batches are streams, states go on from step to step")
	fields["carry"] = func(j *train.Job) error { j.Data.Carry = *carry; return nil }
	str("optimizer", "sgd, momentum, nesterov, adam, adamw, lion, muon, …", func(j *train.Job, v string) {
		j.Optimizer = train.Optimizer{Name: v, LR: j.Optimizer.LR}
	})
	real("lr", "largest learning rate", func(j *train.Job, v float64) { j.Optimizer.LR = v })
	str("schedule", "constant, cosine, linear, step, exponential, one-cycle, wsd, …", func(j *train.Job, v string) { j.Schedule = train.Schedule{Name: v} })
	num("batch", "examples in a micro-batch", func(j *train.Job, v int) { j.Batch = v })
	num("accumulate", "micro-batches a step", func(j *train.Job, v int) { j.Accumulate = v })
	num("steps", "steps in all", func(j *train.Job, v int) { j.Steps, j.Epochs = v, 0 })
	real("epochs", "passes over the training set", func(j *train.Job, v float64) { j.Epochs, j.Steps = v, 0 })
	seed := f.Uint64("seed", 0, "of weights, order and dropout")
	fields["seed"] = func(j *train.Job) error { j.Seed = *seed; return nil }
	real("clip", "bound on the norm of all gradients", func(j *train.Job, v float64) { j.ClipNorm = v })
	real("ema", "decay of a moving average of the weights", func(j *train.Job, v float64) { j.EMA = v })
	num("eval-every", "steps between evaluations", func(j *train.Job, v int) { j.Eval.Every = v })
	num("patience", "evaluations without improvement before stopping early", func(j *train.Job, v int) { j.Eval.Patience = v })
	num("save-every", "steps between checkpoints", func(j *train.Job, v int) { j.Save.Every = v })
	precision := f.String("precision", "", "how training reads operands of matrix products: f32, bf16 (rounded to 8 bits of mantissa, faster), auto")
	fields["precision"] = func(j *train.Job) error { j.Precision = *precision; return nil }
	recompute := f.Bool("recompute", false, "keep less in memory, compute blocks again on the way back")
	fields["recompute"] = func(j *train.Job) error { j.Recompute = *recompute; return nil }
	str("prompt", "what a language model continues when it is trained", func(j *train.Job, v string) { j.Sample.Prompt = v })
	str("name", "of the run's folder", func(j *train.Job, v string) { j.Name = v })
	return fields
}

// apply sets the fields whose flags were given, on the command line or by environment.
func (fields jobFields) apply(f *pflag.FlagSet, j *train.Job) (err error) {
	f.Visit(func(flag *pflag.Flag) {
		if set := fields[flag.Name]; set != nil && err == nil {
			err = set(j)
		}
	})
	return err
}

func (fields jobFields) changed(f *pflag.FlagSet) (any bool) {
	f.Visit(func(flag *pflag.Flag) { any = any || fields[flag.Name] != nil })
	return any
}

// source is the data asked for.
func (fields jobFields) source(f *pflag.FlagSet) string {
	v, _ := f.GetString("data")
	return v
}

func listPresets(cmd *cobra.Command, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(train.Presets())
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PRESET\tWHAT IT SHOWS\tON 2 CORES")
	for _, p := range train.Presets() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.Name, p.What, p.Measured)
	}
	return w.Flush()
}
