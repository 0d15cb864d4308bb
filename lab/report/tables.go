package report

import (
	"fmt"
	"strconv"
	"time"

	"brick/lab"
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
			if v.Law != nil {
				l := v.Law.Loss(v.n(r), tokens(r))
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
	o := v.Origin
	seconds := 0.0
	for _, r := range v.Results {
		seconds += r.Seconds
	}
	started := ""
	if !o.Started.IsZero() {
		started = o.Started.UTC().Format("2006-01-02 15:04 UTC")
		if o.Ended.After(o.Started) {
			started += " + " + o.Ended.Sub(o.Started).Round(time.Second).String()
		}
	}
	for _, r := range []struct{ key, value string }{
		{"repeat.machine", o.Machine}, {"repeat.version", o.Version}, {"repeat.commit", o.Commit}, {"repeat.go", o.Go}, {"repeat.started", started},
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
	return fmt.Sprintf("brick scale report scale/%s --lang %s", v.Name, v.lang)
}
