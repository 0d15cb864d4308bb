package report

import (
	"image/color"
	"math"
)

// Inks of the figures. Sizes are drawn from green to navy and numbers of tokens from rose to violet, darker meaning more: both keep their
// order in grey and for the colour-blind. Vermilion is kept for what was predicted before it was measured (Okabe and Ito 2008).
var (
	ink         = rgb(0x1f2733)
	quiet       = rgb(0x5d6773)
	hairline    = rgb(0xe3e7ec)
	vermilion   = rgb(0xc8501e)
	sizeRamp    = []color.NRGBA{rgb(0x6fb88c), rgb(0x3c9a96), rgb(0x2a7a9a), rgb(0x28568c), rgb(0x2a2f6e)}
	tokenRamp   = []color.NRGBA{rgb(0xd98fae), rgb(0xb4639f), rgb(0x86428f), rgb(0x5b2c78), rgb(0x331a52)}
	surfaceRamp = []color.NRGBA{rgb(0xf7f3e8), rgb(0xd7e6d3), rgb(0x9fcdb8), rgb(0x5fa8a8), rgb(0x3f7f9f)} // of a filled plane, pale enough for points
	separate    = []color.NRGBA{rgb(0x0072b2), rgb(0xc8501e), rgb(0x008f6b), rgb(0x9a5b9a), rgb(0x8a6d00), rgb(0x4a4a4a)}
)

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}

// ramp is the i-th of n colours along stops, evenly spaced.
func ramp(stops []color.NRGBA, i, n int) color.NRGBA {
	if n < 2 {
		return stops[len(stops)-2]
	}
	return blend(stops, float64(i)/float64(n-1))
}

// blend is the colour at t of [0, 1] along stops.
func blend(stops []color.NRGBA, t float64) color.NRGBA {
	at := min(max(t, 0), 1) * float64(len(stops)-1)
	k := min(int(at), len(stops)-2)
	a, b, f := stops[k], stops[k+1], at-float64(k)
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + f*(float64(y)-float64(x)))) }
	return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 255}
}

// faint is c seen through.
func faint(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}
