package bench

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"brick/device/dry"
)

// Kernels takes the training step of a case apart: one row a kernel, those that take longest first, and last what is left between
// them. Products are told apart by their three sizes: a layer forward and its two products backward have the same ones.
func Kernels(ctx context.Context, o Options, c Case) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		o := o.filled()
		for _, threads := range o.Threads {
			rows, roof := measureRoof(ctx, o, threads, true)
			more, err := c.apart(ctx, o, threads)
			if err == nil {
				err = ctx.Err()
			}
			for _, r := range more {
				rows = append(rows, r.against(roof))
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if err != nil {
				yield(Row{}, err)
				return
			}
		}
	}
}

// rest is the name of a step's time between kernels: shapes checked, the tape written.
const rest = "between kernels"

// apart measures the kernels of c's step.
func (c Case) apart(ctx context.Context, o Options, threads int) ([]Row, error) {
	if c.new == nil {
		return nil, fmt.Errorf("bench: case %s is a whole process, not steps", c.Name)
	}
	cores, err := o.device(threads)
	if err != nil {
		return nil, err
	}
	defer cores.Close()
	j, err := c.new()
	if err != nil {
		return nil, fmt.Errorf("bench: case %s: %w", c.Name, err)
	}
	w := &watch{Device: cores}
	if err := j.on(w); err != nil {
		return nil, fmt.Errorf("bench: case %s: %w", c.Name, err)
	}
	w.counts = map[string]*dry.Count{}
	j.step()
	counts := w.counts
	w.counts = nil
	j.step()
	times := map[string][]float64{}
	for begin := time.Now(); ctx.Err() == nil && (len(times[rest]) < 5 || time.Since(begin) < o.MinTime); {
		w.times = map[string]time.Duration{}
		start := time.Now()
		j.step()
		left := time.Since(start)
		for name, t := range w.times {
			times[name] = append(times[name], t.Seconds())
			left -= t
		}
		times[rest] = append(times[rest], left.Seconds())
	}
	var rows []Row
	step := 0.0
	for _, name := range slices.Sorted(maps.Keys(times)) {
		r := Row{Bench: "kernels", Case: name, Of: c.Name, Threads: threads, Precision: o.Precision, Time: summary(times[name])}
		if n := counts[name]; n != nil {
			r.FLOPs, r.Bytes = float64(n.FLOPs), float64(n.Read+n.Wrote)
			r.Calls = n.Calls
		}
		step += r.Median
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		switch {
		case a.Case == rest:
			return 1
		case b.Case == rest:
			return -1
		case a.Median > b.Median:
			return -1
		}
		return 1
	})
	for i := range rows {
		rows[i].TimeShare = rows[i].Median / step
	}
	return rows, nil
}
