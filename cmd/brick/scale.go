package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"brick/lab"
	"brick/train"
)

func newScale() *cobra.Command {
	var (
		ask                        lab.Ask
		budget, rule, resume, root string
		list, printPlan, asJSON    bool
		studies                    float64
		kind                       string
		vocab                      int
	)
	c := &cobra.Command{
		Use:   "scale",
		Short: "Measure how loss falls with parameters and data: train a family of sizes, fit the law, predict the next size, train it",
		Long: `Scale answers the lecture's question, why more parameters make a model better, on this machine. It trains a family of
LLaMAs whose one dial is depth, each for several numbers of tokens (branches with a falling rate, off one trunk), fits the law
L(N, D) = E + A/N^α + B/D^β, writes down what the largest size will reach, trains that, and says by how much the law was wrong.

The budget is a time (30m, 2h) or a number of floating-point operations (1e15); by it the sizes and lengths are chosen once, before
the first trial. Every trial is a run folder. Ctrl-C finishes the step and saves; --resume goes on to the same table.`,
		Example: `  brick scale
  brick scale --data tinyshakespeare --budget 10m
  brick scale --data poems.txt --tokenizer chars --budget 1h
  brick scale --depths 1,2,3 --held-out 5 --budget 1e14
  brick scale --tune --budget 10m
  brick scale --resume scale/go-1
  brick scale show scale/go-1`,
		Args: usage(cobra.NoArgs),
	}
	f := c.Flags()
	f.StringVar(&ask.Source, "data", "go", "text: a named set, a file, a folder or a glob (brick data list shows the names)")
	f.StringVar(&budget, "budget", "30m", "time such as 30m or 2h, or floating-point operations of training such as 1e15")
	f.Uint64Var(&ask.Seed, "seed", 1, "of weights and order")
	f.StringVar(&kind, "tokenizer", "bpe", "bytes, chars, words, bpe, or a tokenizer.json")
	f.IntVar(&vocab, "vocab", 384, "size of a vocabulary of words or BPE to learn; a small one keeps the embedding small beside the rest")
	f.IntSliceVar(&ask.Depths, "depths", nil, "depths of the sizes that are fitted; default by the budget")
	f.IntVar(&ask.HeldOut, "held-out", 0, "depth of the size that is predicted, then trained; default by the budget")
	f.Float64Var(&ask.Epochs, "epochs", 4, "no trial sees the text more often")
	f.Float64Var(&studies, "studies", 0.15, "share of the budget for what is learnt beside the law: noise, rates, shapes, repeated text, ensembles")
	f.StringVar(&rule, "rule", "", "file with the family's rule (JSON) in place of the built-in one; --print-rule shows that")
	f.StringVar(&ask.Name, "name", "", "of the sweep's folder")
	c.PersistentFlags().StringVar(&root, "scales", "scale", "folder that sweeps are made in")
	f.StringVar(&resume, "resume", "", "a sweep's folder, or its name under --scales, to go on with")
	f.BoolVar(&list, "list", false, "list the sweeps that are there")
	f.BoolVar(&printPlan, "print-plan", false, "measure and plan, print the plan, and stop; --resume carries it out")
	f.BoolVar(&ask.Tuning, "tune", false, "measure the rule of the learning rate at small sizes, and leave it in rule.json for --rule")
	printRule := f.Bool("print-rule", false, "print the family's rule and stop")
	f.BoolVar(&asJSON, "json", false, "print one JSON object for each event on standard output")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		threads, _ := cmd.Flags().GetInt("threads")
		view := &scaleView{cmd: cmd, json: asJSON}
		o := lab.Options{Root: root, Threads: threads, Note: view.note}
		ask.Command = append([]string{"brick"}, commandLine(cmd)...)
		ask.Tokenizer = train.TokenJob{Kind: kind}
		if kind == "bpe" || kind == "words" {
			ask.Tokenizer.Vocab = vocab
		}
		ask.Rule = lab.DefaultRule()
		if rule != "" {
			var err error
			if ask.Rule, err = lab.ReadRule(rule); err != nil {
				return err
			}
		}
		if *printRule {
			return writeIndented(cmd, ask.Rule)
		}
		if list {
			return listSweeps(cmd, root, asJSON)
		}
		if resume != "" {
			for _, name := range []string{"data", "budget", "seed", "tokenizer", "vocab", "depths", "held-out", "epochs", "studies", "rule", "name", "tune"} {
				if f.Changed(name) {
					return usagef("--resume goes on with a sweep as it was planned; leave --%s out", name)
				}
			}
			s, err := lab.Open(findSweep(root, resume), o)
			if err != nil {
				return err
			}
			return view.run(s)
		}
		var err error
		if ask.Budget, err = lab.ParseBudget(budget); err != nil {
			return usageError{err}
		}
		if ask.Studies = studies; studies == 0 {
			ask.Studies = -1 // none, where the zero value would be the default
		}
		s, err := lab.New(cmd.Context(), ask, o)
		if err != nil {
			return err
		}
		if printPlan {
			if asJSON {
				return writeIndented(cmd, s.Plan)
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%v\ncarry it out: brick scale --resume %s\n", s.Plan, s.Dir)
			return err
		}
		return view.run(s)
	}
	c.AddCommand(newScaleShow(&root), newScaleReport(&root))
	return c
}

// commandLine is how the command was called, as far as flags say.
func commandLine(cmd *cobra.Command) []string {
	args := []string{cmd.Name()}
	cmd.Flags().Visit(func(f *pflag.Flag) { args = append(args, fmt.Sprintf("--%s=%s", f.Name, flagText(f))) })
	return args
}

func newScaleShow(root *string) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "show DIR",
		Short: "Print the table of a sweep, its law, and what became of its prediction",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := lab.Open(findSweep(*root, args[0]), lab.Options{})
			if err != nil {
				return err
			}
			if asJSON {
				found, err := s.Summary()
				if err != nil {
					return err
				}
				return json.NewEncoder(cmd.OutOrStdout()).Encode(found)
			}
			_, err = s.WriteTo(cmd.OutOrStdout())
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object: plan, results, prediction, verdict, findings")
	return c
}

// findSweep is a sweep's folder by its path, or by its name under root.
func findSweep(root, name string) string {
	if _, err := os.Stat(name); err != nil {
		if under := filepath.Join(root, name); filepath.IsLocal(name) {
			return under
		}
	}
	return name
}

func writeIndented(cmd *cobra.Command, v any) error {
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// listSweeps lists the sweeps under root with how far they are.
func listSweeps(cmd *cobra.Command, root string, asJSON bool) error {
	found, err := lab.List(root)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(found)
	}
	for _, s := range found {
		fmt.Fprintln(cmd.OutOrStdout(), s)
	}
	return nil
}

// flagText is a flag's value as it is written on the command line.
func flagText(f *pflag.Flag) string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return strings.Join(list.GetSlice(), ",")
	}
	return f.Value.String()
}
