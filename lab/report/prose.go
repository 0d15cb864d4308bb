package report

import (
	"fmt"
	"math"
	"time"

	"brick/lab/fit"
)

// shareText writes a share as per cent, in as many digits as are worth reading.
func shareText(x float64) string {
	p := 100 * math.Abs(x)
	switch {
	case p >= 9.95:
		return fmt.Sprintf("%.0f\u00a0%%", p)
	case p >= 0.095 || p == 0:
		return fmt.Sprintf("%.1f\u00a0%%", p)
	}
	return fmt.Sprintf("%.2f\u00a0%%", p)
}

// loss3 writes a loss to three decimals.
func loss3(x float64) string { return fmt.Sprintf("%.3f", x) }

// boxes are the three numbers that a reader in a hurry sees.
func (v view) boxes() []box {
	p, ok := v.headline()
	if !ok {
		return nil
	}
	return []box{
		{"", v.say("box.predicted"), loss3(p.Loss), v.say("box.interval", loss3(p.Lo), loss3(p.Hi))},
		{"", v.say("box.measured"), loss3(p.Measured), v.say("box.unit")},
		{"main", v.say("box.error"), shareText(p.Error()), v.say("box.relative")},
	}
}

// headlineText says how prediction and measurement compare, or why they cannot be compared yet.
func (v view) headlineText() []string {
	if v.Law == nil {
		return []string{v.say("head.no-law", len(v.family), len(grouped(v.family, params, tokens)))}
	}
	_, known := span(v.family, v.n, 1)
	p, ok := v.headline()
	if !ok {
		for _, q := range v.Verdict {
			if q.D >= p.D {
				p = q
			}
		}
		if p.N == 0 {
			return []string{v.say("head.no-held")}
		}
		return []string{v.say("head.waiting", short(p.N), short(p.D), loss3(p.Loss), loss3(p.Lo), loss3(p.Hi)), v.say("head.larger", digits(math.Round(10*p.N/known)/10))}
	}
	n, inside, worst := 0, 0, 0.0
	for _, q := range v.Verdict {
		if q.Measured > 0 {
			n++
			worst = max(worst, math.Abs(q.Error()))
			if q.Lo <= q.Measured && q.Measured <= q.Hi {
				inside++
			}
		}
	}
	return []string{
		v.say("head.verified", short(known), short(p.N), loss3(p.Loss), loss3(p.Lo), loss3(p.Hi), loss3(p.Measured), shareText(p.Error())) +
			v.space() + v.say("head.larger", digits(math.Round(10*p.N/known)/10)),
		v.say("head.inside", n, shareText(worst), inside),
	}
}

// space stands between two sentences.
func (v view) space() string {
	if v.lang == Chinese {
		return ""
	}
	return " "
}

// answer is what the sweep says to the question of its title.
func (v view) answer() (texts []string) {
	if len(v.sizes) < 2 {
		return []string{v.say("answer.none")}
	}
	g := v.fullest()
	if len(g.results) > 1 {
		small, big := g.results[0], g.results[len(g.results)-1]
		texts = append(texts, v.say("answer.parameters", short(g.key), short(v.n(small)), loss3(small.Loss), short(v.n(big)), loss3(big.Loss), digits(math.Exp(small.Loss)), digits(math.Exp(big.Loss))))
	}
	if v.Law == nil {
		return append(texts, v.say("answer.none"))
	}
	l := v.Law
	texts = append(texts, v.say("answer.n", plain(l.Alpha, 0.001), shareText(math.Pow(10, -l.Alpha))))
	last := v.both()[len(v.both())-1]
	n, d := v.n(last), tokens(last)
	byN := l.A * math.Pow(n, -l.Alpha) * (1 - math.Exp2(-l.Alpha))
	byD := l.B * math.Pow(d, -l.Beta) * (1 - math.Exp2(-l.Beta))
	need := "answer.need-d"
	if byN > byD {
		need = "answer.need-n"
	}
	texts = append(texts, v.say("answer.d", plain(l.Beta, 0.001), shareText(math.Pow(10, -l.Beta)), short(n), short(d), loss3(byN), loss3(byD), v.say(need)))
	if b := l.EBound; v.identified() {
		text := v.say("answer.e", digits(l.E), digits(l.E*last.BitsPerByte/last.Loss))
		if b.Hi > b.Lo {
			text += v.space() + v.say("answer.e-interval", digits(b.Lo), digits(b.Hi))
		}
		texts = append(texts, text)
	} else {
		texts = append(texts, v.say("answer.e-unknown", digits(b.Lo), digits(b.Hi)))
	}
	if n, d, c, ok := v.best(); ok {
		texts = append(texts, v.say("answer.compute", power(c), short(n), short(d), digits(d/n)))
	} else {
		texts = append(texts, v.say("answer.outside", power(c)))
	}
	return append(texts, v.say("answer.why"))
}

// identified is whether the interval of E says more than that it is between nothing and the least loss.
func (v view) identified() bool {
	b, least := v.Law.EBound, math.Inf(1)
	for _, r := range v.family {
		least = min(least, r.Loss)
	}
	return b.Lo > 0.02*least && b.Hi-b.Lo < 0.5*least
}

// best is what the law would buy with the operations of the costliest training, within the family.
func (v view) best() (n, d, c float64, ok bool) {
	_, c = span(v.both(), flops, 1)
	lo, hi := span(v.both(), v.n, 1)
	n = v.bestSize(c, lo, hi)
	return n, c / v.perToken(n), c, !math.IsNaN(n)
}

// constants are the rows of the law's table.
func (v view) constants() (rows []constant) {
	if v.Law == nil {
		return nil
	}
	l := v.Law
	for _, c := range []struct {
		symbol, key string
		value       float64
		bound       Value
	}{{"E", "mean.E", l.E, l.EBound}, {"A", "mean.A", l.A, l.ABound}, {"α", "mean.alpha", l.Alpha, l.AlphaBound}, {"B", "mean.B", l.B, l.BBound}, {"β", "mean.beta", l.Beta, l.BetaBound}} {
		rows = append(rows, constant{c.symbol, digits(c.value), v.interval(c.bound), v.say(c.key)})
	}
	return rows
}

// interval writes bounds, or a dash where there are none.
func (v view) interval(b Value) string {
	if !(b.Hi > b.Lo) {
		return "–"
	}
	return v.say("box.interval", digits(b.Lo), digits(b.Hi))
}

// quality says how well the law fits.
func (v view) quality() []string {
	if v.Law == nil {
		return nil
	}
	l := v.Law
	texts := []string{
		v.say("law.counted", v.say("law."+v.basis()), l.Points),
		v.say("law.quality", fmt.Sprintf("%.4f", l.R2), shareText(l.RMS)),
	}
	if l.LeaveOut > 0 {
		texts[1] += v.space() + v.say("law.leave-out", shareText(l.LeaveOut))
	}
	if v.Noise > 0 {
		texts = append(texts, v.say("law.noise", shareText(v.Noise)))
	} else {
		texts = append(texts, v.say("law.noise-none"))
	}
	if o := v.Other; o != nil {
		other := map[string]string{"all": "law.inner", "inner": "law.all"}[v.basis()]
		texts = append(texts, v.say("law.other", v.say(other), plain(o.Alpha, 0.001), plain(o.Beta, 0.001)))
	}
	return texts
}

// exponentRows are ours and the published exponents of the compute-optimal size.
func (v view) exponentRows() (rows []exponent) {
	for _, a := range v.Approaches {
		r := exponent{Name: v.say(a.Name), A: "–", Interval: "–"}
		if a.Why != "" {
			r.Source = v.say("law.cannot", a.Why)
		} else {
			r.A, r.Interval = plain(a.A.Value, 0.001), v.interval(a.A)
		}
		rows = append(rows, r)
	}
	for _, l := range fit.Published {
		rows = append(rows, exponent{v.say("law." + l.Name), plain(publishedExponent(l), 0.01), "–", l.Source})
	}
	return rows
}

// publishedExponent is the a of N ∝ C^a.
func publishedExponent(l fit.PublishedLaw) float64 {
	if l.Power != 0 {
		return l.Power
	}
	a, _ := l.Law.Exponents()
	return a
}

// method says how the numbers came about.
func (v view) method() (texts []string) {
	if len(v.family) > 0 {
		key, decay := "method.apart", 0.0
		for _, r := range v.family {
			if r.Trunk != "" {
				key = "method.schedule"
			}
			if r.Steps > 0 {
				decay = float64(r.Decay) / float64(r.Steps)
			}
		}
		texts = append(texts, v.say(key, shareText(decay)))
	}
	texts = append(texts, v.say("method.evaluation"), v.say("method.fit"))
	worst := 0.0
	for _, g := range v.sizes {
		if s := g.results[0].Size; s.FLOPs > 0 {
			worst = max(worst, math.Abs(float64(s.Formula)/float64(s.FLOPs)-1))
		}
	}
	texts = append(texts, v.say("method.flops", shareText(worst)))
	if !v.Written.IsZero() {
		texts = append(texts, v.say("method.order", v.Written.UTC().Format("2006-01-02 15:04:05 UTC")))
	}
	return texts
}

// limits says what is not to be concluded.
func (v view) limits() (texts []string) {
	if v.Law != nil && len(v.family) > 0 {
		lo, hi := span(v.family, v.n, 1)
		dLo, dHi := span(v.family, tokens, 1)
		if len(v.held) > 0 {
			texts = append(texts, v.say("limit.extrapolate", short(lo), short(hi), short(dLo), short(dHi), short(v.n(v.held[0]))))
		} else {
			texts = append(texts, v.say("limit.fitted", short(lo), short(hi), short(dLo), short(dHi)))
		}
		for _, w := range v.Law.Warnings {
			texts = append(texts, v.say("limit.warning", w))
		}
	}
	texts = append(texts, v.say("limit.text"), v.say("limit.small"))
	epochs := 0.0
	for _, r := range v.both() {
		epochs = max(epochs, tokens(r)/float64(max(r.Unique, 1)))
	}
	if l := v.Limit; l != nil {
		texts = append(texts, v.say("limit.data", short(l.Train), digits(l.Epochs), short(l.Longest), short(l.Budget)))
	}
	switch {
	case epochs > 1.001:
		texts = append(texts, v.say("limit.epochs", digits(epochs)))
	case epochs > 0:
		texts = append(texts, v.say("limit.fresh"))
	}
	return texts
}

// took writes seconds as people say them.
func took(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}
