package chat

import "strings"

// Bounds of the text of a template.
const (
	maxText   = 1 << 20 // bytes
	maxTokens = 10_000  // words of one tag
	maxNested = 200     // blocks in blocks, brackets in brackets
)

// expr computes a value, stmt does something; both may fail.
type (
	expr func(*run) any
	stmt func(*run) flow
)

// flow is how a statement ended.
type flow uint8

const (
	onward flow = iota
	broke
	continued
)

// parser turns parts into statements.
type parser struct {
	parts []part
	at    int
	toks  []tok // of the tag being read
	pos   int
	line  int
	deep  int
	loops int // loops around
}

// nest counts how deep the parser is; call the result at the end.
func (p *parser) nest() func() {
	if p.deep++; p.deep > maxNested {
		fail(p.line, "more than %d levels of nesting", maxNested)
	}
	return func() { p.deep-- }
}

// body reads statements up to a block whose first word is one of ends, and returns that word; its tag is then open.
func (p *parser) body(open string, line int, ends ...string) (body []stmt, end string) {
	defer p.nest()()
	for p.at < len(p.parts) {
		part := p.parts[p.at]
		p.at++
		p.line = part.line
		if part.kind == textPart {
			text := part.text
			body = append(body, func(r *run) flow { r.write(text); return onward })
			continue
		}
		p.toks, p.pos = part.tokens, 0
		if part.kind == outputPart {
			e := p.tuple()
			p.close()
			line := part.line
			body = append(body, func(r *run) flow { r.line = line; r.write(r.text(e(r))); return onward })
			continue
		}
		word := p.name("a statement")
		for _, e := range ends {
			if word == e {
				return body, word
			}
		}
		if s := p.statement(word); s != nil {
			body = append(body, s)
		}
	}
	if len(ends) > 0 {
		fail(line, "%s is not closed by %s", open, strings.Join(ends, " or "))
	}
	return body, ""
}

// do runs statements.
func do(r *run, body []stmt) flow {
	for _, s := range body {
		if f := s(r); f != onward {
			return f
		}
	}
	return onward
}

// Reading the words of a tag.

func (p *parser) peek() tok {
	if p.pos < len(p.toks) {
		return p.toks[p.pos]
	}
	return tok{line: p.line}
}

func (p *parser) next() tok {
	t := p.peek()
	if t.kind != endTok {
		p.pos++
		p.line = t.line
	}
	return t
}

// take takes the next word if it is this one.
func (p *parser) take(word string) bool {
	if p.peek().is(word) {
		p.next()
		return true
	}
	return false
}

func (p *parser) want(word string) {
	if !p.take(word) {
		fail(p.line, "found %v, want %q", p.peek(), word)
	}
}

func (p *parser) name(what string) string {
	t := p.next()
	if t.kind != nameTok {
		fail(p.line, "found %v, want %s", t, what)
	}
	return t.text
}

// close checks that the tag ends here.
func (p *parser) close() {
	if t := p.peek(); t.kind != endTok {
		fail(p.line, "found %v where the tag should end", t)
	}
}

// statement reads the block that begins with word.
func (p *parser) statement(word string) stmt {
	switch word {
	case "if":
		return p.conditional()
	case "for":
		return p.loop()
	case "set":
		return p.set()
	case "macro":
		return p.macro()
	case "break", "continue":
		p.close()
		if p.loops == 0 {
			fail(p.line, "%s outside of a loop", word)
		}
		f := broke
		if word == "continue" {
			f = continued
		}
		return func(r *run) flow { r.step(); return f }
	case "generation": // marks what a model is trained on; it changes no text
		line := p.line
		p.close()
		body, _ := p.body("generation", line, "endgeneration")
		p.close()
		return func(r *run) flow { return do(r, body) }
	}
	fail(p.line, "%s is not supported; if, for, set, macro, break, continue and raw are", short(word))
	return nil
}

func (p *parser) conditional() stmt {
	line := p.line
	cond := p.expression()
	p.close()
	yes, end := p.body("if", line, "elif", "else", "endif")
	var no []stmt
	switch end {
	case "elif":
		defer p.nest()()
		no = []stmt{p.conditional()}
	case "else":
		p.close()
		no, _ = p.body("else", line, "endif")
		p.close()
	default:
		p.close()
	}
	return func(r *run) flow {
		r.at(line)
		if truth(cond(r)) {
			return do(r, yes)
		}
		return do(r, no)
	}
}

// set reads set a = …, set a, b = …, set n.a = …, and set a … endset.
func (p *parser) set() stmt {
	line := p.line
	names := []string{p.name("a name")}
	if p.take(".") {
		field := p.name("a name")
		p.want("=")
		value := p.tuple()
		p.close()
		return func(r *run) flow {
			r.at(line)
			n, ok := r.lookup(names[0]).(*namespace)
			if !ok {
				fail(line, "%s is no namespace: its fields can't be set", names[0])
			}
			n.vars.set(field, value(r))
			return onward
		}
	}
	for p.take(",") {
		names = append(names, p.name("a name"))
	}
	if p.take("=") {
		value := p.tuple()
		p.close()
		return func(r *run) flow {
			r.at(line)
			r.assign(names, value(r))
			return onward
		}
	}
	p.close()
	body, _ := p.body("set", line, "endset")
	p.close()
	return func(r *run) flow {
		r.at(line)
		var f flow
		text := r.capture(func() { f = do(r, body) })
		r.assign(names, text)
		return f
	}
}
