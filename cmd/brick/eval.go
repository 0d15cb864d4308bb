package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"brick/train"
)

func newEval() *cobra.Command {
	var split, source string
	var asJSON bool
	c := &cobra.Command{
		Use:   "eval RUN …",
		Short: "Measure a trained model on its test set, or on other data",
		Long: `Eval measures the model of RUN. Of several runs the predictions are averaged: the probabilities of classes, or
the numbers. Their inputs and classes must agree.`,
		Example: `  brick eval runs/fashion-mnist-1
  brick eval runs/fashion-mnist-1 --split valid
  brick eval runs/digits-1 --data mnist/t10k-images-idx3-ubyte.gz
  brick eval runs/animals-1 --data photos/
  brick eval runs/houses-1 --data new.csv --json
  brick eval runs/digits-1 runs/digits-2 runs/digits-3`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
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
			fmt.Fprintf(cmd.OutOrStdout(), "%v (%d examples)\n", m, m.Examples)
			return train.WriteConfusion(cmd.OutOrStdout(), m, r.Info.Classes)
		},
	}
	c.Flags().StringVar(&split, "split", "test", "train, valid or test")
	c.Flags().StringVar(&source, "data", "", "other data of the same kind: a table, a folder of images by class, IDX files; default the run's own")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
