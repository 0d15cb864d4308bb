package cpu

import (
	"brick/device"
	"brick/kernel"
)

// What a worker does of a convolution.

// pack packs one panel of every part of a group's weights.
func (t *convTask) pack(i int) {
	count := kernel.PanelsA(t.out)
	g, panel, height := i/count, i%count, kernel.PanelRows()
	first, rows := kernel.PanelSpan(t.out, panel)
	tap := t.tap
	for i := range t.parts {
		p := &t.parts[i]
		terms := p.upTo - p.from
		dst := t.shared[g*t.panels+p.panels+panel*height*terms:][:height*terms]
		if !t.back {
			kernel.PackPanelsA(dst, t.k[(g*t.out+first)*terms:], terms, rows, terms, false, 0, 1)
			continue
		}
		mine := tap[:p.taps]
		tap = tap[p.taps:]
		for k := range t.in {
			w := t.k[((g*t.in+k)*t.out+first)*t.taps:][:rows*t.taps]
			if p.taps == t.taps {
				kernel.PackPanelsA(dst, w, t.taps, rows, t.taps, false, 0, 1)
			} else {
				for l, at := range mine {
					for r := range rows {
						dst[l*height+r] = w[r*t.taps+at]
					}
				}
			}
			dst = dst[p.taps*height:]
		}
	}
}

// image computes a stretch of rows of one image and group.
func (t *convTask) image(w, i int) {
	cut, g, n := i%t.cuts, i/t.cuts%t.g, i/(t.cuts*t.g)
	planes := t.planes(t.in)
	mem := t.dev.own(w, planes+t.out*t.rows*t.wide)
	xs, aside := mem[:planes], mem[planes:]
	channel := n*t.g + g
	t.fill(xs, t.x[channel*t.in*t.h*t.w:][:t.in*t.h*t.w], t.in, cut*t.rows)
	area := t.yh * t.yw
	y := t.y.F[channel*t.out*area:][:t.out*area]
	for j := range t.parts {
		p := &t.parts[j]
		first, rows := cut*t.rows, min(t.rows, p.oh-cut*t.rows)
		if rows <= 0 || p.ow <= 0 {
			continue
		}
		a, off := t.shared[g*t.panels+p.panels:], t.offs[p.from:p.upTo]
		onto := t.y.Mode == device.Add
		if len(off) == 0 {
			t.nothing(y, p, first, rows)
			continue
		}
		whole := p.stepH == 1 && p.stepW == 1
		switch {
		case whole && t.wide == p.ow:
			kernel.ConvTiles(y[first*p.ow:], area, a, xs, off, t.out, rows*p.ow, onto)
		case whole && float64(p.ow) >= convTight*float64(blocks(p.ow, kernel.SumLanes)*kernel.SumLanes) && p.ow > kernel.SumLanes:
			for r := range rows {
				kernel.ConvTiles(y[(first+r)*p.ow:], area, a, xs[r*t.wide:], off, t.out, p.ow, onto)
			}
		default:
			run := (rows-1)*t.wide + p.ow
			kernel.ConvTiles(aside, run, a, xs, off, t.out, run, false)
			t.scatter(y, aside, run, p, first, rows)
		}
	}
	t.finish(w, y, channel*t.out, g*t.out, cut)
}

// nothing is a part that no place of a window reaches.
func (t *convTask) nothing(y []kernel.Float, p *convPart, first, rows int) {
	if t.y.Mode == device.Add {
		return
	}
	for k := range t.out {
		for r := range rows {
			row := y[(k*t.yh+p.atH+(first+r)*p.stepH)*t.yw:][:t.yw]
			for j := p.atW; j < t.yw; j += p.stepW {
				row[j] = 0
			}
		}
	}
}

// scatter puts rows that were computed aside, with gaps, to where they belong.
func (t *convTask) scatter(y, aside []kernel.Float, run int, p *convPart, first, rows int) {
	for k := range t.out {
		from, to := aside[k*run:], y[(k*t.yh+p.atH+first*p.stepH)*t.yw+p.atW:]
		if t.y.Mode == device.Set && p.stepW == 1 {
			kernel.CopyRows(to, from, p.ow, rows, p.stepH*t.yw, t.wide)
			continue
		}
		if t.y.Mode == device.Set {
			kernel.JoinRows(to, from, p.ow, rows, p.stepH*t.yw, t.wide, p.stepW)
			continue
		}
		for r := range rows {
			row, x := to[r*p.stepH*t.yw:], from[r*t.wide:][:p.ow]
			if p.stepW == 1 {
				kernel.Axpy(row[:p.ow], 1, x)
				continue
			}
			for j, v := range x {
				row[j*p.stepW] += v
			}
		}
	}
}

// finish applies the epilogue to the rows of a stretch, of planes from first on, whose bias begins at number bias.
func (t *convTask) finish(w int, y []kernel.Float, first, bias, cut int) {
	if plain(&t.e) {
		return
	}
	lo, hi := cut*t.rows*t.yw, min((cut+1)*t.rows, t.yh)*t.yw
	for k := range t.out {
		at := k * t.yh * t.yw
		finishRow(&t.e, y[at+lo:at+hi], first*t.yh*t.yw+at+lo, bias+k, &t.args[w])
	}
}

// finishRow applies an epilogue to part of a plane of output channel k, which lies from at on in all of y.
func finishRow(e *device.Epilogue, row []kernel.Float, at, k int, p *kernel.Args) {
	if e.Bias.Present() {
		*p = kernel.Args{1, e.Bias.F[k]}
		kernel.Map(kernel.Affine, row, row, p)
	}
	if e.Pre.Present() {
		copy(e.Pre.F[at:][:len(row)], row)
	}
	if e.Act != kernel.Identity {
		kernel.Map(e.Act, row, row, &none)
	}
}
