package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"brick/generate"
	"brick/train"
)

func newEval() *cobra.Command {
	var split, source string
	var reading generate.Reading
	var choices string
	var asJSON bool
	var how opening
	c := &cobra.Command{
		Use:   "eval RUN … | DIR | FILE.gguf",
		Short: "Measure a trained model on its test set, or on other data",
		Long: `Eval measures the model of RUN. Of several runs the predictions are averaged: the probabilities of classes, or
the numbers. Their inputs and classes must agree.

DIR is the folder of a language model, FILE.gguf such a model in one file, as generate takes them, and --data a text file: the text is cut into windows of
--window tokens, each of which the model reads from nothing. With --stride below it they overlap: each token counts once, in the first
window that holds it, and is foretold from those before it there.

--choices is a file of questions with several answers, a JSON object a line: what comes before (context, question, prompt or ctx), choices
(or endings), and answer (or label, answerKey, gold), a place counted from 0, a letter or a label. The answer whose
likelihood is largest is the model's: acc by its sum, acc_norm by its sum over its bytes.`,
		Example: `  brick eval runs/fashion-mnist-1
  brick eval runs/fashion-mnist-1 --split valid
  brick eval runs/digits-1 --data mnist/t10k-images-idx3-ubyte.gz
  brick eval runs/animals-1 --data photos/
  brick eval runs/houses-1 --data new.csv --json
  brick eval runs/digits-1 runs/digits-2 runs/digits-3
  brick eval SmolLM2-135M --data book.txt --window 512 --stride 256
  brick eval SmolLM2-135M --choices hellaswag.jsonl`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && !strings.Contains(args[0], ",") {
				if dir, err := folderOf(args[0]); err != nil {
					return usageError{err}
				} else if dir != "" {
					l, err := how.open(dir)
					if err != nil {
						return err
					}
					if choices != "" {
						return measureChoices(cmd, l, choices, asJSON)
					}
					return measureText(cmd, l, dir, source, reading, asJSON)
				}
			}
			r, err := openAll(cmd, args...)
			if err != nil {
				return err
			}
			defer r.Close()
			m, err := r.Evaluate(cmd.Context(), split, source)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(m)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%v (%d %s)\n", m, m.Examples, r.Counted())
			return train.WriteConfusion(cmd.OutOrStdout(), m, r.Info.Classes)
		},
	}
	c.Flags().StringVar(&split, "split", "test", "train, valid or test")
	c.Flags().StringVar(&source, "data", "", "other data of the same kind: a table, a folder of images by class, IDX files; default the run's own")
	c.Flags().IntVar(&reading.Window, "window", 0, "of a DIR: tokens that are read together; 0 means what the context holds, at most 1024")
	c.Flags().IntVar(&reading.Stride, "stride", 0, "of a DIR: tokens from one window to the next; 0 means --window")
	c.Flags().StringVar(&choices, "choices", "", "of a DIR: questions with several answers, a JSON object a line")
	how.flags(c.Flags())
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
