package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// newCounter shows on w how much of something is done and how long the rest will take: a bar on a terminal, elsewhere a line
// every ten seconds.
func newCounter(w io.Writer, unit string) func(done, all int) {
	var bar *progressbar.ProgressBar
	began := time.Now()
	last := began
	return func(done, all int) {
		if isTerminal(w) {
			if bar == nil {
				bar = progressbar.NewOptions(all, progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(24), progressbar.OptionShowCount(),
					progressbar.OptionSetPredictTime(true), progressbar.OptionSetDescription(unit), progressbar.OptionThrottle(100*time.Millisecond),
					progressbar.OptionClearOnFinish())
			}
			_ = bar.Set(done) // decoration: a terminal that fails it stops nothing
			return
		}
		if now := time.Now(); done < all && now.Sub(last) > 10*time.Second {
			last = now
			left := time.Duration(float64(now.Sub(began)) / float64(done) * float64(all-done)).Round(time.Second)
			fmt.Fprintf(w, "%d of %d %s, %v left\n", done, all, unit, left)
		}
	}
}
