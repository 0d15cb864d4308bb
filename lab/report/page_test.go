package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"brick/lab"
	"brick/lab/fit"
)

// every figure that a finished sweep has, in the order of the page.
var every = []string{"verdict", "loss-parameters", "loss-tokens", "loss-compute", "iso-flop", "surface", "residuals", "predicted", "exponents",
	"counting", "skills", "repeated", "shape", "ensemble", "rates"}

func figuresOf(t *testing.T, in Input, lang Lang) []Figure {
	t.Helper()
	figures, err := Figures(in, lang)
	if err != nil {
		t.Fatal(err)
	}
	return figures
}

func ids(figures []Figure) (list []string) {
	for _, f := range figures {
		list = append(list, f.ID)
	}
	return list
}

// A finished sweep has every figure; each is well-formed XML, the same bytes each time, and keeps its words as text.
func TestFigures(t *testing.T) {
	in := synthetic(t)
	for _, lang := range []Lang{English, Chinese} {
		first, again := figuresOf(t, in, lang), figuresOf(t, in, lang)
		if got := ids(first); !slices.Equal(got, every) {
			t.Fatalf("%s: figures %v; want %v", lang, got, every)
		}
		for i, f := range first {
			svg, err := f.SVG()
			if err != nil {
				t.Fatal(err)
			}
			if same, err := again[i].SVG(); err != nil || !bytes.Equal(svg, same) {
				t.Errorf("%s %s: drawn twice it is not the same (%v)", lang, f.ID, err)
			}
			texts := texts(t, svg)
			if !slices.Contains(texts, f.Title) {
				t.Errorf("%s %s: its title %q is not text in it: %q", lang, f.ID, f.Title, texts)
			}
			if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
				t.Errorf("%s %s holds a coordinate that is no number", lang, f.ID)
			}
		}
	}
}

// texts are the character data of an SVG, which has to be well-formed.
func texts(t *testing.T, svg []byte) (list []string) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("SVG: %v", err)
		}
		if c, ok := token.(xml.CharData); ok && strings.TrimSpace(string(c)) != "" {
			list = append(list, string(c))
		}
	}
}

// What is drawn stands where its numbers say: the held-out point on the axes of L(N), read back from the SVG.
func TestPointsStandAtTheirNumbers(t *testing.T) {
	c := newChart("x", "y")
	c.logX(1, 100, short)
	c.p.Y.Min, c.p.Y.Max, c.p.Y.Tick.Marker = 0, 10, evenTicks(5, plain)
	c.dots(xys(10, 5), vermilion, 4)
	c.dots(xys(1, 0), ink, 4)
	c.dots(xys(100, 10), quiet, 4)
	svg, err := Figure{ID: "test", Title: "test", charts: []*chart{c}}.SVG()
	if err != nil {
		t.Fatal(err)
	}
	centre := func(hex string) (x, y float64) {
		m := regexp.MustCompile(`<path d="M([\d.]+),([\d.]+)A[^"]*"[^>]*fill:#` + hex).FindSubmatch(svg)
		if m == nil {
			t.Fatalf("no circle of colour %s", hex)
		}
		return number(t, m[1]) - 4, number(t, m[2])
	}
	x, y := centre("C8501E")
	x0, y0 := centre("1F2733")
	x1, y1 := centre("5D6773")
	if math.Abs(x-(x0+x1)/2) > 0.1 || math.Abs(y-(y0+y1)/2) > 0.1 {
		t.Errorf("(10, 5) stands at %v, %v; want half way between %v, %v and %v, %v", x, y, x0, y0, x1, y1)
	}
}

func number(t *testing.T, b []byte) (x float64) {
	t.Helper()
	if err := xml.Unmarshal([]byte("<x>"+string(b)+"</x>"), &x); err != nil {
		t.Fatal(err)
	}
	return x
}

// seen is a view of an input.
func seen(t *testing.T, in Input, lang Lang) view {
	t.Helper()
	v, err := look(in, lang)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// pageOf is the page, checked for what every page has to be.
func pageOf(t *testing.T, v view) string {
	t.Helper()
	b, err := v.page()
	if err != nil {
		t.Fatal(err)
	}
	text, lang := string(b), v.lang
	for _, link := range []string{"src=", "url(", "@import", "<link", "<script", "href="} {
		if strings.Contains(text, link) {
			t.Errorf("the page asks for something outside of it: %q", link)
		}
	}
	for i, rest := 0, text; ; {
		i = strings.Index(rest, "http")
		if i < 0 {
			break
		}
		if rest = rest[i:]; !strings.HasPrefix(rest, "http://www.w3.org/") {
			t.Errorf("an address in the page: %.60q", rest)
		}
		rest = rest[4:]
	}
	for _, bad := range []string{"‹", "%!", "NaN", "Inf", "<no value>", "ZgotmplZ"} {
		if i := strings.Index(text, bad); i >= 0 {
			t.Errorf("%s: the page holds %q: …%s…", lang, bad, text[max(0, i-80):min(len(text), i+80)])
		}
	}
	balanced(t, text)
	return text
}

// balanced fails unless each element that HTML wants closed is closed in order.
func balanced(t *testing.T, text string) {
	t.Helper()
	void := map[string]bool{"meta": true, "br": true}
	var open []string
	for _, m := range regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*?(/?)>`).FindAllStringSubmatch(text, -1) {
		switch name := m[2]; {
		case void[name] || m[3] == "/":
		case m[1] == "":
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			t.Fatalf("</%s> closes %v", name, open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Fatalf("never closed: %v", open)
	}
}

// The headline says what was predicted, what was measured, and by how much they differ; the page shows every trial.
func TestPage(t *testing.T) {
	in := synthetic(t)
	longest := in.Prediction.Rows[0]
	for _, row := range in.Prediction.Rows {
		if row.Tokens > longest.Tokens {
			longest = row
		}
	}
	var got lab.Result
	for _, r := range in.Results {
		if r.ID == longest.Trial {
			got = r
		}
	}
	off := shareText((got.Loss - longest.Loss) / got.Loss)
	for _, lang := range []Lang{English, Chinese} {
		text := pageOf(t, seen(t, in, lang))
		head, _, _ := strings.Cut(text, `<section id="answer">`)
		for _, want := range []string{loss3(longest.Loss), loss3(got.Loss), off, loss3(longest.Low), loss3(longest.High)} {
			if !strings.Contains(head, want) {
				t.Errorf("%s: the headline does not say %s", lang, want)
			}
		}
		for _, r := range in.Results {
			if r.Study != lab.Family && !strings.Contains(text, "<td>"+r.ID+"</td>") {
				t.Errorf("%s: no row for %s", lang, r.ID)
			}
		}
		for _, want := range []string{in.Plan.Machine.CPU, in.Plan.Machine.Commit, in.Plan.Machine.Go, in.Prediction.Results, "brick scale --data=go --budget=30m", in.Findings.Noise.Sentence.EN} {
			if lang == Chinese && want == in.Findings.Noise.Sentence.EN {
				want = in.Findings.Noise.Sentence.ZH
			}
			if !strings.Contains(text, want) {
				t.Errorf("%s: the page does not say %q", lang, want)
			}
		}
	}
}

// A sweep that is not done has a page too: what is missing is said, and nothing is drawn from it.
func TestUnfinished(t *testing.T) {
	drop := func(in *Input, gone func(lab.Result) bool) {
		in.Results = slices.DeleteFunc(slices.Clone(in.Results), gone)
	}
	for i, c := range []struct {
		name   string
		change func(*Input)
		lacks  []string // figures
		says   string   // key
	}{
		{"nothing done", func(in *Input) { in.Results, in.Prediction, in.Findings = nil, nil, lab.Findings{} }, every, "data.none"},
		{"one training", func(in *Input) { in.Results, in.Prediction, in.Findings = in.Results[:1], nil, lab.Findings{} }, every, "answer.none"},
		{"no law yet", func(in *Input) { in.Prediction = nil; drop(in, func(r lab.Result) bool { return r.HeldOut }) },
			[]string{"verdict", "iso-flop", "surface", "residuals", "predicted", "exponents", "counting"}, "law.none"},
		{"not verified yet", func(in *Input) { drop(in, func(r lab.Result) bool { return r.HeldOut }) }, []string{"verdict"}, ""},
		{"nothing held out", func(in *Input) {
			p := *in.Prediction
			p.Rows, in.Prediction = nil, &p
			drop(in, func(r lab.Result) bool { return r.HeldOut })
		}, []string{"verdict"}, "head.no-held"},
		{"no studies", func(in *Input) {
			in.Findings = lab.Findings{}
			plan := *in.Plan
			plan.Omitted, in.Plan = nil, &plan
			drop(in, func(r lab.Result) bool { return r.Study != lab.Family })
			for i := range in.Results {
				in.Results[i].Skills = nil
			}
		}, []string{"repeated", "shape", "ensemble", "rates"}, ""},
		{"approaches not possible", func(in *Input) {
			p, l := *in.Prediction, *in.Prediction.Law
			l.Envelope, l.IsoFLOP, p.Law, in.Prediction = nil, nil, &l, &p
		}, nil, "approach.cannot"},
		{"data-limited", func(in *Input) {
			plan := *in.Plan
			plan.Limited, plan.Reach, in.Plan = "data-limited", 9e9, &plan
		}, nil, ""},
	} {
		lang := []Lang{English, Chinese}[i%2] // both have the same page
		v := seen(t, without(t, c.change), lang)
		text := pageOf(t, v)
		if c.says != "" && !strings.Contains(text, lang.say(c.says)) {
			t.Errorf("%s, %s: the page does not say %q", c.name, lang, lang.say(c.says))
		}
		got := ids(v.figures())
		for _, id := range c.lacks {
			if slices.Contains(got, id) {
				t.Errorf("%s, %s: there is a figure %s", c.name, lang, id)
			}
		}
		if strings.Contains(text, "<tbody>\n</tbody>") || strings.Contains(text, "<figcaption></figcaption>") {
			t.Errorf("%s, %s: an empty table or caption", c.name, lang)
		}
	}
	if _, err := Page(Input{}, English); err == nil {
		t.Error("a page without a plan")
	}
	if _, err := Page(synthetic(t), "fr"); err == nil || !strings.Contains(err.Error(), `"fr"; want en or zh`) {
		t.Errorf("a page in French: %v", err)
	}
}

// Names from files are text, whatever is in them, and numbers from files that mean nothing are left out.
func TestHostile(t *testing.T) {
	evil := `<script>alert("x")</script>&amp;]]>`
	in := without(t, func(in *Input) {
		plan := *in.Plan
		plan.Name, plan.Text.Source, plan.Machine.CPU, plan.Command = evil, evil, evil, []string{evil}
		in.Plan = &plan
		in.Results = slices.Clone(in.Results)
		for i := range in.Results {
			in.Results[i].Size.Name = evil
			in.Results[i].Skills = map[string]float64{evil: 0.5, "brackets": math.NaN()}
		}
		in.Results = append(in.Results, lab.Result{Trial: lab.Trial{ID: evil, Study: lab.Family}, Loss: math.Inf(1)},
			lab.Result{Trial: lab.Trial{ID: evil, Study: lab.Noise, Tokens: -1, Size: lab.Size{Params: -5}}, Loss: -1})
	})
	v := seen(t, in, English)
	pageOf(t, v)
	for _, f := range v.figures() {
		svg, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		texts(t, svg)
	}
}

// A law that the points hardly tell does not break the page: constants of any size, exponents of nothing.
func TestWildLaw(t *testing.T) {
	for _, wild := range []fit.Joint{
		{E: 0, A: 1e308, B: 1e308, Alpha: 60, Beta: 60}, {E: 3, A: 0, B: 0, Alpha: 0, Beta: 0}, {E: 1, A: 5, B: 5, Alpha: -0.1, Beta: 0.3}, {E: 9, A: 1, B: 1, Alpha: 3, Beta: 1e-9},
	} {
		in := without(t, func(in *Input) {
			p, l, j := *in.Prediction, *in.Prediction.Law, *in.Prediction.Law.Joint
			j.Law = wild
			j.Constants = []fit.Constant{{Name: "A", Value: 1e308, Interval: fit.Interval{Low: -1e-12, High: math.MaxFloat64}, Note: "wild"}}
			j.Exponents = nil
			l.Joint, p.Law = &j, &l
			in.Prediction = &p
		})
		pageOf(t, seen(t, in, English))
	}
}

// Each text is there in both languages, with the same arguments, and Chinese is set as Chinese is.
func TestWords(t *testing.T) {
	verb := regexp.MustCompile(`%(\[\d+\])?[a-z]\b`)
	half := regexp.MustCompile(`[\x{4e00}-\x{9fff}][,;:?!()]|[,;:?!()][\x{4e00}-\x{9fff}]`)
	for _, words := range []map[string]phrase{figureWords, pageWords} {
		for key, w := range words {
			if w.en == "" || w.zh == "" {
				t.Errorf("%s: %q, %q: one is missing", key, w.en, w.zh)
			}
			en, zh := verb.FindAllString(w.en, -1), verb.FindAllString(w.zh, -1)
			slices.Sort(en)
			slices.Sort(zh)
			if !slices.Equal(slices.Compact(en), slices.Compact(zh)) {
				t.Errorf("%s: arguments %v in English, %v in Chinese", key, en, zh)
			}
			if m := half.FindString(w.zh); m != "" {
				t.Errorf("%s: half-width punctuation in Chinese: %q", key, m)
			}
		}
	}
	for key := range figureWords {
		if _, twice := pageWords[key]; twice {
			t.Errorf("%s stands in both tables", key)
		}
	}
	for _, l := range fit.Published {
		if _, ok := figureWords["law."+l.Name]; !ok {
			t.Errorf("the published law %q has no name among the words", l.Name)
		}
	}
	for _, id := range every {
		for _, key := range []string{"title." + id, "caption." + id} {
			if English.say(key) == "‹"+key+"›" {
				t.Errorf("%s is missing", key)
			}
		}
	}
}

// No text waits for a page that never shows it.
func TestNoIdleWords(t *testing.T) {
	var source strings.Builder
	files, err := filepath.Glob("*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasPrefix(f, "words_") || strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(b)
	}
	text := source.String()
	made := regexp.MustCompile(`^(caption|skill|study|mean|col)\.|^law\.[A-Z]|^axis\.n\.|^law\.(all|inner)$`) // their keys are put together
	for _, words := range []map[string]phrase{figureWords, pageWords} {
		for key := range words {
			if !made.MatchString(key) && !strings.Contains(text, `"`+key+`"`) {
				t.Errorf("%s is not used", key)
			}
		}
	}
}

// Write leaves the page and two files a figure; PNG files are what they claim.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	in := without(t, func(in *Input) { in.Prediction, in.Findings = nil, lab.Findings{} })
	written, _, err := Write(filepath.Join(dir, "页.html"), in, Chinese)
	if err != nil {
		t.Fatal(err)
	}
	var svgs, pngs int
	for _, name := range written {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		switch filepath.Ext(name) {
		case ".svg":
			svgs++
			texts(t, b)
		case ".png":
			pngs++
			if !bytes.HasPrefix(b, []byte("\x89PNG\r\n")) {
				t.Errorf("%s is no PNG", name)
			}
		case ".html":
			if want, err := Page(in, Chinese); err != nil || !bytes.Equal(b, want) {
				t.Errorf("the file is not the page (%v)", err)
			}
		}
	}
	if want := len(figuresOf(t, in, Chinese)); svgs != want || pngs != want || len(written) != 2*want+1 {
		t.Errorf("%d SVG and %d PNG files among %d; want %d of each and the page", svgs, pngs, len(written), want)
	}
	if _, _, err := Write(filepath.Join(dir, "页.html", "no", "folder.html"), in, Chinese); err == nil {
		t.Error("a page was written into a file")
	}
}
