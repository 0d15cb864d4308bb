package chat

import (
	"strings"
	"unicode"
)

// A part of a template: text between tags, or a tag with its tokens.
type part struct {
	kind   partKind
	text   string // of text
	tokens []tok  // of a tag
	line   int
}

type partKind uint8

const (
	textPart   partKind = iota
	outputPart          // {{ … }}
	blockPart           // {% … %}
)

// lexer cuts a template into parts. White space is treated as with Jinja's trim_blocks and lstrip_blocks: the line end
// after a block goes, so does the white space of a line before one.
type lexer struct {
	src   string
	at    int
	line  int
	start bool // at the start of a line, as far as the text before at was used up by a tag
	parts []part
}

func lex(src string) []part {
	src = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src)
	src = strings.TrimSuffix(src, "\n")
	l := &lexer{src: src, line: 1, start: true}
	for l.at < len(l.src) {
		open := l.tag()
		if open == "" {
			break
		}
		if open == "{#" {
			l.comment()
			continue
		}
		l.code(open)
	}
	return l.parts
}

// tag emits the text up to the next tag and takes what opens it; "" at the end of the template.
func (l *lexer) tag() string {
	rest := l.src[l.at:]
	k := 0
	for {
		i := strings.IndexByte(rest[k:], '{')
		if i < 0 || k+i+1 == len(rest) {
			l.text(rest)
			l.at = len(l.src)
			return ""
		}
		if k += i; strings.IndexByte("{%#", rest[k+1]) >= 0 {
			break
		}
		k++
	}
	text, open, after := rest[:k], rest[k:k+2], rest[k+2:]
	shown := text
	switch {
	case strings.HasPrefix(after, "-"):
		shown = strings.TrimRightFunc(text, unicode.IsSpace)
	case strings.HasPrefix(after, "+"):
	case open != "{{":
		from := strings.LastIndexByte(text, '\n') + 1
		if (from > 0 || l.start) && strings.TrimFunc(text[from:], unicode.IsSpace) == "" {
			shown = text[:from]
		}
	}
	l.text(shown)
	l.skip(len(text) + 2)
	if after != "" && (after[0] == '-' || after[0] == '+') {
		l.skip(1)
	}
	return open
}

func (l *lexer) text(s string) {
	if s != "" {
		l.parts = append(l.parts, part{kind: textPart, text: s, line: l.line})
	}
}

// skip moves on and counts lines.
func (l *lexer) skip(n int) {
	l.line += strings.Count(l.src[l.at:l.at+n], "\n")
	l.at += n
}

// end takes what follows a tag that has just been closed: all white space after a minus, one line end after a block.
func (l *lexer) end(minus, plus, block bool) {
	rest := l.src[l.at:]
	n := 0
	switch {
	case minus:
		n = len(rest) - len(strings.TrimLeftFunc(rest, unicode.IsSpace))
	case block && !plus && strings.HasPrefix(rest, "\n"):
		n = 1
	}
	l.start = n > 0 && rest[n-1] == '\n'
	l.skip(n)
}

func (l *lexer) comment() {
	k := strings.Index(l.src[l.at:], "#}")
	if k < 0 {
		fail(l.line, "a comment {# is not closed by #}")
	}
	inside := l.src[l.at : l.at+k]
	l.skip(k + 2)
	l.end(strings.HasSuffix(inside, "-"), strings.HasSuffix(inside, "+"), true)
}

// code takes the tokens of a tag up to its end.
func (l *lexer) code(open string) {
	p := part{kind: outputPart, line: l.line}
	end := "}}"
	if open == "{%" {
		p.kind, end = blockPart, "%}"
	}
	depth, sign := 0, ""
	for {
		l.skip(len(l.src[l.at:]) - len(strings.TrimLeftFunc(l.src[l.at:], unicode.IsSpace)))
		rest := l.src[l.at:]
		if depth == 0 && rest != "" && (rest[0] == '-' || rest[0] == '+') && strings.HasPrefix(rest[1:], end) {
			sign = rest[:1]
		}
		if depth == 0 && (sign != "" || strings.HasPrefix(rest, end)) {
			l.skip(len(sign) + 2)
			break
		}
		if rest == "" {
			fail(p.line, "a tag %s is not closed by %s", open, end)
		}
		t := l.token(rest)
		switch t.text {
		case "{", "[", "(":
			if t.kind == opTok {
				depth++
			}
		case "}", "]", ")":
			if t.kind == opTok && depth > 0 {
				depth--
			}
		}
		p.tokens = append(p.tokens, t)
		if len(p.tokens) > maxTokens {
			fail(p.line, "a tag of more than %d words", maxTokens)
		}
	}
	if p.kind == blockPart && len(p.tokens) == 1 && p.tokens[0].is("raw") {
		l.raw(sign == "-")
		return
	}
	l.parts = append(l.parts, p)
	l.end(sign == "-", sign == "+", p.kind == blockPart)
}

// raw takes the text up to {% endraw %} as it stands.
func (l *lexer) raw(minus bool) {
	line := l.line
	l.end(minus, false, true)
	for at := l.at; ; at += 2 {
		k := strings.Index(l.src[at:], "{%")
		if k < 0 {
			fail(line, "raw is not closed by endraw")
		}
		at += k
		inside, _, closed := strings.Cut(l.src[at+2:], "%}")
		if !closed || strings.Trim(inside, "-+ \t\n") != "endraw" {
			continue
		}
		text := l.src[l.at:at]
		if strings.HasPrefix(inside, "-") {
			text = strings.TrimRightFunc(text, unicode.IsSpace)
		}
		l.text(text)
		l.skip(at + 2 + len(inside) + 2 - l.at)
		l.end(strings.HasSuffix(inside, "-"), strings.HasSuffix(inside, "+"), true)
		return
	}
}
