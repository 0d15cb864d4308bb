package main

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"brick/bench"
	"brick/device/cpu"
	"brick/model"
)

func newBench() *cobra.Command {
	var o bench.Options
	var out bench.Output
	var save bool
	var of string
	write := func(cmd *cobra.Command, rows iter.Seq2[bench.Row, error]) error {
		if _, err := cpu.Precision(o.Precision).Choose(); err != nil {
			return usageError{err}
		}
		if save {
			out.Save = "bench"
		}
		return out.Write(cmd.OutOrStdout(), rows)
	}
	// options are o with --threads, which stands for that number alone.
	options := func(cmd *cobra.Command) bench.Options {
		if n, _ := cmd.Flags().GetInt("threads"); n > 0 {
			o.Threads = []int{n}
		}
		return o
	}
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure this machine, and what the engine makes of it",
		Long: `Bench says how fast something is, and how fast it could be: every figure stands beside its share of what this machine's
cores and memory can do at most, measured in the same run. Without a subcommand it takes a training step apart, kernel by kernel.
Close other programs first; the column "others" is how much processor they used.`,
		Example: `  brick bench --of gpt-4x128 --svg roofline.svg
  brick bench peak
  brick bench matmul --shape 256,2304,768 --threads 1
  brick bench ops softmax gelu
  brick bench train --case gpt2-4x64 --json
  brick bench llm model-q8_0.gguf`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cases, err := bench.FindCases([]string{of}, true)
			if err != nil {
				return usageError{err}
			}
			return write(cmd, bench.Kernels(cmd.Context(), options(cmd), cases[0]))
		},
	}
	c.Flags().StringVar(&of, "of", "gpt-4x128", "the case of bench train whose step is taken apart")
	f := c.PersistentFlags()
	f.StringVar(&o.Precision, "precision", "", "how operands of products are read: f32, bf16 or auto")
	f.DurationVar(&o.MinTime, "min-time", 0, "time to measure each case; 0 means half a second")
	f.BoolVar(&out.JSON, "json", false, "print one JSON object a line, the machine first")
	f.BoolVar(&out.CSV, "csv", false, "print the figures as comma-separated values")
	f.BoolVar(&save, "save", false, "append the figures to bench/CPU-MODEL.jsonl of the repository")
	f.StringVar(&out.SVG, "svg", "", "draw the figures under the machine's roofs into this file")
	c.AddCommand(newBenchPeak(options, write), newBenchMatMul(options, write), newBenchOps(options, write), newBenchTrain(options, write), newBenchLLM(options, write), newBenchStep(options))
	return c
}

// usage marks what check finds as wrong use.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

// The subcommands share how options are read, and how rows are written.
type (
	benchOptions func(*cobra.Command) bench.Options
	benchWrite   func(*cobra.Command, iter.Seq2[bench.Row, error]) error
)

func newBenchPeak(options benchOptions, write benchWrite) *cobra.Command {
	return &cobra.Command{
		Use:   "peak",
		Short: "What the cores and the memory can do at most: multiply-adds, short dot products, bandwidth of memory and caches",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return write(cmd, bench.Peak(cmd.Context(), options(cmd)))
		},
	}
}

func newBenchMatMul(options benchOptions, write benchWrite) *cobra.Command {
	var texts []string
	var transposed bool
	c := &cobra.Command{
		Use:   "matmul",
		Short: "Products y (m, n) = a (m, k) · b (k, n) of many shapes",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var shapes []bench.Shape
			for _, text := range texts {
				s, err := bench.ParseShape(text)
				if err != nil {
					return usageError{fmt.Errorf("--shape: %w", err)}
				}
				shapes = append(shapes, s)
			}
			if len(shapes) == 0 {
				shapes = bench.Shapes()
			}
			if transposed {
				shapes = bench.Transposed(shapes)
			}
			return write(cmd, bench.MatMul(cmd.Context(), options(cmd), shapes))
		},
	}
	c.Flags().StringArrayVar(&texts, "shape", nil, "m,n,k (may be repeated); none means squares and the layers of GPT-2")
	c.Flags().BoolVar(&transposed, "transposed", false, "each shape in four ways: either or both operands transposed in memory")
	return c
}

func newBenchOps(options benchOptions, write benchWrite) *cobra.Command {
	return &cobra.Command{
		Use:   "ops [WORD …]",
		Short: "The other kernels of the device; with words, those whose names contain one",
		RunE: func(cmd *cobra.Command, args []string) error {
			ops := bench.Find(bench.AllOps(), args)
			if len(ops) == 0 {
				return usagef("no kernel's name contains any of %q", args)
			}
			return write(cmd, bench.Ops(cmd.Context(), options(cmd), ops))
		},
	}
}

func newBenchTrain(options benchOptions, write benchWrite) *cobra.Command {
	var names []string
	var all, list bool
	c := &cobra.Command{
		Use:   "train",
		Short: "Whole training steps, as PyTorch does them in bench/torch",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cases, err := bench.FindCases(names, all || list)
			if err != nil {
				return usageError{err}
			}
			if list {
				for _, c := range cases {
					fmt.Fprintf(cmd.OutOrStdout(), "%-14s %s\n", c.Name, c.About)
				}
				return nil
			}
			return write(cmd, bench.Train(cmd.Context(), options(cmd), cases))
		},
	}
	c.Flags().StringArrayVar(&names, "case", nil, "only this case (may be repeated)")
	c.Flags().BoolVar(&all, "all", false, "the large models too, which take minutes and gigabytes")
	c.Flags().BoolVar(&list, "list", false, "list the cases")
	return c
}

func newBenchLLM(options benchOptions, write benchWrite) *cobra.Command {
	var n bench.Tokens
	var how opening
	var shapes, types []string
	c := &cobra.Command{
		Use:   "llm [DIR | FILE.gguf …]",
		Short: "Language models: tokens a second that are read of a prompt (pp), and written one after the other (tg)",
		Long: `Llm times language models in the manner of llama.cpp's llama-bench: reading a prompt from nothing (pp), and writing one token
after the other from nothing (tg), the mean and standard deviation of at least five repetitions, on one core and on all or on
--threads. Models are those of folders and GGUF files, or of --shape with drawn weights in each type of --types; those lie
in a temporary file meanwhile, which takes as much disk as the weights.`,
		Example: `  brick bench llm model-q8_0.gguf
  brick bench llm --shape tinyllama --types f16,q8_0,q4_0 --write 32 --csv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var list []bench.Subject
			for _, path := range args {
				list = append(list, bench.Subject{Path: path})
			}
			for _, shape := range shapes {
				if _, ok := model.Find(shape); !ok {
					return usagef("--shape %s is not known; brick inspect lists the names of models", shape)
				}
				for _, kind := range types {
					if _, err := model.FindMix(kind); err != nil {
						return usageError{err}
					}
					list = append(list, bench.Subject{Shape: shape, Type: kind})
				}
			}
			if len(list) == 0 {
				return usagef("want a folder, a GGUF file or --shape")
			}
			if n.Prompt < 0 || n.Write < 0 || n.Prompt+n.Write == 0 {
				return usagef("--prompt %d and --write %d: want numbers of tokens, one of them above 0", n.Prompt, n.Write)
			}
			keeping, err := how.how()
			if err != nil {
				return err
			}
			return write(cmd, bench.LLM(cmd.Context(), options(cmd), list, n, keeping))
		},
	}
	how.keeping(c.Flags())
	c.Flags().StringSliceVar(&shapes, "shape", nil, "models of these names with drawn weights, such as llama-15m, gpt2, tinyllama")
	c.Flags().StringSliceVar(&types, "types", []string{"f16", "q8_0", "q4_0"}, "types of drawn weights: "+strings.Join(model.Mixes(), ", "))
	c.Flags().IntVar(&n.Prompt, "prompt", 512, "tokens of the prompt; 0 leaves it out")
	c.Flags().IntVar(&n.Write, "write", 128, "tokens to write; 0 leaves it out")
	return c
}

func newBenchStep(options benchOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "step",
		Short: "One training step of two neurons and nothing else: the start-up case of bench train times this process",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			first, err := bench.FirstStep(options(cmd))
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(first)
		},
	}
}
