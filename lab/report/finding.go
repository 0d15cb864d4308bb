package report

import "brick/lab"

// studyFigures says whose findings belong beneath which figure.
var studyFigures = map[string]lab.Study{"skills": skillStudy, "repeated": lab.Repeat, "shape": lab.Shape, "ensemble": lab.Ensemble, "rates": lab.Probe}

// skillStudy stands for what the family's own trials show beside their loss; no trial is made for it.
const skillStudy lab.Study = "skill"

// findings are the sentences of the studies in the page's language, those of a study together.
func (v view) findings() map[lab.Study][]string {
	found := map[lab.Study][]string{}
	add := func(study lab.Study, s lab.Sentence) {
		text := s.EN
		if v.lang == Chinese {
			text = s.ZH
		}
		if text != "" {
			found[study] = append(found[study], text)
		}
	}
	f := v.Findings
	if f.Probes != nil {
		add(lab.Probe, f.Probes.Sentence)
	}
	if f.Noise != nil {
		add(lab.Noise, f.Noise.Sentence)
	}
	if f.Repeat != nil {
		add(lab.Repeat, f.Repeat.Sentence)
	}
	if f.Ensemble != nil {
		add(lab.Ensemble, f.Ensemble.Sentence)
	}
	if f.Shape != nil {
		add(lab.Shape, f.Shape.Sentence)
	}
	for _, j := range f.Jumps {
		add(skillStudy, j.Sentence)
	}
	for _, o := range v.Plan.Omitted {
		why := o.Why.EN
		if v.lang == Chinese {
			why = o.Why.ZH
		}
		found[o.Study] = append(found[o.Study], v.say("studies.omitted", v.say("study."+string(o.Study)), why))
	}
	return found
}
