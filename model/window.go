package model

import (
	"math"

	"brick/grad"
	"brick/nn"
)

// A window is what places of its input a place of a block's output sees, along one axis.
//
//	down: output i sees  i·stride − before + {0, dilation, …, dilation·(kernel−1)}
//	up:   input i is seen by outputs  i·stride − before + {0, …, kernel−1}
type window struct {
	kernel, stride, dilation, before int
	up                               bool
	whole                            bool // every place
}

// windowsOf is how b looks along both axes of images, or along time twice; in is the shape of its input. known is
// false of blocks that see each place by itself, and of those that only hold others.
func windowsOf(b nn.Block, in []int) (w [2]window, known bool) {
	both := func(v window) ([2]window, bool) { return [2]window{v, v}, true }
	conv := func(size int, o grad.Window) window {
		return window{kernel: size, stride: max(o.Stride, 1), dilation: max(o.Dilation, 1), before: o.Before}
	}
	switch b := b.(type) {
	case *nn.Conv:
		return [2]window{conv(b.W.Shape[2], b.Options.H), conv(b.W.Shape[3], b.Options.W)}, true
	case *nn.TimeConv:
		return both(conv(b.W.Shape[2], b.Options.W))
	case *nn.ConvTranspose:
		return both(window{kernel: b.W.Shape[2], stride: b.Stride, dilation: 1, before: b.Pad, up: true})
	case *nn.Pool:
		return both(window{kernel: b.Size, stride: b.Stride, dilation: 1, before: b.Pad})
	case *nn.Upsample:
		f := b.Factor
		if b.Bilinear {
			return both(window{kernel: 2*f - f%2, stride: f, dilation: 1, before: f / 2, up: true})
		}
		return both(window{kernel: f, stride: f, dilation: 1, up: true})
	case *nn.AdaptiveAvgPool:
		h, wide := in[2], in[3]
		w = [2]window{{whole: true}, {whole: true}}
		if h%b.H == 0 && wide%b.W == 0 {
			w = [2]window{{kernel: h / b.H, stride: h / b.H, dilation: 1}, {kernel: wide / b.W, stride: wide / b.W, dilation: 1}}
		}
		return w, true
	case *nn.GroupNorm, *nn.MultiheadAttention:
		return both(window{whole: true})
	}
	return w, false
}

// back is the places lo … hi of an input of size places that outputs lo … hi see.
func (w window) back(lo, hi, size int) (int, int) {
	switch {
	case w.whole:
		lo, hi = 0, size-1
	case w.up:
		lo, hi = ceilDiv(lo+w.before-w.kernel+1, w.stride), floorDiv(hi+w.before, w.stride)
	default:
		lo, hi = lo*w.stride-w.before, hi*w.stride-w.before+w.dilation*(w.kernel-1)
	}
	return max(lo, 0), min(hi, size-1)
}

// widen is the field r and the jump j after the block, see ReceptiveField. A field without bound is +Inf.
func (w window) widen(r, j float64) (float64, float64) {
	switch {
	case w.whole:
		return math.Inf(1), j
	case w.up: // at most ⌈kernel/stride⌉ inputs reach an output, and outputs are denser
		return r + float64(ceilDiv(w.kernel, w.stride)-1)*j, j / float64(w.stride)
	}
	return r + float64(w.dilation*(w.kernel-1))*j, j * float64(w.stride)
}

func floorDiv(a, b int) int { return int(math.Floor(float64(a) / float64(b))) }
func ceilDiv(a, b int) int  { return int(math.Ceil(float64(a) / float64(b))) }
