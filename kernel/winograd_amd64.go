//go:build amd64 && !purego && !f64

package kernel

import "slices"

// HasWinograd reports whether the level in use has vectors for the transforms of WinogradOut and the others.
func HasWinograd() bool { return level != Generic }

// winogradWeightsVector is WinogradWeights with vectors; it reports whether the level in use has them.
func winogradWeightsVector(u, w []Float, n, ld int, turned bool) bool {
	if level == Generic {
		return false
	}
	u, w = u[:(WinogradPlaces-1)*ld+panels(n, WinogradLanes)*WinogradLanes], w[:9*n]
	at, tap := 0, 4
	if turned {
		at, tap = 8, -4
	}
	if level == AVX512 {
		winogradWeightsAVX512(&u[0], &w[at], n, tap, 4*ld)
	} else {
		winogradWeightsAVX2(&u[0], &w[at], n, tap, 4*ld)
	}
	return true
}

// winogradRowsVector is WinogradRows with vectors; it reports whether the level in use has them.
func winogradRowsVector(dst, x, zero []Float, s *WinogradSize) bool {
	if level == Generic {
		return false
	}
	vectors := panels(s.W, WinogradLanes) * WinogradLanes
	_, x, zero = dst[(s.Channels-1)*s.Room+(6*s.Tiles-1)*s.Ld+vectors-1], x[:s.Channels*s.H*s.W], zero[:s.W]
	switch {
	case level == AVX2 && s.Slopes:
		winogradSlopeRowsAVX2(&dst[0], &x[0], &zero[0], s.Channels, s.Tiles, s.W, s.H, s.First, 4*s.H*s.W, 4*s.Ld, 4*s.Room)
	case level == AVX2:
		winogradRowsAVX2(&dst[0], &x[0], &zero[0], s.Channels, s.Tiles, s.W, s.H, s.First, 4*s.H*s.W, 4*s.Ld, 4*s.Room)
	case s.Slopes:
		winogradSlopeRowsAVX512(&dst[0], &x[0], &zero[0], s.Channels, s.Tiles, s.W, s.H, s.First, 4*s.H*s.W, 4*s.Ld, 4*s.Room)
	default:
		winogradRowsAVX512(&dst[0], &x[0], &zero[0], s.Channels, s.Tiles, s.W, s.H, s.First, 4*s.H*s.W, 4*s.Ld, 4*s.Room)
	}
	return true
}

// winogradWhole reports whether two pairs of tiles lie side by side wherever a vector takes them.
func winogradWhole(off *[winogradPairs]int) bool {
	return off[1] == off[0]+8 && off[3] == off[2]+8 && off[5] == off[4]+8 && off[7] == off[6]+8
}

// winogradColumnsVector is WinogradColumns with vectors; it reports whether the level in use has them.
func winogradColumnsVector(v, x []Float, off *[winogradPairs]int, channels, ld, room, step, next int, slopes bool) bool {
	if level == Generic {
		return false
	}
	last := slices.Max(off[:])
	_, _ = v[(WinogradPlaces-1)*step+(channels-1)*next+WinogradLanes-1], x[(channels-1)*room+5*ld+last+11]
	_ = x[slices.Min(off[:])]
	whole := winogradWhole(off)
	switch {
	case level == AVX2 && slopes:
		winogradSlopeColumnsAVX2(&v[0], &x[0], &off[0], channels, 4*ld, 4*room, 4*step, 4*next)
	case level == AVX2:
		winogradColumnsAVX2(&v[0], &x[0], &off[0], channels, 4*ld, 4*room, 4*step, 4*next)
	case slopes && whole:
		winogradSlopeColumnsWholeAVX512(&v[0], &x[0], &off[0], channels, 4*ld, 4*room, 4*step, 4*next)
	case slopes:
		winogradSlopeColumnsAVX512(&v[0], &x[0], &off[0], channels, 4*ld, 4*room, 4*step, 4*next)
	case whole:
		winogradColumnsWholeAVX512(&v[0], &x[0], &off[0], channels, 4*ld, 4*room, 4*step, 4*next)
	default:
		winogradColumnsAVX512(&v[0], &x[0], &off[0], channels, 4*ld, 4*room, 4*step, 4*next)
	}
	return true
}

// winogradOutVector is WinogradOut with vectors; it reports whether the level in use has them.
func winogradOutVector(y, m []Float, off *[winogradPairs]int, channels, step, ldm, ldy, plane int, onto bool) bool {
	if level == Generic {
		return false
	}
	last := slices.Max(off[:])
	_, _ = m[(WinogradPlaces-1)*step+(channels-1)*ldm+WinogradLanes-1], y[(channels-1)*plane+3*ldy+last+7]
	_ = y[slices.Min(off[:])]
	switch {
	case level == AVX2:
		winogradOutAVX2(&y[0], &m[0], &off[0], channels, 4*step, 4*ldm, 4*ldy, 4*plane, onto)
	case winogradWhole(off):
		winogradOutWholeAVX512(&y[0], &m[0], &off[0], channels, 4*step, 4*ldm, 4*ldy, 4*plane, onto)
	default:
		winogradOutAVX512(&y[0], &m[0], &off[0], channels, 4*step, 4*ldm, 4*ldy, 4*plane, onto)
	}
	return true
}
