package cpu

import (
	"brick/device"
	"brick/kernel"
)

const (
	winogradParts = 8  // blocks of images of a gradient of weights, at most
	winogradRun   = 64 // tiles of a block, and of them those that are multiplied at a time, at least
)

// A winogradBackWTask computes the gradient of the weights of a convolution of 3×3 places by tiles (see kernel.WinogradOut):
//
//	dw = Gᵀ·[ Σ_tiles (A·dy·Aᵀ) ⊙ (Bᵀ·x·B) ]·G
//
// Blocks of rows of tiles are summed each by themselves, tile by tile, and joined in order, so that the number of workers
// changes nothing. Sums run over many tiles: of 64 images (32, 32) of 16 channels of normal numbers the RMS error is 2·10⁻⁶ of the
// RMS sum, 8 times that of convBackWTask's lanes; of images (8, 8) of 64 channels 7·10⁻⁷, 5 times.
type winogradBackWTask struct {
	winogradTask
	dy      []kernel.Float
	ldy     int            // of dy, as ld of x
	run     int            // rows of tiles that are transformed at a time
	sums    []kernel.Float // block by block, 3×3 places, each of them all weights
	joining bool
}

// try is the gradient by tiles, if it can be done so and that pays.
func (t *winogradBackWTask) try(d *Device, dw device.Dst, x, dy []kernel.Float, c *device.Conv) bool {
	if !kernel.HasWinograd() || !t.take(c, false) || t.yh*t.yw == 0 || !t.pays() {
		return false
	}
	t.convolve(d, dw, x, dy)
	return true
}

// pays is that of winogradTask: tiles are packed here too, and the sums of weights transformed for each block.
func (t *winogradBackWTask) pays() bool {
	pairs := t.in * t.out
	return t.count()*(40*pairs+1000*(t.in+t.out))+2100*pairs*t.parts() < t.n*t.yh*t.yw*12*pairs
}

// count is how many tiles there are, parts how many blocks of them.
func (t *winogradBackWTask) count() int { return 2 * t.n * t.down * t.across }
func (t *winogradBackWTask) parts() int {
	return min(winogradParts, t.n, blocks(t.count(), winogradRun))
}

func (t *winogradBackWTask) convolve(d *Device, dw device.Dst, x, dy []kernel.Float) {
	t.dev, t.y, t.x, t.dy = d, dw, x, dy
	if m := max(t.w, t.yw); len(t.zero) < m {
		t.zero = make([]kernel.Float, m)
	}
	const lanes = kernel.WinogradLanes
	all := t.n * t.down
	t.rows = blocks(all, t.parts())
	t.blocks = blocks(all, t.rows)
	t.run = max(winogradNear/(kernel.WinogradPlaces*(t.in+t.out)*2*t.across), blocks(winogradRun, 2*t.across))
	t.run = min(blocks(t.rows, blocks(t.rows, t.run)), t.rows)
	t.ld = max(t.left+blocks(t.w, lanes)*lanes, pairSize*t.across+tileSize)
	t.ldy = max(blocks(t.yw, lanes)*lanes, pairSize*t.across)
	t.sums = d.common(t.blocks * 9 * t.in * t.out)
	t.joining = false
	d.run(t.blocks, 1, t)
	t.joining = true
	d.run(t.out, blockElems/(9*t.in*(t.blocks+4)), t)
}

func (t *winogradBackWTask) do(w, lo, hi int) {
	for i := lo; i < hi; i++ {
		if t.joining {
			t.join(i)
		} else {
			t.sum(w, i)
		}
	}
}

// sum adds up the products of a block.
func (t *winogradBackWTask) sum(w, block int) {
	const lanes, places = kernel.WinogradLanes, kernel.WinogradPlaces
	first := block * t.rows
	rows := min(t.rows, t.n*t.down-first)
	tiles := blocks(2*t.run*t.across, lanes) * lanes
	pairs := t.in * t.out
	// 36 places of tiles of x and of dy and of their sums, rows half transformed, panels of one place
	sizeX, sizeDy, sizeS := places*(t.in*tiles+lanes), places*(t.out*tiles+lanes), (t.run+1)*6*max(t.ld, t.ldy)
	channels := max(winogradStage/sizeS, 1)
	sizeA, sizeB := kernel.PackedA(t.out, tiles), kernel.PackedB(t.in, tiles)
	mem := t.dev.own(w, sizeX+sizeDy+places*pairs+channels*sizeS+sizeA+sizeB)
	cut := func(n int) []kernel.Float { part := mem[:n]; mem = mem[n:]; return part }
	xs, dys, sums, stage, a, b := cut(sizeX), cut(sizeDy), cut(places*pairs), cut(channels*sizeS), cut(sizeA), cut(sizeB)
	for i := 0; i < rows; i += t.run {
		count := min(t.run, rows-i)
		n := blocks(2*count*t.across, lanes) * lanes
		t.transform(xs, stage, t.x, first+i, count, n, channels, false)
		t.transform(dys, stage, t.dy, first+i, count, n, channels, true)
		for l := range places {
			kernel.PackA(a, dys[l*(t.out*n+lanes):], n, t.out, n, false)
			kernel.PackB(b, xs[l*(t.in*n+lanes):], n, t.in, n, true)
			kernel.Tiles(sums[l*pairs:], t.in, a, b, t.out, t.in, n, i > 0)
		}
	}
	kernel.WinogradSums(t.sums[block*9*pairs:][:9*pairs], sums, pairs)
}

// transform makes n tiles of count rows of them, place by place, channel by channel; those that there are not are 0.
func (t *winogradBackWTask) transform(to, stage, x []kernel.Float, first, count, n, atOnce int, slopes bool) {
	const lanes = kernel.WinogradLanes
	all, h, w, ld, top, left := t.in, t.h, t.w, t.ld, t.top, t.left
	if slopes {
		all, h, w, ld, top, left = t.out, t.yh, t.yw, t.ldy, 0, 0
	}
	room := (count + 1) * 6 * ld
	clear(stage)
	var off [lanes / 2]int
	for c := 0; c < all; c += atOnce {
		channels := min(atOnce, all-c)
		size := kernel.WinogradSize{Channels: channels, H: h, W: w, Ld: ld, Room: room, Slopes: slopes}
		for i := 0; i < count; i += size.Tiles {
			n, row := (first+i)/t.down, (first+i)%t.down
			size.Tiles, size.First = min(t.down-row, count-i), tileSize*row-top
			kernel.WinogradRows(stage[6*i*ld+left:], x[(n*all+c)*h*w:], t.zero, &size)
		}
		for g := range n / lanes {
			for h := range off {
				p := g*len(off) + h
				off[h] = min(p/t.across, count)*6*ld + p%t.across*pairSize
			}
			kernel.WinogradColumns(to[c*n+g*lanes:], stage, &off, channels, ld, room, all*n+lanes, n, slopes)
		}
	}
}

// join adds up the blocks of the weights of an output channel and puts them where they belong.
func (t *winogradBackWTask) join(k int) {
	size := 9 * t.in * t.out
	for i := range 9 {
		sum := t.sums[(i*t.out+k)*t.in:][:t.in]
		for b := 1; b < t.blocks; b++ {
			kernel.Axpy(sum, 1, t.sums[b*size+(i*t.out+k)*t.in:][:t.in])
		}
		dw := t.y.F[9*k*t.in:][:9*t.in]
		for c, v := range sum {
			if t.y.Mode == device.Add {
				v += dw[9*c+i]
			}
			dw[9*c+i] = v
		}
	}
}
