package cpu

import (
	"brick/device"
	"brick/kernel"
)

const (
	winogradNear  = 1 << 17 // numbers of a block's tiles between the transforms that stay in the second cache
	winogradLeast = 64      // tiles of a block
	winogradMost  = 1 << 18 // pairs of channels: the transforms of their weights take 36 numbers for each
	winogradStage = 1 << 13 // numbers of half transformed rows that stay in the first
	tileSize      = 4       // rows and columns of outputs of a tile
	pairSize      = 2 * tileSize
	sideLd        = kernel.WinogradLanes * tileSize // numbers of a row of tiles that lie aside
)

// A winogradTask computes a convolution of 3×3 places, or its gradient with respect to the input, by tiles (see
// kernel.WinogradOut). Blocks of rows of tiles, of several images where these are small, are transformed, multiplied and
// transformed back one after the other; tiles lie in pairs side by side. A number depends on its own tile only, and its sums
// take their terms in the order of the channels: it is the same in whatever block.
type winogradTask struct {
	dev  *Device
	y    device.Dst
	x, k []kernel.Float // source and weights
	e    device.Epilogue
	args []kernel.Args // of a worker: a bias

	turned       bool // the gradient: w is turned
	n, in, out   int  // images, channels
	h, w, yh, yw int  // images of x and y
	top, left    int  // zeros before x
	down, across int  // rows of tiles of an image, and pairs in one
	rows, blocks int  // rows of tiles of a block
	tiles        int  // room for those of a block
	stage        int  // channels whose rows are half transformed at a time
	ld           int  // numbers of such a row
	width, a     int  // numbers of a weight's place before they are packed, and after
	step         int  // what the task does
	u, panels    []kernel.Float
	zero         []kernel.Float
	side         [kernel.WinogradLanes / 2]int // where pairs begin that lie aside
}

// try is a convolution (or the gradient of its input) by tiles, if it can be done so and that pays.
func (t *winogradTask) try(d *Device, y device.Dst, x, w []kernel.Float, c *device.Conv, e device.Epilogue, back bool) bool {
	if !kernel.HasWinograd() || !t.take(c, back) || !t.pays() {
		return false
	}
	t.convolve(d, y, x, w, e)
	return true
}

// take takes the sizes of a convolution; it reports whether there are tiles for it. A number that is not finite makes all of its
// tile so.
func (t *winogradTask) take(c *device.Conv, back bool) bool {
	t.turned, t.n = back, c.N
	t.in, t.h, t.w, t.top, t.out, t.yh, t.yw, t.left = c.C, c.H, c.W, c.Top, c.K, c.OH, c.OW, c.Left
	if back {
		t.in, t.h, t.w, t.top, t.out, t.yh, t.yw, t.left = c.K, c.OH, c.OW, 2-c.Top, c.C, c.H, c.W, 2-c.Left
	}
	t.down, t.across = blocks(t.yh, tileSize), blocks(t.yw, pairSize)
	return c.R == 3 && c.S == 3 && c.StrideH == 1 && c.StrideW == 1 && c.DilH == 1 && c.DilW == 1 && c.G == 1 &&
		c.Top >= 0 && c.Left >= 0 && c.Top <= 2 && c.Left <= 2 && t.h > 0 && t.w > 0 && t.in > 0 && t.in*t.out <= winogradMost
}

// pays compares costs, measured in the time of a product of two numbers at the peak: of an output without tiles 9 products
// for each pair of channels, of which three quarters of the peak come true; of a tile 36, nearly at the peak, and
// transforms for each channel; of a weight its transform. The sizes decide, not the workers: they must not change the bits.
func (t *winogradTask) pays() bool {
	pairs := t.in * t.out
	tiles := 2 * t.n * t.down * t.across
	return tiles*(40*pairs+520*t.in+500*t.out)+3400*pairs < t.n*t.yh*t.yw*12*pairs
}

// convolve does what was taken.
func (t *winogradTask) convolve(d *Device, y device.Dst, x, w []kernel.Float, e device.Epilogue) {
	t.dev, t.y, t.x, t.k, t.e = d, y, x, w, e
	if len(t.args) < d.workers {
		t.args = make([]kernel.Args, d.workers)
	}
	if len(t.zero) < t.w {
		t.zero = make([]kernel.Float, t.w)
	}
	for h := range t.side {
		t.side[h] = h * pairSize
	}
	t.cut()
	const lanes = kernel.WinogradLanes
	t.width = blocks(t.in*t.out, lanes) * lanes
	t.a = kernel.PackedA(t.out, t.in)
	shared := d.common(kernel.WinogradPlaces * (t.width + t.a))
	t.u, t.panels = shared[:kernel.WinogradPlaces*t.width], shared[kernel.WinogradPlaces*t.width:]
	t.step = transformWeights
	d.run(t.width/lanes, blockElems/(64*lanes), t)
	t.step = packWeights
	d.run(kernel.WinogradPlaces, blockElems/t.width, t)
	t.step = transformTiles
	d.run(t.blocks, 1, t)
}

// The steps of a winogradTask.
const (
	transformWeights = iota
	packWeights
	transformTiles
)

// cut chooses how many rows of tiles a block has: as many as stay near, but so many that weights are worth being read
// for them; in whole panels of columns if that can be, and one at least.
func (t *winogradTask) cut() {
	all := t.n * t.down
	panel := blocks(kernel.PanelCols(), 2*t.across)
	t.rows = max(winogradNear/(kernel.WinogradPlaces*(t.in+t.out)*2*t.across), blocks(winogradLeast, 2*t.across))
	t.rows = max(min(t.rows, blocks(all, 4*t.dev.workers)), panel)
	t.rows = min(t.rows/panel*panel, all)
	t.blocks = blocks(all, t.rows)
	t.tiles = blocks(2*t.rows*t.across, kernel.WinogradLanes) * kernel.WinogradLanes
	const lanes = kernel.WinogradLanes
	t.ld = max(t.left+blocks(t.w, lanes)*lanes, pairSize*t.across+tileSize)
	t.stage = min(max(winogradStage/(6*t.rows*t.ld), 1), t.in)
}

func (t *winogradTask) do(w, lo, hi int) {
	for i := lo; i < hi; i++ {
		switch t.step {
		case transformWeights:
			t.weights(i)
		case packWeights:
			kernel.PackA(t.panels[i*t.a:][:t.a], t.u[i*t.width:], t.ldU(), t.out, t.in, t.turned)
		default:
			t.block(w, i)
		}
	}
}

// ldU is the distance of two rows of w, one for each output channel of the forward pass.
func (t *winogradTask) ldU() int {
	if t.turned {
		return t.out
	}
	return t.in
}

// weights transforms sixteen of the weights.
func (t *winogradTask) weights(i int) {
	const lanes = kernel.WinogradLanes
	n := min(lanes, t.in*t.out-i*lanes)
	kernel.WinogradWeights(t.u[i*lanes:], t.k[9*i*lanes:], n, t.width, t.turned)
}

// block computes some rows of tiles.
func (t *winogradTask) block(w, block int) {
	const lanes, places = kernel.WinogradLanes, kernel.WinogradPlaces
	first := block * t.rows
	rows := min(t.rows, t.n*t.down-first)
	pairs := rows * t.across
	groups := blocks(2*pairs, lanes)
	tiles, cols := groups*lanes, kernel.PanelCols()
	stepV, stepM := kernel.PackedB(tiles, t.in)+lanes, t.out*tiles+lanes
	room := 6 * rows * t.ld
	sizeV := max(places*stepV, t.out*tileSize*sideLd) // outputs lie aside where their tiles did
	mem := t.dev.own(w, sizeV+places*stepM+t.stage*room)
	v, m, stage := mem[:sizeV], mem[sizeV:][:places*stepM], mem[sizeV+places*stepM:]
	clear(stage)
	var off [len(t.side)]int
	for c := 0; c < t.in; c += t.stage {
		channels := min(t.stage, t.in-c)
		size := kernel.WinogradSize{Channels: channels, H: t.h, W: t.w, Ld: t.ld, Room: room}
		for i := 0; i < rows; i += size.Tiles {
			n, row := (first+i)/t.down, (first+i)%t.down
			size.Tiles, size.First = min(t.down-row, rows-i), tileSize*row-t.top
			kernel.WinogradRows(stage[6*i*t.ld+t.left:], t.x[(n*t.in+c)*t.h*t.w:], t.zero, &size)
		}
		for g := range groups {
			for h := range off {
				p := min(g*len(off)+h, pairs-1)
				off[h] = p/t.across*6*t.ld + p%t.across*pairSize
			}
			at := g * lanes
			kernel.WinogradColumns(v[at/cols*cols*t.in+at%cols+c*cols:], stage, &off, channels, t.ld, room, stepV, cols, false)
		}
	}
	for i := range places {
		kernel.Tiles(m[i*stepM:], tiles, t.panels[i*t.a:], v[i*stepV:], t.out, tiles, t.in, false)
	}
	t.outputs(first, rows, m, stepM, tiles, v)
	t.finish(w, first, rows)
}

// outputs transforms the tiles of a block back: where they belong if all of them are whole, else aside first.
func (t *winogradTask) outputs(first, rows int, m []kernel.Float, step, tiles int, aside []kernel.Float) {
	area, pairs, onto := t.yh*t.yw, rows*t.across, t.y.Mode == device.Add
	whole := t.yh%tileSize == 0 && t.yw%pairSize == 0
	for g := range tiles / kernel.WinogradLanes {
		at := g * len(t.side)
		if !whole || at+len(t.side) > pairs {
			kernel.WinogradOut(aside, m[g*kernel.WinogradLanes:], &t.side, t.out, step, tiles, sideLd, tileSize*sideLd, false)
			t.settle(aside, first, at, min(len(t.side), pairs-at))
			continue
		}
		var off [len(t.side)]int
		low := (first + at/t.across) / t.down * t.out * area
		for h := range off {
			n, row := (first+(at+h)/t.across)/t.down, (first+(at+h)/t.across)%t.down
			off[h] = n*t.out*area + row*tileSize*t.yw + (at+h)%t.across*pairSize - low
		}
		kernel.WinogradOut(t.y.F[low:], m[g*kernel.WinogradLanes:], &off, t.out, step, tiles, t.yw, area, onto)
	}
}

// settle puts pairs of tiles that lie aside, from number at of the block on, to where they belong.
func (t *winogradTask) settle(aside []kernel.Float, first, at, pairs int) {
	for h := 0; h < pairs; {
		row, col := first+(at+h)/t.across, (at+h)%t.across
		run := min(pairs-h, t.across-col)
		n, i, j := row/t.down, row%t.down*tileSize, col*pairSize
		high, wide := min(tileSize, t.yh-i), min(run*pairSize, t.yw-j)
		for k := range t.out {
			from, to := aside[k*tileSize*sideLd+h*pairSize:], t.y.F[((n*t.out+k)*t.yh+i)*t.yw+j:]
			if t.y.Mode == device.Set {
				kernel.CopyRows(to, from, wide, high, t.yw, sideLd)
				continue
			}
			for r := range high {
				kernel.Axpy(to[r*t.yw:][:wide], 1, from[r*sideLd:][:wide])
			}
		}
		h += run
	}
}

// finish applies the epilogue to rows of tiles of a block.
func (t *winogradTask) finish(w, first, rows int) {
	if plain(&t.e) {
		return
	}
	for i := 0; i < rows; {
		n, row := (first+i)/t.down, (first+i)%t.down
		count := min(t.down-row, rows-i)
		lo, hi := row*tileSize*t.yw, min((row+count)*tileSize, t.yh)*t.yw
		for k := range t.out {
			at := (n*t.out + k) * t.yh * t.yw
			finishRow(&t.e, t.y.F[at+lo:at+hi], at+lo, k, &t.args[w])
		}
		i += count
	}
}
