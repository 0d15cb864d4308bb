package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"brick/lab/report"
)

func newScaleReport(root *string) *cobra.Command {
	var lang, out string
	c := &cobra.Command{
		Use:   "report DIR",
		Short: "Write a sweep as one HTML page with its figures",
		Long: `Report writes one self-contained HTML page about a sweep, done or not: the prediction and what became of it, the law with its
intervals, figures, every result, the method, the limits, and the commands that repeat it. Each figure is also written as SVG and
PNG into the folder figures beside the page. PNG files in Chinese need a font of this machine; BRICK_FONT names one that is not found.`,
		Example: `  brick scale report scale/go-1
  brick scale report scale/go-1 --lang zh -o /tmp/缩放.html`,
		Args: usage(cobra.ExactArgs(1)),
	}
	c.Flags().StringVar(&lang, "lang", "en", "language of the page: en or zh")
	c.Flags().StringVarP(&out, "output", "o", "", "file of the page; default report.html in the sweep's folder")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		l := report.Lang(lang)
		if l != report.English && l != report.Chinese {
			return usagef("--lang is %q; want en or zh", lang)
		}
		dir := findSweep(*root, args[0])
		in, err := report.Load(dir)
		if err != nil {
			return err
		}
		if out == "" {
			out = filepath.Join(dir, "report.html")
		}
		written, note, err := report.Write(out, in, l)
		if err != nil {
			return err
		}
		if note != "" {
			fmt.Fprintln(cmd.ErrOrStderr(), note)
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n%s: %d figures as SVG and PNG\n", out, filepath.Join(filepath.Dir(out), "figures"), (len(written)-1)/2)
		return err
	}
	return c
}
