package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

func newPredict() *cobra.Command {
	var asJSON bool
	var top int
	c := &cobra.Command{
		Use:   "predict RUN[,RUN …] [FILE …]",
		Short: "Apply a trained model to the rows of a table or to images",
		Long: `Predict applies the model of RUN to new examples: the rows of CSV or TSV files with the columns the model was
trained on (the target may be missing), or images. Without FILE, rows are read from standard input.
Of several runs, joined by commas, the predictions are averaged.`,
		Example: `  brick predict runs/houses-1 new.csv
  printf 'size,age\n120,5\n' | brick predict runs/houses-1
  brick predict runs/houses-1,runs/houses-2 new.csv
  brick predict runs/fashion-mnist-1 shirt.png --top 3`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := openAll(cmd, args[0])
			if err != nil {
				return err
			}
			defer r.Close()
			enc := json.NewEncoder(cmd.OutOrStdout())
			one := func(name string, in io.Reader) error {
				for p, err := range r.Predict(cmd.Context(), name, in, top) {
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
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object an example")
	c.Flags().IntVar(&top, "top", 1, "likeliest classes to show")
	return c
}
