package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"brick/train"
)

func newPredict() *cobra.Command {
	var asJSON bool
	asked := train.Asked{Top: 1}
	c := &cobra.Command{
		Use:   "predict RUN[,RUN …] [FILE | FOLDER | TEXT …]",
		Short: "Apply trained models to images, texts or the rows of a table",
		Long: `Predict applies the model of RUN to new examples; of several runs it takes the average. Without an argument after
it, they are read from standard input. A line of output is an example: where it is from, its class, and how sure the model is,
between tabs; with --json an object.

Images are PNG, JPEG or GIF files, folders of them at any depth, or IDX arrays (MNIST's files, also .gz). They are
brought to the size and the colours the model was trained on, which a note on standard error says. Mind dark and light:
MNIST and digits are white on black, and a model that never saw dark figures on a light ground does not know them; --invert
changes one into the other.

Tables are CSV or TSV files with the columns the model was trained on; the target may be missing.

A model of texts reads one a line from files; an argument that is no file is the text itself. A model of pairs translates.`,
		Example: `  brick predict runs/houses-1 new.csv
  printf 'size,age\n120,5\n' | brick predict runs/houses-1
  brick predict runs/houses-1,runs/houses-2 new.csv
  brick predict runs/fashion-mnist-1 shirt.png --top 3
  brick predict runs/digits-1 scans/ --invert --json | jq -r .label
  brick predict runs/digits-1 t10k-images-idx3-ubyte.gz
  echo 'March 3, 2026' | brick predict runs/dates-1
  brick predict runs/dates-1 '3 Mar 2026' --beam 4`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := openAll(cmd, args[0])
			if err != nil {
				return err
			}
			defer r.Close()
			if asked.Top < 1 {
				return usagef("--top is %d; want 1 or more", asked.Top)
			}
			p := predictor{run: r, asked: asked, out: cmd.OutOrStdout(), notes: cmd.ErrOrStderr()}
			if asJSON {
				p.json = json.NewEncoder(cmd.OutOrStdout())
			}
			if len(args) == 1 {
				return p.stream(cmd.Context(), "standard input", cmd.InOrStdin())
			}
			for _, name := range args[1:] {
				if err := p.input(cmd.Context(), name); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().IntVar(&asked.Search.Beam, "beam", 1, "translation and lines: continuations that are followed at once; 1 is greedy")
	c.Flags().Float64Var(&asked.Search.LengthPenalty, "length-penalty", 0.6, "translation: how much a beam search favours longer texts")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object an example")
	c.Flags().IntVar(&asked.Top, "top", 1, "likeliest classes to show")
	c.Flags().BoolVar(&asked.Invert, "invert", false, "images: change dark and light first")
	return c
}
