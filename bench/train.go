package bench

import (
	"context"
	"fmt"
	"iter"
	"runtime/debug"

	"brick/device/dry"
)

// Train times steps of the given cases, after the machine's peak. Memory that a case needs is free again for the next one.
func Train(ctx context.Context, o Options, cases []Case) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		o := o.filled()
		for _, threads := range o.Threads {
			rows, roof := measureRoof(ctx, o, threads, false)
			for _, r := range rows {
				if !yield(r, ctx.Err()) || ctx.Err() != nil {
					return
				}
			}
			for _, c := range cases {
				r, err := c.time(ctx, o, threads)
				if err == nil {
					err = ctx.Err()
				}
				if !yield(r.against(roof), err) || err != nil {
					return
				}
			}
		}
	}
}

// time measures one case on so many cores.
func (c Case) time(ctx context.Context, o Options, threads int) (Row, error) {
	r := Row{Bench: "train", Case: c.Name, Threads: threads, Precision: o.Precision, Unit: c.Unit}
	if c.Name == startUp {
		return r.start(ctx, threads)
	}
	debug.FreeOSMemory()
	forgetResident()
	count, err := c.count()
	if err != nil {
		return r, err
	}
	dev, err := o.device(threads)
	if err != nil {
		return r, err
	}
	defer dev.Close()
	j, err := c.new()
	if err != nil {
		return r, fmt.Errorf("bench: case %s: %w", c.Name, err)
	}
	if err := j.on(dev); err != nil {
		return r, fmt.Errorf("bench: case %s: %w", c.Name, err)
	}
	r.FLOPs, r.Bytes = float64(count.FLOPs), float64(count.Read+count.Wrote)
	r.Time = measure(ctx, o.MinTime, j.step)
	if r.Median > 0 {
		r.Rate = float64(c.Per) / r.Median
	}
	r.RSS = resident()
	return r, nil
}

// count is what one step costs.
func (c Case) count() (dry.Count, error) {
	dev := new(dry.Device)
	j, err := c.new()
	if err != nil {
		return dry.Count{}, fmt.Errorf("bench: case %s: %w", c.Name, err)
	}
	if err := j.on(dev); err != nil {
		return dry.Count{}, fmt.Errorf("bench: case %s: %w", c.Name, err)
	}
	dev.Reset()
	j.step()
	return dev.Total(), nil
}
