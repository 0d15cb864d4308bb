package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"brick/lab"
)

// scaleView shows a sweep to people, or to a program that asked for JSON.
type scaleView struct {
	cmd  *cobra.Command
	json bool
}

func (v *scaleView) note(s string) { fmt.Fprintln(v.cmd.ErrOrStderr(), s) }

// run brings a sweep to its end and shows what came out.
func (v *scaleView) run(s *lab.Sweep) error {
	ctx, out := v.cmd.Context(), v.cmd.OutOrStdout()
	for line := range strings.Lines(s.Plan.String()) {
		v.note(strings.TrimSuffix(line, "\n"))
	}
	v.note("sweep    " + s.Dir)
	screen, err := newScaleScreen(v.cmd.ErrOrStderr(), s)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(out)
	for e, err := range s.Run(ctx) {
		if err != nil {
			screen.close()
			if ctx.Err() != nil {
				v.note("saved; go on with: brick scale --resume " + s.Dir)
			}
			return err
		}
		screen.show(e)
		if v.json {
			if err := enc.Encode(e); err != nil {
				return err
			}
		}
	}
	screen.close()
	if v.json {
		return nil
	}
	if _, err = s.WriteTo(out); err == nil && !s.Plan.Tuning {
		_, err = fmt.Fprintf(out, "\nnext:\n  brick scale show %s\n  brick scale report %s\n", s.Dir, s.Dir)
	}
	return err
}

// scaleScreen follows a sweep on standard error: a table and a plot that are drawn again on a terminal, plain lines elsewhere.
type scaleScreen struct {
	w       io.Writer
	sweep   *lab.Sweep
	live    bool
	drawn   int // lines to go back over
	last    time.Time
	loss    map[string]float64 // of trials that are done, on the test split
	running map[string]lab.Event
	e       lab.Event
}

func newScaleScreen(w io.Writer, s *lab.Sweep) (*scaleScreen, error) {
	x := &scaleScreen{w: w, sweep: s, live: isTerminal(w), last: time.Now(), loss: map[string]float64{}, running: map[string]lab.Event{}}
	done, err := s.Results()
	for _, r := range done {
		x.loss[r.ID] = r.Loss
	}
	return x, err
}

// show follows one event.
func (x *scaleScreen) show(e lab.Event) {
	x.e = e
	switch e.Kind {
	case "step":
		x.running[e.Trial] = e
		if x.live {
			x.draw(false)
		} else if time.Since(x.last) >= 10*time.Second {
			x.last = time.Now()
			fmt.Fprintf(x.w, "%d of %d trials done, %s %d/%d  loss %.4f  left %v\n", e.Done, e.Trials, e.Trial, e.Step, e.Steps, e.Loss, left(e.Left))
		}
	case "result":
		delete(x.running, e.Trial)
		x.loss[e.Trial] = e.Result.Loss
		if x.live {
			x.draw(true)
		} else {
			r := e.Result
			fmt.Fprintf(x.w, "%d/%d  %s: %s tokens, loss %.4f, %.3f bits per byte, left %v\n", e.Done, e.Trials, r.ID, si(float64(r.Tokens), ""), r.Loss, r.BitsPerByte, left(e.Left))
		}
	case "predicted":
		p := e.Prediction
		row := p.Rows[0]
		x.line(fmt.Sprintf("predicted: %s will reach %.4f (%.4f to %.4f)", row.Trial, row.Loss, row.Low, row.High))
	case "verdict":
		l := e.Verdict.Longest
		x.line(fmt.Sprintf("measured: %s reached %.4f, predicted was %.4f: off by %+.2f %%", l.Trial, l.Measured, l.Loss, l.Percent))
	default:
		x.line(e.Note)
	}
}

func left(seconds float64) time.Duration {
	return time.Duration(seconds * float64(time.Second)).Round(time.Second)
}

// line prints a line that stays.
func (x *scaleScreen) line(s string) {
	x.erase()
	fmt.Fprintln(x.w, s)
}

// erase goes back over what is drawn.
func (x *scaleScreen) erase() {
	if x.drawn > 0 {
		fmt.Fprintf(x.w, "\x1b[%dA\x1b[J", x.drawn)
		x.drawn = 0
	}
}

// draw shows the table of the family and the plot of its losses, at most five times a second.
func (x *scaleScreen) draw(now bool) {
	if !now && time.Since(x.last) < 200*time.Millisecond {
		return
	}
	x.last = time.Now()
	text := x.table() + lab.TextPlot(x.points(), 60, 10)
	text += fmt.Sprintf("%d of %d trials done, left %v\n", x.e.Done, x.e.Trials, left(x.e.Left))
	x.erase()
	fmt.Fprint(x.w, text)
	x.drawn = strings.Count(text, "\n")
}

// table has a row for each size and a column for each number of tokens: the loss, how far the trial is, or a dot; then the studies.
func (x *scaleScreen) table() string {
	var b strings.Builder
	p := x.sweep.Plan
	rows, columns := map[string][]lab.Trial{}, []int(nil)
	studies, done := 0, 0
	for _, t := range p.Trials {
		if t.Study != lab.Family {
			studies++
			if _, ok := x.loss[t.ID]; ok {
				done++
			}
			continue
		}
		rows[t.Size.Name] = append(rows[t.Size.Name], t)
		if t.Size.Name == p.Sizes[0].Name {
			columns = append(columns, t.Tokens)
		}
	}
	fmt.Fprintf(&b, "%-6s%10s", "size", "params")
	for i := len(columns) - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "%9s", si(float64(columns[i]), ""))
	}
	fmt.Fprintln(&b, "  tokens")
	for _, s := range p.Sizes {
		fmt.Fprintf(&b, "%-6s%10s", s.Name, si(float64(s.Params), ""))
		for i := len(rows[s.Name]) - 1; i >= 0; i-- {
			fmt.Fprintf(&b, "%9s", x.cell(rows[s.Name][i]))
		}
		fmt.Fprintln(&b)
	}
	if studies > 0 {
		fmt.Fprintf(&b, "studies %d of %d", done, studies)
		for _, t := range p.Trials {
			if e, ok := x.running[t.ID]; ok && t.Study != lab.Family {
				fmt.Fprintf(&b, "  %s %d%%", t.ID, 100*e.Step/max(e.Steps, 1))
			}
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

func (x *scaleScreen) cell(t lab.Trial) string {
	if l, ok := x.loss[t.ID]; ok {
		return fmt.Sprintf("%.4f", l)
	}
	if e, ok := x.running[t.ID]; ok {
		return fmt.Sprintf("%d%%", 100*e.Step/max(e.Steps, 1))
	}
	return "·"
}

// points are the family's losses so far.
func (x *scaleScreen) points() (out []lab.PlotPoint) {
	for _, t := range x.sweep.Plan.Trials {
		if l, ok := x.loss[t.ID]; ok && t.Study == lab.Family {
			out = append(out, lab.PlotPoint{X: float64(t.Size.FLOPs) * float64(t.Tokens), Y: l, Mark: t.Size.Name})
		}
	}
	return out
}

func (x *scaleScreen) close() {
	if x.live {
		x.draw(true)
	}
}
