package model

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// String is the report as a table. Parts that are repeated are shown once, with their number.
func (r *Report) String() string {
	var b strings.Builder
	if r.Stack != "" {
		fmt.Fprintf(&b, "%s\n\n", r.Stack)
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "part\tblock\toutput\tparameters\tforward\tactivations")
	for i := 0; i < len(r.Rows); {
		n := r.span(i)
		times := 1
		for j := i + n; j < len(r.Rows) && r.same(i, j, n); j += n {
			times++
		}
		for k, row := range r.Rows[i : i+n] {
			path := row.Path
			if k == 0 && times > 1 {
				last := r.Rows[i+(times-1)*n].Path
				path += "…" + last[strings.LastIndexByte(last, '.')+1:]
			}
			block := row.Block
			if k == 0 && times > 1 {
				block = fmt.Sprintf("%d*%s", times, block)
			}
			params := grouped(row.Params * each(k, times))
			if row.Frozen {
				params += " frozen"
			}
			fmt.Fprintf(w, "%s%s\t%s\t%s\t%s\t%s\t%s\n", strings.Repeat("  ", row.Level), path, block,
				shape(row.Out), params, flops(row.FLOPs*each(k, times)), Bytes(row.Activations*each(k, times)))
		}
		i += n * times
	}
	w.Flush()
	trained := ""
	if r.Trained < r.Params {
		trained = fmt.Sprintf(", of which %s are trained", grouped(r.Trained))
	}
	fmt.Fprintf(&b, "\nparameters   %s%s\ninput        %s → %s\n", grouped(r.Params), trained, shape(r.Input), shape(r.Output))
	fmt.Fprintf(&b, "operations   %s forward, %s a training step, an example\n", flops(r.Forward), flops(r.Training))
	m := r.Memory
	fmt.Fprintf(&b, "memory       %s at the peak of a training step with a batch of %d: weights %s, gradients %s, optimizer %s, activations %s, scratch %s\n",
		Bytes(m.Total()), r.Batch, Bytes(m.Weights), Bytes(m.Gradients), Bytes(m.Optimizer), Bytes(m.Activations), Bytes(m.Scratch))
	if s := r.Spared; s != nil && s.Total() < m.Total() {
		fmt.Fprintf(&b, "recomputing  %s: activations %s, scratch %s, and one more forward pass a step\n", Bytes(s.Total()), Bytes(s.Activations), Bytes(s.Scratch))
	}
	return b.String()
}

// each is by what a row's figures are multiplied: a repeated part's own row shows all of them together.
func each(k, times int) int {
	if k == 0 {
		return times
	}
	return 1
}

// span is how many rows row i and what it contains take.
func (r *Report) span(i int) int {
	n := 1
	for i+n < len(r.Rows) && r.Rows[i+n].Level > r.Rows[i].Level {
		n++
	}
	return n
}

// same reports whether the n rows from j on are like those from i on, but for their names.
func (r *Report) same(i, j, n int) bool {
	if j+n > len(r.Rows) || r.span(j) != n {
		return false
	}
	for k := range n {
		a, b := r.Rows[i+k], r.Rows[j+k]
		if a.Block != b.Block || a.Params != b.Params || a.Frozen != b.Frozen || a.Level != b.Level || shape(a.Out) != shape(b.Out) || a.FLOPs != b.FLOPs {
			return false
		}
	}
	return true
}

func shape(s []int) string {
	return "(" + strings.Trim(strings.ReplaceAll(fmt.Sprint(s), " ", ", "), "[]") + ")"
}

// grouped writes a number with commas between thousands.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// flops writes a number of floating-point operations with a unit of thousands.
func flops(n int) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e18, "EFLOP"}, {1e15, "PFLOP"}, {1e12, "TFLOP"}, {1e9, "GFLOP"}, {1e6, "MFLOP"}, {1e3, "kFLOP"}} {
		if float64(n) >= u.size {
			return fmt.Sprintf("%.3g %s", float64(n)/u.size, u.name)
		}
	}
	return fmt.Sprintf("%d FLOP", n)
}

// Bytes writes an amount of memory the way people read it.
func Bytes(n int) string {
	for i, u := range []string{"TiB", "GiB", "MiB", "KiB"} {
		if size := 1 << (40 - 10*i); n >= size {
			return fmt.Sprintf("%.2f %s", float64(n)/float64(size), u)
		}
	}
	return fmt.Sprintf("%d B", n)
}
