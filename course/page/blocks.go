package page

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// block is one of a page's own blocks, as far as another language's page must have the same.
type block struct {
	kind, name string
	detail     string // predict: its kind, number of options and the right one; certificate: placeholders; widget: its options
}

var (
	blockName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	language  = regexp.MustCompile(`^[a-z0-9+-]*$`)
)

// writeFenced writes a fenced block: a widget, a predict, a certificate, or code.
func (d *document) writeFenced(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.FencedCodeBlock)
	if !entering {
		return ast.WalkContinue, nil
	}
	info := ""
	if n.Info != nil {
		info = string(n.Info.Segment.Value(d.src))
	}
	word, name, _ := strings.Cut(strings.TrimSpace(info), " ")
	name = strings.TrimSpace(name)
	body := string(n.Lines().Value(d.src))
	line := d.line(where(n))
	lines := []int{line}
	for i := range n.Lines().Len() {
		lines = append(lines, d.line(n.Lines().At(i).Start))
	}
	lines = append(lines[1:], lines[len(lines)-1])
	under, _ := n.AttributeString("under")

	write := map[string]func(string, string, []int) string{
		"widget":      func(name, body string, lines []int) string { return d.widget(name, body, under.(string), lines) },
		"predict":     d.predict,
		"certificate": d.certificate,
	}[word]
	if write == nil {
		d.code(w, word, body, line)
		return ast.WalkContinue, nil
	}
	at, taken := d.names[word+" "+name]
	switch {
	case !d.top || n.Parent().Kind() != ast.KindDocument:
		d.errs.add(line, "%s within a list, a quotation or another block; it stands at the left margin of the page", word)
	case !blockName.MatchString(name):
		d.errs.add(line, "%s with the name %q; what fits: ```%s lower-case-name", word, name, word)
	case taken:
		d.errs.add(line, "a second %s %s; line %d has one already", word, name, at)
	default:
		d.names[word+" "+name] = line
		_, _ = w.WriteString(write(name, body, lines))
	}
	return ast.WalkContinue, nil
}

// code writes plain code, unless its language looks like a block's name mistyped.
func (d *document) code(w util.BufWriter, word, body string, line int) {
	for _, known := range []string{"widget", "predict", "certificate"} {
		if distance(strings.ToLower(word), known) <= 2 {
			d.errs.add(line, "block %q; did you mean %s?", word, known)
		}
	}
	if !language.MatchString(word) {
		d.errs.add(line, "code in the language %q; what fits is a word of a-z, 0-9, + and -", clip(word))
		return
	}
	if strings.ContainsRune(body, open) {
		d.errs.add(line, "a formula within code; begin the block of code with ``` on a line of its own")
	}
	class := ""
	if word != "" {
		class = ` class="language-` + word + `"`
	}
	fmt.Fprintf(w, "<pre tabindex=\"0\"><code%s>%s</code></pre>\n", class, html.EscapeString(body))
}

// distance is the number of letters to insert, drop or replace to turn a into b (Levenshtein 1966).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// widget writes the place a chapter's widget.js fills. It is named by its option "label", or by the
// heading above it, whose id is under.
func (d *document) widget(name, body, under string, lines []int) string {
	options := map[string]any{}
	if strings.TrimSpace(body) != "" {
		if err := json.Unmarshal([]byte(body), &options); err != nil || options == nil {
			d.errs.add(lines[0], "widget %s: its options are no JSON object: %v; what fits: {\"points\": 12}, or nothing", name, err)
		}
	}
	label, labelled := options["label"].(string)
	if !labelled && under == "" {
		d.errs.add(lines[0], "widget %s has no name to be read out: put it under a heading, or give {\"label\": \"…\"}", name)
	}
	given, _ := json.Marshal(options)
	delete(options, "label")
	same, _ := json.Marshal(options)
	d.page.Widgets = append(d.page.Widgets, name)
	d.page.blocks = append(d.page.blocks, block{"widget", name, "options " + string(same)})
	named := fmt.Sprintf(`aria-labelledby="%s"`, html.EscapeString(under))
	if labelled {
		named = fmt.Sprintf(`aria-label="%s"`, html.EscapeString(label))
	}
	return fmt.Sprintf("<section class=\"widget\" data-widget=\"%s\" data-options=\"%s\" %s></section>\n",
		name, html.EscapeString(string(given)), named)
}

var (
	placeholder = regexp.MustCompile(`\{[a-zA-Z][a-zA-Z0-9]*\}`)
	brace       = regexp.MustCompile(`[{}]`)
)

// certificate writes the line that is earned at a page's end.
func (d *document) certificate(name, body string, lines []int) string {
	how, template, split := strings.Cut(strings.TrimRight(body, "\n"), "\n---\n")
	template = strings.TrimSpace(template)
	holes := placeholder.FindAllString(template, -1)
	bad := ""
	switch {
	case !split:
		bad = "has no line --- between how to earn it and its text"
	case strings.Contains(template, "\n"):
		bad = "has a text of more than one line"
	case len(holes) == 0:
		bad = "has no placeholder for a number measured: {x0}"
	case brace.MatchString(placeholder.ReplaceAllString(template, "")):
		bad = "has a { or } that is no placeholder; one is a word of letters and digits: {x0}"
	case strings.ContainsRune(template, open):
		bad = "has a formula in its text, which is plain: write x₀ for $x_0$"
	}
	if bad != "" {
		d.errs.add(lines[0], "certificate %s %s", name, bad)
		return ""
	}
	d.page.Certificates = append(d.page.Certificates, name)
	seen := map[string]bool{}
	for _, h := range holes {
		seen[h] = true
	}
	d.page.blocks = append(d.page.blocks, block{"certificate", name, "placeholders " + strings.Join(keys(seen), " ")})
	return fmt.Sprintf("<output class=\"certificate\" data-certificate=\"%s\" data-template=\"%s\"><span class=\"how\">%s</span></output>\n",
		name, html.EscapeString(template), d.inline(how, lines, "how to earn certificate "+name))
}
