package model

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// String is the report as a table.
func (r *ReceptiveField) String() string {
	var b strings.Builder
	if r.Stack != "" {
		fmt.Fprintf(&b, "%s\n\n", r.Stack)
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "part\tblock\toutput\tkernel\tstride\tjump\tfield\tinside\tmeasured")
	for _, f := range r.Blocks {
		kernel, stride, field := fmt.Sprint(f.Kernel), fmt.Sprint(f.Stride), fmt.Sprint(f.Field)
		switch {
		case f.Kernel == 0:
			kernel, stride = "all", "–"
		case f.Up:
			stride = "1/" + stride
		case f.Dilation > 1:
			kernel += fmt.Sprintf(" every %d", f.Dilation)
		}
		if f.Whole {
			field = "all"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%.4g\t%s\t%s\t%s\n", f.Path, f.Block, shape(f.Output[1:]), kernel, stride, f.Jump, field, sides(f.Inside), sides(f.Measured))
	}
	w.Flush()
	fmt.Fprintf(&b, `
input     %s
field     places of the input that one output sees: r ← r + dilation·(kernel − 1)·jump, then jump ← jump·stride, from r = jump = 1
inside    of the output in the middle, what of its field lies within the input
measured  extent of that output's gradient over the input, with random inputs (%d): less where activations are off for all of them
`, shape(r.Input), r.Inputs)
	return b.String()
}

// sides writes the sizes of a rectangle.
func sides(n []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(n), "[]"), " ", "×")
}
