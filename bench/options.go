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
	Precision string        // of products: "" or "f32"
	MinTime   time.Duration // to measure each case; 0 means half a second
}

// filled is o with its defaults.
func (o Options) filled() Options {
	if all := ThisMachine().Cores; len(o.Threads) == 0 {
		o.Threads = []int{1, all}
		if all == 1 {
			o.Threads = []int{1}
		}
	}
	if o.Precision == "" {
		o.Precision = fmt.Sprintf("f%d", kernel.FloatBits)
	}
	if o.MinTime == 0 {
		o.MinTime = time.Second / 2
	}
	return o
}

// device is one of so many workers that computes in o's precision. Close it.
func (o Options) device(threads int) (*cpu.Device, error) {
	if want := fmt.Sprintf("f%d", kernel.FloatBits); o.Precision != want {
		return nil, fmt.Errorf("bench: precision %q: products are computed in %s", o.Precision, want)
	}
	return cpu.New(threads), nil
}
