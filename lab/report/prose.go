package report

import (
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/stat"

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
	f, ok := v.headline()
	if !ok {
		return nil
	}
	return []box{
		{"", v.say("box.predicted"), loss3(f.loss), v.say("box.interval", loss3(f.lo), loss3(f.hi))},
		{"", v.say("box.measured"), loss3(f.measured), v.say("box.unit")},
		{"main", v.say("box.error"), shareText(f.err()), v.say("box.relative")},
	}
}

// headlineText says how prediction and measurement compare, or why they cannot be compared yet.
func (v view) headlineText() []string {
	if v.law == nil || len(v.family) == 0 {
		return []string{v.say("head.no-law", len(v.family), len(grouped(v.family, params, tokens)))}
	}
	_, known := span(v.family, v.n, 1)
	larger := func(n float64) string { return v.space() + v.say("head.larger", digits(math.Round(10*n/known)/10)) }
	f, ok := v.headline()
	if !ok {
		if len(v.forecasts) == 0 {
			return []string{v.say("head.no-held")}
		}
		f = v.forecasts[len(v.forecasts)-1]
		return []string{v.say("head.waiting", short(f.n), short(f.d), loss3(f.loss), loss3(f.lo), loss3(f.hi)) + larger(f.n)}
	}
	n, inside, worst := 0, 0, 0.0
	for _, f := range v.forecasts {
		if f.measured > 0 {
			n++
			worst = max(worst, math.Abs(f.err()))
			if f.lo <= f.measured && f.measured <= f.hi {
				inside++
			}
		}
	}
	return []string{
		v.say("head.verified", short(known), short(f.n), loss3(f.loss), loss3(f.lo), loss3(f.hi), loss3(f.measured), shareText(f.err()), short(f.d)) + larger(f.n),
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
		if small.Loss <= big.Loss {
			texts = append(texts, v.say("answer.not-better", short(g.key), short(v.n(small)), loss3(small.Loss), short(v.n(big)), loss3(big.Loss)))
		} else {
			texts = append(texts, v.say("answer.parameters", short(g.key), short(v.n(small)), loss3(small.Loss), short(v.n(big)), loss3(big.Loss), digits(math.Exp(small.Loss)), digits(math.Exp(big.Loss))))
		}
	}
	if v.law == nil {
		return append(texts, v.say("answer.none"))
	}
	l := v.law
	if l.Alpha > 0 {
		texts = append(texts, v.say("answer.n", plain(l.Alpha, 0.001), shareText(math.Pow(10, -l.Alpha)))+v.doubt("alpha", "α"))
	}
	last := v.both()[len(v.both())-1]
	n, d := v.n(last), tokens(last)
	byN := l.A * math.Pow(n, -l.Alpha) * (1 - math.Exp2(-l.Alpha))
	byD := l.B * math.Pow(d, -l.Beta) * (1 - math.Exp2(-l.Beta))
	need := "answer.need-d"
	if byN > byD {
		need = "answer.need-n"
	}
	if l.Alpha > 0 && l.Beta > 0 {
		texts = append(texts, v.say("answer.d", plain(l.Beta, 0.001), shareText(math.Pow(10, -l.Beta)), short(n), short(d), loss3(byN), loss3(byD), v.say(need))+v.doubt("beta", "β"))
	}
	switch e := v.constant("E"); {
	case e.Interval.High < 1e-3:
		texts = append(texts, v.say("answer.e-none"))
	case e.Note != "":
		texts = append(texts, v.say("answer.e-unknown", wide(e.Interval.Low), wide(e.Interval.High)))
	default:
		texts = append(texts, v.say("answer.e", digits(e.Value), digits(e.Value*last.BitsPerByte/last.Loss))+v.space()+v.say("answer.e-interval", digits(e.Interval.Low), digits(e.Interval.High)))
	}
	if n, d, c, ok := v.best(); ok {
		texts = append(texts, v.say("answer.compute", power(c), short(n), short(d), digits(d/n)))
	} else {
		texts = append(texts, v.say("answer.outside", power(c)))
	}
	return append(texts, v.say("answer.why"))
}

// doubt is said of a constant that the points hardly tell; empty for others.
func (v view) doubt(name, symbol string) string {
	c := v.constant(name)
	if c.Note == "" {
		return ""
	}
	return v.space() + v.say("limit.constant", symbol, v.interval(c.Interval))
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
	if v.law == nil {
		return nil
	}
	symbols := map[string]string{"alpha": "α", "beta": "β"}
	for _, c := range v.fitted.Constants {
		symbol := c.Name
		if s, ok := symbols[symbol]; ok {
			symbol = s
		}
		rows = append(rows, constant{symbol, wide(c.Value), v.interval(c.Interval), v.interval(c.All), v.say("mean." + c.Name)})
	}
	return rows
}

// wide writes a number of any size in three digits.
func wide(x float64) string {
	switch a := math.Abs(x); {
	case a > 1e200:
		return "∞"
	case a < 1e-6:
		return "0"
	case a >= 1e5 || a < 1e-3:
		if x < 0 {
			return "−" + power(a)
		}
		return power(a)
	}
	return digits(x)
}

// interval writes bounds, or a dash where there are none.
func (v view) interval(i fit.Interval) string {
	if !(i.High > i.Low) {
		return "–"
	}
	lo, hi := wide(i.Low), wide(i.High)
	if lo == "0" && hi == "0" {
		return "–"
	}
	return v.say("box.interval", lo, hi)
}

// quality says how well the law fits.
func (v view) quality() []string {
	if v.law == nil {
		return nil
	}
	f := v.fitted
	texts := []string{
		v.say("law.counted", v.say("law."+v.basis()), len(f.Points)),
		v.say("law.quality", fmt.Sprintf("%.4f", f.Quality.R2), shareText(f.Quality.RMSE)),
	}
	if miss := leftOut(f); !math.IsNaN(miss) {
		texts[1] += v.space() + v.say("law.leave-out", shareText(miss))
	}
	if s := v.summed(); v.coupled() && s != f {
		texts = append(texts, v.say("law.coupled", fmt.Sprintf("%.4f", s.Quality.R2), shareText(leftOut(s))))
	}
	if v.noise > 0 {
		texts = append(texts, v.say("law.noise", shareText(v.noise)))
	} else {
		texts = append(texts, v.say("law.noise-none"))
	}
	if o := v.other; o != nil {
		other := map[string]string{"all": "law.inner", "inner": "law.all"}[v.basis()]
		texts = append(texts, v.say("law.other", v.say(other), plain(o.Alpha, 0.001), plain(o.Beta, 0.001)))
	}
	return texts
}

// leftOut is the root mean square of the errors at sizes that were left out; NaN where none was.
func leftOut(f *fit.JointFit) float64 {
	var squares []float64
	for _, s := range f.Sizes {
		for _, e := range s.Errors {
			squares = append(squares, e*e)
		}
	}
	return math.Sqrt(stat.Mean(squares, nil))
}

// took writes seconds as people say them.
func took(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}
