package page

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSource is the longest page in bytes, a few times a chapter of the lecture. Markdown can be written whose reading takes the
// square of its length; within this bound that is about a second.
const maxSource = 64 << 10

// Page is a rendered page.
type Page struct {
	Title        string        // the text of its one heading of level 1
	HTML         template.HTML // what goes into <main>: no scripts, no style attributes, every element closed
	Widgets      []string      // names, in the page's order
	Predicts     []string
	Certificates []string
	Links        []string // links to other chapters, as written: ../03-descent/

	blocks []block
}

// Render turns a page's Markdown into HTML. Its error holds a line for each thing that is wrong, which begins with the line of
// the file, "line 12: ", and says what would fit.
func Render(src []byte, f Formulas) (Page, error) {
	r := &rendering{formulas: f, ids: map[string]bool{"main": true, "page": true}, names: map[string]int{}}
	if err := printable(src); err != nil {
		return Page{}, err
	}
	s := scanner{errs: &r.errs}
	s.scan(normal(src))
	r.tex, r.closed = s.formulas, len(r.errs) == 0
	for _, t := range r.tex {
		if f[t.Key()] == "" {
			r.errs.add(t.Line, "formula %s is not in formulas.json; make it with: %s", clip(strings.Join(strings.Fields(t.Key()), " ")), command)
		}
	}
	html := r.render(s.out.String(), s.lines, true)
	if r.page.Title == "" {
		r.errs.add(1, "a page has a heading of level 1, its title: # Title")
	}
	for _, l := range r.anchors {
		if !r.ids[l.to] {
			r.errs.add(l.line, "link to #%s, which no heading of this page has; give one the id with: ## Heading {#%s}", l.to, l.to)
		}
	}
	if err := r.errs.err(); err != nil {
		return Page{}, err
	}
	r.page.HTML = template.HTML(r.withFormulas(foreign.ReplaceAllString(html, `<em lang="en">$1</em>`)))
	return r.page, nil
}

// foreign is what is emphasised without a Chinese character, such as the title of a paper: in a Chinese text it is in
// English, is read aloud so, and stands in italics instead of with dots.
var foreign = regexp.MustCompile(`<em>([^<\x{2e80}-\x{ffff}]+)</em>`)

// rendering is the state of one call of Render.
type rendering struct {
	formulas Formulas
	tex      []Formula
	closed   bool // every formula ends where it should
	errs     errorList
	page     Page
	ids      map[string]bool
	names    map[string]int // line of each block, by kind and name
	anchors  []anchor
	heading  string // id of the last heading
	level    int    // its level
}

// anchor is a link within the page.
type anchor struct {
	line int
	to   string
}

// render turns Markdown with marks for formulas into HTML with marks; lines are the lines of the file; a page's own blocks and
// headings are found only at its top.
func (r *rendering) render(src string, lines []int, top bool) string {
	d := &document{r, []byte(src), lines, top}
	md := d.markdown()
	var html bytes.Buffer
	root := d.parse(md)
	if err := md.Renderer().Render(&html, d.src, root); err != nil {
		r.errs.add(d.line(0), "%v", err)
	}
	return html.String()
}

// inline renders Markdown that must be one paragraph, without its <p>; what names it in an error.
func (r *rendering) inline(src string, lines []int, what string) string {
	html := strings.TrimSpace(r.render(src, lines, false))
	text, begins := strings.CutPrefix(html, "<p>")
	text, ends := strings.CutSuffix(text, "</p>")
	if !begins || !ends || strings.Contains(text, "<p>") {
		r.errs.add(lines[0], "%s must be one paragraph of text, not %q", what, clip(src))
	}
	return text
}

var mark = regexp.MustCompile(`\x{E000}(\d+)\x{E001}`)

// withFormulas puts the MathML where the marks are.
func (r *rendering) withFormulas(html string) string {
	return mark.ReplaceAllStringFunc(html, func(m string) string { return r.formulas[r.marked(m).Key()] })
}

// plain puts the TeX where the marks are.
func (r *rendering) plain(text string) string {
	return mark.ReplaceAllStringFunc(text, func(m string) string { return r.marked(m).TeX })
}

func (r *rendering) marked(m string) Formula {
	i, _ := strconv.Atoi(m[len(string(open)) : len(m)-len(string(shut))])
	return r.tex[i] // marks come from the scanner only: printable refuses them in a file
}

// normal is a file with Unix line ends and exactly one at its end.
func normal(src []byte) string {
	return strings.TrimRight(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n")
}

// printable refuses what no page needs: long files, broken UTF-8, control and private characters.
func printable(src []byte) error {
	if len(src) > maxSource {
		return fmt.Errorf("page of %d bytes; up to %d are read", len(src), maxSource)
	}
	var errs errorList
	for i, line := range bytes.Split([]byte(normal(src)), []byte("\n")) {
		if !utf8.Valid(line) {
			errs.add(i+1, "not UTF-8")
		}
		for _, c := range string(line) {
			if unicode.IsControl(c) && c != '\t' || unicode.Is(unicode.Co, c) || c == '\uFFFE' || c == '\uFFFF' {
				errs.add(i+1, "character %U; a page holds printable characters only", c)
			}
		}
	}
	return errs.err()
}

// errorList collects what is wrong with a page, up to a screenful.
type errorList []lineError

type lineError struct {
	line int
	text string
}

func (e lineError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }

func (l *errorList) add(line int, format string, args ...any) {
	if len(*l) < 20 {
		*l = append(*l, lineError{line, fmt.Sprintf(format, args...)})
	}
}

// err is nil or all errors in the order of their lines.
func (l errorList) err() error {
	slices.SortStableFunc(l, func(a, b lineError) int { return a.line - b.line })
	var all []error
	for _, e := range l {
		all = append(all, e)
	}
	return errors.Join(all...)
}
