package page

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
	gold "github.com/yuin/goldmark/renderer"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
	"golang.org/x/text/width"
)

// RegisterFuncs names the nodes that this package writes itself.
func (d *document) RegisterFuncs(reg gold.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindFencedCodeBlock, d.writeFenced)
	reg.Register(ast.KindText, d.writeText)
	reg.Register(ast.KindLink, d.writeLink)
	reg.Register(tables.KindTable, d.writeTable)
}

// plainText is the text of a node's leaves.
func plainText(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			v := t.Value(src)
			if n.Parent().Kind() != ast.KindCodeSpan {
				v = util.ResolveEntityNames(util.UnescapePunctuations(v))
			}
			b.Write(v)
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

// writeText writes text; a line's end between two wide characters is no space, for Chinese has none.
func (d *document) writeText(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Text)
	if !entering {
		return ast.WalkContinue, nil
	}
	v := n.Value(src)
	if n.IsRaw() {
		goldhtml.DefaultWriter.RawWrite(w, v)
		return ast.WalkContinue, nil
	}
	goldhtml.DefaultWriter.Write(w, v)
	if n.HardLineBreak() {
		_, _ = w.WriteString("<br />\n")
	} else if n.SoftLineBreak() {
		before := string(v)
		if before == "" && n.PreviousSibling() != nil {
			before = plainText(n.PreviousSibling(), src)
		}
		after := ""
		if n.NextSibling() != nil {
			after = plainText(n.NextSibling(), src)
		}
		last, _ := utf8.DecodeLastRuneInString(before)
		first, _ := utf8.DecodeRuneInString(after)
		if !wide(last) || !wide(first) {
			_ = w.WriteByte('\n')
		}
	}
	return ast.WalkContinue, nil
}

func wide(c rune) bool {
	k := width.LookupRune(c).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}

// writeTable puts a table into a box that scrolls where the page is narrow.
func (d *document) writeTable(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<div class=\"table\">\n<table>\n")
	} else {
		_, _ = w.WriteString("</table>\n</div>\n")
	}
	return ast.WalkContinue, nil
}

var chapter = regexp.MustCompile(`^\.\./([0-9]{2}-)?[a-z][a-z0-9-]*/(#.+)?$`) // or another page of the course

// checkLink says what is wrong with a link, and keeps where it leads to.
func (d *document) checkLink(n *ast.Link) string {
	to := string(n.Destination)
	switch {
	case strings.ContainsRune(to+string(n.Title), open):
		return "a formula within a link's address or title"
	case strings.Contains(to+string(n.Title), "&#"):
		return "a numbered character in a link; write the character itself"
	case strings.HasPrefix(to, "#"):
		d.anchors = append(d.anchors, anchor{d.line(where(n)), to[1:]})
	case chapter.MatchString(to):
		d.page.Links = append(d.page.Links, to)
	case !strings.HasPrefix(to, "https://"):
		return fmt.Sprintf("link to %q; what fits: ../03-descent/ (a chapter), #id (a heading of this page), https://… (elsewhere)", to)
	}
	return ""
}

// writeLink marks links that leave the machine.
func (d *document) writeLink(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Link)
	away := strings.HasPrefix(string(n.Destination), "https://")
	switch {
	case !entering && away:
		_, _ = w.WriteString(`<span class="away" aria-hidden="true">↗</span></a>`)
	case !entering:
		_, _ = w.WriteString("</a>")
	default:
		fmt.Fprintf(w, `<a href="%s"`, util.EscapeHTML(util.URLEscape(n.Destination, true)))
		if n.Title != nil {
			_, _ = w.WriteString(` title="`)
			goldhtml.DefaultWriter.Write(w, n.Title)
			_ = w.WriteByte('"')
		}
		if away {
			_, _ = w.WriteString(` class="external" rel="noreferrer"`)
		}
		_ = w.WriteByte('>')
	}
	return ast.WalkContinue, nil
}
