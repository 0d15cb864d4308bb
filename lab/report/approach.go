package report

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/plot/text"

	"brick/lab/fit"
)

// An approach is one way to the exponent a of the compute-optimal size, N ∝ C^a (Hoffmann et al. 2022, section 3).
type approach struct {
	name string        // its key among the words
	a    *fit.Constant // nil where the family does not tell
	note string
}

// summed is the fit whose terms are summed, as in approach 3.
func (v view) summed() *fit.JointFit {
	if s := v.Prediction.Law.Sum; s != nil {
		return s
	}
	return v.fitted
}

// coupled says whether the law is not that of approach 3.
func (v view) coupled() bool { return v.law != nil && v.law.P != 0 }

// allocate gathers the approaches of the law, and some of approach 2's profiles.
func (v *view) allocate() {
	if v.law == nil {
		return
	}
	for _, way := range []struct {
		name  string
		found *fit.Allocation
	}{{"approach.1", v.Prediction.Law.Envelope}, {"approach.2", v.Prediction.Law.IsoFLOP}} {
		w := approach{name: way.name, note: v.say("approach.cannot")}
		if f := way.found; f != nil && len(f.Exponents) > 0 {
			w.a, w.note = &f.Exponents[0], v.say("approach.used", len(f.Best), len(f.Excluded))
		}
		v.approaches = append(v.approaches, w)
	}
	derived := func(name string, f *fit.JointFit) {
		w := approach{name: name, note: v.say("approach.derived")}
		for i := range f.Exponents {
			if c := &f.Exponents[i]; c.Name == "a" {
				w.a = c
			}
		}
		v.approaches = append(v.approaches, w)
	}
	derived("approach.3", v.summed())
	if v.coupled() {
		derived("approach.law", v.fitted)
	}

	var points []fit.Point
	for _, r := range v.family {
		points = append(points, fit.Point{N: v.n(r), D: tokens(r), C: r.FLOPs, L: r.Loss})
	}
	lo, hi := span(v.family, flops, 1)
	computes := floats.Span(make([]float64, 40), math.Log(lo), math.Log(hi))
	for i, c := range computes {
		computes[i] = math.Exp(c)
	}
	profiles, err := fit.Profiles(points, computes)
	if err != nil {
		return // the points that it refuses are not in v
	}
	const shown = 5
	for i := range min(shown, len(profiles)) {
		v.profiles = append(v.profiles, profiles[i*(len(profiles)-1)/max(min(shown, len(profiles))-1, 1)])
	}
}

// isoFLOP is the loss of all sizes at equal cost, with parabolas through them.
func (v view) isoFLOP() (Figure, bool) {
	if len(v.profiles) == 0 {
		return Figure{}, false
	}
	c := newChart(v.say("axis.n."+v.basis()), v.say("axis.loss"))
	lo, hi, least, most := math.Inf(1), 0.0, math.Inf(1), 0.0
	for _, p := range v.profiles {
		least, most = min(least, p.Least), max(most, floats.Max(p.L))
		lo, hi = min(lo, p.N[0]), max(hi, p.N[len(p.N)-1])
	}
	lo, hi = lo/1.4, hi*1.4
	room := math.Pow(most/least, 0.08)
	c.logX(lo, hi, short)
	c.logLoss(least/room, most*room)
	c.right = 90
	for i, p := range v.profiles {
		col := ramp(sizeRamp, i, len(v.profiles))
		from, to := p.N[0]/1.15, p.N[len(p.N)-1]*1.15
		c.function(p.Loss, from, to, col, 1.8)
		for j, n := range p.N {
			c.dots(xys(n, p.L[j]), col, 4)
		}
		c.note(to, p.Loss(to), "C = "+power(p.C), col, 6, 4, text.XLeft)
	}
	for i, p := range v.profiles {
		if i > 0 {
			last := v.profiles[i-1]
			c.line(xys(last.BestN, last.Least, p.BestN, p.Least), vermilion, 1.5, 5, 4)
		}
	}
	for _, p := range v.profiles {
		c.rings(xys(p.BestN, p.Least), vermilion, 6)
		c.note(p.BestN, p.Least, short(p.BestN), vermilion, -5, -13, text.XRight)
	}
	return Figure{ID: "iso-flop", Title: v.say("title.iso-flop"), charts: []*chart{c}}, true
}

// exponents are those of the compute-optimal size, ours with their intervals beside published ones.
func (v view) exponents() (Figure, bool) {
	type row struct {
		name      string
		a, lo, hi float64
		ours      bool
	}
	var rows []row
	for i := len(fit.Published) - 1; i >= 0; i-- {
		a := publishedExponent(fit.Published[i])
		rows = append(rows, row{v.say("law." + fit.Published[i].Name), a, a, a, false})
	}
	count := len(rows)
	for i := len(v.approaches) - 1; i >= 0; i-- {
		if w := v.approaches[i]; w.a != nil {
			lo, hi := w.a.Interval.Low, w.a.Interval.High
			if !(hi > lo) {
				lo, hi = w.a.Value, w.a.Value // no draw told another size
			}
			rows = append(rows, row{v.say(w.name), w.a.Value, lo, hi, true})
		}
	}
	if len(rows) == count {
		return Figure{}, false
	}
	c := newChart(v.say("axis.exponent"), "")
	c.height, c.right = 58+27*float64(len(rows)), 60
	lo, hi := 0.25, 0.8
	names := make([]string, len(rows))
	for i, r := range rows {
		lo, hi = min(lo, r.lo-0.05), max(hi, r.hi+0.05)
		names[i] = r.name
	}
	lo, hi = max(lo, -0.5), min(hi, 1.5)
	c.p.X.Min, c.p.X.Max, c.p.X.Tick.Marker = lo, hi, evenTicks(8, plain)
	c.rows(names)
	for i, r := range rows {
		y, col := float64(i), quiet
		if r.ours {
			col = rgb(0x28568c)
			c.line(xys(max(r.lo, lo), y, min(r.hi, hi), y), col, 2.4)
		}
		c.dots(xys(r.a, y), col, 4.5)
		c.note(hi, y, plain(r.a, 0.01), col, 10, 0, text.XLeft)
	}
	return Figure{ID: "exponents", Title: v.say("title.exponents"), charts: []*chart{c}}, true
}

// publishedExponent is the a of a published N ∝ C^a.
func publishedExponent(l fit.PublishedLaw) float64 {
	if l.Power != 0 {
		return l.Power
	}
	a, _ := l.Law.Exponents()
	return a
}

// exponentRows are the exponents as a table.
func (v view) exponentRows() (rows []exponent) {
	for _, w := range v.approaches {
		r := exponent{v.say(w.name), "–", "–", w.note}
		if w.a != nil {
			r.A, r.Interval = plain(w.a.Value, 0.001), v.interval(w.a.Interval)
		}
		rows = append(rows, r)
	}
	for _, l := range fit.Published {
		rows = append(rows, exponent{v.say("law." + l.Name), plain(publishedExponent(l), 0.01), "–", l.Source})
	}
	return rows
}
