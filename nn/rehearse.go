package nn

import (
	"brick/device"
	"brick/device/dry"
)

// Rehearse builds b on a counting device, runs f, and gives b back the memory it had, if
// any. While f runs, b computes nothing, and nobody else may use it.
func Rehearse(dev *dry.Device, b Block, f func()) {
	type memory struct {
		p                   *Param
		value, trained, fix *Var
		slab                *Slab
	}
	var had []memory
	for _, p := range State(b) {
		had = append(had, memory{p, p.Var, p.trained, p.fixed, p.slab})
	}
	defer func() {
		for _, m := range had {
			m.p.Var, m.p.trained, m.p.fixed, m.p.slab = m.value, m.trained, m.fix, m.slab
		}
	}()
	BuildOn[Block](device.Device(dev), b, 0)
	f()
}
