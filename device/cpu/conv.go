package cpu

import (
	"brick/device"
	"brick/kernel"
)

// imageTasks are the tasks of the kernels that work on images.
type imageTasks struct {
	conv          convTask
	winograd      winogradTask
	winogradBackW winogradBackWTask
	convBackW     convBackWTask
	maxPool       maxPoolTask
	maxPoolBack   maxPoolBackTask
	meanPool      meanPoolTask
	meanPoolBack  meanPoolBackTask
	batchNorm     batchNormTask
	batchNormBack batchNormBackTask
}

const (
	convMACs  = 1 << 19 // multiply-adds of a convolution that are worth a worker
	convNear  = 1 << 17 // numbers that stay in the second cache while tiles go over them
	convTight = 0.9     // share of whole vectors in a row that makes it worth being written where it belongs
)

// A convTask computes a convolution, or its gradient with respect to the input, which is one too. Stretches of images are
// copied into planes with zeros around them, in which every place of a window begins a contiguous run; tiles of all
// output channels go over the runs (kernel.ConvTiles), a row at a time, or over all rows at once and their gaps, which
// are left out afterwards. A sum takes its terms in the order of the weights, whatever the stretch.
type convTask struct {
	dev  *Device
	y    device.Dst
	x, k []kernel.Float // source and weights
	e    device.Epilogue
	args []kernel.Args // of a worker: a bias

	lattice
	back      bool // the gradient: w is turned
	g         int  // groups
	in, out   int  // channels of a group
	taps      int  // weights of an input and an output channel
	yh, yw    int  // image of y
	parts     []convPart
	offs, tap []int // of all parts: where terms begin, and which weight of a window is theirs
	packing   bool
	shared    []kernel.Float // panels of w: group by group, part by part
	panels    int            // length of a group's
}

// A convPart is the outputs that the same places of the windows reach: all of a forward pass; of a gradient those whose
// row and column leave one remainder when divided by the strides.
type convPart struct {
	oh, ow       int // outputs
	atH, atW     int // first row and column in y
	stepH, stepW int // from one to the next
	from, upTo   int // of offs
	taps         int // places
	panels       int // where its panels lie in a group's
}

// Conv implements device.Device.
func (d *Device) Conv(y device.Dst, x, w device.Buf, c device.Conv, e device.Epilogue) {
	if y.Mode == device.Skip || c.N*c.K*c.OH*c.OW == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tasks.winograd.try(d, y, x.F, w.F, &c, e, false) {
		return
	}
	t := &d.tasks.conv
	t.begin(d, y, x.F, w.F, c, e)
	t.back, t.in, t.out, t.yh, t.yw = false, c.C/c.G, c.K/c.G, c.OH, c.OW
	t.lattice = windows(&c)
	t.cut(t.in, t.out, c.OH, t.least(c.N))
	t.parts = append(t.parts, convPart{oh: c.OH, ow: c.OW, stepH: 1, stepW: 1, taps: t.taps})
	for ch := range t.in {
		for r := range c.R {
			for s := range c.S {
				t.offs = append(t.offs, t.place(ch, r*c.DilH, s*c.DilW))
				if ch == 0 {
					t.tap = append(t.tap, r*c.S+s)
				}
			}
		}
	}
	t.parts[0].upTo = len(t.offs)
	t.run(c.N)
}

// ConvBackX implements device.Device.
func (d *Device) ConvBackX(dx device.Dst, w, dy device.Buf, c device.Conv) {
	if dx.Mode == device.Skip || c.N*c.C*c.H*c.W == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tasks.winograd.try(d, dx, dy.F, w.F, &c, device.Epilogue{}, true) {
		return
	}
	t := &d.tasks.conv
	t.begin(d, dx, dy.F, w.F, c, device.Epilogue{})
	t.back, t.in, t.out, t.yh, t.yw = true, c.K/c.G, c.C/c.G, c.H, c.W
	lowH, highH := reach(c.R, c.DilH, c.StrideH, c.Top, c.H)
	lowW, highW := reach(c.S, c.DilW, c.StrideW, c.Left, c.W)
	t.lattice = lattice{h: c.OH, w: c.OW, stepH: 1, stepW: 1, top: -lowH, left: -lowW, phasesH: 1, phasesW: 1,
		beyond: highH - lowH, wide: blocks(c.W, c.StrideW) + highW - lowW}
	t.cut(t.in, t.out, blocks(c.H, c.StrideH), t.least(c.N))
	for a := range min(c.StrideH, c.H) {
		for b := range min(c.StrideW, c.W) {
			p := convPart{oh: blocks(c.H-a, c.StrideH), ow: blocks(c.W-b, c.StrideW), atH: a, atW: b, stepH: c.StrideH, stepW: c.StrideW, from: len(t.offs)}
			first := len(t.tap)
			for r := range c.R {
				for s := range c.S {
					if u, v := a+c.Top-r*c.DilH, b+c.Left-s*c.DilW; u%c.StrideH == 0 && v%c.StrideW == 0 {
						t.tap = append(t.tap, r*c.S+s)
					}
				}
			}
			p.taps = len(t.tap) - first
			for k := range t.in {
				for _, tap := range t.tap[first:] {
					u, v := a+c.Top-tap/c.S*c.DilH, b+c.Left-tap%c.S*c.DilW
					t.offs = append(t.offs, t.place(k, u/c.StrideH-lowH, v/c.StrideW-lowW))
				}
			}
			p.upTo = len(t.offs)
			t.parts = append(t.parts, p)
		}
	}
	t.run(c.N)
}

// reach is the least and the greatest (a + before − r·dil)/stride that leave nothing over, of remainders a and places r: how far
// from output i of a part lie the rows (columns) of dy that it takes.
func reach(taps, dil, stride, before, n int) (low, high int) {
	found := false
	for a := range min(stride, n) {
		for r := range taps {
			if u := a + before - r*dil; u%stride == 0 {
				u /= stride
				if !found {
					low, high, found = u, u, true
				}
				low, high = min(low, u), max(high, u)
			}
		}
	}
	return low, high
}

// least is how many stretches an image is to be cut into, at least, so that there is work for all.
func (t *convTask) least(images int) int { return blocks(t.dev.workers, images*t.g) }

func (t *convTask) begin(d *Device, y device.Dst, x, w []kernel.Float, c device.Conv, e device.Epilogue) {
	t.dev, t.y, t.x, t.k, t.e = d, y, x, w, e
	t.g, t.taps = c.G, c.R*c.S
	t.parts, t.offs, t.tap = t.parts[:0], t.offs[:0], t.tap[:0]
	if len(t.args) < d.workers {
		t.args = make([]kernel.Args, d.workers)
	}
}

// run packs the weights, then goes over n images.
func (t *convTask) run(n int) {
	d := t.dev
	t.panels = 0
	macs := 0
	for i := range t.parts {
		p := &t.parts[i]
		p.panels = t.panels
		t.panels += kernel.PackedA(t.out, p.upTo-p.from)
		macs += p.oh * p.ow * (p.upTo - p.from) * t.out
	}
	t.shared = d.common(t.g * t.panels)
	t.packing = true
	d.run(t.g*kernel.PanelsA(t.out), packElems/max(t.panels/kernel.PanelsA(t.out), 1), t)
	t.packing = false
	d.run(n*t.g*t.cuts, convMACs/max(macs/t.cuts, 1), t)
}

func (t *convTask) do(w, lo, hi int) {
	for i := lo; i < hi; i++ {
		if t.packing {
			t.pack(i)
		} else {
			t.image(w, i)
		}
	}
}
