package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"brick/train"
)

// progress shows a run on standard error: a bar on a terminal, plain lines elsewhere.
type progress struct {
	w      io.Writer
	bar    *progressbar.ProgressBar // nil where there is no terminal
	unit   string                   // tokens or examples
	began  time.Time
	last   time.Time // of the last plain line
	first  int       // steps done before
	count  int64
	smooth float64
}

// isTerminal reports whether w is a terminal that understands more than plain lines.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

func newProgress(w io.Writer, done, total int, unit string) *progress {
	p := &progress{w: w, unit: unit, began: time.Now(), last: time.Now(), first: done}
	if isTerminal(w) {
		_, noColor := os.LookupEnv("NO_COLOR")
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(w),
			progressbar.OptionEnableColorCodes(!noColor),
			progressbar.OptionSetWidth(24),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)
		_ = p.bar.Set(done) // the bar is decoration: a terminal that fails it does not stop a run
	}
	return p
}

// show follows one event of the run.
func (p *progress) show(e train.Event) {
	n := e.Step.Tokens
	if p.unit == "examples" {
		n = e.Step.Examples
	}
	p.count += int64(n)
	if p.smooth == 0 {
		p.smooth = e.Step.Loss
	}
	if !e.Step.Skipped {
		p.smooth += (e.Step.Loss - p.smooth) * 0.1
	}
	took := time.Since(p.began)
	rate := float64(p.count) / took.Seconds()
	left := time.Duration(float64(took) / float64(e.Done-p.first) * float64(e.Total-e.Done)).Round(time.Second)
	due := p.bar != nil || e.Valid != nil && time.Since(p.began) > 2*time.Second || p.due(e)
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("loss %.4f  lr %.2e  %s/s", p.smooth, e.Step.LR, si(rate, p.unit)))
		_ = p.bar.Set(e.Done)
	} else if due {
		fmt.Fprintf(p.w, "step %d/%d  loss %.4f  lr %.2e  %s/s  left %v\n", e.Done, e.Total, p.smooth, e.Step.LR, si(rate, p.unit), left)
	}
	if e.Valid != nil && due {
		mark := ""
		if e.Best && e.Done < e.Total {
			mark = "  (best so far)"
		}
		p.line("step %d  validation: %v%s", e.Done, *e.Valid, mark)
	}
	if e.Note != "" {
		p.line("%s", e.Note)
	}
}

// due says whether it is time for another plain line: one every two seconds, and the last.
func (p *progress) due(e train.Event) bool {
	if e.Done < e.Total && time.Since(p.last) < 2*time.Second {
		return false
	}
	p.last = time.Now()
	return true
}

// line prints one line without tearing the bar.
func (p *progress) line(format string, a ...any) {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	fmt.Fprintf(p.w, format+"\n", a...)
}

func (p *progress) close() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

// si writes a number with its unit the way people read it: 12.3 k tokens.
func si(v float64, unit string) string {
	for _, s := range []struct {
		by   float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= s.by {
			return strings.TrimSpace(fmt.Sprintf("%.3g %s %s", v/s.by, s.name, unit))
		}
	}
	return fmt.Sprintf("%.3g %s", v, unit)
}
