package lab

import (
	"fmt"
	"math"
	"strings"
)

// A PlotPoint is a place in a TextPlot, drawn as the last letter of Mark.
type PlotPoint struct {
	X, Y float64
	Mark string
}

// TextPlot draws points with logarithmic axes on width × height characters, with the ends of both axes; it is empty for less than two points.
func TextPlot(points []PlotPoint, width, height int) string {
	if len(points) < 2 || width < 10 || height < 2 {
		return ""
	}
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, p := range points {
		x0, x1 = min(x0, p.X), max(x1, p.X)
		y0, y1 = min(y0, p.Y), max(y1, p.Y)
	}
	place := func(v, low, high float64, n int) int {
		if !(high > low && low > 0) {
			return 0
		}
		return int(math.Round(math.Log(v/low) / math.Log(high/low) * float64(n-1)))
	}
	grid := make([][]rune, height)
	for i := range grid {
		grid[i] = []rune(strings.Repeat(" ", width))
	}
	for _, p := range points {
		mark := '*'
		for _, c := range p.Mark {
			mark = c
		}
		grid[height-1-place(p.Y, y0, y1, height)][place(p.X, x0, x1, width)] = mark
	}
	var b strings.Builder
	for i, row := range grid {
		label := ""
		switch i {
		case 0:
			label = fmt.Sprintf("%.3f", y1)
		case height - 1:
			label = fmt.Sprintf("%.3f", y0)
		}
		fmt.Fprintf(&b, "%7s │%s\n", label, strings.TrimRight(string(row), " "))
	}
	fmt.Fprintf(&b, "%7s └%s\n", "loss", strings.Repeat("─", width))
	low, high := fmt.Sprintf("%.1e", x0), fmt.Sprintf("%.1e operations", x1)
	fmt.Fprintf(&b, "%9s%s%s%s\n", "", low, strings.Repeat(" ", max(width-len(low)-len(high), 1)), high)
	return b.String()
}
