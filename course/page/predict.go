package page

import (
	"fmt"
	"html"
	"strings"
)

// predict writes a question that is answered before its answer is shown.
func (d *document) predict(name, body string, lines []int) string {
	q, err := readPredict(strings.Split(strings.TrimRight(body, "\n"), "\n"))
	if err != "" {
		d.errs.add(lines[min(q.at, len(lines)-1)], "predict %s %s", name, err)
		return ""
	}
	d.page.Predicts = append(d.page.Predicts, name)
	d.page.blocks = append(d.page.blocks, block{"predict", name, q.detail()})
	var b strings.Builder
	data := ""
	if q.kind == "options" {
		data = fmt.Sprintf(` data-right="%d"`, q.right)
	}
	fmt.Fprintf(&b, "<fieldset class=\"predict\" data-predict=\"%s\" data-kind=\"%s\"%s>\n", name, q.kind, data)
	fmt.Fprintf(&b, "<legend>%s</legend>\n", d.inline(q.question.text(), lines[q.question.at:], "the question"))
	label := html.EscapeString(d.plain(strings.Join(strings.Fields(q.question.text()), " ")))
	switch q.kind {
	case "number":
		fmt.Fprintf(&b, "<input type=\"number\" step=\"any\" name=\"p.%s\" aria-label=\"%s\" />\n", name, label)
	case "text":
		fmt.Fprintf(&b, "<textarea name=\"p.%s\" rows=\"4\" aria-label=\"%s\"></textarea>\n", name, label)
	}
	for i, o := range q.options {
		fmt.Fprintf(&b, "<label class=\"option\"><input type=\"radio\" name=\"p.%s\" value=\"%d\" /><span>%s</span></label>\n",
			name, i, d.inline(o.text(), lines[o.at:], "an option"))
	}
	b.WriteString("<button type=\"button\" class=\"show\" data-text=\"reveal\"></button>\n")
	fmt.Fprintf(&b, "<div class=\"reveal\" hidden=\"\">\n%s</div>\n</fieldset>\n", d.render(q.reveal.text(), lines[q.reveal.at:], false))
	return b.String()
}

// question is what a predict block holds.
type question struct {
	kind             string // options, number, text
	question, reveal stretch
	options          []stretch
	right            int // the right option, from 0; −1 for none yet
	at               int // line of the block that an error is about
}

func (q question) detail() string {
	if q.kind != "options" {
		return "answer ? " + q.kind
	}
	return fmt.Sprintf("%d options, the right one %d", len(q.options), q.right+1)
}

// stretch is some lines of a block.
type stretch struct {
	lines []string
	at    int // of the first, from 0
}

func (s stretch) text() string { return strings.Join(s.lines, "\n") }

// readPredict takes a block's lines apart; err says what is wrong with line q.at.
func readPredict(lines []string) (q question, err string) {
	q.right = -1
	for i, line := range lines {
		q.at = i
		option, isOption := strings.CutPrefix(line, "- ")
		answer, isAnswer := strings.CutPrefix(line, "? ")
		switch {
		case line == "---":
			q.reveal = stretch{lines[i+1:], i + 1}
			return q.whole()
		case isOption && (q.kind == "" || q.kind == "options"):
			q.kind = "options"
			if text, right := strings.CutPrefix(option, "[x] "); right {
				if q.right >= 0 {
					return q, "has a second right option; one is marked [x]"
				}
				q.right, option = len(q.options), text
			}
			q.options = append(q.options, stretch{[]string{option}, i})
		case isAnswer && q.kind == "":
			if q.kind = strings.TrimSpace(answer); q.kind != "number" && q.kind != "text" {
				return q, fmt.Sprintf("asks for %q; what fits: ? number, ? text, or options that begin with - ", line)
			}
		case strings.TrimSpace(line) == "":
			if q.kind == "" && len(q.question.lines) > 0 { // a second paragraph is noticed when the question is rendered
				q.question.lines = append(q.question.lines, line)
			}
		case q.kind == "":
			if len(q.question.lines) == 0 {
				q.question.at = i
			}
			q.question.lines = append(q.question.lines, line)
		case q.kind == "options" && strings.HasPrefix(line, "  "):
			last := &q.options[len(q.options)-1]
			last.lines = append(last.lines, strings.TrimSpace(line))
		default:
			return q, fmt.Sprintf("has a line after its %s that is none of them (%s); the reveal begins after a line ---", q.kind, clip(line))
		}
	}
	return q, "has no line --- before its reveal"
}

// whole says what a question lacks.
func (q question) whole() (question, string) {
	q.at = 0
	switch {
	case len(q.question.lines) == 0:
		return q, "has no question above its options"
	case q.kind == "":
		return q, "has no answer to choose: options that begin with - , or ? number, or ? text"
	case q.kind == "options" && len(q.options) < 2:
		return q, "has one option; two or more make a choice"
	case q.kind == "options" && q.right < 0:
		return q, "has no right option; mark it: - [x] "
	case strings.TrimSpace(q.reveal.text()) == "":
		return q, "has no reveal under its line ---"
	}
	q.question.lines = strings.Split(strings.TrimSpace(q.question.text()), "\n")
	return q, ""
}
