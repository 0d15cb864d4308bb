package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"path/filepath"
	"regexp"
	"time"

	"brick/lab"
	"brick/tensor/durable"
)

//go:embed page.tmpl
var pageTemplate string

//go:embed page.css
var pageStyle template.CSS

// A page is what the template shows; all text in it is in the page's language.
type page struct {
	Lang                      Lang
	Name, Data, Date          string
	Style                     template.CSS
	Boxes                     []box
	Headline, Answer, Quality []string
	Method, Limits            []string
	Verdict                   *plate
	Figures, StudyFigures     []plate
	Level                     string
	Constants                 []constant
	Exponents                 []exponent
	Findings                  []string
	NoStudies                 bool
	Family, Studies, Sizes    table
	Command, PageCommand      string
	Origins                   []origin
}

type (
	box      struct{ Class, What, Number, Unit string }
	constant struct{ Symbol, Value, Interval, Meaning string }
	exponent struct{ Name, A, Interval, Source string }
	origin   struct{ Name, Value string }
	plate    struct {
		ID    string
		SVG   template.HTML
		Texts []string
	}
	table struct {
		Head []string
		Rows [][]string
	}
)

// studyOf are the figures that belong to a study, which then speaks in their captions.
var studyOf = map[string]lab.Study{"repeated": lab.Repeat, "shape": lab.Shape, "ensemble": lab.Ensemble, "rates": lab.Probe, "skills": Skill}

// Skill is the study of what a model can do beside predicting well on average; it needs no trainings of its own.
const Skill lab.Study = "skill"

// Page is the whole report as one HTML file that needs nothing else.
func Page(in Input, lang Lang) ([]byte, error) {
	if lang != English && lang != Chinese {
		return nil, fmt.Errorf("report: there is no page in the language %q; want en or zh", lang)
	}
	v := look(in, lang)
	p := page{
		Lang: lang, Name: in.Name, Data: in.Data, Style: pageStyle,
		Boxes: v.boxes(), Headline: v.headlineText(), Answer: v.answer(), Quality: v.quality(), Method: v.method(), Limits: v.limits(),
		Constants: v.constants(), Exponents: v.exponentRows(),
		Family: v.familyTable(), Studies: v.studyTable(), Sizes: v.sizeTable(),
		Command: in.Origin.Command, PageCommand: v.pageCommand(), Origins: v.origins(),
	}
	if t := in.Origin.Ended; !t.IsZero() {
		p.Date = t.Format(time.DateOnly)
	}
	if in.Law != nil {
		p.Level = shareText(in.Law.Level)
	}
	shown := map[lab.Study]bool{}
	for _, f := range Figures(in, lang) {
		svg, err := f.SVG()
		if err != nil {
			return nil, err
		}
		pl := plate{ID: f.ID, SVG: template.HTML(svg), Texts: []string{v.say("caption." + f.ID)}} // drawn by us, its texts escaped
		study, ofStudy := studyOf[f.ID]
		switch {
		case f.ID == "verdict":
			p.Verdict = &pl
		case ofStudy:
			shown[study] = true
			for _, found := range in.Findings {
				if found.Study == study {
					pl.Texts = append(pl.Texts, found.in(lang))
				}
			}
			p.StudyFigures = append(p.StudyFigures, pl)
		default:
			p.Figures = append(p.Figures, pl)
		}
	}
	for _, f := range in.Findings {
		if !shown[f.Study] {
			p.Findings = append(p.Findings, f.in(lang))
		}
	}
	p.NoStudies = len(p.StudyFigures) == 0 && len(p.Findings) == 0
	t, err := template.New("page").Funcs(template.FuncMap{"say": lang.say, "rich": rich}).Parse(pageTemplate)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return b.Bytes(), nil
}

// in is a finding in a language.
func (f Finding) in(lang Lang) string {
	if lang == Chinese {
		return f.Zh
	}
	return f.En
}

var raised = regexp.MustCompile(`\^([αβa])`)

// rich escapes a text and raises the exponents in it.
func rich(s string) template.HTML {
	return template.HTML(raised.ReplaceAllString(html.EscapeString(s), "<sup>$1</sup>"))
}

// Write writes the page to path, and each of its figures as SVG and PNG into the folder figures beside it. The fonts of the PNG files know no Chinese,
// so theirs are always in English. It returns what it wrote, the page first.
func Write(path string, in Input, lang Lang) ([]string, error) {
	text, err := Page(in, lang)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(filepath.Dir(path), "figures")
	if err := durable.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("report: the folder of the figures: %w", err)
	}
	written := []string{path}
	write := func(name string, data []byte) error {
		if err := durable.WriteFile(name, data); err != nil {
			return fmt.Errorf("report: %w", err)
		}
		return nil
	}
	english := Figures(in, English)
	for i, f := range Figures(in, lang) {
		svg, err := f.SVG()
		if err != nil {
			return nil, err
		}
		png, err := english[i].PNG()
		if err != nil {
			return nil, err
		}
		name := filepath.Join(dir, f.ID)
		if err := write(name+".svg", svg); err != nil {
			return nil, err
		}
		if err := write(name+".png", png); err != nil {
			return nil, err
		}
		written = append(written, name+".svg", name+".png")
	}
	return written, write(path, text)
}
