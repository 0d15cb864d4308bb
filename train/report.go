package train

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"brick/data"
	"brick/nn"
)

// Report is what a finished run found.
type Report struct {
	Dir        string   `json:"run"`
	Steps      int      `json:"steps"`
	Skipped    int      `json:"skipped_updates,omitempty"`
	Seconds    float64  `json:"seconds"` // of training
	Parameters int      `json:"parameters"`
	Split      string   `json:"split"` // what Metrics were measured on
	Metrics    *Metrics `json:"metrics,omitempty"`
	Exact      *Exact   `json:"exact,omitempty"` // of linear regression
	classes    []string
	task       data.Task
}

// Describe says in a few lines what is about to be trained.
func (r *Run) Describe() []string {
	all, learnt := nn.Count(r.Model), nn.Trainable(r.Model)
	out := []string{fmt.Sprintf("model    %s: %s parameters", r.Model.Notation(), commas(all))}
	if learnt < all {
		out[0] += fmt.Sprintf(", of which %s are trained", commas(learnt))
	}
	if r.Job.From != "" {
		what := "all blocks"
		if r.Job.Head != "" {
			what = "all blocks but the new head " + r.Job.Head
		}
		out = append(out, fmt.Sprintf("from     %s: %s", r.Job.From, what))
	}
	if l := r.Job.LoRA; l.On() {
		line := fmt.Sprintf("adapters of rank %d: %s parameters", l.Rank, commas(all-plainCount(r.Model)))
		if r.base != nil {
			line += ", the rest stays in the types of " + filepath.Base(r.Job.From)
		}
		out = append(out, line)
	}
	out = append(out, fmt.Sprintf("data     %s: %s", r.Job.Data.Source, r.splitSizes()))
	if r.Job.Data.Template == plain {
		out = append(out, "template plain: the model has none of its own, or another is asked for")
	} else if r.Job.Data.Template != "" {
		out = append(out, "template "+r.Job.Data.Template)
	}
	if r.Info.Cut != "" {
		out = append(out, "cut      "+r.Info.Cut+"; a longer context (data.context) would fit more")
	}
	if r.Job.Data.Augment != "" {
		out = append(out, fmt.Sprintf("augment  %s", r.Job.Data.Augment))
	}
	out = append(out, fmt.Sprintf("steps    %d of %d examples, %s, learning rate %g, %s", r.Job.Steps, r.Job.Batch*max(r.Job.Accumulate, 1), r.Job.Optimizer.Name, r.Job.Optimizer.LR, r.Job.Schedule.Name))
	out = append(out, fmt.Sprintf("memory   %s", r.Memory))
	out = append(out, fmt.Sprintf("run      %s", r.Dir))
	if r.state.Step > 0 {
		out = append(out, fmt.Sprintf("resumed  at step %d", r.state.Step))
	}
	return out
}

func (r *Run) splitSizes() string {
	var parts []string
	for name, set := range r.Splits.Each {
		parts = append(parts, fmt.Sprintf("%s %s", commas(set.Len()), map[string]string{"train": "to train on", "valid": "to validate", "test": "to test"}[name]))
	}
	return strings.Join(parts, ", ")
}

// Unit is what a rate counts: tokens of text, or examples.
func (r *Run) Unit() string {
	if r.Info.Task == data.Language {
		return "tokens"
	}
	return "examples"
}

// Counted is what Metrics.Examples counts: examples, tokens of text, or those of answers.
func (r *Run) Counted() string {
	switch {
	case r.Info.Task == data.Language && r.Job.Data.Task == data.ChatTask && r.Job.Data.LossOn != "all":
		return "answer tokens"
	case r.Info.Task == data.Language || r.Info.Task == data.Translation:
		return "tokens"
	}
	return "examples"
}

// Report measures the finished model on the test split, or the best split there is.
func (r *Run) Report(ctx context.Context) (*Report, error) {
	rep := &Report{Dir: r.Dir, Steps: r.state.Step, Skipped: r.state.Skipped, Seconds: r.state.Seconds, Parameters: nn.Count(r.Model), classes: r.Info.Classes, task: r.Info.Task}
	for _, s := range []struct {
		name string
		set  data.Set
	}{{"test", r.Splits.Test}, {"valid", r.Splits.Valid}, {"train", r.Splits.Train}} {
		if s.set == nil || s.set.Len() == 0 {
			continue
		}
		m, err := evaluate(ctx, &r.tape, r.Model, s.set, r.Loss, min(r.Job.Batch, 256), r.reportBatches(s.set))
		if err != nil {
			return nil, err
		}
		rep.Split, rep.Metrics = s.name, &m
		break
	}
	var err error
	rep.Exact, err = r.exact()
	return rep, err
}

// reportBatches bounds the final evaluation of a language model to what takes about a tenth of its training.
func (r *Run) reportBatches(set data.Set) int {
	if r.Info.Task != data.Language && r.Info.Task != data.Translation {
		return 0
	}
	return max(r.Job.Steps*max(r.Job.Accumulate, 1)*3/10, 20)
}

var splitNames = map[string]string{"test": "held-out test set", "valid": "validation set", "train": "training set (nothing was held out)"}

// WriteTo writes the report for people.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "\ntrained %d steps in %v", r.Steps, duration(r.Seconds))
	if r.Skipped > 0 {
		fmt.Fprintf(&b, " (%d updates skipped: not finite)", r.Skipped)
	}
	fmt.Fprintln(&b)
	if r.Metrics != nil {
		fmt.Fprintf(&b, "%s: %v\n", splitNames[r.Split], *r.Metrics)
		if len(r.classes) <= 12 {
			if err := WriteConfusion(&b, *r.Metrics, r.classes); err != nil {
				return 0, err
			}
		}
	}
	if r.Exact != nil {
		fmt.Fprintf(&b, "\n%v", r.Exact)
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// duration rounds to what people care about.
func duration(seconds float64) time.Duration {
	d := time.Duration(seconds * float64(time.Second))
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Second / 10)
}

// Next names commands to try with the run.
func (r *Run) Next() []string {
	var out []string
	switch {
	case r.Job.Data.Task == data.ChatTask:
		out = append(out, fmt.Sprintf("brick chat %s", r.Dir))
	case r.Info.Task == data.Language:
		out = append(out, fmt.Sprintf("brick generate %s 'func main() {' --temperature 0.7", r.Dir))
		if !r.Job.isGo() {
			out[0] = fmt.Sprintf("brick generate %s --temperature 0.8", r.Dir)
		}
	case r.Info.Picture != nil:
		out = append(out, fmt.Sprintf("brick predict %s IMAGE.png", r.Dir))
	case r.Info.Task == data.Translation:
		out = append(out, fmt.Sprintf("brick predict %s FILE", r.Dir))
		if r.Info.Name == "dates" {
			out[0] = fmt.Sprintf("echo 'March 3, 2026' | brick predict %s", r.Dir)
		}
	case r.Info.Task == data.Reading:
		out = append(out, fmt.Sprintf("brick predict %s LINE.png", r.Dir))
	case r.Info.Labelled():
		out = append(out, fmt.Sprintf("brick predict %s 'a text' --top 3", r.Dir))
	case r.Info.Columns != nil:
		out = append(out, fmt.Sprintf("brick predict %s NEW.csv", r.Dir))
	case len(r.Info.Input) == 3:
		out = append(out, fmt.Sprintf("brick predict %s IMAGE.png --top 3", r.Dir))
		if r.Info.Task == data.Classification {
			out = append(out, fmt.Sprintf("brick inspect %s --confusion confusion.png --errors errors.png", r.Dir))
		}
	}
	return append(out,
		fmt.Sprintf("brick eval %s", r.Dir),
		fmt.Sprintf("brick inspect %s", r.Dir),
		opener()+" "+filepath.Join(r.Dir, plotFile))
}

// opener is this system's command that shows a file.
func opener() string {
	switch runtime.GOOS {
	case "darwin":
		return "open"
	case "windows":
		return "start"
	}
	return "xdg-open"
}

func (j *Job) isGo() bool { return j.Data.Source == "go" }

// WriteConfusion writes the confusion matrix of a classifier, if it fits on a screen.
func WriteConfusion(w io.Writer, m Metrics, classes []string) error {
	if m.Confusion == nil || len(m.Confusion) > 20 || len(m.Confusion) != len(classes) {
		return nil
	}
	fmt.Fprintln(w, "\nconfusion: rows are true classes, columns predicted ones")
	t := tabwriter.NewWriter(w, 4, 0, 1, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "\t")
	for i := range classes {
		fmt.Fprintf(t, "%d\t", i)
	}
	fmt.Fprintln(t, "recall\t")
	for i, row := range m.Confusion {
		total := 0
		fmt.Fprintf(t, "%s (%d)\t", classes[i], i)
		for _, n := range row {
			total += n
			if n == 0 {
				fmt.Fprint(t, "·\t")
			} else {
				fmt.Fprintf(t, "%d\t", n)
			}
		}
		fmt.Fprintf(t, "%.1f %%\t\n", 100*float64(row[i])/float64(max(total, 1)))
	}
	return t.Flush()
}

// commas writes 1234567 as 1,234,567.
func commas(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
