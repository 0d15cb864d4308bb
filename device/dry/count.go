package dry

import (
	"maps"
	"slices"
)

// A Count is what some kernels cost together.
type Count struct {
	Calls int
	FLOPs int // floating-point operations: a multiplication and an addition are two
	Read  int // bytes of operands, each counted once a call
	Wrote int // bytes of results
}

// Add adds d to c.
func (c *Count) Add(d Count) {
	c.Calls += d.Calls
	c.FLOPs += d.FLOPs
	c.Read += d.Read
	c.Wrote += d.Wrote
}

// Sub is c − d, for what lay between two looks at a total.
func (c Count) Sub(d Count) Count {
	return Count{c.Calls - d.Calls, c.FLOPs - d.FLOPs, c.Read - d.Read, c.Wrote - d.Wrote}
}

// Total is the cost of all kernels since the last Reset.
func (d *Device) Total() Count {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.total
}

// Kernels gives the cost of each kernel since the last Reset, by name.
func (d *Device) Kernels() map[string]Count {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make(map[string]Count, len(d.kernels))
	for name, c := range d.kernels {
		out[name] = *c
	}
	return out
}

// Names lists the kernels that were called, in alphabetical order.
func (d *Device) Names() []string { return slices.Sorted(maps.Keys(d.Kernels())) }

// Reset forgets all counts, but not what was allocated.
func (d *Device) Reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.total = Count{}
	clear(d.kernels)
}

// Bytes is the memory that was asked for so far.
func (d *Device) Bytes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.bytes
}

// count adds one call of a kernel.
func (d *Device) count(name string, flops, read, wrote int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := Count{1, flops, read * elem, wrote * elem}
	d.total.Add(c)
	if d.kernels == nil {
		d.kernels = map[string]*Count{}
	}
	k := d.kernels[name]
	if k == nil {
		k = &Count{}
		d.kernels[name] = k
	}
	k.Add(c)
}
