package cpu

import (
	"brick/device"
	"brick/kernel"
)

// Update takes one optimizer step on w, see kernel.Step.
func (d *Device) Update(r kernel.Rule, w, g device.Buf, state [3]device.Buf, c *kernel.RuleArgs) {
	if w.N <= blockElems {
		kernel.Rules[r].Step(w.F[:w.N], g.F[:w.N], state[0].F, state[1].F, state[2].F, c)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.update = updateTask{r, w.F, g.F, state[0].F, state[1].F, state[2].F, c}
	d.run(w.N, rowElems, &d.tasks.update)
}

type updateTask struct {
	r             kernel.Rule
	w, g, a, b, c []kernel.Float
	p             *kernel.RuleArgs
}

func (t *updateTask) do(_, lo, hi int) {
	kernel.Step(t.r, t.w[lo:hi], t.g[lo:hi], part(t.a, lo, hi), part(t.b, lo, hi), part(t.c, lo, hi), t.p)
}
