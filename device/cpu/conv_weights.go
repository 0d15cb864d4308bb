package cpu

import (
	"brick/device"
	"brick/kernel"
)

const (
	sumImages = 16 // images whose products are added up before others are added
	joinTaps  = 16 // weights of all output channels that are joined at a time
)

// A convBackWTask computes the gradient of the weights of a convolution. Images are laid out as for the convolution
// itself (see lattice), and dy with as wide gaps, of zeros, so that a weight's gradient is a product of two runs. Blocks
// of sumImages images are summed each by themselves and joined in order, so that the number of workers changes nothing.
type convBackWTask struct {
	dev   *Device
	dw    device.Dst
	x, dy []kernel.Float
	c     device.Conv

	lattice
	in, out    int // channels of a group
	room       int // of out: a multiple of SumRows
	offs       []int
	run, image int // numbers of a run of dy, a multiple of SumLanes, and of the planes of an image
	pass       int // images at a time
	blocks     int // of images
	shares     int // of the output channels of a block
	joining    bool
	sums       []kernel.Float // block by block, group by group, weight by weight, output channel by output channel
}

// ConvBackW implements device.Device.
func (d *Device) ConvBackW(dw device.Dst, x, dy device.Buf, c device.Conv) {
	if dw.Mode == device.Skip || c.K*c.C*c.R*c.S == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tasks.winogradBackW.try(d, dw, x.F, dy.F, &c) {
		return
	}
	t := &d.tasks.convBackW
	t.dev, t.dw, t.x, t.dy, t.c = d, dw, x.F, dy.F, c
	t.in, t.out, t.room = c.C/c.G, c.K/c.G, blocks(c.K/c.G, kernel.SumRows)*kernel.SumRows
	t.lattice = windows(&c)
	t.cut(t.in, t.room, c.OH, 1)
	t.offs = t.offs[:0]
	for ch := range t.in {
		for r := range c.R {
			for s := range c.S {
				t.offs = append(t.offs, t.place(ch, r*c.DilH, s*c.DilW))
			}
		}
	}
	weights := len(t.offs)
	for len(t.offs)%kernel.SumTaps() != 0 {
		t.offs = append(t.offs, 0) // summed in vain
	}
	t.run = blocks(max((t.rows-1)*t.wide+c.OW, 1), kernel.SumLanes) * kernel.SumLanes
	t.image = t.planes(t.in)
	t.pass = max(min(convNear/(t.image+t.room*t.run), sumImages), 1)
	t.blocks = blocks(c.N*min(c.OH*c.OW, 1), sumImages)
	t.shares = min(blocks(2*d.workers, max(t.blocks*c.G, 1)), t.room/kernel.SumRows)
	t.sums = d.common(t.blocks * c.G * t.size())
	clear(t.sums)
	t.joining = false
	d.run(t.blocks*c.G*t.shares, convMACs/max(min(c.N, sumImages)*c.OH*c.OW*t.out/t.shares*weights, 1), t)
	t.joining = true
	d.run(c.G*blocks(weights, joinTaps), blockElems/(joinTaps*t.room*(t.blocks+1)), t)
}

// size is how many sums a block has in a group.
func (t *convBackWTask) size() int { return len(t.offs) * t.room }

func (t *convBackWTask) do(w, lo, hi int) {
	for i := lo; i < hi; i++ {
		if t.joining {
			t.join(i)
		} else {
			t.sum(w, i)
		}
	}
}

// sum adds up the products of a share of the output channels of a group and a block of images.
func (t *convBackWTask) sum(w, i int) {
	c := &t.c
	share, g, block := i%t.shares, i/t.shares%c.G, i/(t.shares*c.G)
	fours := t.room / kernel.SumRows
	first, last := share*fours/t.shares*kernel.SumRows, (share+1)*fours/t.shares*kernel.SumRows
	sums := t.sums[(block*c.G+g)*t.size()+first:]
	mem := t.dev.own(w, t.pass*(t.image+(last-first)*t.run))
	xs, dys := mem[:t.pass*t.image], mem[t.pass*t.image:]
	size := kernel.SumSize{LdDy: t.run, ImageDy: (last - first) * t.run, ImageX: t.image, LdP: t.room}
	for n := block * sumImages; n < min((block+1)*sumImages, c.N); n += t.pass {
		size.Images = min(t.pass, min((block+1)*sumImages, c.N)-n)
		for cut := range t.cuts {
			row := cut * t.rows
			rows := min(t.rows, c.OH-row)
			clear(dys)
			for m := range size.Images {
				t.fill(xs[m*t.image:][:t.image], t.x[((n+m)*c.C+g*t.in)*c.H*c.W:][:t.in*c.H*c.W], t.in, row)
				for k := first; k < min(last, t.out); k++ {
					from := t.dy[(((n+m)*c.K+g*t.out+k)*c.OH+row)*c.OW:]
					kernel.CopyRows(dys[m*size.ImageDy+(k-first)*t.run:], from, c.OW, rows, t.wide, c.OW)
				}
			}
			size.Steps = blocks((rows-1)*t.wide+c.OW, kernel.SumLanes)
			for k := first; k < last; k += kernel.SumRows {
				kernel.ConvSums(sums[k-first:], dys[(k-first)*t.run:], xs, t.offs, &size)
			}
		}
	}
}

// join adds up the blocks of some weights of a group and puts them where they belong.
func (t *convBackWTask) join(i int) {
	c := &t.c
	weights := t.in * c.R * c.S
	per := blocks(weights, joinTaps)
	g, first := i/per, i%per*joinTaps
	last := min(first+joinTaps, weights)
	var sum []kernel.Float
	for b := range t.blocks {
		part := t.sums[(b*c.G+g)*t.size():][first*t.room : last*t.room]
		if b == 0 {
			sum = part
		} else {
			kernel.Axpy(sum, 1, part)
		}
	}
	for k := range t.out {
		dw := t.dw.F[(g*t.out+k)*weights:][first:last]
		for l := range dw {
			v := kernel.Float(0)
			if sum != nil {
				v = sum[l*t.room+k]
			}
			if t.dw.Mode == device.Add {
				v += dw[l]
			}
			dw[l] = v
		}
	}
}
