//go:build !linux

package cpu

import "math"

// quota is +∞: only Linux has containers that limit the time of cores.
func quota() float64 { return math.Inf(1) }
