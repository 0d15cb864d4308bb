package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"brick/data"
)

func newData() *cobra.Command {
	c := &cobra.Command{
		Use:   "data",
		Short: "List, download and look at data sets",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(newDataList(), newDataGet(), newDataShow())
	return c
}

func newDataList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the named data sets and where they are",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list := data.List("")
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(list)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tWHAT\tWHERE")
			for _, l := range list {
				where := l.Where
				switch {
				case l.Download > 0:
					where = fmt.Sprintf("not here: brick data get %s (%.3g MB)", l.Name, math.Ceil(float64(l.Download)/1e5)/10)
				case where == "":
					where = "nothing to download"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", l.Name, l.Summary, where)
			}
			return w.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func newDataGet() *cobra.Command {
	return &cobra.Command{
		Use:   "get NAME …",
		Short: "Download named data sets; interrupted downloads go on where they stopped",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range args {
				dir, err := data.Get(cmd.Context(), name, "", nil)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", name, dir)
			}
			return nil
		},
	}
}

func newDataShow() *cobra.Command {
	var sheet string
	var o data.Options
	c := &cobra.Command{
		Use:   "show NAME | FILE | FOLDER | GLOB",
		Short: "Show what a data set holds: splits, shapes, classes, the first examples",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if sheet == "" {
				return data.Show(cmd.OutOrStdout(), args[0], o)
			}
			s, err := data.Open(args[0], o)
			if err != nil {
				return err
			}
			defer s.Close()
			f, err := os.Create(sheet)
			if err != nil {
				return fmt.Errorf("data show: %w", err)
			}
			if err := data.ContactSheet(f, s.Train, 10, 10); err != nil {
				f.Close()
				return err
			}
			return f.Close()
		},
	}
	c.Flags().StringVar(&sheet, "sheet", "", "write a PNG of the first 100 images to this file instead")
	c.Flags().StringSliceVar(&o.Target, "target", nil, "columns of a table to predict")
	c.Flags().Uint64Var(&o.Seed, "seed", 0, "of generated examples and splits")
	return c
}
