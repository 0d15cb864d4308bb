package chat

// args are the arguments of a call, a filter or a test.
type args struct {
	pos   []any
	named []namedArg
}

type namedArg struct {
	name  string
	value any
}

// arg returns argument i, or the one of that name, or otherwise.
func (a args) arg(i int, name string, otherwise any) any {
	if i < len(a.pos) {
		return a.pos[i]
	}
	return a.given(name, otherwise)
}

// given returns the argument of that name, or otherwise.
func (a args) given(name string, otherwise any) any {
	for _, n := range a.named {
		if n.name == name {
			return n.value
		}
	}
	return otherwise
}

// arguments reads what follows an opening bracket.
func (p *parser) arguments() func(*run) args {
	var pos, values []expr
	var names []string
	for n := 0; !p.take(")"); n++ {
		if n > 0 {
			p.want(",")
			if p.take(")") {
				break
			}
		}
		if t := p.peek(); t.kind == nameTok && p.pos+1 < len(p.toks) && p.toks[p.pos+1].is("=") {
			p.next()
			p.next()
			names, values = append(names, t.text), append(values, p.expression())
			continue
		}
		if len(names) > 0 {
			fail(p.line, "an argument without a name after one with a name")
		}
		pos = append(pos, p.expression())
	}
	return func(r *run) args {
		a := args{pos: r.all(pos)}
		for i, n := range names {
			a.named = append(a.named, namedArg{n, values[i](r)})
		}
		return a
	}
}

// postfix reads .name, [item], [from:to:step] and (arguments) after a value.
func (p *parser) postfix(a expr) expr {
	for n := 0; ; n++ {
		if n > 100 {
			fail(p.line, "more than 100 steps after a value")
		}
		of := a
		switch line := p.line; {
		case p.take("."):
			t := p.next()
			if t.kind == intTok {
				a = func(r *run) any { r.at(line); return r.item(of(r), number(t.text)) }
				continue
			}
			if t.kind != nameTok {
				fail(p.line, "found %v after a point, want a name", t)
			}
			a = func(r *run) any { r.at(line); return r.attribute(of(r), t.text) }
		case p.take("["):
			a = p.subscript(of, line)
		case p.take("("):
			with := p.arguments()
			a = func(r *run) any { r.at(line); return r.call(of(r), with(r)) }
		default:
			return a
		}
	}
}

func number(digits string) int64 {
	n := int64(0)
	for i := 0; i < len(digits) && n < 1<<40; i++ {
		n = 10*n + int64(digits[i]-'0')
	}
	return n
}

// subscript reads what stands in square brackets after a value.
func (p *parser) subscript(of expr, line int) expr {
	var parts [3]expr
	colons := 0
	for !p.take("]") {
		if p.take(":") {
			if colons++; colons > 2 {
				fail(p.line, "more than two colons in a slice")
			}
			continue
		}
		if parts[colons] != nil {
			fail(p.line, "found %v, want %q", p.peek(), "]")
		}
		parts[colons] = p.expression()
	}
	if colons == 0 {
		if parts[0] == nil {
			fail(line, "nothing in [ ]")
		}
		return func(r *run) any { v := of(r); r.at(line); return r.item(v, parts[0](r)) }
	}
	return func(r *run) any {
		v := of(r)
		r.at(line)
		var bounds [3]*int64
		for i, e := range parts {
			if e == nil {
				continue
			}
			switch n := e(r).(type) {
			case nil:
			case int64:
				bounds[i] = &n
			default:
				fail(r.line, "a slice by %s, want whole numbers", kind(n))
			}
		}
		return r.slice(v, bounds)
	}
}

// filters reads | name(arguments) and is name after a value.
func (p *parser) filters(a expr) expr {
	for n := 0; ; n++ {
		if n > 100 {
			fail(p.line, "more than 100 filters after a value")
		}
		of := a
		switch line := p.line; {
		case p.take("|"):
			a = p.filter(of, line)
		case p.take("is"):
			a = p.test(of, line)
		case p.peek().is("("):
			p.next()
			with := p.arguments()
			a = func(r *run) any { r.at(line); return r.call(of(r), with(r)) }
		default:
			return a
		}
	}
}

func (p *parser) filter(of expr, line int) expr {
	name := p.name("the name of a filter")
	do, ok := filterTable[name]
	if !ok {
		fail(p.line, "no filter %s is supported; known are %s", short(name), names(filterTable))
	}
	with := func(*run) args { return args{} }
	if p.take("(") {
		with = p.arguments()
	}
	return func(r *run) any {
		v := of(r)
		a := with(r)
		r.at(line)
		return do(r, v, a)
	}
}

func (p *parser) test(of expr, line int) expr {
	no := p.take("not")
	name := p.name("the name of a test")
	ask, ok := testTable[name]
	if !ok {
		fail(p.line, "no test %s is supported; known are %s", short(name), names(testTable))
	}
	with := func(*run) args { return args{} }
	switch t := p.peek(); {
	case p.take("("):
		with = p.arguments()
	case t.kind == stringTok || t.kind == intTok || t.kind == floatTok || t.is("[") || t.is("{") ||
		t.kind == nameTok && !t.is("else") && !t.is("or") && !t.is("and") && !t.is("is") && !t.is("if") && !t.is("not") && !t.is("in"):
		one := p.postfix(p.primary())
		with = func(r *run) args { return args{pos: []any{one(r)}} }
	}
	return func(r *run) any {
		v := of(r)
		a := with(r)
		r.at(line)
		return ask(r, v, a) != no
	}
}
