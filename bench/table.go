package bench

import (
	"fmt"
	"io"
)

// A table prints rows under the columns of their kind.
type table struct {
	w     io.Writer
	under string // what the last row was: rows of one kind, case, number of threads and precision stand together
}

// column is a heading, its width (negative: to the left) and what stands under it.
type column struct {
	head  string
	width int
	text  func(r Row) string
}

var columns = map[string][]column{
	"peak": {
		{"what", -28, func(r Row) string { return r.Case }},
		{"best", 14, func(r Row) string { return speed(r, r.GFLOPS+r.GBs) }},
		{"median", 14, func(r Row) string { return speed(r, r.Typical) }},
	},
	"matmul": {
		{"m,n,k", -22, func(r Row) string { return r.Case }}, took, {"GFLOP/s", 9, gflops}, {"of peak", 8, func(r Row) string { return percent(r.Share) }},
		{"best", 7, func(r Row) string { return percent(r.ShareBest) }}, {"GB/s", 8, gbs}, bandwidth,
	},
	"ops": {
		{"kernel", -36, func(r Row) string { return r.Case }}, took, {"ns/element", 11, func(r Row) string { return three(r.Median * 1e9 / r.Elements) }},
		{"GB/s", 8, gbs}, bandwidth, {"GFLOP/s", 9, gflops}, {"of peak", 8, func(r Row) string { return percent(r.Share) }},
	},
	"train": {
		{"step", -16, func(r Row) string { return r.Case }}, took, {"a second", 18, func(r Row) string { return perSecond(r) }},
		{"GFLOP/s", 9, gflops}, {"of peak", 8, func(r Row) string { return percent(r.Share) }},
		{"memory", 10, func(r Row) string { return megabytes(r.RSS) }}, {"others", 7, func(r Row) string { return percent(r.Other) }},
	},
	"llm": {
		{"model and test", -36, func(r Row) string { return r.Case }}, took, {"tokens a second", 20, spread},
		{"GFLOP/s", 9, gflops}, {"of peak", 8, func(r Row) string { return percent(r.Share) }}, {"GB/s", 8, gbs}, bandwidth,
		{"memory", 10, func(r Row) string { return megabytes(r.RSS) }},
	},
	"kernels": {
		{"kernel", -26, func(r Row) string { return r.Case }}, {"of step", 8, func(r Row) string { return percent(r.TimeShare) }}, took, {"GFLOP/s", 9, gflops},
		{"of peak", 8, func(r Row) string { return percent(r.Share) }}, {"GB/s", 8, gbs}, bandwidth,
		{"FLOP/byte", 10, func(r Row) string { return three(r.FLOPs / r.Bytes) }},
	},
}

var (
	took      = column{"time", 10, func(r Row) string { return duration(r.Median) }}
	bandwidth = column{"of memory", 10, func(r Row) string { return percent(r.Bandwidth) }}
)

func (t *table) machine(m Machine) {
	fmt.Fprintf(t.w, "%s, %d cores, %s, %s %s/%s\n", m.CPU, m.Cores, m.Level, m.Go, m.OS, m.Arch)
}

func (t *table) row(r Row) error {
	list, under := columns[r.Bench], fmt.Sprint(r.Bench, r.Of, r.Threads, r.Precision)
	line := func(text func(c column) string) error {
		s := ""
		for _, c := range list {
			s += fmt.Sprintf("%*s", c.width, text(c))
		}
		_, err := fmt.Fprintln(t.w, s)
		return err
	}
	if under != t.under {
		t.under = under
		title := fmt.Sprintf("%d threads", r.Threads)
		if r.Threads == 1 {
			title = "1 thread"
		}
		if r.Precision != "" {
			title += ", " + r.Precision
		}
		if r.Of != "" {
			title = "a step of " + r.Of + ", " + title
		}
		fmt.Fprintf(t.w, "\n%s\n", title)
		if err := line(func(c column) string { return c.head }); err != nil {
			return err
		}
	}
	return line(func(c column) string { return c.text(r) })
}

// spread is how many things a second were worked through on average, and how far single calls were from that.
func spread(r Row) string {
	if r.Mean == 0 {
		return ""
	}
	return fmt.Sprintf("%s ± %s", three(r.Rate), three(r.Rate*r.SD/r.Mean))
}

func gflops(r Row) string { return three(r.GFLOPS) }
func gbs(r Row) string    { return three(r.GBs) }

// speed is v in the unit of a peak.
func speed(r Row, v float64) string {
	if r.GBs > 0 {
		return three(v) + " GB/s"
	}
	return three(v) + " GFLOP/s"
}

// three is v with about three digits, nothing for 0 and what is not a number.
func three(v float64) string {
	switch {
	case !(v > 0):
		return ""
	case v >= 99.95:
		return fmt.Sprintf("%.0f", v)
	case v >= 9.995:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func percent(share float64) string {
	if share == 0 {
		return ""
	}
	if share < 0.0995 {
		return fmt.Sprintf("%.1f %%", 100*share)
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

func duration(seconds float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}} {
		if seconds >= u.size {
			return three(seconds/u.size) + " " + u.name
		}
	}
	return three(seconds*1e9) + " ns"
}

func perSecond(r Row) string {
	if r.Rate == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f %s", r.Rate, r.Unit)
}

func megabytes(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1e6)
}
