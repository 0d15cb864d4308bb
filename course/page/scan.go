package page

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A mark stands in the Markdown where a formula was: open, the formula's number, shut. Both are letters to Markdown, so
// what is inside a formula (_ * | \) and around it (**$x$**) means nothing to it.
const (
	open = '\uE000'
	shut = '\uE001'
)

// Formula is one piece of TeX of a page.
type Formula struct {
	TeX     string // without the dollar signs and the space around it
	Display bool   // $$…$$, on a line of its own
	Line    int    // of the file, from 1
}

// Key is the formula as formulas.json knows it: $…$ or $$…$$.
func (f Formula) Key() string {
	if f.Display {
		return "$$" + f.TeX + "$$"
	}
	return "$" + f.TeX + "$"
}

// scanner takes the formulas out of a file. formulas.mjs holds the same rule; testdata/formulas.json shows that both agree.
//
//   - Lines of a fenced block are no TeX, except in a predict or a certificate, which hold Markdown.
//   - Elsewhere, between two blank lines or fences: a backslash takes the next character with it; what stands between two
//     runs of equally many backticks is code; $$ goes up to the next $$; a $ followed by a space or a line's end is a dollar;
//     any other $ goes up to the next $ of its line.
type scanner struct {
	out      strings.Builder
	lines    []int // lines[i] is the line of the file that line i of out begins in
	formulas []Formula
	errs     *errorList
}

// fence is an open fenced block.
type fence struct {
	char     byte
	n        int
	markdown bool
}

// opener reads a line as a fence: its character, its length and the words after it.
func opener(line string) (char byte, n int, info string) {
	if line == "" || line[0] != '`' && line[0] != '~' {
		return 0, 0, ""
	}
	rest := strings.TrimLeft(line, line[:1])
	n, info = len(line)-len(rest), strings.Trim(rest, " \t")
	if n < 3 || line[0] == '`' && strings.Contains(info, "`") {
		return 0, 0, ""
	}
	return line[0], n, info
}

func (s *scanner) scan(src string) {
	var fences []fence
	var para []string
	first := 1
	flush := func() {
		if len(para) > 0 {
			s.paragraph(strings.Join(para, "\n"), first)
			para = para[:0]
		}
	}
	for i, line := range strings.Split(src, "\n") {
		bare := strings.TrimLeft(line, " \t>")
		char, n, info := opener(bare)
		inCode := len(fences) > 0 && !fences[len(fences)-1].markdown
		closed := slices.IndexFunc(fences, func(f fence) bool { return f.char == char && n >= f.n && info == "" })
		switch {
		case closed >= 0:
			fences = fences[:closed]
		case n > 0 && !inCode:
			word, _, _ := strings.Cut(info, " ")
			fences = append(fences, fence{char, n, len(fences) == 0 && (word == "predict" || word == "certificate")})
		case inCode || bare == "":
		default:
			if len(para) == 0 {
				first = i + 1
			}
			para = append(para, line)
			continue
		}
		flush()
		s.emit(line+"\n", i+1)
	}
	flush()
}

// emit writes text that begins in the given line of the file.
func (s *scanner) emit(text string, line int) {
	for l := range strings.Lines(text) {
		if out := s.out.String(); out == "" || out[len(out)-1] == '\n' {
			s.lines = append(s.lines, line)
		}
		s.out.WriteString(l)
		line++
	}
}

// paragraph takes the formulas out of lines without a blank one between them; line is the number of their first line.
func (s *scanner) paragraph(text string, line int) {
	from, fromLine := 0, line // text before from is written
	for i := 0; i < len(text); {
		end := i + 1
		switch text[i] {
		case '\\':
			_, n := utf8.DecodeRuneInString(text[end:])
			end += n
		case '`':
			end = afterCode(text, i)
		case '$':
			var f Formula
			var err string
			if f.TeX, end, err = formula(text, i); err != "" {
				s.errs.add(line, "%s", err)
			}
			if f.TeX == "" {
				break
			}
			f.Display, f.Line = text[i+1] == '$', line
			if strings.Contains(f.TeX, "\n") && quoted(text[:i]) {
				s.errs.add(line, "a formula in a quotation (>) stands on one line")
			}
			s.emit(text[from:i], fromLine)
			s.emit(fmt.Sprintf("%c%d%c", open, len(s.formulas), shut), line)
			s.formulas = append(s.formulas, f)
			from, fromLine = end, line+strings.Count(text[i:end], "\n")
		}
		line += strings.Count(text[i:end], "\n")
		i = end
	}
	s.emit(text[from:]+"\n", fromLine)
}

// quoted says whether the last line of text begins with the > of a quotation.
func quoted(text string) bool {
	last := text[strings.LastIndexByte(text, '\n')+1:]
	return strings.HasPrefix(strings.TrimLeft(last, " \t"), ">")
}

// afterCode is where code that begins with the backticks at i ends; after the backticks when nothing closes them.
func afterCode(text string, i int) int {
	run := func(at int) int { return len(text[at:]) - len(strings.TrimLeft(text[at:], "`")) }
	n := run(i)
	for j := i + n; j < len(text); {
		k := strings.IndexByte(text[j:], '`')
		if k < 0 {
			break
		}
		j += k
		m := run(j)
		j += m
		if m == n {
			return j
		}
	}
	return i + n
}

// formula reads the formula at the dollar sign text[i] and says where reading goes on. A plain dollar has no TeX and no error.
func formula(text string, i int) (tex string, end int, err string) {
	mark, rest := "$", text[i:]
	if strings.HasPrefix(rest, "$$") {
		mark = "$$"
	} else if len(rest) == 1 || strings.IndexByte(" \t\n", rest[1]) >= 0 {
		return "", i + 1, ""
	}
	for j := len(mark); j < len(rest); j++ {
		switch {
		case rest[j] == '\\':
			j++
		case rest[j] == '\n' && mark == "$":
			return "", i + j, fmt.Sprintf("$ is not closed on its line (%s); close it with $, or write \\$ where a dollar is meant", clip(rest[:j]))
		case strings.HasPrefix(rest[j:], mark):
			end = i + j + len(mark)
			tex = strings.Trim(rest[len(mark):j], " \t\n")
			switch {
			case tex == "":
				err = fmt.Sprintf("formula %q is empty", clip(rest[:j+len(mark)]))
			case mark == "$" && strings.IndexByte(" \t", rest[j-1]) >= 0:
				err = fmt.Sprintf("formula %q ends in a space; write $%s$, or \\$ where a dollar is meant", clip(rest[:j+1]), clip(tex))
				tex = ""
			}
			return tex, end, err
		}
	}
	if mark == "$$" {
		return "", i + 2, "$$ is not closed before the next blank line; close it with $$"
	}
	return "", len(text), fmt.Sprintf("$ is not closed on its line (%s); close it with $, or write \\$ where a dollar is meant", clip(rest))
}

// clip is the beginning of a text, short enough for a message.
func clip(s string) string {
	n := 0
	for i := range s {
		if n++; n > 40 {
			return s[:i] + "…"
		}
	}
	return s
}
