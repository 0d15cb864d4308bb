package report

import (
	"fmt"
	"strconv"

	"brick/lab"
	"brick/lab/fit"
)

// head are the column names of keys.
func (v view) head(keys ...string) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = v.say("col." + k)
	}
	return names
}

// familyTable is every training that the law is fitted to or verified on.
func (v view) familyTable() table {
	t := table{Head: v.head("size", "n", "inner", "d", "ratio", "loss", "bpb", "accuracy", "law", "off", "flops", "seconds")}
	for _, g := range v.sizes {
		for _, r := range g.results {
			name, law, off := r.Size.Name, "–", "–"
			if r.HeldOut {
				name += " · " + v.say("study.held")
			}
			if v.law != nil {
				l := v.law.Loss(v.n(r), tokens(r))
				law, off = loss3(l), percent(100*(r.Loss/l-1), 0.01)
			}
			t.Rows = append(t.Rows, []string{name, strconv.Itoa(r.Size.Params), strconv.Itoa(r.Size.NonEmbedding), strconv.Itoa(r.Tokens), digits(tokens(r) / params(r)),
				fmt.Sprintf("%.4f", r.Loss), loss3(r.BitsPerByte), shareText(r.Accuracy), law, off, fmt.Sprintf("%.3g", r.FLOPs), fmt.Sprintf("%.1f", r.Seconds)})
		}
	}
	return t
}

// studyTable is every training of the studies.
func (v view) studyTable() table {
	t := table{Head: v.head("trial", "study", "n", "layers", "width", "d", "unique", "seed", "rate", "loss", "bpb", "seconds")}
	for _, study := range []lab.Study{lab.Probe, lab.Noise, lab.Repeat, lab.Shape, lab.Ensemble} {
		for _, r := range of(v.Results, study) {
			t.Rows = append(t.Rows, []string{r.ID, v.say("study." + string(study)), strconv.Itoa(r.Size.Params), strconv.Itoa(r.Size.Layers), strconv.Itoa(r.Size.Width), strconv.Itoa(r.Tokens),
				strconv.Itoa(r.Unique), strconv.FormatUint(r.Seed, 10), digits(r.Rate), fmt.Sprintf("%.4f", r.Loss), loss3(r.BitsPerByte), fmt.Sprintf("%.1f", r.Seconds)})
		}
	}
	return t
}

// sizeTable is what follows from the one dial.
func (v view) sizeTable() table {
	t := table{Head: v.head("size", "layers", "width", "heads", "ff", "n", "inner", "rate", "per", "formula")}
	for _, g := range v.sizes {
		s := g.results[0].Size
		off := "–"
		if s.FLOPs > 0 {
			off = percent(100*(float64(s.Formula)/float64(s.FLOPs)-1), 0.01)
		}
		t.Rows = append(t.Rows, []string{s.Name, strconv.Itoa(s.Layers), strconv.Itoa(s.Width), strconv.Itoa(s.Heads), strconv.Itoa(s.FF), strconv.Itoa(s.Params),
			strconv.Itoa(s.NonEmbedding), digits(s.Rate), short(float64(s.FLOPs)), off})
	}
	return t
}

// origins is where the numbers were made.
func (v view) origins() (rows []origin) {
	seconds := 0.0
	for _, r := range v.Results {
		seconds += r.Seconds
	}
	m := v.Plan.Machine
	for _, r := range []struct{ key, value string }{
		{"repeat.machine", v.say("repeat.cores", m.CPU, m.Cores, m.Level, m.OS+"/"+m.Arch)}, {"repeat.commit", m.Commit}, {"repeat.go", m.Go},
		{"repeat.text", v.say("repeat.tokens", v.Plan.Text.Source, short(float64(v.Plan.Text.Train)), short(float64(v.Plan.Text.Test)), v.Plan.Text.Vocab, v.Plan.Text.Context)},
		{"repeat.split", v.Plan.Text.Rule},
		{"repeat.budget", v.budget()}, {"repeat.seed", strconv.FormatUint(v.Plan.Seed, 10)},
		{"repeat.started", v.Plan.Made.UTC().Format("2006-01-02 15:04 UTC")}, {"repeat.hash", v.resultsHash()},
		{"repeat.took", v.say("repeat.seconds", took(seconds), len(v.Results))},
	} {
		if r.value == "" {
			r.value = v.say("repeat.unknown")
		}
		rows = append(rows, origin{v.say(r.key), r.value})
	}
	return rows
}

// pageCommand writes this page again.
func (v view) pageCommand() string {
	return fmt.Sprintf("brick scale report scale/%s --lang %s", v.Plan.Name, v.lang)
}

// budget is the plan's, with its unit.
func (v view) budget() string {
	if f := v.Plan.Budget.FLOPs; f > 0 {
		return power(f) + " FLOPs"
	}
	return v.Plan.Budget.String()
}

// resultsHash names the results that the prediction was made from; empty before it.
func (v view) resultsHash() string {
	if v.Prediction == nil {
		return ""
	}
	return v.Prediction.Results
}

// singleTable is the laws of one variable, L(x) = E + A/x^α, each with what it was fitted to.
func (v view) singleTable() (t table) {
	if v.law == nil {
		return t
	}
	add := func(what string, f *fit.OneFit) {
		if f == nil {
			return
		}
		row := []string{what}
		bounds := map[string]string{}
		for _, c := range f.Constants {
			bounds[c.Name] = v.interval(c.Interval)
		}
		for _, c := range []struct {
			name  string
			value float64
		}{{"E", f.Law.E}, {"A", f.Law.A}, {"alpha", f.Law.Alpha}} {
			text := wide(c.value)
			if b := bounds[c.name]; b != "" && b != "–" && c.name != "A" {
				text += " (" + b + ")"
			}
			row = append(row, text)
		}
		t.Rows = append(t.Rows, append(row, fmt.Sprintf("%.4f", f.Quality.R2), strconv.Itoa(len(f.Points))))
	}
	t.Head = v.head("single", "E", "A", "alpha", "r2", "points")
	law := v.Prediction.Law
	if law.InN != nil && len(law.InN.Points) > 0 {
		add(v.say("single.n", short(law.InN.Points[0].D)), law.InN)
	}
	if size, f := v.inTokens(); f != nil {
		add(v.say("single.d", size), f)
	}
	add(v.say("single.c"), law.InC)
	return t
}

// inTokens is L(D) of the largest size that was fitted, nil where its points are too few.
func (v view) inTokens() (size string, f *fit.OneFit) {
	var points []fit.Point
	for _, g := range v.sizes {
		if trained, _ := split(g.results); len(trained) > 2 {
			points = points[:0]
			for _, r := range trained {
				points = append(points, fit.Point{N: v.n(r), D: tokens(r), C: r.FLOPs, L: r.Loss})
			}
			size = trained[0].Size.Name
		}
	}
	f, err := fit.FitOne(points, fit.Tokens, fit.Options{Seed: v.Plan.Seed})
	if err != nil {
		return "", nil
	}
	return size, f
}
