package lab

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"brick/lab/fit"
)

// A Summary is all that a sweep knows so far.
type Summary struct {
	Plan       *Plan       `json:"plan"`
	Results    []Result    `json:"results"`
	Prediction *Prediction `json:"prediction,omitempty"`
	Verdict    *Verdict    `json:"verdict,omitempty"`
	Findings   Findings    `json:"findings"`
}

// Summary gathers what the sweep's folder holds.
func (s *Sweep) Summary() (out Summary, err error) {
	out.Plan = s.Plan
	if out.Results, err = s.Results(); err != nil {
		return out, err
	}
	if out.Prediction, err = s.Prediction(); err != nil {
		return out, err
	}
	if out.Verdict, err = s.Verdict(); err != nil {
		return out, err
	}
	out.Findings, err = s.Findings()
	return out, err
}

// WriteTo writes what a sweep found for people: the table, the law, the prediction beside what was measured, the studies.
func (s *Sweep) WriteTo(w io.Writer) (int64, error) {
	if s.Plan.Tuning {
		t, err := s.Tuned()
		if err != nil {
			return 0, err
		}
		list, err := s.Results()
		if err != nil {
			return 0, err
		}
		var b strings.Builder
		writeTable(&b, list, nil)
		if t != nil {
			fmt.Fprintf(&b, "\n%v\nuse it: brick scale --rule %s\n", t, filepath.Join(s.Dir, ruleFile))
		}
		n, err := io.WriteString(w, b.String())
		return int64(n), err
	}
	all, err := s.Summary()
	if err != nil {
		return 0, err
	}
	list, prediction, verdict, findings := all.Results, all.Prediction, all.Verdict, all.Findings
	var law *Law
	if prediction != nil {
		law = prediction.Law
	}
	var b strings.Builder
	writeTable(&b, list, law)
	if s.Plan.Limited != "" {
		fmt.Fprintf(&b, "\n%s\n", s.Plan.Limited)
	}
	if law != nil {
		fmt.Fprintf(&b, "\n%s", law)
	}
	if verdict != nil {
		fmt.Fprintf(&b, "\n%s", verdict)
	} else if prediction != nil {
		row := longest(prediction.Rows)
		fmt.Fprintf(&b, "\npredicted: %s will reach %.4f (95 %% interval %.4f to %.4f)\n", row.Trial, row.Loss, row.Low, row.High)
	}
	writeFLOPs(&b, s.Plan.Sizes)
	for i, sentence := range findings.Sentences() {
		if i == 0 {
			fmt.Fprintln(&b)
		}
		fmt.Fprintln(&b, sentence.EN)
	}
	for _, o := range s.Plan.Omitted {
		fmt.Fprintf(&b, "No study of %s: %s.\n", o.Study, o.Why.EN)
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// writeTable has a row for each trial: those of the law first, beside what it says of them.
func writeTable(b *strings.Builder, list []Result, law *Law) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "trial\tN\twithout emb.\ttokens\ttokens/N\tloss\tbits/byte\tfitted\tresidual\tseconds\t")
	for _, r := range list {
		fitted, residual := "", ""
		if law != nil && r.Study == Family {
			l := law.Joint.Law.Loss(float64(r.Size.counted(law.Counted)), float64(r.Tokens))
			fitted, residual = fmt.Sprintf("%.4f", l), fmt.Sprintf("%+.2f %%", 100*math.Log(r.Loss/l))
			if r.HeldOut {
				residual += " *"
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%.3g\t%.4f\t%.3f\t%s\t%s\t%.1f\t\n", r.ID, count(float64(r.Size.Params)), count(float64(r.Size.NonEmbedding)), count(float64(r.Tokens)),
			float64(r.Tokens)/float64(r.Size.Params), r.Loss, r.BitsPerByte, fitted, residual, r.Seconds)
	}
	t.Flush()
	if law != nil {
		fmt.Fprintln(b, "loss in nats a token on the test split; residual: log of measured over fitted; * held out: the law had not seen it")
	}
}

// String says the law with its intervals, what it is worth, and what else it was asked.
func (l *Law) String() string {
	var b strings.Builder
	j := l.Joint
	fmt.Fprintf(&b, "%s, N %s\n", j.Law.Formula(), l.Counted)
	for _, c := range j.Constants {
		fmt.Fprintf(&b, "  %-6s %-10.4g %g %% interval %.4g to %.4g\n", c.Name, c.Value, 100*j.Level, c.Interval.Low, c.Interval.High)
	}
	fmt.Fprintf(&b, "  R² %.4f in log L, typical residual %.2f %%; by N %s R² %.4f\n", j.Quality.R2, 100*j.Quality.RMSE, other(l.Counted), l.Other.Quality.R2)
	if miss := leftOut(j); !math.IsInf(miss, 0) {
		fmt.Fprintf(&b, "  sizes left out are foretold within %.2f %% (by N %s within %.2f %%)\n", 100*miss, other(l.Counted), 100*leftOut(l.Other))
	}
	if l.Sum != nil && l.Sum.Law != j.Law {
		fmt.Fprintf(&b, "  with the terms summed, %s: R² %.4f, sizes left out within %.2f %%\n", l.Sum.Law.Formula(), l.Sum.Quality.R2, 100*leftOut(l.Sum))
	}
	for _, f := range []*fit.OneFit{l.InN, l.InC} {
		if f != nil {
			fmt.Fprintf(&b, "L(%s) = %.4g + %.4g/%s^%.4g: R² %.4f over %d points\n", f.Variable, f.Law.E, f.Law.A, f.Variable, f.Law.Alpha, f.Quality.R2, len(f.Points))
		}
	}
	fmt.Fprintln(&b, "compute-optimal N ∝ C^a, D ∝ C^b (Hoffmann et al. 2022):")
	approach := func(name string, c []fit.Constant) {
		fmt.Fprintf(&b, "  %s  a %.3f (%.3f to %.3f)  b %.3f (%.3f to %.3f)\n", name, c[0].Value, c[0].Interval.Low, c[0].Interval.High, c[1].Value, c[1].Interval.Low, c[1].Interval.High)
	}
	for _, a := range []*fit.Allocation{l.Envelope, l.IsoFLOP} {
		if a != nil {
			approach(a.Approach, a.Exponents)
		}
	}
	approach("approach 3 (terms summed)", l.Sum.Exponents)
	if l.Sum.Law != j.Law {
		approach("the law", j.Exponents)
	}
	if l.Noise > 0 {
		fmt.Fprintf(&b, "noise between seeds: %.2f %% of the loss\n", 100*l.Noise)
	}
	for _, n := range append(append([]string(nil), l.Notes...), j.Notes...) {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}

func other(count string) string {
	if count == CountAll {
		return CountBody
	}
	return CountAll
}

// String says the prediction beside what was measured.
func (v *Verdict) String() string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "held out\ttokens\tpredicted\tinterval\tmeasured\toff by\t")
	for _, r := range v.Rows {
		inside := ""
		if !r.Inside {
			inside = " (outside)"
		}
		fmt.Fprintf(t, "%s\t%s\t%.4f\t%.4f to %.4f\t%.4f\t%+.2f %%%s\t\n", r.Trial, count(float64(r.Tokens)), r.Loss, r.Low, r.High, r.Measured, r.Percent, inside)
	}
	t.Flush()
	fmt.Fprintf(&b, "predicted before its first step: %.4f; trained, %s reached %.4f: off by %+.2f %%\n", v.Longest.Loss, v.Longest.Trial, v.Longest.Measured, v.Longest.Percent)
	return b.String()
}

func longest(rows []Predicted) (out Predicted) {
	for _, r := range rows {
		if r.Tokens > out.Tokens {
			out = r
		}
	}
	return out
}

// writeFLOPs says how far the formula of operations is from those counted.
func writeFLOPs(b *strings.Builder, sizes []Size) {
	worst := 0.0
	for _, s := range sizes {
		if d := float64(s.Formula)/float64(s.FLOPs) - 1; math.Abs(d) > math.Abs(worst) {
			worst = d
		}
	}
	fmt.Fprintf(b, "operations of training: the formula is within %.2f %% of those counted, for all sizes\n", 100*math.Abs(worst))
}
