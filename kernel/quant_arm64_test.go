//go:build arm64 && !purego && !f64

package kernel

import "testing"

// The kernels for processors without products of bytes give the same bits.
func TestQuantTilesWithoutDot(t *testing.T) {
	defer func(was bool) { dotProduct = was }(dotProduct)
	dotProduct = false
	t.Run("tiles", TestQuantTiles)
	t.Run("extremes", TestQuantTilesExtremes)
}
