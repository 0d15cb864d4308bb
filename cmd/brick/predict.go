package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"brick/data"
	"brick/train"
)

func newPredict() *cobra.Command {
	var asJSON bool
	var search train.Search
	var top int
	c := &cobra.Command{
		Use:   "predict RUN[,RUN …] [FILE …]",
		Short: "Apply a trained model to the rows of a table or to images",
		Long: `Predict applies the model of RUN to new examples: the rows of CSV or TSV files with the columns the model was
trained on (the target may be missing), or images. Without FILE, rows are read from standard input.
Of several runs, joined by commas, the predictions are averaged.

A model of pairs of texts translates each line of the files, or of standard input; an argument that is no file is
taken as the text itself.`,
		Example: `  brick predict runs/houses-1 new.csv
  printf 'size,age\n120,5\n' | brick predict runs/houses-1
  brick predict runs/houses-1,runs/houses-2 new.csv
  brick predict runs/fashion-mnist-1 shirt.png --top 3
  echo 'March 3, 2026' | brick predict runs/dates-1
  brick predict runs/dates-1 '3 Mar 2026' --beam 4`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := openAll(cmd, args[0])
			if err != nil {
				return err
			}
			defer r.Close()
			translates := r.Info.Task == data.Translation && r.Info.Picture == nil
			searches := r.Info.Task == data.Translation || r.Info.Task == data.Reading
			enc := json.NewEncoder(cmd.OutOrStdout())
			one := func(name string, in io.Reader) error {
				list := r.Predict(cmd.Context(), name, in, top)
				if searches {
					list = r.Translate(cmd.Context(), name, in, search)
				}
				for p, err := range list {
					if err != nil {
						return err
					}
					if asJSON {
						err = enc.Encode(p)
					} else {
						_, err = fmt.Fprintln(cmd.OutOrStdout(), p)
					}
					if err != nil {
						return err
					}
				}
				return nil
			}
			if len(args) == 1 {
				return one("standard input", cmd.InOrStdin())
			}
			for _, name := range args[1:] {
				f, err := os.Open(name)
				if errors.Is(err, fs.ErrNotExist) && translates { // the text itself
					if err := one("argument", strings.NewReader(name)); err != nil {
						return err
					}
					continue
				}
				if err != nil {
					return fmt.Errorf("predict: %w", err)
				}
				err = one(name, f)
				f.Close()
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().IntVar(&search.Beam, "beam", 1, "translation and lines: continuations that are followed at once; 1 is greedy")
	c.Flags().Float64Var(&search.LengthPenalty, "length-penalty", 0.6, "translation: how much a beam search favours longer texts")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object an example")
	c.Flags().IntVar(&top, "top", 1, "likeliest classes to show")
	return c
}
