package bench

import (
	"fmt"
	"time"

	"brick/device/cpu"
	"brick/kernel"
)

// Options say how to measure. The zero value measures each case for half a second, on one core and on all.
type Options struct {
	Threads   []int         // workers to measure with, one after the other; empty means 1 and all
	Precision string        // of the operands of products: "" for f32, bf16 or auto, see cpu.Precision; f64 in builds that compute so
	MinTime   time.Duration // to measure each case; 0 means half a second; below 10 ms the peaks too are only glanced at
}

// brief reports whether figures need not be good, as in tests.
func (o Options) brief() bool { return o.MinTime > 0 && o.MinTime < 10*time.Millisecond }

// filled is o with its defaults.
func (o Options) filled() Options {
	if all := ThisMachine().Cores; len(o.Threads) == 0 {
		o.Threads = []int{1, all}
		if all == 1 {
			o.Threads = []int{1}
		}
	}
	if p, err := cpu.Precision(o.Precision).Choose(); err == nil { // else device says what is wrong
		o.Precision = string(p)
	}
	if kernel.FloatBits == 64 {
		o.Precision = "f64"
	}
	if o.MinTime == 0 {
		o.MinTime = time.Second / 2
	}
	return o
}

// device is one of so many workers that reads operands in o's precision. Close it.
func (o Options) device(threads int) (*cpu.Device, error) {
	d := cpu.New(threads)
	if kernel.FloatBits == 64 && o.Precision == "f64" {
		return d, nil
	}
	if err := d.SetPrecision(cpu.Precision(o.Precision)); err != nil {
		d.Close()
		return nil, fmt.Errorf("bench: %w", err)
	}
	return d, nil
}
