package lab

import (
	"fmt"
	"slices"
	"strings"
)

// Findings are what the studies of a sweep show beside the law, each with a sentence for people. A study that was not planned
// is nil; of one that is not done its Missing names the trials that are still to come, and what can be said is said.
type Findings struct {
	Probes   *ProbeFinding    `json:"probes,omitempty"`
	Noise    *NoiseFinding    `json:"noise,omitempty"`
	Repeat   *RepeatFinding   `json:"repeat,omitempty"`
	Ensemble *EnsembleFinding `json:"ensemble,omitempty"`
	Shape    *ShapeFinding    `json:"shape,omitempty"`
	Jumps    []Jump           `json:"jumps,omitempty"`
}

// Find looks at all studies. planned are all trials of the sweep, results those that are done, and together the loss of the
// ensemble as MeasureEnsemble found it, 0 before that.
func Find(planned []Trial, results []Result, together float64) Findings {
	f := Findings{Probes: FindProbes(planned, results), Noise: FindNoise(planned, results), Jumps: FindJumps(planned, results)}
	f.Repeat = FindRepeat(planned, results, f.Noise)
	f.Ensemble = FindEnsemble(planned, results, together)
	f.Shape = FindShape(planned, results, f.Noise)
	return f
}

// Sentences are what was found, in the order of Findings.
func (f *Findings) Sentences() (list []Sentence) {
	if f.Probes != nil {
		list = append(list, f.Probes.Sentence)
	}
	if f.Noise != nil {
		list = append(list, f.Noise.Sentence)
	}
	if f.Repeat != nil {
		list = append(list, f.Repeat.Sentence)
	}
	if f.Ensemble != nil {
		list = append(list, f.Ensemble.Sentence)
	}
	if f.Shape != nil {
		list = append(list, f.Shape.Sentence)
	}
	for _, j := range f.Jumps {
		list = append(list, j.Sentence)
	}
	return list
}

// A group is the trials of a study that have one base, and their results as far as they are done.
type group struct {
	base    Trial
	first   *Result // of the base, nil if it is not done
	trials  []Trial
	results []Result // of trials that are done, in their order
	missing []string
}

// groupsOf gathers the trials of a study by their base, in the order they were planned.
func groupsOf(s Study, planned []Trial, results []Result) (groups []*group) {
	done := map[string]*Result{}
	for i := range results {
		done[results[i].ID] = &results[i]
	}
	by := map[string]*group{}
	for _, t := range planned {
		if t.Study != s {
			continue
		}
		g := by[t.Base]
		if g == nil {
			g = &group{base: Trial{ID: t.Base, Size: t.Size, Tokens: t.Tokens}, first: done[t.Base]}
			if i := slices.IndexFunc(planned, func(p Trial) bool { return p.ID == t.Base }); i >= 0 {
				g.base = planned[i]
			}
			if g.first == nil {
				g.missing = append(g.missing, t.Base)
			}
			by[t.Base] = g
			groups = append(groups, g)
		}
		g.trials = append(g.trials, t)
		if r := done[t.ID]; r != nil {
			g.results = append(g.results, *r)
		} else {
			g.missing = append(g.missing, t.ID)
		}
	}
	return groups
}

// waiting says that a study cannot be told yet.
func waiting(en, zh string, missing []string) Sentence {
	list := strings.Join(missing, ", ")
	return Sentence{fmt.Sprintf("%s: not known before %s is done.", en, list), fmt.Sprintf("%s：要等 %s 完成才能得出。", zh, list)}
}

// lacking is added to what is said of a study some of whose trials are missing.
func (s Sentence) lacking(missing []string) Sentence {
	if len(missing) == 0 {
		return s
	}
	list := strings.Join(missing, ", ")
	return Sentence{fmt.Sprintf("%s Still missing: %s.", s.EN, list), fmt.Sprintf("%s尚缺：%s。", s.ZH, list)}
}
