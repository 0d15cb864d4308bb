package chat

// Expressions, by how loosely their operators bind: tuple, conditional, or, and, not, comparison, + -, ~, * / // %,
// **, unary signs, then what follows a value.

// tuple reads an expression, or several with commas between.
func (p *parser) tuple() expr {
	first := p.expression()
	if !p.peek().is(",") {
		return first
	}
	all := []expr{first}
	for p.take(",") {
		if k := p.peek(); k.kind == endTok || k.is(")") {
			break
		}
		all = append(all, p.expression())
	}
	return func(r *run) any { return &list{items: r.all(all), tuple: true} }
}

// expression reads a if c else b and what binds tighter.
func (p *parser) expression() expr {
	defer p.nest()()
	yes := p.or()
	for p.take("if") {
		value, cond, line := yes, p.or(), p.line
		no := expr(func(*run) any { return undefined{"a value without else"} })
		if p.take("else") {
			no = p.expression()
		}
		yes = func(r *run) any {
			r.at(line)
			if truth(cond(r)) {
				return value(r)
			}
			return no(r)
		}
	}
	return yes
}

// noCondition is expression without if, which in a loop says which items to take.
func (p *parser) noCondition() expr {
	first := p.or()
	if !p.peek().is(",") {
		return first
	}
	all := []expr{first}
	for p.take(",") {
		all = append(all, p.or())
	}
	return func(r *run) any { return &list{items: r.all(all), tuple: true} }
}

func (p *parser) or() expr {
	a := p.and()
	for p.take("or") {
		left, right := a, p.and()
		a = func(r *run) any {
			if v := left(r); truth(v) {
				return v
			}
			return right(r)
		}
	}
	return a
}

func (p *parser) and() expr {
	a := p.not()
	for p.take("and") {
		left, right := a, p.not()
		a = func(r *run) any {
			if v := left(r); !truth(v) {
				return v
			}
			return right(r)
		}
	}
	return a
}

func (p *parser) not() expr {
	if p.peek().is("not") {
		defer p.nest()()
		p.next()
		a := p.not()
		return func(r *run) any { return !truth(a(r)) }
	}
	return p.comparison()
}

// comparison reads a < b, a in b, and chains of them such as a < b < c.
func (p *parser) comparison() expr {
	type link struct {
		op    string
		right expr
	}
	first := p.sum()
	var links []link
	line := p.line
	for {
		op := p.peek()
		switch {
		case op.is("==") || op.is("!=") || op.is("<") || op.is("<=") || op.is(">") || op.is(">=") || op.is("in"):
			p.next()
			links = append(links, link{op.text, p.sum()})
			continue
		case op.is("not") && p.pos+1 < len(p.toks) && p.toks[p.pos+1].is("in"):
			p.next()
			p.next()
			links = append(links, link{"not in", p.sum()})
			continue
		}
		if len(links) == 0 {
			return first
		}
		return func(r *run) any {
			r.at(line)
			a := first(r)
			for _, l := range links {
				b := l.right(r)
				if !compare(r, l.op, a, b) {
					return false
				}
				a = b
			}
			return true
		}
	}
}

// binary reads operators of one level, from left to right.
func (p *parser) binary(tighter func() expr, ops ...string) expr {
	a := tighter()
	for {
		op := p.peek()
		found := false
		for _, o := range ops {
			found = found || op.kind == opTok && op.text == o
		}
		if !found {
			return a
		}
		p.next()
		left, right, line := a, tighter(), p.line
		a = func(r *run) any {
			r.at(line)
			return arithmetic(r, op.text, left(r), right(r))
		}
	}
}

func (p *parser) sum() expr     { return p.binary(p.concat, "+", "-") }
func (p *parser) concat() expr  { return p.binary(p.product, "~") }
func (p *parser) product() expr { return p.binary(p.power, "*", "/", "//", "%") }
func (p *parser) power() expr   { return p.binary(p.signed, "**") }

func (p *parser) signed() expr { return p.filters(p.unary()) }

func (p *parser) unary() expr {
	t := p.peek()
	if t.kind != opTok || t.text != "-" && t.text != "+" {
		return p.postfix(p.primary())
	}
	defer p.nest()()
	p.next()
	a, line := p.unary(), p.line
	return func(r *run) any {
		r.at(line)
		switch v := a(r).(type) {
		case int64:
			if t.text == "-" {
				return -v
			}
			return v
		case float64:
			if t.text == "-" {
				return -v
			}
			return v
		default:
			fail(r.line, "%s before %s", t.text, kind(v))
			return nil
		}
	}
}
