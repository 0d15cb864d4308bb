package page

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	gold "github.com/yuin/goldmark/renderer"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// document is a stretch of Markdown: a page, or a part of one of its blocks.
type document struct {
	*rendering
	src   []byte
	lines []int // lines[i] is the line of the file that line i of src begins in
	top   bool
}

// markdown is CommonMark with tables, without indented code and underlined headings: a slip of the space bar or a --- should
// not change what a page means.
func (d *document) markdown() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithParser(parser.NewParser(
			parser.WithBlockParsers(
				util.Prioritized(parser.NewThematicBreakParser(), 200),
				util.Prioritized(parser.NewListParser(), 300),
				util.Prioritized(parser.NewListItemParser(), 400),
				util.Prioritized(parser.NewATXHeadingParser(parser.WithHeadingAttribute()), 600),
				util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
				util.Prioritized(parser.NewBlockquoteParser(), 800),
				util.Prioritized(parser.NewHTMLBlockParser(), 900),
				util.Prioritized(parser.NewParagraphParser(), 1000),
			),
			parser.WithInlineParsers(parser.DefaultInlineParsers()...),
			parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		)),
		goldmark.WithExtensions(extension.Table),
		goldmark.WithRendererOptions(goldhtml.WithXHTML(), gold.WithNodeRenderers(util.Prioritized(d, 100))),
	)
}

// line is the line of the file that holds byte at of the document.
func (d *document) line(at int) int {
	i := strings.Count(string(d.src[:max(0, min(at, len(d.src)))]), "\n")
	return d.lines[min(i, len(d.lines)-1)]
}

// parse reads the document, checks every node and gives headings their ids.
func (d *document) parse(md goldmark.Markdown) ast.Node {
	root := md.Parser().Parse(text.NewReader(d.src))
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			d.check(n)
		}
		return ast.WalkContinue, nil
	})
	return root
}

func (d *document) check(n ast.Node) {
	bad := func(format string, args ...any) { d.errs.add(d.line(where(n)), format, args...) }
	switch n := n.(type) {
	case *ast.Heading:
		d.headingID(n)
	case *ast.Paragraph:
		if m := strings.TrimSpace(string(n.Lines().Value(d.src))); mark.FindString(m) == m && m != "" && d.marked(m).Display {
			n.SetAttributeString("class", []byte("formula"))
		}
	case *ast.FencedCodeBlock:
		n.SetAttributeString("under", d.heading)
	case *ast.HTMLBlock:
		bad("HTML in Markdown (%s); write Markdown, or < as \\<", clip(string(n.Lines().Value(d.src))))
	case *ast.RawHTML:
		bad("HTML in Markdown (%s); write Markdown, or < as \\<", clip(string(n.Segments.Value(d.src))))
	case *ast.Image:
		bad("a picture (%s); pages draw theirs with a widget", n.Destination)
	case *ast.CodeSpan:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if t, ok := c.(*ast.Text); ok && strings.ContainsRune(string(t.Value(d.src)), open) {
				bad("a formula within code: the backticks around it are not closed where they seem to be; close each in its own line")
			}
		}
	case *ast.Text:
		if n.Parent().Kind() != ast.KindCodeSpan {
			d.checkText(n, bad)
		}
	case *tables.TableCell:
		if n.Alignment != tables.AlignNone { // goldmark would write a style attribute
			n.SetAttributeString("class", []byte(n.Alignment.String()))
			n.Alignment = tables.AlignNone
		}
	case *ast.Link:
		if problem := d.checkLink(n); problem != "" {
			bad("%s", problem)
		}
	case *ast.AutoLink:
		bad("a bare link (%s); say what it leads to: [text](%s)", n.Label(d.src), n.URL(d.src))
	}
}

// where is the byte a node begins at, as near as its parser kept it.
func where(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if t, ok := n.(*ast.Text); ok {
			return t.Segment.Start
		}
		if n.Pos() >= 0 && n.Kind() != ast.KindDocument {
			return n.Pos()
		}
		if n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
			return n.Lines().At(0).Start
		}
	}
	return 0
}

func (d *document) checkText(n *ast.Text, bad func(string, ...any)) {
	s := string(n.Value(d.src))
	if strings.Contains(s, "&#") {
		bad("a numbered character (%s); write the character itself", clip(s))
	}
	for i := 0; i < len(s); i++ {
		switch rest := s[i:]; {
		case s[i] == '\\':
			i++
		case strings.HasPrefix(rest, "**"):
			bad("** that does not begin or end bold text (%s); leave punctuation at its edge outside, or write \\*\\*", clip(rest))
			i++
		case s[i] == '$' && d.closed && len(rest) > 1 && rest[1] != ' ' && rest[1] != '\t':
			bad("$ that begins no formula (%s); write \\$, or close the backticks before it in their own line", clip(rest))
		}
	}
}

var ownID = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// headingID gives a heading the id in its braces, or one made from its words, with a number where it is taken.
func (d *document) headingID(h *ast.Heading) {
	line := d.line(where(h))
	words := d.plain(plainText(h, d.src))
	if !d.top {
		d.errs.add(line, "heading %q within a block; headings stand outside", clip(words))
	}
	if words == "" {
		d.errs.add(line, "a heading without text")
	}
	switch {
	case h.Level == 1 && d.page.Title != "":
		d.errs.add(line, "a second heading of level 1 (%s); a page has one title", clip(words))
	case h.Level == 1:
		d.page.Title = words
	case h.Level > d.level+1:
		d.errs.add(line, "heading of level %d under one of level %d; the next level is %d", h.Level, d.level, d.level+1)
	}
	d.level = h.Level
	id := ""
	for _, a := range h.Attributes() {
		v, _ := a.Value.([]byte)
		if id = string(v); string(a.Name) != "id" || !ownID.MatchString(id) || d.ids[id] {
			d.errs.add(line, "heading attribute %s=%q; what fits is an id that is not taken yet: {#lower-case-words}", a.Name, id)
		}
	}
	if id == "" {
		id = d.slug(words)
	}
	h.RemoveAttributes()
	h.SetAttributeString("id", []byte(id))
	d.ids[id], d.heading = true, id
}

// slug is the letters and digits of a heading in lower case, joined by hyphens.
func (d *document) slug(words string) string {
	parts := strings.FieldsFunc(strings.ToLower(words), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	base := strings.Join(parts, "-")
	if base == "" {
		base = "part"
	}
	id := base
	for i := 2; d.ids[id]; i++ {
		id = fmt.Sprintf("%s-%d", base, i)
	}
	return id
}
