package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"path/filepath"
	"regexp"
	"strings"
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
	Lang                              Lang
	Name, Data, Date                  string
	Style                             template.CSS
	Boxes                             []box
	Headline, Answer, Quality         []string
	Method, Limits                    []string
	Verdict                           *plate
	Figures, StudyFigures             []plate
	Level                             string
	Coupled                           bool
	Constants                         []constant
	Exponents                         []exponent
	Findings                          []string
	NoStudies                         bool
	Family, Studies, Sizes            table
	Command, PlanCommand, PageCommand string
	Single                            table
	Origins                           []origin
}

type (
	box      struct{ Class, What, Number, Unit string }
	constant struct{ Symbol, Value, Interval, All, Meaning string }
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

// Page is the whole report as one HTML file that needs nothing else.
func Page(in Input, lang Lang) ([]byte, error) {
	v, err := look(in, lang)
	if err != nil {
		return nil, err
	}
	return v.page()
}

func (v view) page() ([]byte, error) {
	p := page{
		Lang: v.lang, Name: v.Plan.Name, Data: v.Plan.Text.Source, Style: pageStyle, Date: v.Plan.Made.UTC().Format(time.DateOnly),
		Boxes: v.boxes(), Headline: v.headlineText(), Answer: v.answer(), Quality: v.quality(), Method: v.method(), Limits: v.limits(),
		Coupled: v.coupled(), Constants: v.constants(), Exponents: v.exponentRows(), Single: v.singleTable(),
		Family: v.familyTable(), Studies: v.studyTable(), Sizes: v.sizeTable(),
		Command: strings.Join(v.Plan.Command, " "), PlanCommand: "brick scale --resume scale/" + v.Plan.Name, PageCommand: v.pageCommand(), Origins: v.origins(),
	}
	if v.fitted != nil {
		p.Level = shareText(v.fitted.Level)
	}
	findings := v.findings()
	for _, f := range v.figures() {
		svg, err := f.SVG()
		if err != nil {
			return nil, err
		}
		pl := plate{ID: f.ID, SVG: template.HTML(svg), Texts: []string{f.Caption}} // drawn by us, its texts escaped
		study, ofStudy := studyFigures[f.ID]
		switch {
		case f.ID == "verdict":
			p.Verdict = &pl
		case ofStudy:
			pl.Texts = append(pl.Texts, findings[study]...)
			delete(findings, study)
			p.StudyFigures = append(p.StudyFigures, pl)
		default:
			p.Figures = append(p.Figures, pl)
		}
	}
	for _, study := range []lab.Study{lab.Noise, skillStudy, lab.Repeat, lab.Shape, lab.Ensemble, lab.Probe} {
		p.Findings = append(p.Findings, findings[study]...)
	}
	p.NoStudies = len(p.StudyFigures) == 0 && len(p.Findings) == 0
	t, err := template.New("page").Funcs(template.FuncMap{"say": v.say, "rich": rich}).Parse(pageTemplate)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return b.Bytes(), nil
}

var raised = regexp.MustCompile(`\^([αβa]|−[0-9.]*[0-9])`)

// rich escapes a text and raises the exponents in it.
func rich(s string) template.HTML {
	return template.HTML(raised.ReplaceAllString(html.EscapeString(s), "<sup>$1</sup>"))
}

// Write writes the page to path, and each of its figures as SVG and PNG into the folder figures beside it. PNG files in Chinese need a font of
// this machine that has its characters; where none is found theirs are in English, and note says so. It returns what it wrote, the page last.
func Write(path string, in Input, lang Lang) (written []string, note string, err error) {
	v, err := look(in, lang)
	if err != nil {
		return nil, "", err
	}
	text, err := v.page()
	if err != nil {
		return nil, "", err
	}
	labelled := v.figures()
	if lang == Chinese && chinese() == nil {
		english := v
		english.lang = English
		labelled, note = english.figures(), "no font with Chinese characters was found, so the PNG files are labelled in English; "+FontVariable+" can name one"
	}
	dir := filepath.Join(filepath.Dir(path), "figures")
	if err := durable.MkdirAll(dir); err != nil {
		return nil, "", fmt.Errorf("report: the folder of the figures: %w", err)
	}
	write := func(name string, data []byte, err error) error {
		if err != nil {
			return err
		}
		if err := durable.WriteFile(name, data); err != nil {
			return fmt.Errorf("report: %w", err)
		}
		written = append(written, name)
		return nil
	}
	for i, f := range v.figures() {
		name := filepath.Join(dir, f.ID)
		svg, err := f.SVG()
		if err := write(name+".svg", svg, err); err != nil {
			return written, note, err
		}
		png, err := labelled[i].PNG()
		if err := write(name+".png", png, err); err != nil {
			return written, note, err
		}
	}
	err = write(path, text, nil)
	return written, note, err
}
